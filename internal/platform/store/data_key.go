package store

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

// KEK is what the database knows of a key-encryption key. The key itself is in the keyring.
type KEK struct {
	Number      int64
	CreatedAt   time.Time
	RewrappedAt time.Time // zero: something may be sealed under an older number
	RetiredAt   time.Time // zero: it is in use
}

// DataKey is a data key, wrapped by a key-encryption key.
type DataKey struct {
	Scope
	ID         []byte
	Credential string // empty: the key of the environment
	Number     int64  // of the key-encryption key
	Wrapped    []byte
}

var (
	insertKEK  = statement(`INSERT INTO keks (number, created_at, rewrapped_at, retired_at) VALUES ($1, $2, 0, 0)`)
	currentKEK = statement(`SELECT number FROM keks WHERE number > 0 ORDER BY number DESC LIMIT 1`)
	allKEKs    = statement(`SELECT number, created_at, rewrapped_at, retired_at FROM keks WHERE number > 0
		ORDER BY number`)
	setKEK = statement(`UPDATE keks SET rewrapped_at = $2, retired_at = $3 WHERE number = $1`)

	insertDataKey = statement(`INSERT INTO data_keys (id, tenant, environment, credential, number, wrapped, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`)
	dataKeyOf = statement(`SELECT id, wrapped FROM data_keys
		WHERE tenant = $1 AND environment = $2 AND credential = $3 AND number = $4`)
	dataKeyByID      = statement(`SELECT wrapped FROM data_keys WHERE id = $1`)
	deleteDataKeysOf = statement(`DELETE FROM data_keys WHERE tenant = $1 AND environment = $2 AND credential = $3`)
	deleteDataKeys   = statement(`DELETE FROM data_keys WHERE number = $1`)
)

// InsertKEK stores that there is a key-encryption key. It seals what is new from then on.
func (tx *Tx) InsertKEK(ctx context.Context, number int64, at time.Time) error {
	_, err := tx.exec(ctx, insertKEK, number, column.Micros(at))
	return failed("storing", "a key-encryption key", "", err)
}

// CurrentKEK returns the number of the key-encryption key that seals what is new. It returns ErrNotFound for none.
func (tx *Tx) CurrentKEK(ctx context.Context) (number int64, err error) {
	err = tx.one(ctx, currentKEK, nil, &number)
	return number, failed("reading", "the number of the key-encryption key", "", err)
}

// KEKs returns every key-encryption key that there ever was, in the order of their numbers.
func (tx *Tx) KEKs(ctx context.Context) (found []KEK, err error) {
	err = tx.each(ctx, allKEKs, nil, func(row scanner) error {
		var k KEK
		err := row.Scan(&k.Number, column.Time(&k.CreatedAt), column.Time(&k.RewrappedAt), column.Time(&k.RetiredAt))
		found = append(found, k)
		return err
	})
	return found, failed("reading", "the key-encryption keys", "", err)
}

// UpdateKEK stores when everything was rewrapped under a key-encryption key, and when it was retired.
func (tx *Tx) UpdateKEK(ctx context.Context, k KEK) error {
	err := tx.execOne(ctx, setKEK, k.Number, column.Micros(k.RewrappedAt), column.Micros(k.RetiredAt))
	return failed("updating", "a key-encryption key", "", err)
}

// InsertDataKey stores a new data key.
func (tx *Tx) InsertDataKey(ctx context.Context, k DataKey, at time.Time) error {
	_, err := tx.exec(ctx, insertDataKey, k.ID, k.Tenant, k.Environment, k.Credential, k.Number, k.Wrapped,
		column.Micros(at))
	return failed("storing", "data key of", k.Environment+" "+k.Credential, err)
}

// DataKeyOf returns the data key of an environment, or of a credential in it, under a key-encryption key.
func (tx *Tx) DataKeyOf(ctx context.Context, scope Scope, credential string, number int64) (DataKey, error) {
	k := DataKey{Scope: scope, Credential: credential, Number: number}
	err := tx.one(ctx, dataKeyOf, []any{scope.Tenant, scope.Environment, credential, number}, &k.ID, &k.Wrapped)
	return k, failed("reading", "data key of", scope.Environment+" "+credential, err)
}

// WrappedDataKey returns the wrapped data key with an id.
func (tx *Tx) WrappedDataKey(ctx context.Context, id []byte) (wrapped []byte, err error) {
	err = tx.one(ctx, dataKeyByID, []any{id}, &wrapped)
	return wrapped, failed("reading", "a data key", "", err)
}

// DeleteDataKeys deletes every data key under a key-encryption key.
func (tx *Tx) DeleteDataKeys(ctx context.Context, number int64) error {
	_, err := tx.exec(ctx, deleteDataKeys, number)
	return failed("deleting", "the data keys of a key-encryption key", "", err)
}
