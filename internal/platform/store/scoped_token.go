package store

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

// ScopedToken is a least-privilege API token of one connector.
type ScopedToken struct {
	Object
	Owner              string
	ConnectorID        string // never changes
	Scopes             []string
	AllowedCIDRs       []string
	ExpiresAt          *string // as the user wrote it; Credential.ExpiresAt is the time itself
	RotationPolicyID   string  // empty: none
	RotateWhenChanged  map[string]string
	MinimumVersion     *int64
	DeletionProtection bool
	RateLimit          *int64               // uses a minute; nil: no limit
	UnusedExpiry       *string              // unused for so long, it is put in quarantine; nil: as the environment says
	CertifiedUntil     *string              // as the user wrote it
	ScopesSince        map[string]time.Time // when each scope was granted; absent: with the token
	Credential         Credential
}

var (
	scopedTokens = newReader(api.KindScopedTokens, `o.owner, o.connector_id, o.scopes, o.allowed_cidrs,
		o.expires_at_given, COALESCE(o.rotation_policy_id, ''), o.rotate_when_changed, o.minimum_version,
		o.deletion_protection, o.rate_limit, o.unused_expiry, o.certified_until, o.scopes_since, `+credentialColumns,
		`scoped_tokens o JOIN credentials c ON c.id = o.id`, scanScopedToken,
		"owner", "connector_id")
	insertScopedToken = statement(`INSERT INTO scoped_tokens (tenant, environment, id, name, description, labels,
		created_at, etag, connector_id, owner, scopes, allowed_cidrs, expires_at_given, rotation_policy_id,
		rotate_when_changed, minimum_version, deletion_protection, rate_limit, unused_expiry, certified_until,
		scopes_since)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)`)
	updateScopedToken = statement(`UPDATE scoped_tokens SET name = $4, description = $5, labels = $6, etag = $7,
		owner = $8, scopes = $9, allowed_cidrs = $10, expires_at_given = $11, rotation_policy_id = $12,
		rotate_when_changed = $13, minimum_version = $14, deletion_protection = $15, rate_limit = $16,
		unused_expiry = $17, certified_until = $18, scopes_since = $19
		WHERE tenant = $1 AND environment = $2 AND id = $3`)
	deleteScopedToken = statement(`DELETE FROM scoped_tokens WHERE tenant = $1 AND environment = $2 AND id = $3`)
)

func scanScopedToken(row scanner) (*ScopedToken, error) {
	var t ScopedToken
	var marks markColumns
	dest := append([]any{
		&t.Owner, &t.ConnectorID, column.JSON(&t.Scopes), column.JSON(&t.AllowedCIDRs),
		&t.ExpiresAt, &t.RotationPolicyID, column.JSON(&t.RotateWhenChanged), &t.MinimumVersion, &t.DeletionProtection,
		&t.RateLimit, &t.UnusedExpiry, &t.CertifiedUntil, column.JSON(&t.ScopesSince),
	}, t.Credential.columns(&marks)...)
	err := t.scan(row, api.KindScopedTokens, dest...)
	t.Credential.setMarks(marks)
	return &t, err
}

// changing returns the values that an update can change, besides those of the Object and of the Credential.
func (t *ScopedToken) changing() []any {
	return []any{
		t.Owner, column.JSON(&t.Scopes), column.JSON(&t.AllowedCIDRs), t.ExpiresAt, column.NullIfEmpty(t.RotationPolicyID),
		column.JSON(&t.RotateWhenChanged), t.MinimumVersion, column.Bool(t.DeletionProtection), t.RateLimit,
		t.UnusedExpiry, t.CertifiedUntil, column.JSON(&t.ScopesSince),
	}
}

// InsertScopedToken stores a new token with its credential.
func (tx *Tx) InsertScopedToken(ctx context.Context, t *ScopedToken) error {
	_, err := tx.exec(ctx, insertScopedToken, append(append(t.inserted(), t.ConnectorID), t.changing()...)...)
	if err == nil {
		err = tx.insertCredential(ctx, t.Scope, api.KindScopedTokens, t.ID, &t.Credential)
	}
	return failed("storing", api.KindScopedTokens, t.ID, err)
}

// ScopedToken reads one token.
func (tx *Tx) ScopedToken(ctx context.Context, scope Scope, id string) (*ScopedToken, error) {
	return scopedTokens.one(ctx, tx, scope, id, func(t *ScopedToken) error {
		return tx.readParts(ctx, scope, id, &t.Credential)
	})
}

// ScopedTokens reads a page of tokens.
func (tx *Tx) ScopedTokens(ctx context.Context, scope Scope, list List) ([]*ScopedToken, error) {
	return scopedTokens.page(ctx, tx, scope, list, func(page []*ScopedToken) error {
		byID := make(map[string]*Credential, len(page))
		for _, t := range page {
			byID[t.ID] = &t.Credential
		}
		return tx.readPartsOfPage(ctx, scope, api.KindScopedTokens, byID)
	})
}

// UpdateScopedToken stores a changed token, which was read in the same transaction.
func (tx *Tx) UpdateScopedToken(ctx context.Context, t *ScopedToken) error {
	err := tx.execOne(ctx, updateScopedToken, append(t.updated(), t.changing()...)...)
	if err == nil {
		err = tx.updateCredential(ctx, t.Scope, t.ID, &t.Credential)
	}
	return failed("updating", api.KindScopedTokens, t.ID, err)
}

// DeleteScopedToken deletes a token with its versions and secrets.
func (tx *Tx) DeleteScopedToken(ctx context.Context, scope Scope, id string) error {
	return tx.deleteWithCredential(ctx, deleteScopedToken, scope, api.KindScopedTokens, id)
}
