package store

import (
	"context"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// ScopedToken is a least-privilege API token of one connector.
type ScopedToken struct {
	Object
	Owner              string
	ConnectorID        string // never changes
	Scopes             []string
	AllowedCIDRs       []string
	ExpiresAt          *string // as the user gave it; Credential.ExpiresAt is what counts
	RotationPolicyID   string  // empty: none
	RotateWhenChanged  map[string]string
	MinimumVersion     *int64
	DeletionProtection bool
	Credential         Credential
}

var (
	readScopedTokens = readings(objectColumns+`, o.owner, o.connector_id, o.scopes, o.allowed_cidrs, o.expires_at_given, o.rotation_policy_id,
		o.rotate_when_changed, o.minimum_version, o.deletion_protection, `+credentialColumns, `scoped_tokens o JOIN credentials c ON c.id = o.id`)
	insertScopedToken = statement(`INSERT INTO scoped_tokens (tenant, environment, id, name, description, labels, created_at, etag,
		owner, connector_id, scopes, allowed_cidrs, expires_at_given, rotation_policy_id, rotate_when_changed, minimum_version, deletion_protection)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`)
	updateScopedToken = statement(`UPDATE scoped_tokens SET name = $4, description = $5, labels = $6, etag = $7, owner = $8, scopes = $9,
		allowed_cidrs = $10, expires_at_given = $11, rotation_policy_id = $12, rotate_when_changed = $13, minimum_version = $14, deletion_protection = $15
		WHERE tenant = $1 AND environment = $2 AND id = $3`)
	deleteScopedToken = statement(`DELETE FROM scoped_tokens WHERE tenant = $1 AND environment = $2 AND id = $3`)
)

func scanScopedToken(row scanner) (*ScopedToken, error) {
	var t ScopedToken
	var h holdColumns
	dest := append(t.columns(), &t.Owner, &t.ConnectorID, textJSON(&t.Scopes), textJSON(&t.AllowedCIDRs), &t.ExpiresAt,
		emptyIfNull(&t.RotationPolicyID), textJSON(&t.RotateWhenChanged), &t.MinimumVersion, &t.DeletionProtection)
	err := row.Scan(append(dest, t.Credential.columns(&h)...)...)
	t.Credential.Hold = h.hold()
	return &t, err
}

// InsertScopedToken stores a new token with its credential state.
func (tx *Tx) InsertScopedToken(ctx context.Context, t *ScopedToken) error {
	_, err := tx.exec(ctx, insertScopedToken, append(t.values(), t.Owner, t.ConnectorID, textJSON(&t.Scopes), textJSON(&t.AllowedCIDRs),
		t.ExpiresAt, nullIfEmpty(t.RotationPolicyID), textJSON(&t.RotateWhenChanged), t.MinimumVersion, truth(t.DeletionProtection))...)
	if err == nil {
		err = tx.insertCredential(ctx, t.Scope, api.KindScopedTokens, t.ID, &t.Credential)
	}
	return failed("storing", api.KindScopedTokens, t.ID, err)
}

// ScopedToken reads one token.
func (tx *Tx) ScopedToken(ctx context.Context, scope Scope, id string) (*ScopedToken, error) {
	t, err := one(ctx, tx, readScopedTokens, scope, id, scanScopedToken)
	if err == nil {
		err = tx.readVersions(ctx, id, &t.Credential)
	}
	if err != nil {
		return nil, failed("reading", api.KindScopedTokens, id, err)
	}
	return t, nil
}

// ScopedTokens reads a page of tokens.
func (tx *Tx) ScopedTokens(ctx context.Context, scope Scope, list List) ([]*ScopedToken, error) {
	ts, err := page(ctx, tx, readScopedTokens, scope, list, scanScopedToken)
	if err == nil {
		ids := make([]string, len(ts))
		for i, t := range ts {
			ids[i] = t.ID
		}
		err = tx.readVersionsOfPage(ctx, scope, api.KindScopedTokens, ids, func(i int) *Credential { return &ts[i].Credential })
	}
	if err != nil {
		return nil, failed("listing", api.KindScopedTokens, "", err)
	}
	return ts, nil
}

// UpdateScopedToken stores a token that was read in the same transaction and then changed.
func (tx *Tx) UpdateScopedToken(ctx context.Context, t *ScopedToken) error {
	err := tx.execOne(ctx, updateScopedToken, t.Scope.Tenant, t.Scope.Environment, t.ID, t.Name, t.Description, textJSON(&t.Labels), t.Etag,
		t.Owner, textJSON(&t.Scopes), textJSON(&t.AllowedCIDRs), t.ExpiresAt, nullIfEmpty(t.RotationPolicyID), textJSON(&t.RotateWhenChanged),
		t.MinimumVersion, truth(t.DeletionProtection))
	if err == nil {
		err = tx.updateCredential(ctx, t.Scope, t.ID, &t.Credential)
	}
	return failed("updating", api.KindScopedTokens, t.ID, err)
}

// DeleteScopedToken removes a token with its versions and secrets.
func (tx *Tx) DeleteScopedToken(ctx context.Context, scope Scope, id string) error {
	err := tx.execOne(ctx, deleteScopedToken, scope.Tenant, scope.Environment, id)
	if err == nil {
		err = tx.deleteCredential(ctx, scope, id)
	}
	return failed("deleting", api.KindScopedTokens, id, err)
}
