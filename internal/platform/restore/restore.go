// Package restore does what a platform needs after its database was restored from a backup: it gives it a new
// incarnation, in which nothing is accepted, handed out or delivered before an operator has confirmed it.
package restore

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/guardrails"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// Actions of the audit, and the kind of their object: the platform itself.
const (
	ActionRestore = "restore"
	ActionConfirm = "confirm_restore"
	KindPlatforms = "platforms"
)

// Members of the detail of these events.
const (
	DetailIncarnation = "incarnation"
	DetailAsOf        = "as_of"
	DetailSource      = "source"
)

// ErrNotPending is the error of a confirmation that is not missing.
var ErrNotPending = errors.New("no restore of this platform waits for a confirmation, and nothing was done")

// Marking is how a restore is marked.
type Marking struct {
	Source string // store.RestoredBackup or store.RestoredElsewhere
	// Last is the highest incarnation that the platform is known to have had; 0: none but that of the database.
	Last  int64
	Actor string // that the audit names
}

// next returns the incarnation of a restore, and by how much it raises the numbers. Each incarnation has numbers of its
// own, also where one backup is restored twice.
func next(inBackup, last int64) (incarnation, raise int64) {
	incarnation = max(inBackup, last) + 1
	return incarnation, (incarnation - inBackup) * store.NumbersOfAnIncarnation
}

// Mark notes in one transaction that the database was restored, and signs everybody out. Nothing may be served from it
// before.
func Mark(ctx context.Context, r *txn.Runner, m Marking) (out store.Restore, err error) {
	err = r.Update(ctx, txn.Caller{Actor: m.Actor}, func(tx *txn.Tx) error {
		p, err := tx.Platform(ctx)
		if err != nil {
			return err
		}
		known, err := tx.Clock(ctx)
		if err != nil {
			return err
		}
		incarnation, raise := next(p.Incarnation, m.Last)
		out = store.Restore{Incarnation: incarnation, Source: m.Source, AsOf: known.WrittenAt, RestoredAt: tx.Now}
		if err := tx.InsertRestore(ctx, out); err != nil {
			return err
		}
		if err := endSessions(ctx, tx); err != nil {
			return err
		}
		return inEveryEnvironment(ctx, tx, func(tx *txn.Tx) error { return markEnvironment(ctx, tx, p.ID, out, raise) })
	})
	if err != nil {
		return out, fmt.Errorf("mark the database as restored: %w", err)
	}
	return out, r.Restored.Look(ctx)
}

func inEveryEnvironment(ctx context.Context, tx *txn.Tx, do func(*txn.Tx) error) error {
	scopes, err := tx.Scopes(ctx)
	for _, scope := range scopes {
		if err == nil {
			err = do(tx.As(tx.In(scope)))
		}
	}
	return err
}

func markEnvironment(ctx context.Context, tx *txn.Tx, platform string, r store.Restore, raise int64) error {
	if err := tx.RaiseNumbers(ctx, tx.Scope, raise); err != nil {
		return err
	}
	if err := raisePolicy(ctx, tx, raise); err != nil {
		return err
	}
	return tx.Audit(ctx, ActionRestore, KindPlatforms, platform, map[string]string{
		DetailIncarnation: strconv.FormatInt(r.Incarnation, 10), DetailSource: r.Source,
		DetailAsOf: r.AsOf.UTC().Format(time.RFC3339),
	})
}

// raisePolicy raises the etag of the policy of an environment, where one is written.
func raisePolicy(ctx context.Context, tx *txn.Tx, raise int64) error {
	p, err := guardrails.Policy(ctx, tx)
	if err != nil || p.ID == "" {
		return err
	}
	p.Etag += raise
	return guardrails.Save(ctx, tx, p)
}

// State is what is known of the last restore of a platform.
type State struct {
	Platform store.Platform
	// Restore is nil where the platform was never restored.
	Restore *store.Restore
}

// Look returns what is known of the last restore.
func Look(ctx context.Context, r *txn.Runner) (out State, err error) {
	err = r.View(ctx, txn.Caller{}, func(tx *txn.Tx) error {
		p, err := tx.Platform(ctx)
		if err != nil {
			return err
		}
		out.Platform = *p
		found, err := tx.RestoreOf(ctx, p.Incarnation)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		out.Restore = &found
		return err
	})
	return out, err
}

// Confirm ends the time in which nothing is accepted, handed out or delivered. What first does is in the same
// transaction. It returns ErrNotPending where that time is over.
func Confirm(ctx context.Context, r *txn.Runner, actor string, first func(*txn.Tx) error) (State, error) {
	state, err := Look(ctx, r)
	if err != nil {
		return state, err
	}
	err = r.Update(ctx, txn.Caller{Actor: actor}, func(tx *txn.Tx) error {
		if err := tx.ConfirmRestore(ctx, state.Platform.Incarnation, tx.Now); err != nil {
			return err
		}
		if err := first(tx); err != nil {
			return err
		}
		return inEveryEnvironment(ctx, tx, func(tx *txn.Tx) error {
			return tx.Audit(ctx, ActionConfirm, KindPlatforms, state.Platform.ID, map[string]string{
				DetailIncarnation: strconv.FormatInt(state.Platform.Incarnation, 10),
			})
		})
	})
	if errors.Is(err, store.ErrNotFound) {
		return state, ErrNotPending
	}
	if err != nil {
		return state, fmt.Errorf("confirm the restore: %w", err)
	}
	return state, r.Restored.Look(ctx)
}
