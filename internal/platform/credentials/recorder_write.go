package credentials

import (
	"context"
	"errors"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/uses"
)

// useBatch is how many credentials have their uses written in one transaction.
const useBatch = 200

// write writes the uses so far. Those that cannot be written stay.
func (r *recorder) write(ctx context.Context) error {
	begin := r.runner.Clock.Now()
	count, _, _ := r.counts()
	for written := 0; written < count; written += useBatch {
		if err := r.writeBatch(ctx); err != nil {
			r.delayed(r.runner.Clock.Now())
			return err
		}
	}
	return errors.Join(r.writeImpaired(ctx), r.keepAlive(ctx, begin))
}

// aliveInterval is how often it is noted that uses are recorded. After a kill, so much more counts as impaired.
const aliveInterval = time.Minute

// deadAfter is after how long without a note another process counts as killed.
const deadAfter = 3 * aliveInterval

// keepAlive notes that uses are recorded, and that all up to now are written.
func (r *recorder) keepAlive(ctx context.Context, now time.Time) error {
	if since := now.Sub(r.aliveAt); since >= 0 && since < aliveInterval {
		return nil
	}
	err := r.runner.TryUpdate(ctx, txn.Caller{}, func(tx *txn.Tx) error { return r.keep(ctx, tx, now) })
	if err == nil {
		r.aliveAt = now
	}
	return err
}

// keep notes that this process records uses. What a process that was killed had not written is lost: the time since it
// was known last is impaired. In a database of one process, every other one is dead.
func (r *recorder) keep(ctx context.Context, tx *txn.Tx, now time.Time) error {
	until := now
	if r.runner.Store.Shared() {
		until = until.Add(-deadAfter)
	}
	alive, err := tx.LostRecording(ctx, r.process, until)
	if err == nil && !alive.IsZero() && alive.Before(now) {
		err = tx.WriteUseImpairment(ctx, store.UseImpairment{From: alive, Until: now, Reason: store.UsesLost})
	}
	return errors.Join(err, tx.KeepRecording(ctx, r.process, now))
}

func (r *recorder) writeBatch(ctx context.Context) error {
	r.flush.Lock()
	defer r.flush.Unlock()
	batch := r.take(useBatch)
	if len(batch) == 0 {
		return nil
	}
	err := r.runner.TryUpdate(ctx, txn.Caller{}, func(tx *txn.Tx) error {
		for ref, numbers := range batch {
			for number, s := range numbers {
				if err := writeUses(ctx, tx, ref, number, s); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		r.giveBack()
		return err
	}
	r.written()
	return nil
}

func writeUses(ctx context.Context, tx *txn.Tx, ref store.Ref, number int64, s *uses.Summary) error {
	if err := tx.MarkUsedAlone(ctx, ref.ID, number, s.Last); err != nil {
		return err
	}
	fresh, err := tx.AddVersionUses(ctx, ref, number, s)
	if err != nil || len(fresh) == 0 {
		return err
	}
	return auditNetworks(ctx, tx, ref, number, s, fresh)
}

// writeImpaired writes when the recording was impaired, if it was.
func (r *recorder) writeImpaired(ctx context.Context) error {
	all := r.impaired()
	if len(all) == 0 {
		return nil
	}
	err := r.runner.TryUpdate(ctx, txn.Caller{}, func(tx *txn.Tx) error {
		for _, i := range all {
			if err := tx.WriteUseImpairment(ctx, i); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		r.stored(all)
	}
	return err
}
