package store

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

// Restore is one restore of the platform from a backup.
type Restore struct {
	Incarnation int64  // that it made
	Source      string // RestoredBackup or RestoredElsewhere
	AsOf        time.Time
	RestoredAt  time.Time
	ConfirmedAt time.Time // zero until an operator has confirmed it
}

// The sources of a restore.
const (
	RestoredBackup    = "backup" // quickconnectd restore, from a file of quickconnectd backup
	RestoredElsewhere = "mark"   // a tool of the database, followed by quickconnectd restore mark
)

// NumbersOfAnIncarnation is how many version numbers and etags of a name or an object an incarnation has for itself: a
// restore raises them all by so many, because the platform may have used those in between.
const NumbersOfAnIncarnation = 1000

// accessChangesOfARestore is more than access changed since any backup: no number is seen twice.
const accessChangesOfARestore = 1_000_000_000

var (
	setRestored = statement(`UPDATE platform SET incarnation = $1, restore_confirmed = 0
		WHERE one = 1 AND incarnation < $1`)
	setRestoreConfirmed = statement(`UPDATE platform SET restore_confirmed = 1
		WHERE one = 1 AND incarnation = $1 AND restore_confirmed = 0`)
	insertRestore = statement(`INSERT INTO restores (incarnation, source, as_of, restored_at, confirmed_at)
		VALUES ($1, $2, $3, $4, 0) ON CONFLICT (incarnation) DO NOTHING`)
	confirmRestore = statement(`UPDATE restores SET confirmed_at = $2 WHERE incarnation = $1`)
	selectRestore  = statement(`SELECT incarnation, source, as_of, restored_at, confirmed_at FROM restores
		WHERE incarnation = $1`)
	skipAccessChanges = statement(`UPDATE access_changes SET number = number + $1 WHERE one = 1`)
	raiseNames        = statement(`UPDATE names SET highest = highest + $3 WHERE tenant = $1 AND environment = $2`)
	raiseCredentials  = statement(`UPDATE credentials SET highest = highest + $3
		WHERE tenant = $1 AND environment = $2`)
	raiseEtags = func() (all []string) {
		for _, table := range append(tablesOfKinds(), "guardrail_exemptions", "role_bindings") {
			all = append(all, statement(`UPDATE `+table+` SET etag = etag + $3 WHERE tenant = $1 AND environment = $2`))
		}
		return all
	}()
)

// tablesOfKinds are the tables of the objects that users name.
func tablesOfKinds() (all []string) {
	for _, kind := range api.Kinds() {
		all = append(all, tableOf(kind.Path))
	}
	return all
}

// InsertRestore gives the platform the incarnation of a restore, which is not confirmed. It returns ErrNotFound where
// the platform has had that incarnation already.
func (tx *Tx) InsertRestore(ctx context.Context, r Restore) error {
	err := tx.execOne(ctx, setRestored, r.Incarnation)
	if err == nil {
		err = tx.insertNew(ctx, insertRestore, r.Incarnation, r.Source, column.Micros(r.AsOf), column.Micros(r.RestoredAt))
	}
	if err == nil {
		err = tx.execOne(ctx, skipAccessChanges, accessChangesOfARestore)
	}
	return failed("noting", "the restore", "", err)
}

// RaiseNumbers raises the highest version number of every name and every object of an environment, and the etags of the
// objects: none that the platform has used since the backup comes again.
func (tx *Tx) RaiseNumbers(ctx context.Context, scope Scope, by int64) error {
	for _, text := range append([]string{raiseNames, raiseCredentials}, raiseEtags...) {
		if _, err := tx.exec(ctx, text, scope.Tenant, scope.Environment, by); err != nil {
			return failed("raising", "the numbers of environment", scope.Environment, err)
		}
	}
	return nil
}

// ConfirmRestore says that the restore of an incarnation is confirmed. It returns ErrNotFound where that is not the
// present one, or needs no confirmation.
func (tx *Tx) ConfirmRestore(ctx context.Context, incarnation int64, at time.Time) error {
	err := tx.execOne(ctx, setRestoreConfirmed, incarnation)
	if err == nil {
		_, err = tx.exec(ctx, confirmRestore, incarnation, column.Micros(at)) // an older build noted no restore
	}
	return failed("confirming", "the restore", "", err)
}

// RestoreOf reads the restore that made an incarnation.
func (tx *Tx) RestoreOf(ctx context.Context, incarnation int64) (r Restore, err error) {
	err = tx.one(ctx, selectRestore, []any{incarnation}, &r.Incarnation, &r.Source, column.Time(&r.AsOf),
		column.Time(&r.RestoredAt), column.Time(&r.ConfirmedAt))
	return r, failed("reading", "restore", "", err)
}
