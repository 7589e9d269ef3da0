package store

import (
	"context"
	"errors"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

var (
	insertKey = statement(`INSERT INTO keys (purpose, number, sealed, created_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (purpose, number) DO NOTHING`)
	anyKey    = statement(`SELECT purpose FROM keys WHERE purpose > '' ORDER BY purpose LIMIT 1`)
	latestKey = statement(`SELECT number, sealed FROM keys WHERE purpose = $1 ORDER BY number DESC LIMIT 1`)
	allKeys   = statement(`SELECT number, sealed FROM keys WHERE purpose = $1 ORDER BY number`)
	listKeys  = statement(`SELECT purpose, number, created_at FROM keys WHERE purpose > '' ORDER BY purpose, number`)
	deleteKey = statement(`DELETE FROM keys WHERE purpose = $1 AND number = $2`)
)

// InsertKey stores a sealed symmetric key. It returns ErrExists if the purpose has a key of this number.
func (tx *Tx) InsertKey(ctx context.Context, purpose string, number int64, sealed []byte, at time.Time) error {
	return failed("storing", "key", purpose, tx.insertNew(ctx, insertKey, purpose, number, sealed, column.Micros(at)))
}

// LatestKey returns the sealed key with the highest number of a purpose.
func (tx *Tx) LatestKey(ctx context.Context, purpose string) (number int64, sealed []byte, err error) {
	err = tx.one(ctx, latestKey, []any{purpose}, &number, &sealed)
	return number, sealed, failed("reading", "key", purpose, err)
}

// SealedKey is a sealed symmetric key.
type SealedKey struct {
	Number int64
	Sealed []byte
}

// Keys returns the sealed keys of a purpose, in the order of their numbers.
func (tx *Tx) Keys(ctx context.Context, purpose string) (found []SealedKey, err error) {
	err = tx.each(ctx, allKeys, []any{purpose}, func(row scanner) error {
		var k SealedKey
		err := row.Scan(&k.Number, &k.Sealed)
		found = append(found, k)
		return err
	})
	return found, failed("reading", "keys", purpose, err)
}

// KeyRow says which key there is, without the key.
type KeyRow struct {
	Purpose   string
	Number    int64
	CreatedAt time.Time
}

// AllKeys returns which keys there are, in the order of their purposes and numbers.
func (tx *Tx) AllKeys(ctx context.Context) (found []KeyRow, err error) {
	err = tx.each(ctx, listKeys, nil, func(row scanner) error {
		var k KeyRow
		err := row.Scan(&k.Purpose, &k.Number, column.Time(&k.CreatedAt))
		found = append(found, k)
		return err
	})
	return found, failed("listing", "keys", "", err)
}

// DeleteKey deletes a key for good. It returns ErrNotFound for none.
func (tx *Tx) DeleteKey(ctx context.Context, purpose string, number int64) error {
	return failed("deleting", "key", purpose, tx.execOne(ctx, deleteKey, purpose, number))
}

// HasKeys reports whether the database has a key that a keyring sealed.
func (tx *Tx) HasKeys(ctx context.Context) (bool, error) {
	var purpose string
	err := tx.one(ctx, anyKey, nil, &purpose)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, failed("looking for", "keys", "", err)
}
