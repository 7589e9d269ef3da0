package store

import (
	"context"
	"errors"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

// Principal is a caller of the API. It is identified by the keyed hash of its token.
type Principal struct {
	ID string
	Scope
	Name       string
	Role       string
	CreatedAt  time.Time
	ExpiresAt  time.Time // zero: never
	LastUsedAt time.Time // zero: never; at most a minute behind
	TokenHash  []byte    // keyed; of the token that the principal is identified by

	EndedAt   time.Time // zero: it was not ended
	EndedBy   string
	EndReason string
}

// LiveAt reports whether the principal's token is accepted at a moment.
func (p *Principal) LiveAt(now time.Time) bool {
	return p.EndedAt.IsZero() && (p.ExpiresAt.IsZero() || now.Before(p.ExpiresAt))
}

const selectPrincipal = `SELECT id, tenant, environment, name, role, created_at, expires_at, token_hash, last_used_at,
	ended_at, ended_by, end_reason FROM principals `

var (
	insertPrincipal = statement(`INSERT INTO principals (id, tenant, environment, name, role, created_at, expires_at,
		token_hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`)
	principalByHash = statement(selectPrincipal + `WHERE token_hash = $1`)
	principalByID   = statement(selectPrincipal + `WHERE id = $1`)
	principalsPage  = statement(selectPrincipal + `WHERE tenant = $1 AND environment = $2 AND id > $3 AND ended_at = 0
		AND ($4 = '' OR name = $4) ORDER BY id LIMIT $5`)
	// Another principal of the role that is not ended and not expired.
	anotherOfRole = statement(`SELECT id FROM principals WHERE tenant = $1 AND environment = $2 AND role = $3
		AND id <> $4 AND ended_at = 0 AND (expires_at = 0 OR expires_at > $5) LIMIT 1`)
	endPrincipal = statement(`UPDATE principals SET ended_at = $2, ended_by = $3, end_reason = $4
		WHERE id = $1 AND ended_at = 0`)
	markPrincipalUsed = statement(`UPDATE principals SET last_used_at = $2 WHERE id = $1 AND last_used_at < $2`)
	principalName     = statement(`SELECT name FROM principals WHERE id = $1 AND tenant = $2 AND environment = $3
		UNION ALL SELECT name FROM workload_identities WHERE id = $1 AND tenant = $2 AND environment = $3
		UNION ALL SELECT name FROM persons WHERE id = $1 AND tenant = $2`)
)

func scanPrincipal(row scanner) (*Principal, error) {
	var p Principal
	return &p, row.Scan(&p.ID, &p.Tenant, &p.Environment, &p.Name, &p.Role, column.Time(&p.CreatedAt),
		column.Time(&p.ExpiresAt), &p.TokenHash, column.Time(&p.LastUsedAt), column.Time(&p.EndedAt), &p.EndedBy,
		&p.EndReason)
}

// InsertPrincipal stores a new principal under the keyed hash of its token.
func (tx *Tx) InsertPrincipal(ctx context.Context, p *Principal) error {
	_, err := tx.exec(ctx, insertPrincipal, p.ID, p.Tenant, p.Environment, p.Name, p.Role, column.Micros(p.CreatedAt),
		column.Micros(p.ExpiresAt), p.TokenHash)
	return failed("storing", "principal", p.ID, err)
}

// PrincipalByHash returns the principal whose token has this keyed hash, even if it has expired or was ended. The
// caller checks LiveAt.
func (tx *Tx) PrincipalByHash(ctx context.Context, tokenHash []byte) (*Principal, error) {
	p, err := tx.principal(ctx, principalByHash, tokenHash)
	return p, failed("looking for", "a principal by its token's hash", "", err)
}

// Principal returns a principal of any scope by its id, even if it has expired or was ended.
func (tx *Tx) Principal(ctx context.Context, id string) (*Principal, error) {
	p, err := tx.principal(ctx, principalByID, id)
	return p, failed("reading", "principal", id, err)
}

func (tx *Tx) principal(ctx context.Context, text string, arg any) (found *Principal, err error) {
	err = tx.each(ctx, text, []any{arg}, func(row scanner) (err error) {
		found, err = scanPrincipal(row)
		return err
	})
	if err == nil && found == nil {
		err = ErrNotFound
	}
	return found, err
}

// Principals reads a page of the principals of a scope that were not ended.
func (tx *Tx) Principals(ctx context.Context, scope Scope, list List) (found []*Principal, err error) {
	args := []any{scope.Tenant, scope.Environment, list.After, list.Name, list.Limit}
	err = tx.each(ctx, principalsPage, args, func(row scanner) error {
		p, err := scanPrincipal(row)
		found = append(found, p)
		return err
	})
	return found, failed("listing", "principals", "", err)
}

// IsLastOfRole reports whether no other principal of the same role and scope is accepted at a moment.
func (tx *Tx) IsLastOfRole(ctx context.Context, p *Principal, now time.Time) (bool, error) {
	var other string
	args := []any{p.Tenant, p.Environment, p.Role, p.ID, column.Micros(now)}
	err := tx.one(ctx, anotherOfRole, args, &other)
	if errors.Is(err, ErrNotFound) {
		return true, nil
	}
	return false, failed("looking for", "principals of the role "+p.Role, "", err)
}

// EndPrincipal ends a principal for good. It returns ErrNotFound if it was ended before.
func (tx *Tx) EndPrincipal(ctx context.Context, id string, at time.Time, by, reason string) error {
	return failed("ending", "principal", id, tx.execOne(ctx, endPrincipal, id, column.Micros(at), by, reason))
}

// MarkPrincipalUsed records a use, and never moves the last use back.
func (tx *Tx) MarkPrincipalUsed(ctx context.Context, id string, at time.Time) error {
	_, err := tx.exec(ctx, markPrincipalUsed, id, column.Micros(at))
	return failed("recording a use of", "principal", id, err)
}

// PrincipalName returns the name of a principal, even if it was ended, of a workload identity or of a person. It
// returns an empty text for what is none of them, in the scope.
func (tx *Tx) PrincipalName(ctx context.Context, scope Scope, id string) (name string, err error) {
	err = tx.one(ctx, principalName, []any{id, scope.Tenant, scope.Environment}, &name)
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	return name, failed("reading the name of", "principal", id, err)
}
