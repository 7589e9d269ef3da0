package audit

import (
	"context"
	"errors"
	"fmt"
	"math"

	"golang.org/x/mod/sumdb/note"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/auditlog"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// verifyPage is how many events are in memory at once.
const verifyPage = 500

// Verified is what is known of a log that verifies.
type Verified struct {
	Scope       store.Scope
	First       int64 // the index of the first event; 0 but for an export of some of the events
	Events      int64 // of the whole log
	Erased      int64
	Checkpoints int   // that were compared
	Chain       int64 // how many of the first events an older build has written
	Root        string
	Unsigned    int64 // how many of the last events no checkpoint covers, in a list of events
}

// Logs returns the environments whose logs are to be verified: those of the events too, which may have been moved.
func Logs(ctx context.Context, s *store.Store) (scopes []store.Scope, err error) {
	err = s.View(ctx, func(tx *store.Tx) (err error) {
		scopes, err = tx.AuditScopes(ctx)
		return err
	})
	return scopes, err
}

// Verify compares everything that the database has of the log of an environment with its events, and with a checkpoint
// that somebody has kept; nil for none. The error is an auditlog.BadEventError that names the first bad event, or is
// about a checkpoint. A server may be at work.
func Verify(
	ctx context.Context, s *store.Store, scope store.Scope, key note.Verifier, older *auditlog.Checkpoint,
) (out Verified, err error) {
	w := verification{ctx: ctx, store: s, scope: scope, key: key, older: older}
	w.verifier = auditlog.Verifier{Tenant: scope.Tenant, Environment: scope.Environment}
	if err := w.run(); err != nil {
		return out, w.explain(err)
	}
	root, err := w.verifier.Log.Root()
	return Verified{
		Scope: scope, Events: w.verifier.Log.Size, Erased: w.verifier.Erased, Checkpoints: w.compared,
		Chain: w.head.Chain.Size, Root: root.String(),
	}, err
}

// verification reads a log in pages, each in a transaction of its own: what it reads does not change.
type verification struct {
	ctx      context.Context
	store    *store.Store
	scope    store.Scope
	key      note.Verifier
	older    *auditlog.Checkpoint
	verifier auditlog.Verifier
	head     *store.AuditLog
	origin   string
	untaken  bool                    // an older build has left events that are not in the log yet
	waiting  []store.AuditCheckpoint // those that were read, and not compared yet
	read     int64                   // the size of the last one of them
	compared int
}

func (w *verification) run() error {
	err := w.store.View(w.ctx, func(tx *store.Tx) error {
		platform, err := tx.Platform(w.ctx)
		if err != nil {
			return err
		}
		w.origin = auditlog.Origin(platform.ID, w.scope.Tenant, w.scope.Environment)
		if w.head, err = tx.AuditLog(w.ctx, w.scope); err != nil {
			return err
		}
		untaken, err := tx.ChainEvents(w.ctx, 1)
		w.untaken = len(untaken) > 0
		return err
	})
	if err != nil {
		return err
	}
	if w.older != nil && w.older.Origin != w.origin {
		return fmt.Errorf("the checkpoint is of %s, and this log is %s: take a checkpoint of this log", w.older.Origin,
			w.origin)
	}
	if w.untaken {
		return errors.New("the audit events of an older build are not in the log yet: start quickconnectd serve with this " +
			"database once, or any command that changes it")
	}
	if err := w.verifier.Claim(w.head.Chain); err != nil {
		return err
	}
	w.read = -1
	if err := w.checkpoints(); err != nil {
		return err
	}
	for from, more := int64(math.MinInt64), true; more; {
		if from, more, err = w.page(from); err != nil {
			return err
		}
	}
	return w.end()
}

// page verifies the next events of the log, as long as it was when the verification began.
func (w *verification) page(from int64) (next int64, more bool, err error) {
	var leaves []store.AuditLeaf
	err = w.store.View(w.ctx, func(tx *store.Tx) (err error) {
		leaves, err = tx.AuditLeaves(w.ctx, w.scope, from, verifyPage)
		return err
	})
	if err != nil {
		return 0, false, err
	}
	for _, l := range leaves {
		if l.Index >= w.head.Size {
			return 0, false, nil
		}
		if err := w.verifier.Leaf(l.AuditEvent, l.Hashes); err != nil {
			return 0, false, err
		}
		if err := w.checkpoints(); err != nil {
			return 0, false, err
		}
		next = l.Index + 1
	}
	return next, len(leaves) == verifyPage, nil
}

// checkpoints compares the checkpoints of the present size.
func (w *verification) checkpoints() error {
	size := w.verifier.Log.Size
	if w.older != nil && w.older.Size == size {
		if err := w.verifier.Check(*w.older); err != nil {
			return err
		}
		w.compared++
	}
	for {
		if len(w.waiting) == 0 {
			if w.read > size || w.read == math.MaxInt64 {
				return nil
			}
			if err := w.readCheckpoints(); err != nil {
				return err
			}
			if len(w.waiting) == 0 {
				w.read = math.MaxInt64
				return nil
			}
		}
		if w.waiting[0].Size > size {
			return nil
		}
		if err := w.compare(w.waiting[0]); err != nil {
			return err
		}
		w.waiting = w.waiting[1:]
	}
}

func (w *verification) readCheckpoints() error {
	return w.store.View(w.ctx, func(tx *store.Tx) (err error) {
		w.waiting, err = tx.Checkpoints(w.ctx, w.scope, w.read, verifyPage)
		if n := len(w.waiting); n > 0 {
			w.read = w.waiting[n-1].Size
		}
		return err
	})
}

func (w *verification) compare(stored store.AuditCheckpoint) error {
	c, err := auditlog.OpenCheckpoint(stored.Note, w.key)
	if err == nil && (c.Origin != w.origin || c.Size != stored.Size) {
		err = fmt.Errorf("it is of %d events of %s", c.Size, c.Origin)
	}
	if err != nil {
		return fmt.Errorf("audit log %s/%s: the stored checkpoint of %d events was changed: %w", w.scope.Tenant,
			w.scope.Environment, stored.Size, err)
	}
	w.compared++
	return w.verifier.Check(c)
}

// end compares the row of the log, and looks for what is behind its end.
func (w *verification) end() error {
	if err := w.verifier.End(w.head.Log, w.head.Stored); err != nil {
		return err
	}
	if w.older != nil && w.older.Size > w.head.Size {
		return w.verifier.Missing(w.head.Size)
	}
	return w.store.View(w.ctx, func(tx *store.Tx) error {
		now, err := tx.AuditLog(w.ctx, w.scope)
		if err != nil {
			return err
		}
		behind, err := tx.AuditLeaves(w.ctx, w.scope, now.Size, 1)
		if err != nil {
			return err
		}
		if len(behind) > 0 {
			return w.verifier.Inserted(behind[0].AuditEvent)
		}
		larger, err := tx.Checkpoints(w.ctx, w.scope, now.Size, 1)
		if err == nil && (len(larger) > 0 || now.Size < w.head.Size) {
			return w.verifier.Missing(now.Size)
		}
		return err
	})
}
