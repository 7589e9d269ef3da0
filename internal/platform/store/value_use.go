package store

import "context"

var (
	insertValueUse = statement(`INSERT INTO value_uses (tenant, environment, kind, object_id, digest)
		VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant, object_id, digest) DO NOTHING`)
	otherValueUses = statement(`SELECT environment, kind, object_id FROM value_uses
		WHERE tenant = $1 AND digest = $2 AND NOT (environment = $3 AND object_id = $4)`)
	deleteValueUses = statement(`DELETE FROM value_uses WHERE tenant = $1 AND object_id = $2`)
)

// NoteValueUse notes that an object was supplied a value, by the digest of the value.
func (tx *Tx) NoteValueUse(ctx context.Context, of Ref, digest []byte) error {
	_, err := tx.exec(ctx, insertValueUse, of.Scope.Tenant, of.Scope.Environment, of.Kind, of.ID, digest)
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
