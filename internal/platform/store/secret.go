package store

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

// Sealed is the sealed value of one version, with the facts that are known without opening it.
type Sealed struct {
	Number     int64
	Value      []byte
	LookupHash []byte // nil if the secret is never presented to the platform
	ValueHash  []byte // outlives the value; nil for a value that is never looked up
	Facts      SecretFacts
}

// SecretFacts is what may be shown of a value.
type SecretFacts struct {
	Digest    string // of a supplied secret; empty if the platform issued it
	PublicKey string // of an ed25519 key pair; empty otherwise
}

var (
	putSecret = statement(`INSERT INTO secrets (credential_id, number, lookup_hash, sealed, digest, public_key)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (credential_id, number) DO UPDATE SET lookup_hash = excluded.lookup_hash,
		sealed = excluded.sealed, digest = excluded.digest, public_key = excluded.public_key`)
	selectSecret = statement(`SELECT sealed FROM secrets WHERE credential_id = $1 AND number = $2`)
	eraseSecret  = statement(`DELETE FROM secrets WHERE credential_id = $1 AND number = $2`)
	tokenByHash  = statement(`SELECT c.tenant, c.environment, c.kind, c.id, s.number FROM secrets s
		JOIN credentials c ON c.id = s.credential_id WHERE s.lookup_hash = $1`)
	putValueHash = statement(`INSERT INTO value_hashes (credential_id, number, hash) VALUES ($1, $2, $3)
		ON CONFLICT (credential_id, number) DO UPDATE SET hash = excluded.hash`)
	ownerOfValue = statement(`SELECT c.tenant, c.environment, c.kind, c.id FROM value_hashes h
		JOIN credentials c ON c.id = h.credential_id WHERE h.hash = $1 LIMIT 1`)
	byValueHash = statement(`SELECT c.tenant, c.environment, c.kind, c.id, h.number, v.ended_at FROM value_hashes h
		JOIN versions v ON v.credential_id = h.credential_id AND v.number = h.number
		JOIN credentials c ON c.id = h.credential_id
		WHERE h.hash = $1 AND c.tenant = $2 AND c.environment = $3`)
	withoutValueHash = statement(`SELECT s.credential_id, s.number, s.sealed FROM credentials c
		JOIN secrets s ON s.credential_id = c.id WHERE c.tenant = $1 AND c.environment = $2 AND c.kind = $3
		AND NOT EXISTS (SELECT 1 FROM value_hashes h WHERE h.credential_id = s.credential_id AND h.number = s.number)`)
	selectFacts = statement(`SELECT credential_id, number, digest, public_key FROM secrets
		WHERE credential_id = $1`)
	selectFactsOfPage = statement(`SELECT s.credential_id, s.number, s.digest, s.public_key
		FROM credentials c JOIN secrets s ON s.credential_id = c.id
		WHERE c.tenant = $1 AND c.environment = $2 AND c.kind = $3 AND c.id >= $4 AND c.id <= $5`)
)

// PutSecret stores the sealed value of a version. The version must exist when the transaction commits.
func (tx *Tx) PutSecret(ctx context.Context, credentialID string, s Sealed) error {
	_, err := tx.exec(ctx, putSecret, credentialID, s.Number, s.LookupHash, s.Value, s.Facts.Digest, s.Facts.PublicKey)
	if err == nil && s.ValueHash != nil {
		_, err = tx.exec(ctx, putValueHash, credentialID, s.Number, s.ValueHash)
	}
	return failed("storing a secret of", "credential", credentialID, err)
}

// Secret returns the sealed value of a version. It returns ErrNotFound if the value was erased or never stored.
func (tx *Tx) Secret(ctx context.Context, credentialID string, number int64) ([]byte, error) {
	var sealed []byte
	err := tx.one(ctx, selectSecret, []any{credentialID, number}, &sealed)
	return sealed, failed("reading a secret of", "credential", credentialID, err)
}

// EraseSecret deletes the sealed value and the lookup hash of a version. It does nothing if they are gone. The hash
// that ByValueHash looks for stays.
func (tx *Tx) EraseSecret(ctx context.Context, credentialID string, number int64) error {
	_, err := tx.exec(ctx, eraseSecret, credentialID, number)
	return failed("erasing a secret of", "credential", credentialID, err)
}

// TokenByHash returns the credential and the version whose value has this keyed hash.
func (tx *Tx) TokenByHash(ctx context.Context, hash []byte) (Ref, int64, error) {
	var r Ref
	var number int64
	err := tx.one(ctx, tokenByHash, []any{hash}, &r.Scope.Tenant, &r.Scope.Environment, &r.Kind, &r.ID, &number)
	return r, number, failed("looking for", "a token by its hash", "", err)
}

// OwnerOfValue returns the credential of any scope whose value has, or had, this keyed hash.
func (tx *Tx) OwnerOfValue(ctx context.Context, hash []byte) (r Ref, err error) {
	err = tx.one(ctx, ownerOfValue, []any{hash}, &r.Scope.Tenant, &r.Scope.Environment, &r.Kind, &r.ID)
	return r, failed("looking for", "the owner of a value by its hash", "", err)
}

// ByValueHash returns the version of a scope whose value has, or had, this keyed hash. Of several it returns the one
// that is valid, or that ended last.
func (tx *Tx) ByValueHash(ctx context.Context, scope Scope, hash []byte) (Ref, int64, error) {
	var found Ref
	var number int64
	var ended time.Time
	err := tx.each(ctx, byValueHash, []any{hash, scope.Tenant, scope.Environment}, func(row scanner) error {
		var r Ref
		var n int64
		var at time.Time
		err := row.Scan(&r.Scope.Tenant, &r.Scope.Environment, &r.Kind, &r.ID, &n, column.Time(&at))
		if found.ID == "" || at.IsZero() || !ended.IsZero() && at.After(ended) {
			found, number, ended = r, n, at
		}
		return err
	})
	if err == nil && found.ID == "" {
		err = ErrNotFound
	}
	return found, number, failed("looking for", "a version by the hash of its value", "", err)
}

// SealedVersion is the sealed value of a version of an object.
type SealedVersion struct {
	Ref
	Number int64
	Value  []byte
}

// WithoutValueHash returns the values of a kind and scope that were stored before their hashes were kept.
func (tx *Tx) WithoutValueHash(ctx context.Context, scope Scope, kind string) (found []SealedVersion, err error) {
	err = tx.each(ctx, withoutValueHash, []any{scope.Tenant, scope.Environment, kind}, func(row scanner) error {
		s := SealedVersion{Ref: Ref{Scope: scope, Kind: kind}}
		err := row.Scan(&s.ID, &s.Number, &s.Value)
		found = append(found, s)
		return err
	})
	return found, failed("reading values without a hash of", kind, "", err)
}

// readFacts calls found with the credential, the number and the facts of every row of selectFacts or selectFactsOfPage.
func (tx *Tx) readFacts(ctx context.Context, text string, args []any, found func(string, int64, SecretFacts)) error {
	return tx.each(ctx, text, args, func(row scanner) error {
		var id string
		var number int64
		var f SecretFacts
		if err := row.Scan(&id, &number, &f.Digest, &f.PublicKey); err != nil {
			return err
		}
		found(id, number, f)
		return nil
	})
}
