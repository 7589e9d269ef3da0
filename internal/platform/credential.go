package platform

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// credentialed is an object that has a credential, shown to clients as a V: what the operations see that connectors, scoped
// tokens and signing secrets share.
type credentialed[V any] interface {
	parts() parts
	save(context.Context, *work) error
	show(now time.Time) V
}

// parts are the parts of such an object.
type parts struct {
	noun       noun
	object     *store.Object
	credential *store.Credential
	policy     rotation.Policy
	revoked    func(number int64) // told of every version that is revoked, not of a cancelled one; nil for nobody
}

// due tells whether a deadline of the credential has passed and waits to be settled.
func (x parts) due(now time.Time) bool {
	at := x.credential.NextDeadline()
	return !at.IsZero() && !now.Before(at)
}

// refIfDue names the object if it waits to be settled, for view.
func (x parts) refIfDue(now time.Time) []store.Ref {
	if !x.due(now) {
		return nil
	}
	return []store.Ref{{Scope: x.object.Scope, Kind: x.noun.kind, ID: x.object.ID}}
}

// bump counts a change of the object that is not a settled deadline.
func (x parts) bump() {
	x.object.Etag++
	x.credential.SettledBase, x.credential.SettledSteps = 0, nil
}

// issuer makes and stores the value of a version that was just issued.
type issuer func(ctx context.Context, number int64) error

// rotated is a credentialed object whose versions the rotation rules move: a scoped token or a signing secret.
type rotated[V any] interface {
	credentialed[V]
	// issuer makes the values that a step issues, or takes the one that the caller supplied.
	issuer(ctx context.Context, w *work, supplied *secret.Value) (issuer, error)
	// reveal is the answer that shows the value of one version.
	reveal(v *vault, sealed []byte, b keyring.Bound, endsAt *time.Time) (*reveal, error)
}

// rotatedKind is one kind of such objects.
type rotatedKind[V any] struct {
	noun  noun
	label string // in the ids of operations
	tag   string
	load  func(w *work, ctx context.Context, id string) (rotated[V], error)
}

// loader is load for what knows less of the object.
func (k rotatedKind[V]) loader() loader[V] {
	return func(w *work, ctx context.Context, id string) (credentialed[V], error) { return k.load(w, ctx, id) }
}

// settled reads an object to change it, in a write transaction.
func (k rotatedKind[V]) settled(ctx context.Context, w *work, id string) (rotated[V], error) {
	o, err := k.load(w, ctx, id)
	if err != nil {
		return nil, err
	}
	return o, settleDeadlines(ctx, w, o)
}

// raiseMinimum carries out minimum_version. It does not save.
func (w *work) raiseMinimum(ctx context.Context, x parts, n int64, issue issuer) ([]rotation.Transition, error) {
	after, done, err := rotation.RaiseMinimum(x.credential.Credential, x.policy, n, w.actor, w.now)
	if err != nil {
		return nil, err
	}
	return done, w.carry(ctx, x, after, done, issue)
}

// carry puts the outcome of a step into the object: values for what was issued, nothing left of the values of what
// ended, the highest number remembered under the name, one audit event per transition. It does not save.
func (w *work) carry(ctx context.Context, x parts, after rotation.Credential, done []rotation.Transition, issue issuer) error {
	before := x.credential.Credential
	for _, t := range done {
		if t.Issued != 0 {
			if err := issue(ctx, t.Issued); err != nil {
				return err
			}
		}
		if err := w.auditTransition(ctx, x.noun.kind, x.object.ID, t); err != nil {
			return err
		}
	}
	for _, v := range after.Versions {
		if was, _ := before.Lookup(v.Number); was.State.Valid() && !v.State.Valid() {
			if x.revoked != nil && v.State == rotation.StateRevoked && !cancels(done, v.Number) {
				x.revoked(v.Number)
			}
			if err := w.tx.EraseSecret(ctx, x.object.ID, v.Number); err != nil {
				return err
			}
		}
	}
	x.credential.Credential = after
	if after.Highest == before.Highest {
		return nil
	}
	return w.tx.RecordNumber(ctx, w.scope, x.noun.kind, x.object.Name, after.Highest)
}

// cancels tells whether a version ended because its stage did, or was given up: nobody said that its value must not be used.
func cancels(done []rotation.Transition, number int64) bool {
	return slices.ContainsFunc(done, func(t rotation.Transition) bool {
		return t.Step == rotation.StepCancel && slices.Contains(t.Versions, number)
	})
}

// moves tells whether a step changed the stored object as a client sees it.
func moves(done []rotation.Transition) bool {
	for _, t := range done {
		if t.Step.Moves() {
			return true
		}
	}
	return false
}

// settle carries out the deadlines of one credential that have passed, in a transaction of its own: a request that is
// then refused does not undo it.
func (p *Platform) settle(ctx context.Context, ref store.Ref) error {
	err := p.update(ctx, func(w *work) error {
		w.scope = ref.Scope
		return w.settleRef(ctx, ref)
	})
	if isNotFound(err) {
		return nil // deleted meanwhile
	}
	return err
}

// settleFirst settles the deadlines of an object before a change of it, in a transaction of its own. An object that does
// not exist is for the change to say: it may be a repetition whose answer is kept.
func settleFirst[V any](ctx context.Context, p *Platform, load loader[V], id string) error {
	err := p.view(ctx, func(w *work) ([]store.Ref, error) {
		o, err := load(w, ctx, id)
		if err != nil {
			return nil, err
		}
		return o.parts().refIfDue(w.now), nil
	})
	if isNotFound(err) {
		return nil
	}
	return err
}

func (w *work) settleRef(ctx context.Context, ref store.Ref) error {
	var err error
	switch ref.Kind { // a connector's credentials have an age and no deadlines
	case api.KindScopedTokens:
		_, err = w.settledScopedToken(ctx, ref.ID)
	case api.KindSigningSecrets:
		_, err = w.settledSigningSecret(ctx, ref.ID)
	}
	return err
}

// settleDeadlines settles an object that was read in a write transaction.
func settleDeadlines[V any](ctx context.Context, w *work, o credentialed[V]) error {
	x := o.parts()
	if !x.due(w.now) {
		return nil
	}
	after, done := rotation.Settle(x.credential.Credential, x.policy, w.now)
	if len(done) == 0 {
		return nil
	}
	if x.credential.SettledBase == 0 {
		x.credential.SettledBase = x.object.Etag
	}
	for _, t := range done {
		x.object.Etag++
		x.credential.SettledSteps = append(x.credential.SettledSteps, string(t.Step))
		w.settled = append(w.settled, string(t.Step))
	}
	if err := w.carry(ctx, x, after, done, nil); err != nil {
		return err
	}
	return o.save(ctx, w)
}

// policy returns the rules that a policy's id stands for; no policy stands for the defaults.
func (w *work) policy(ctx context.Context, id string) (rotation.Policy, error) {
	if id == "" {
		return rotation.DefaultPolicy(), nil
	}
	if p, known := w.policies[id]; known {
		return p, nil
	}
	record, err := w.tx.RotationPolicy(ctx, w.scope, id)
	if err != nil {
		return rotation.Policy{}, err
	}
	p, err := rulesOf(record)
	if err != nil {
		return rotation.Policy{}, err
	}
	if w.policies == nil {
		w.policies = map[string]rotation.Policy{}
	}
	w.policies[id] = p
	return p, nil
}

// policyNamed is policy for an id out of a request.
func (w *work) policyNamed(ctx context.Context, id string) (rotation.Policy, error) {
	p, err := w.policy(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return p, newProblem(api.CodeInvalid, "/rotation_policy_id", "rotation_policy_id names no rotation policy of tenant %s, environment %s", w.scope.Tenant, w.scope.Environment)
	}
	return p, err
}

// startNumber is the number that the first version under a name gets: numbers of a name are never used twice.
func (w *work) startNumber(ctx context.Context, n noun, name string) (int64, error) {
	highest, err := w.tx.HighestNumber(ctx, w.scope, n.kind, name)
	return highest + 1, err
}

// renamed continues the numbers of the new name of an object.
func (w *work) renamed(ctx context.Context, x parts) error {
	highest, err := w.tx.HighestNumber(ctx, w.scope, x.noun.kind, x.object.Name)
	if err != nil {
		return err
	}
	x.credential.Highest = max(x.credential.Highest, highest)
	if x.credential.Highest == 0 {
		return nil
	}
	return w.tx.RecordNumber(ctx, w.scope, x.noun.kind, x.object.Name, x.credential.Highest)
}
