package store

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

// SignIn is a sign-in that has begun and has not come back from the issuer.
type SignIn struct {
	TokenHash []byte // of the value that the browser has
	Tenant    string
	IssuerID  string
	ReturnTo  string // a path of the console
	ExpiresAt time.Time
}

var (
	insertSignIn = statement(`INSERT INTO sign_ins (token_hash, tenant, issuer_id, return_to, expires_at)
		VALUES ($1, $2, $3, $4, $5)`)
	takeSignIn = statement(`DELETE FROM sign_ins WHERE token_hash = $1
		RETURNING tenant, issuer_id, return_to, expires_at`)
	takeLogoutToken = statement(`INSERT INTO logout_tokens (hash, expires_at) VALUES ($1, $2)
		ON CONFLICT (hash) DO NOTHING`)
	forgetLogoutTokens = statement(`DELETE FROM logout_tokens WHERE hash IN
		(SELECT hash FROM logout_tokens WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)`)
	forgetSignIns = statement(`DELETE FROM sign_ins WHERE token_hash IN
		(SELECT token_hash FROM sign_ins WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)`)
)

// InsertSignIn stores a sign-in that begins.
func (tx *Tx) InsertSignIn(ctx context.Context, s *SignIn) error {
	_, err := tx.exec(ctx, insertSignIn, s.TokenHash, s.Tenant, s.IssuerID, s.ReturnTo, column.Micros(s.ExpiresAt))
	return failed("storing", "a sign-in", "", err)
}

// TakeSignIn deletes a sign-in and returns it, so that it is used once.
func (tx *Tx) TakeSignIn(ctx context.Context, hash []byte) (*SignIn, error) {
	s := SignIn{TokenHash: hash}
	err := tx.one(ctx, takeSignIn, []any{hash}, &s.Tenant, &s.IssuerID, &s.ReturnTo, column.Time(&s.ExpiresAt))
	return &s, failed("looking for", "a sign-in", "", err)
}

// TakeLogoutToken notes that a logout token was taken. It returns ErrExists if it was taken before.
func (tx *Tx) TakeLogoutToken(ctx context.Context, hash []byte, expiresAt time.Time) error {
	return failed("storing", "a logout token", "", tx.insertNew(ctx, takeLogoutToken, hash, column.Micros(expiresAt)))
}

// ForgetLogoutTokens deletes at most limit logout tokens that cannot be taken any more, and returns their number.
func (tx *Tx) ForgetLogoutTokens(ctx context.Context, before time.Time, limit int) (int64, error) {
	n, err := tx.exec(ctx, forgetLogoutTokens, column.Micros(before), limit)
	return n, failed("forgetting", "logout tokens", "", err)
}

// ForgetSignIns deletes at most limit sign-ins that ended before a time, and returns their number.
func (tx *Tx) ForgetSignIns(ctx context.Context, before time.Time, limit int) (int64, error) {
	n, err := tx.exec(ctx, forgetSignIns, column.Micros(before), limit)
	return n, failed("forgetting", "sign-ins", "", err)
}
