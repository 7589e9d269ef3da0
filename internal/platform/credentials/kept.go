package credentials

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// maxKept is how many uses are kept at most. Each takes about 300 bytes.
const maxKept = 100_000

// Use is a use of a version that counts.
type Use struct {
	Number   int64
	Evidence string // the kind of evidence that it is, where the version is pending
	Actor    string // who used it
	At       time.Time
}

// kept has the uses that could not be written: the first and the last of each version and actor. Where they are written
// later, they have the consequences that they would have had in time.
type kept struct {
	mu    sync.Mutex
	max   int
	of    map[store.Ref]map[usedBy]span
	count int
	lost  int
}

type usedBy struct {
	number          int64
	evidence, actor string
}

type span struct{ first, last time.Time }

func newKept(most int) *kept { return &kept{max: most, of: map[store.Ref]map[usedBy]span{}} }

func (k *kept) add(ref store.Ref, u Use) {
	k.mu.Lock()
	defer k.mu.Unlock()
	by := usedBy{u.Number, u.Evidence, u.Actor}
	s, known := k.of[ref][by]
	switch {
	case known:
		s.last = u.At
	case k.count >= k.max:
		k.lost++
		return
	default:
		s = span{u.At, u.At}
		k.count++
	}
	if k.of[ref] == nil {
		k.of[ref] = map[usedBy]span{}
	}
	k.of[ref][by] = s
}

// uses returns what is kept of an object, in the order of time.
func (k *kept) uses(ref store.Ref) []Use {
	k.mu.Lock()
	defer k.mu.Unlock()
	var out []Use
	for by, s := range k.of[ref] {
		out = append(out, by.at(s.first))
		if s.last.After(s.first) {
			out = append(out, by.at(s.last))
		}
	}
	slices.SortFunc(out, func(a, b Use) int { return a.At.Compare(b.At) })
	return out
}

func (b usedBy) at(t time.Time) Use {
	return Use{Number: b.number, Evidence: b.evidence, Actor: b.actor, At: t}
}

// drop forgets uses of an object. One that was seen again meanwhile stays.
func (k *kept) drop(ref store.Ref, uses []Use) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, u := range uses {
		by := usedBy{u.Number, u.Evidence, u.Actor}
		if s, known := k.of[ref][by]; known && s.last.Equal(u.At) {
			delete(k.of[ref], by)
			k.count--
		}
	}
	if len(k.of[ref]) == 0 {
		delete(k.of, ref)
	}
}

func (k *kept) refs() []store.Ref {
	k.mu.Lock()
	defer k.mu.Unlock()
	out := make([]store.Ref, 0, len(k.of))
	for ref := range k.of {
		out = append(out, ref)
	}
	return out
}

// Keep remembers a use that could not be written. Every read of the object shows it, and WriteUses writes it.
func (e *Engine) Keep(ref store.Ref, u Use) { e.kept.add(ref, u) }

// KeptUses returns how many uses wait to be written, and how many were lost because too many did.
func (e *Engine) KeptUses() (waiting, lost int) {
	recorded, missing, _ := e.recorder.counts()
	e.kept.mu.Lock()
	defer e.kept.mu.Unlock()
	return recorded + e.kept.count, int(missing) + e.kept.lost
}

// WriteUses writes the uses that wait. Those that cannot be written stay.
func (e *Engine) WriteUses(ctx context.Context) error {
	if err := e.recorder.write(ctx); err != nil {
		return err
	}
	var failed []error
	for _, ref := range e.kept.refs() {
		uses := e.kept.uses(ref)
		err := e.runner.TryUpdate(ctx, txn.Caller{Scope: ref.Scope}, func(tx *txn.Tx) error {
			return e.settleLoaded(ctx, tx, ref)
		})
		switch {
		case errors.Is(err, store.ErrUnavailable):
			return err
		case problem.IsNotFound(err): // deleted meanwhile
			e.kept.drop(ref, uses)
			continue
		}
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}

// catchUp returns a credential after the uses that are kept and the deadlines that have passed, each as of its own
// time. A use that a deadline has overtaken has no consequence.
func catchUp(
	c rotation.Credential, p rotation.Policy, uses []Use, now time.Time,
) (rotation.Credential, []rotation.Transition) {
	var done, more []rotation.Transition
	for _, u := range uses {
		at := u.At
		if at.After(now) { // the clock was set back
			at = now
		}
		c, more, _ = rotation.Use(c, p, u.Number, u.Evidence, u.Actor, at)
		done = append(done, more...)
	}
	c, more = rotation.Settle(c, p, now)
	return c, append(done, more...)
}

// markUses writes the uses themselves, beside what followed from them.
func markUses(ctx context.Context, tx *txn.Tx, id string, after rotation.Credential, uses []Use) error {
	for _, u := range uses {
		v, _ := after.Lookup(u.Number)
		err := tx.MarkUsed(ctx, id, u.Number, u.At, v.Evidence)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	return nil
}
