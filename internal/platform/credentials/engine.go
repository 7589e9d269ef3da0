// Package credentials applies the rules of package rotation to stored objects, inside a transaction: it settles
// deadlines, takes steps, and records what came of them. It uses the objects through a plain interface, and knows
// nothing of HTTP.
package credentials

import (
	"context"
	"errors"
	"fmt"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// Engine works on every kind of object that has a credential.
type Engine struct {
	runner  *txn.Runner
	settled func(step string)
	loaders map[string]Loader // by the path of the kind
	kept    *kept

	recorder *recorder
}

// New returns an engine that knows no kind yet. It reports every step that a deadline took, once that is committed.
func New(runner *txn.Runner, settled func(step string)) *Engine {
	return &Engine{
		runner: runner, settled: settled, loaders: map[string]Loader{}, kept: newKept(maxKept),
		recorder: newRecorder(runner, maxRecorded),
	}
}

// Register adds a kind of object. It must not be called once the engine is in use.
func (e *Engine) Register(kind api.Kind, load Loader) { e.loaders[kind.Path] = load }

// Load reads an object of a kind. Its deadlines are settled, or noted for View.
func (e *Engine) Load(ctx context.Context, tx *txn.Tx, kind api.Kind, id string) (Object, error) {
	load, ok := e.loaders[kind.Path]
	if !ok {
		return nil, fmt.Errorf("no %s has a credential", kind.Singular)
	}
	return load(ctx, tx, id)
}

// LoadRotated is Load for a kind whose versions the rotation rules move.
func (e *Engine) LoadRotated(ctx context.Context, tx *txn.Tx, kind api.Kind, id string) (Rotated, error) {
	o, err := e.Load(ctx, tx, kind, id)
	if err != nil {
		return nil, err
	}
	out, ok := o.(Rotated)
	if !ok {
		return nil, fmt.Errorf("no %s is rotated", kind.Singular)
	}
	return out, nil
}

// dueKey is the key of the objects of a transaction that wait to be settled.
type dueKey struct{}

func dueOf(tx *txn.Tx) *[]store.Ref {
	due, _ := tx.Value(dueKey{}, func() any { return new([]store.Ref) }).(*[]store.Ref)
	return due
}

// unwrittenKey is the key of whether a transaction that reads settles in memory.
type unwrittenKey struct{}

func unwritten(tx *txn.Tx) bool {
	out, _ := tx.Value(unwrittenKey{}, func() any { return false }).(bool)
	return out
}

// View reads. Objects that are past a deadline are settled first, each in a transaction of its own, and read again: the
// function may be called more than once, and only the outcome of its last call counts. Where the database cannot be
// written, they are settled in memory alone: a read shows, and decides by, what the deadlines say.
func (e *Engine) View(ctx context.Context, c txn.Caller, read func(*txn.Tx) error) error {
	inMemory := e.runner.Store.Outage() != nil
	for {
		var due []store.Ref
		err := e.runner.View(ctx, c, func(tx *txn.Tx) error {
			tx.Value(unwrittenKey{}, func() any { return inMemory })
			err := read(tx)
			due = *dueOf(tx)
			return err
		})
		if len(due) == 0 {
			return err
		}
		for _, ref := range due {
			err := e.SettleRef(ctx, c, ref)
			if inMemory = errors.Is(err, store.ErrUnavailable); inMemory {
				break
			}
			if err != nil {
				return err
			}
		}
	}
}

// Update writes. An object that it reads through the engine is settled in the same transaction.
func (e *Engine) Update(ctx context.Context, c txn.Caller, do func(*txn.Tx) error) error {
	return e.runner.Update(ctx, c, do)
}

// TryUpdate is Update for what can wait. It does not wait itself where the database cannot be written.
func (e *Engine) TryUpdate(ctx context.Context, c txn.Caller, do func(*txn.Tx) error) error {
	return e.runner.TryUpdate(ctx, c, do)
}

// SettleFirst settles the deadlines of an object before a change of it, in a transaction of its own: the change may be
// refused, and that must not undo them. A missing object is for the change to report, because the request may be a
// repetition whose answer is stored.
func (e *Engine) SettleFirst(ctx context.Context, c txn.Caller, kind api.Kind, id string) error {
	err := e.View(ctx, c, func(tx *txn.Tx) error {
		_, err := e.Load(ctx, tx, kind, id)
		return err
	})
	if problem.IsNotFound(err) {
		return nil
	}
	return err
}

// SettleRef settles the deadlines of an object in a transaction of its own. A missing object was deleted meanwhile. It
// does not wait where the database cannot be written.
func (e *Engine) SettleRef(ctx context.Context, c txn.Caller, ref store.Ref) error {
	err := e.runner.TryUpdate(ctx, c.In(ref.Scope), func(tx *txn.Tx) error { return e.settleLoaded(ctx, tx, ref) })
	if problem.IsNotFound(err) {
		return nil
	}
	return err
}

// SettlePolicy settles the objects of a policy, inside a transaction that is about to change the policy: deadlines that
// have passed follow the policy as it was. While the clock is in doubt, they follow the policy as it will be.
func (e *Engine) SettlePolicy(ctx context.Context, tx *txn.Tx, policyID string) error {
	refs, err := tx.CredentialsDueOfPolicy(ctx, tx.Scope, policyID, tx.Now)
	if err != nil {
		return err
	}
	for _, ref := range refs {
		if err := e.settleLoaded(ctx, tx, ref); err != nil {
			return err
		}
	}
	return nil
}

// settleLoaded reads an object in a transaction that may write, which settles it.
func (e *Engine) settleLoaded(ctx context.Context, tx *txn.Tx, ref store.Ref) error {
	kind, _ := api.KindAt(ref.Kind)
	_, err := e.Load(ctx, tx, kind, ref.ID)
	return err
}

// Settle applies the uses of an object that are kept and the deadlines that have passed, and saves it. In a transaction
// that only reads, it notes the object instead, and View settles it. Every loader calls it, so every read and every
// change comes after the deadlines. While the clock is in doubt, deadlines wait.
func (e *Engine) Settle(ctx context.Context, tx *txn.Tx, o Object) error {
	p := o.Parts()
	if !tx.Writable {
		ShowSettled(tx, e, p)
		return nil
	}
	e.recorder.show(p.ref(), p.Credential)
	uses := e.kept.uses(p.ref())
	if len(uses) == 0 && (tx.Paused || !p.Credential.PastDeadline(tx.Now)) {
		return nil
	}
	after, done := catchUp(p.Credential.Credential, p.Policy, uses, tx.Now)
	moved := p.count(done)
	p.lastUse(uses)
	for _, step := range moved {
		tx.OnCommit(func() { e.settled(step) })
	}
	tx.OnCommit(func() { e.kept.drop(p.ref(), uses) })
	if err := Record(ctx, tx, p, after, done, nil); err != nil {
		return err
	}
	if len(moved) > 0 {
		if err := o.Save(ctx, tx); err != nil {
			return err
		}
	}
	return markUses(ctx, tx, p.Object.ID, after, uses)
}

// ShowSettled is Settle in a transaction that only reads, for who has the parts of an object alone: View settles the
// object and reads again, or settles it in memory where the database cannot be written.
func ShowSettled(tx *txn.Tx, e *Engine, p Parts) {
	e.recorder.show(p.ref(), p.Credential)
	uses := e.kept.uses(p.ref())
	if len(uses) == 0 && (tx.Paused || !p.Credential.PastDeadline(tx.Now)) {
		return
	}
	if !unwritten(tx) {
		due := dueOf(tx)
		*due = append(*due, p.ref())
		return
	}
	after, done := catchUp(p.Credential.Credential, p.Policy, uses, tx.Now)
	p.count(done)
	p.lastUse(uses)
	p.Credential.Credential = after
}

// lastUse moves the last use of the credential to the last of these.
func (p Parts) lastUse(uses []Use) {
	for _, u := range uses {
		if u.At.After(p.Credential.LastUsedAt) {
			p.Credential.LastUsedAt = u.At
		}
	}
}

// count counts the deadlines among transitions in the etag, and returns their steps. A use has none that count.
func (p Parts) count(done []rotation.Transition) (steps []string) {
	for _, t := range done {
		if !t.Step.Moves() {
			continue
		}
		if p.Credential.SettledBase == 0 {
			p.Credential.SettledBase = p.Object.Etag
		}
		p.Object.Etag++
		p.Credential.SettledSteps = append(p.Credential.SettledSteps, string(t.Step))
		steps = append(steps, string(t.Step))
	}
	return steps
}
