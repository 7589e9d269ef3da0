package store

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

// inForce reports whether a row of value_uses has a value of a version that is valid, or of an object without versions.
// What was supplied before the oldest valid version was issued has ended.
func inForce(alias string) string {
	return `(` + alias + `.supplied_at = 0 OR ` + alias + `.supplied_at >= COALESCE((SELECT MIN(v.issued_at)
		FROM versions v WHERE v.credential_id = ` + alias + `.object_id
		AND v.state IN ('pending', 'current', 'previous')), CASE WHEN EXISTS (SELECT 1 FROM versions v
		WHERE v.credential_id = ` + alias + `.object_id) THEN 9223372036854775807 ELSE 0 END))`
}

var (
	insertValueUse = statement(`INSERT INTO value_uses (tenant, environment, kind, object_id, digest, supplied_at)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant, object_id, digest)
		DO UPDATE SET supplied_at = excluded.supplied_at`)
	otherValueUses = statement(`SELECT environment, kind, object_id FROM value_uses
		WHERE tenant = $1 AND digest = $2 AND NOT (environment = $3 AND object_id = $4)`)
	deleteValueUses = statement(`DELETE FROM value_uses WHERE tenant = $1 AND object_id = $2`)
)

// NoteValueUse notes that an object was supplied a value now, by the digest of the value.
func (tx *Tx) NoteValueUse(ctx context.Context, of Ref, digest []byte, now time.Time) error {
	_, err := tx.exec(ctx, insertValueUse, of.Scope.Tenant, of.Scope.Environment, of.Kind, of.ID, digest,
		column.Micros(now))
	return failed("noting a value of", of.Kind, of.ID, err)
}

// OtherValueUse returns another object of the tenant that was supplied a value, one of the same environment where there
// is one; ok is false for none.
func (tx *Tx) OtherValueUse(ctx context.Context, than Ref, digest []byte) (other Ref, ok bool, err error) {
	args := []any{than.Scope.Tenant, digest, than.Scope.Environment, than.ID}
	err = tx.each(ctx, otherValueUses, args, func(row scanner) error {
		found := Ref{Scope: Scope{Tenant: than.Scope.Tenant}}
		err := row.Scan(&found.Scope.Environment, &found.Kind, &found.ID)
		if !ok || found.Scope == than.Scope && other.Scope != than.Scope {
			other, ok = found, true
		}
		return err
	})
	return other, ok, failed("looking for another use of a value of", than.Kind, than.ID, err)
}

// forgetValueUses forgets the values of an object that is deleted.
func (tx *Tx) forgetValueUses(ctx context.Context, scope Scope, id string) error {
	_, err := tx.exec(ctx, deleteValueUses, scope.Tenant, id)
	return err
}
