package store

import (
	"context"
	"errors"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

var (
	highestNumber = statement(`SELECT highest FROM names
		WHERE tenant = $1 AND environment = $2 AND kind = $3 AND name = $4`)
	highestUnderPrefix = statement(`SELECT COALESCE(MAX(highest), 0) FROM names
		WHERE tenant = $1 AND environment = $2 AND kind = $3 AND name >= $4 AND name < $5`)
	firstNumber  = statement(`SELECT (incarnation - 1) * $1 FROM platform WHERE one = 1`)
	recordNumber = statement(`INSERT INTO names (tenant, environment, kind, name, highest) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (tenant, environment, kind, name) DO UPDATE SET
		highest = CASE WHEN excluded.highest > names.highest THEN excluded.highest ELSE names.highest END`)
)

// idByName has a statement for each kind.
var idByName = func() map[string]string {
	out := map[string]string{}
	for _, kind := range api.Kinds() {
		out[kind.Path] = statement(`SELECT o.id FROM ` + tableOf(kind.Path) + ` o
			WHERE o.tenant = $1 AND o.environment = $2 AND o.name = $3` + live(kind.Path))
	}
	return out
}()

// IDByName returns the id of the object that has a name now. The name of an object that is deleting is free.
func (tx *Tx) IDByName(ctx context.Context, scope Scope, kind, name string) (id string, err error) {
	err = tx.one(ctx, idByName[kind], []any{scope.Tenant, scope.Environment, name}, &id)
	return id, failed("looking for", kind, name, err)
}

// HighestNumber returns the highest version number that RecordNumber stored for a name, or 0. After a restore, names
// that the backup did not have begin above what they may have had.
func (tx *Tx) HighestNumber(ctx context.Context, scope Scope, kind, name string) (int64, error) {
	var n int64
	err := tx.one(ctx, highestNumber, []any{scope.Tenant, scope.Environment, kind, name}, &n)
	if errors.Is(err, ErrNotFound) {
		err = nil
	}
	if err == nil {
		n, err = tx.notBelowRestore(ctx, n)
	}
	return n, failed("reading the highest version number of", kind, name, err)
}

// HighestNumberUnder returns the highest version number that RecordNumber stored for any name with a prefix, or 0.
func (tx *Tx) HighestNumberUnder(ctx context.Context, scope Scope, kind, prefix string) (int64, error) {
	var n int64
	const afterEveryName = "\x7f" // the bytes of a name are smaller
	args := []any{scope.Tenant, scope.Environment, kind, prefix, prefix + afterEveryName}
	err := tx.one(ctx, highestUnderPrefix, args, &n)
	if err == nil {
		n, err = tx.notBelowRestore(ctx, n)
	}
	return n, failed("reading the highest version number under", kind, prefix, err)
}

// notBelowRestore raises a number to the highest that may have been issued under a name that a backup did not have.
func (tx *Tx) notBelowRestore(ctx context.Context, n int64) (int64, error) {
	var least int64
	err := tx.one(ctx, firstNumber, []any{NumbersOfAnIncarnation}, &least)
	if errors.Is(err, ErrNotFound) {
		err = nil // the platform is made at its first start
	}
	return max(n, least), err
}

// RecordNumber stores a version number that was issued under a name. It outlives the object and never decreases.
func (tx *Tx) RecordNumber(ctx context.Context, scope Scope, kind, name string, n int64) error {
	_, err := tx.exec(ctx, recordNumber, scope.Tenant, scope.Environment, kind, name, n)
	return failed("recording a version number of", kind, name, err)
}
