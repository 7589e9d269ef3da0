package credentials

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/uses"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// Used notes that a version was used. Every read of the object shows it at once, and WriteUses writes it soon.
func (e *Engine) Used(ref store.Ref, number int64, u uses.Use) { e.recorder.note(ref, number, u) }

// Refused notes that a use of a version was refused.
func Refused(e *Engine, ref store.Ref, number int64, at time.Time) {
	e.recorder.refuse(ref, number, at)
}

// ViewUses is View for a function that calls Uses: nothing is written meanwhile, so that no use counts twice or not at
// all. It must not be called in a transaction.
func (e *Engine) ViewUses(ctx context.Context, c txn.Caller, read func(*txn.Tx) error) error {
	e.recorder.flush.RLock()
	defer e.recorder.flush.RUnlock()
	return e.View(ctx, c, read)
}

// Used are the uses of the versions of an object.
type Used struct {
	sums     sums
	impaired []store.UseImpairment
}

// Of returns the uses of a version, and whether all of them are known: none is missing and none may be late.
func (u Used) Of(v rotation.Version, now time.Time) (s *uses.Summary, complete bool) {
	end := now
	if !v.EndedAt.IsZero() {
		end = v.EndedAt
	}
	complete = !slices.ContainsFunc(u.impaired, func(i store.UseImpairment) bool {
		return i.Until.After(v.IssuedAt) && !i.From.After(end)
	})
	return u.sums[v.Number], complete
}

// Uses reads the uses of versions of an object: those that are stored, and those that are not yet.
func (e *Engine) Uses(ctx context.Context, tx *txn.Tx, p Parts, versions []rotation.Version) (out Used, err error) {
	if out.sums, err = tx.VersionUses(ctx, tx.Scope, p.Object.ID); err != nil || len(versions) == 0 {
		return out, err
	}
	oldest := tx.Now
	for _, v := range versions {
		if out.sums[v.Number] == nil {
			out.sums[v.Number] = &uses.Summary{}
		}
		out.sums[v.Number].Merge(e.recorder.of(p.ref(), v.Number), uses.PerVersion)
		if v.IssuedAt.Before(oldest) {
			oldest = v.IssuedAt
		}
	}
	out.impaired, err = tx.UseImpairments(ctx, oldest, tx.Now)
	out.impaired = append(out.impaired, e.recorder.impaired()...)
	return out, err
}

// UsesOfPage reads the uses of the valid versions of a page of objects, whose ids are ascending, by their ids. It makes
// two queries.
func UsesOfPage(ctx context.Context, tx *txn.Tx, e *Engine, page []Parts) (map[string]Used, error) {
	ids := make([]string, len(page))
	for i, p := range page {
		ids[i] = p.Object.ID
	}
	stored, err := tx.VersionUsesOfPage(ctx, tx.Scope, ids)
	if err != nil {
		return nil, err
	}
	oldest := tx.Now
	for _, p := range page {
		for _, v := range p.Credential.Versions {
			if v.State.Valid() && v.IssuedAt.Before(oldest) {
				oldest = v.IssuedAt
			}
		}
	}
	impaired, err := tx.UseImpairments(ctx, oldest, tx.Now)
	if err != nil {
		return nil, err
	}
	impaired = append(impaired, e.recorder.impaired()...)
	out := make(map[string]Used, len(page))
	for _, p := range page {
		numbers := sums{}
		for _, v := range p.Credential.Versions {
			if !v.State.Valid() {
				continue
			}
			if numbers[v.Number] = stored[p.Object.ID][v.Number]; numbers[v.Number] == nil {
				numbers[v.Number] = &uses.Summary{}
			}
			numbers[v.Number].Merge(e.recorder.of(p.ref(), v.Number), uses.PerVersion)
		}
		out[p.Object.ID] = Used{sums: numbers, impaired: impaired}
	}
	return out, nil
}

// UsesDelayed notes that uses cannot be written now.
func (e *Engine) UsesDelayed() { e.recorder.delayed(e.runner.Clock.Now()) }

// FailedUseWrites returns how often uses could not be written.
func (e *Engine) FailedUseWrites() int64 {
	_, _, failed := e.recorder.counts()
	return failed
}

// BeginUses notes that this process records uses from now on.
func BeginUses(ctx context.Context, e *Engine) error {
	return e.runner.Update(ctx, txn.Caller{}, func(tx *txn.Tx) (err error) {
		if e.recorder.process, err = tx.NewID("process"); err != nil {
			return err
		}
		return errors.Join(e.recorder.keep(ctx, tx, tx.Now), tx.BeginUses(ctx, tx.Now))
	})
}

// EndUses notes that the process stops in order. Where uses still wait, it does not.
func EndUses(ctx context.Context, e *Engine) error {
	if waiting, _ := e.KeptUses(); waiting > 0 {
		return nil
	}
	return e.runner.TryUpdate(ctx, txn.Caller{}, func(tx *txn.Tx) error {
		return tx.EndRecording(ctx, e.recorder.process)
	})
}
