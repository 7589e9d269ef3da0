package store

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

// Idempotent is what is kept of the response to a request with an Idempotency-Key.
type Idempotent struct {
	Scope                        Scope // of the principal
	Principal, Method, Path, Key string
	BodyHash                     []byte // keyed: a body may hold a secret that can be guessed
	Status                       int
	Etag, Location               string
	ObjectID                     string // of the object in the response; empty for none
	Rotation                     []byte // the rotation object of the response, as JSON; nil for none
	Body                         []byte // the whole response, where an older build stored it; nil otherwise
	At                           time.Time
}

var (
	selectIdempotent = statement(`SELECT tenant, environment, body_hash, status, etag, location, object_id, rotation,
		body, at FROM idempotency
		WHERE principal = $1 AND method = $2 AND path = $3 AND idempotency_key = $4`)
	insertIdempotent = statement(`INSERT INTO idempotency (tenant, environment, principal, method, path,
		idempotency_key, body_hash, status, etag, location, object_id, rotation, body, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT (principal, method, path, idempotency_key) DO NOTHING`)
	deleteIdempotent = statement(`DELETE FROM idempotency
		WHERE principal = $1 AND method = $2 AND path = $3 AND idempotency_key = $4`)
	forgetIdempotent = statement(`DELETE FROM idempotency WHERE (principal, method, path, idempotency_key) IN
		(SELECT principal, method, path, idempotency_key FROM idempotency WHERE at < $1 ORDER BY at LIMIT $2)
		RETURNING tenant, environment`)
	forgetIdempotentIn = statement(`DELETE FROM idempotency WHERE (principal, method, path, idempotency_key) IN
		(SELECT principal, method, path, idempotency_key FROM idempotency
		WHERE tenant = $3 AND environment = $4 AND at < $1 ORDER BY at LIMIT $2) RETURNING tenant, environment`)
)

// Idempotent returns the stored response to an earlier request, or ErrNotFound.
func (tx *Tx) Idempotent(ctx context.Context, principal, method, path, key string) (*Idempotent, error) {
	i := Idempotent{Principal: principal, Method: method, Path: path, Key: key}
	err := tx.one(ctx, selectIdempotent, []any{principal, method, path, key}, &i.Scope.Tenant, &i.Scope.Environment,
		&i.BodyHash, &i.Status, &i.Etag,
		&i.Location, &i.ObjectID, &i.Rotation, &i.Body, column.Time(&i.At))
	if err != nil {
		return nil, failed("looking for", "the response to an earlier request", "", err)
	}
	return &i, nil
}

// InsertIdempotent stores a response. It returns ErrExists if the key has one.
func (tx *Tx) InsertIdempotent(ctx context.Context, i *Idempotent) error {
	err := tx.insertNew(ctx, insertIdempotent, i.Scope.Tenant, i.Scope.Environment, i.Principal, i.Method, i.Path, i.Key,
		i.BodyHash, i.Status, i.Etag, i.Location, i.ObjectID, i.Rotation, i.Body, column.Micros(i.At))
	if err == nil {
		err = tx.addUsage(ctx, i.Scope, UsageAnswers, 1, 0)
	}
	return failed("storing", "the response to a request", "", err)
}

// DeleteIdempotent deletes one response, so that its key can be used again.
func (tx *Tx) DeleteIdempotent(ctx context.Context, i *Idempotent) error {
	n, err := tx.exec(ctx, deleteIdempotent, i.Principal, i.Method, i.Path, i.Key)
	if err == nil && n > 0 {
		err = tx.addUsage(ctx, i.Scope, UsageAnswers, -n, 0)
	}
	return failed("deleting", "the response to an earlier request", "", err)
}

// ForgetIdempotent deletes at most limit responses that were stored before a time, and returns their number.
func (tx *Tx) ForgetIdempotent(ctx context.Context, before time.Time, limit int) (int64, error) {
	return tx.forgetIdempotent(ctx, forgetIdempotent, column.Micros(before), limit)
}

// ForgetIdempotentIn is ForgetIdempotent for one environment.
func (tx *Tx) ForgetIdempotentIn(ctx context.Context, scope Scope, before time.Time, limit int) (int64, error) {
	return tx.forgetIdempotent(ctx, forgetIdempotentIn, column.Micros(before), limit, scope.Tenant, scope.Environment)
}

func (tx *Tx) forgetIdempotent(ctx context.Context, text string, args ...any) (n int64, err error) {
	forgotten := map[Scope]int64{}
	err = tx.each(ctx, text, args, func(row scanner) error {
		var s Scope
		err := row.Scan(&s.Tenant, &s.Environment)
		forgotten[s]++
		n++
		return err
	})
	for scope, count := range forgotten {
		if err == nil {
			err = tx.addUsage(ctx, scope, UsageAnswers, -count, 0)
		}
	}
	return n, failed("forgetting", "responses to earlier requests", "", err)
}
