package store

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

// AccessToken is a short-lived value that was made from something that may make it: its parent. It is identified by the
// keyed hash of the value, which is not stored.
type AccessToken struct {
	Scope
	ID            string
	Hash          []byte
	ParentKind    string
	ParentID      string
	ParentVersion int64 // of a scoped token; 0 where the parent has no versions
	Scopes        []string
	CreatedAt     time.Time
	ExpiresAt     time.Time
	OpenedBy      string // the principal that opened it, or the id of the parent whose own value was exchanged for it

	EndedAt   time.Time // zero: it was not ended
	EndedBy   string
	EndReason string
}

// LiveAt reports whether the token itself has neither ended nor expired at a moment. It says nothing of its parent.
func (t *AccessToken) LiveAt(now time.Time) bool {
	return t.EndedAt.IsZero() && now.Before(t.ExpiresAt)
}

const selectAccessToken = `SELECT tenant, environment, id, lookup_hash, parent_kind, parent_id, parent_version, scopes,
	created_at, expires_at, opened_by, ended_at, ended_by, end_reason FROM access_tokens `

var (
	accessTokenByHash = statement(selectAccessToken + `WHERE lookup_hash = $1`)
	accessTokenByID   = statement(selectAccessToken + `WHERE tenant = $1 AND environment = $2 AND id = $3`)
	countAccessTokens = statement(`SELECT COUNT(*) FROM access_tokens WHERE tenant = $1 AND environment = $2
		AND parent_id = $3 AND expires_at > $4 AND ended_at = 0`)
	insertAccessToken = statement(`INSERT INTO access_tokens (tenant, environment, id, lookup_hash, parent_kind, parent_id,
		parent_version, scopes, created_at, expires_at, opened_by, ended_at, ended_by, end_reason, mac)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`)
	updateAccessToken = statement(`UPDATE access_tokens SET expires_at = $4, ended_at = $5, ended_by = $6,
		end_reason = $7, mac = $8 WHERE tenant = $1 AND environment = $2 AND id = $3`)
	forgetAccessTokens = statement(`DELETE FROM access_tokens WHERE id IN
		(SELECT id FROM access_tokens WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)`)
)

func (tx *Tx) accessToken(ctx context.Context, text string, args ...any) (found *AccessToken, err error) {
	err = tx.each(ctx, text, args, func(row scanner) error {
		found = &AccessToken{}
		return row.Scan(&found.Tenant, &found.Environment, &found.ID, &found.Hash, &found.ParentKind, &found.ParentID,
			&found.ParentVersion, column.JSON(&found.Scopes), column.Time(&found.CreatedAt), column.Time(&found.ExpiresAt),
			&found.OpenedBy, column.Time(&found.EndedAt), &found.EndedBy, &found.EndReason)
	})
	if err == nil && found == nil {
		err = ErrNotFound
	}
	return found, err
}

// AccessTokenByHash returns the access token of any scope whose value has this keyed hash, even if it has expired or
// was ended. The caller checks LiveAt.
func (tx *Tx) AccessTokenByHash(ctx context.Context, hash []byte) (*AccessToken, error) {
	t, err := tx.accessToken(ctx, accessTokenByHash, hash)
	return t, failed("looking for", "an access token by its hash", "", err)
}

// AccessToken reads one access token, even if it has expired or was ended.
func (tx *Tx) AccessToken(ctx context.Context, scope Scope, id string) (*AccessToken, error) {
	t, err := tx.accessToken(ctx, accessTokenByID, scope.Tenant, scope.Environment, id)
	return t, failed("reading", api.KindAccessTokens, id, err)
}

// CountAccessTokens returns how many access tokens of a parent have neither ended nor expired.
func (tx *Tx) CountAccessTokens(ctx context.Context, scope Scope, parentID string, now time.Time) (n int64, err error) {
	err = tx.one(ctx, countAccessTokens, []any{scope.Tenant, scope.Environment, parentID, column.Micros(now)}, &n)
	return n, failed("counting the access tokens of", "parent", parentID, err)
}

// InsertAccessToken stores a new access token with the keyed hash of its row.
func (tx *Tx) InsertAccessToken(ctx context.Context, t *AccessToken, mac []byte) error {
	_, err := tx.exec(ctx, insertAccessToken, t.Tenant, t.Environment, t.ID, t.Hash, t.ParentKind, t.ParentID,
		t.ParentVersion, column.JSON(&t.Scopes), column.Micros(t.CreatedAt), column.Micros(t.ExpiresAt), t.OpenedBy,
		column.Micros(t.EndedAt), t.EndedBy, t.EndReason, mac)
	return failed("storing", api.KindAccessTokens, t.ID, err)
}

// UpdateAccessToken stores the expiry and the end of an access token with the keyed hash of its row.
func (tx *Tx) UpdateAccessToken(ctx context.Context, t *AccessToken, mac []byte) error {
	err := tx.execOne(ctx, updateAccessToken, t.Tenant, t.Environment, t.ID, column.Micros(t.ExpiresAt),
		column.Micros(t.EndedAt), t.EndedBy, t.EndReason, mac)
	return failed("updating", api.KindAccessTokens, t.ID, err)
}

// ForgetAccessTokens deletes at most limit access tokens that expired before a time, and returns their number.
func (tx *Tx) ForgetAccessTokens(ctx context.Context, before time.Time, limit int) (int64, error) {
	n, err := tx.exec(ctx, forgetAccessTokens, column.Micros(before), limit)
	return n, failed("forgetting", api.KindAccessTokens, "", err)
}
