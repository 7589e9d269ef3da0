package store

import (
	"context"
)

var (
	putSecret = statement(`INSERT INTO secrets (credential_id, number, lookup_hash, sealed) VALUES ($1, $2, $3, $4)
		ON CONFLICT (credential_id, number) DO UPDATE SET lookup_hash = excluded.lookup_hash, sealed = excluded.sealed`)
	selectSecret = statement(`SELECT sealed FROM secrets WHERE credential_id = $1 AND number = $2`)
	eraseSecret  = statement(`DELETE FROM secrets WHERE credential_id = $1 AND number = $2`)
	tokenByHash  = statement(`SELECT c.tenant, c.environment, c.kind, c.id, s.number FROM secrets s JOIN credentials c ON c.id = s.credential_id
		WHERE s.lookup_hash = $1`)
)

// PutSecret keeps the sealed value of a version. The version must be there when the transaction ends. lookupHash is nil for a
// secret that nobody presents.
func (tx *Tx) PutSecret(ctx context.Context, credentialID string, number int64, sealed, lookupHash []byte) error {
	_, err := tx.exec(ctx, putSecret, credentialID, number, lookupHash, sealed)
	return failed("keeping a secret of", "credential", credentialID, err)
}

// Secret returns the sealed value of a version, or ErrNotFound when it was erased or never was.
func (tx *Tx) Secret(ctx context.Context, credentialID string, number int64) ([]byte, error) {
	var sealed []byte
	err := tx.one(ctx, selectSecret, []any{credentialID, number}, &sealed)
	return sealed, failed("reading a secret of", "credential", credentialID, err)
}

// EraseSecret forgets the sealed value and the lookup hash of a version. Erasing twice is no error.
func (tx *Tx) EraseSecret(ctx context.Context, credentialID string, number int64) error {
	_, err := tx.exec(ctx, eraseSecret, credentialID, number)
	return failed("erasing a secret of", "credential", credentialID, err)
}

// TokenByHash finds the credential and the version whose value has this keyed hash.
func (tx *Tx) TokenByHash(ctx context.Context, hash []byte) (Ref, int64, error) {
	var r Ref
	var number int64
	err := tx.one(ctx, tokenByHash, []any{hash}, &r.Scope.Tenant, &r.Scope.Environment, &r.Kind, &r.ID, &number)
	return r, number, failed("looking for", "a token by its hash", "", err)
}
