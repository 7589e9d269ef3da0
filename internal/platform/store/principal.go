package store

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

// Principal is a caller of the API. It is identified by the keyed hash of its token.
type Principal struct {
	ID string
	Scope
	Name      string
	Role      string
	CreatedAt time.Time
	ExpiresAt time.Time // zero: never
}

var (
	insertPrincipal = statement(`INSERT INTO principals (id, tenant, environment, name, role, created_at, expires_at,
		token_hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`)
	principalByHash = statement(`SELECT id, tenant, environment, name, role, created_at, expires_at
		FROM principals WHERE token_hash = $1`)
)

// InsertPrincipal stores a new principal under the keyed hash of its token.
func (tx *Tx) InsertPrincipal(ctx context.Context, p *Principal, tokenHash []byte) error {
	_, err := tx.exec(ctx, insertPrincipal, p.ID, p.Tenant, p.Environment, p.Name, p.Role, column.Micros(p.CreatedAt),
		column.Micros(p.ExpiresAt), tokenHash)
	return failed("storing", "principal", p.ID, err)
}

// PrincipalByHash returns the principal whose token has this keyed hash, even if it has expired. The caller checks
// ExpiresAt.
func (tx *Tx) PrincipalByHash(ctx context.Context, tokenHash []byte) (*Principal, error) {
	var p Principal
	err := tx.one(ctx, principalByHash, []any{tokenHash}, &p.ID, &p.Tenant, &p.Environment, &p.Name, &p.Role,
		column.Time(&p.CreatedAt), column.Time(&p.ExpiresAt))
	if err != nil {
		return nil, failed("looking for", "a principal by its token's hash", "", err)
	}
	return &p, nil
}
