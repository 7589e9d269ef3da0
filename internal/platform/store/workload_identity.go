package store

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

// WorkloadIdentity is a workload that may exchange a JWT for an access token.
type WorkloadIdentity struct {
	Object
	Owner        string
	Role         string
	Preset       string
	Issuer       string
	Audience     string
	Claims       map[string]string // what a claim must be, by its path
	MaxTTL       string            // as the user wrote it
	AllowedCIDRs []string          // nil: no limit
	JWKS         *string           // as the user wrote it; nil: the keys are fetched
	LastUsedAt   time.Time         // zero: never; at most a minute behind
}

var (
	workloadIdentities = newReader(api.KindWorkloadIdentities, `o.owner, o.role, o.preset, o.issuer, o.audience,
		o.claims, o.max_ttl, o.allowed_cidrs, o.jwks, o.last_used_at`,
		`workload_identities o`, scanWorkloadIdentity, "owner")
	insertWorkloadIdentity = statement(`INSERT INTO workload_identities (tenant, environment, id, name, description,
		labels, created_at, etag, owner, role, preset, issuer, audience, claims, max_ttl, allowed_cidrs, jwks)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`)
	updateWorkloadIdentity = statement(`UPDATE workload_identities SET name = $4, description = $5, labels = $6,
		etag = $7, owner = $8, role = $9, preset = $10, issuer = $11, audience = $12, claims = $13, max_ttl = $14,
		allowed_cidrs = $15, jwks = $16 WHERE tenant = $1 AND environment = $2 AND id = $3`)
	deleteWorkloadIdentity = statement(`DELETE FROM workload_identities
		WHERE tenant = $1 AND environment = $2 AND id = $3`)
	workloadIdentityScope    = statement(`SELECT tenant, environment FROM workload_identities WHERE id = $1`)
	markWorkloadIdentityUsed = statement(`UPDATE workload_identities SET last_used_at = $2
		WHERE id = $1 AND last_used_at < $2`)
)

func scanWorkloadIdentity(row scanner) (*WorkloadIdentity, error) {
	var w WorkloadIdentity
	err := w.scan(row, api.KindWorkloadIdentities, &w.Owner, &w.Role, &w.Preset, &w.Issuer, &w.Audience,
		column.JSON(&w.Claims), &w.MaxTTL, column.JSON(&w.AllowedCIDRs), &w.JWKS, column.Time(&w.LastUsedAt))
	return &w, err
}

// changing returns the values that an update can change, besides those of the Object.
func (w *WorkloadIdentity) changing() []any {
	return []any{
		w.Owner, w.Role, w.Preset, w.Issuer, w.Audience, column.JSON(&w.Claims), w.MaxTTL, column.JSON(&w.AllowedCIDRs),
		w.JWKS,
	}
}

// InsertWorkloadIdentity stores a new identity.
func (tx *Tx) InsertWorkloadIdentity(ctx context.Context, w *WorkloadIdentity) error {
	_, err := tx.exec(ctx, insertWorkloadIdentity, append(w.inserted(), w.changing()...)...)
	if err == nil {
		err = tx.addUsage(ctx, w.Scope, api.KindWorkloadIdentities, 1, 0)
	}
	return failed("storing", api.KindWorkloadIdentities, w.ID, err)
}

// WorkloadIdentity reads one identity.
func (tx *Tx) WorkloadIdentity(ctx context.Context, scope Scope, id string) (*WorkloadIdentity, error) {
	return workloadIdentities.one(ctx, tx, scope, id, nil)
}

// WorkloadIdentities reads a page of identities.
func (tx *Tx) WorkloadIdentities(ctx context.Context, scope Scope, list List) ([]*WorkloadIdentity, error) {
	return workloadIdentities.page(ctx, tx, scope, list, nil)
}

// WorkloadIdentityScope returns the scope of an identity: an exchange may name it by its id alone.
func (tx *Tx) WorkloadIdentityScope(ctx context.Context, id string) (scope Scope, err error) {
	err = tx.one(ctx, workloadIdentityScope, []any{id}, &scope.Tenant, &scope.Environment)
	return scope, failed("looking for", api.KindWorkloadIdentities, id, err)
}

// UpdateWorkloadIdentity stores a changed identity, which was read in the same transaction.
func (tx *Tx) UpdateWorkloadIdentity(ctx context.Context, w *WorkloadIdentity) error {
	err := tx.execOne(ctx, updateWorkloadIdentity, append(w.updated(), w.changing()...)...)
	return failed("updating", api.KindWorkloadIdentities, w.ID, err)
}

// DeleteWorkloadIdentity deletes an identity.
func (tx *Tx) DeleteWorkloadIdentity(ctx context.Context, scope Scope, id string) error {
	err := tx.execOne(ctx, deleteWorkloadIdentity, scope.Tenant, scope.Environment, id)
	if err == nil {
		err = tx.addUsage(ctx, scope, api.KindWorkloadIdentities, -1, 0)
	}
	return failed("deleting", api.KindWorkloadIdentities, id, err)
}

// MarkWorkloadIdentityUsed records a use, and never moves the last use back.
func (tx *Tx) MarkWorkloadIdentityUsed(ctx context.Context, id string, at time.Time) error {
	_, err := tx.exec(ctx, markWorkloadIdentityUsed, id, column.Micros(at))
	return failed("recording a use of", api.KindWorkloadIdentities, id, err)
}
