// Package claims decides which create gets an object that an interrupted run has made. A run is one instance of the
// provider, and the claim of a create is what the state of that run proves to have the object with. The routes of runs
// and orphans are in package runs; package httpapi asks this one at every create and every read that has a claim.
package claims

import (
	"context"
	"errors"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// Claiming is what a create says about itself besides its body.
type Claiming struct {
	Kind  api.Kind
	Name  string // that the object must have; empty where the platform chooses one
	RunID string
	Claim string
	Body  []byte // RequestHash of the body
}

// Find finds the object that a create adopts, and adopts it. The id is empty where there is none: then the object is to
// be made. It returns a problem where another run may still have the answer that it waits for.
func Find(ctx context.Context, tx *txn.Tx, c Claiming) (id string, err error) {
	if err := begin(ctx, tx, c.RunID); err != nil {
		return "", err
	}
	found, err := candidates(ctx, tx, c)
	if err != nil {
		return "", err
	}
	var waits error
	for _, o := range found {
		switch outcome, reason := Decide(c.create(tx), o); outcome {
		case Adopt:
			return o.Claim.ObjectID, adopt(ctx, tx, c, o)
		case Wait:
			waits = inProgress(tx, c, o, reason)
		case Refuse: // what makes the object says that its name is taken; without a name, another one is made
		}
	}
	return "", waits
}

// field is the member of the create that names the object.
func (c Claiming) field() string {
	if c.Name == "" {
		return "/name_prefix"
	}
	return "/name"
}

func (c Claiming) create(tx *txn.Tx) Create {
	return Create{
		Principal: tx.Actor, RunID: c.RunID, Specification: c.specification(tx), Now: tx.Now, ClockInDoubt: tx.Paused,
	}
}

func (c Claiming) specification(tx *txn.Tx) []byte {
	return tx.Keys.SpecificationHash(c.Kind.Path, c.Body)
}

// candidates returns the object that has the name of a create; for a create without a name, every object that an equal
// create has made and no state has.
func candidates(ctx context.Context, tx *txn.Tx, c Claiming) (found []Object, err error) {
	if c.Name != "" {
		o, err := named(ctx, tx, c)
		if errors.Is(err, store.ErrNotFound) {
			return nil, nil
		}
		return []Object{o}, err
	}
	equal, err := tx.UnpresentedClaims(ctx, tx.Scope, c.specification(tx))
	if err != nil {
		return nil, err
	}
	for _, claim := range equal {
		o, err := object(ctx, tx, c.Kind, claim)
		if errors.Is(err, store.ErrNotFound) {
			continue // it was deleted
		}
		if err != nil {
			return nil, err
		}
		found = append(found, o)
	}
	return found, nil
}

// named reads the object that has the name of a create.
func named(ctx context.Context, tx *txn.Tx, c Claiming) (Object, error) {
	id, err := tx.IDByName(ctx, tx.Scope, c.Kind.Path, c.Name)
	if err != nil {
		return Object{}, err
	}
	claim, err := tx.CurrentClaim(ctx, tx.Scope, id)
	if errors.Is(err, store.ErrNotFound) {
		return Object{}, nil // made without a claim
	}
	if err != nil {
		return Object{}, err
	}
	return object(ctx, tx, c.Kind, claim)
}

// object reads what is decided by about the object of a claim.
func object(ctx context.Context, tx *txn.Tx, kind api.Kind, claim *store.Claim) (o Object, err error) {
	bound, err := tx.Keys.Rows().Claim(claim)
	if err := tx.CheckBound(ctx, bound, err); err != nil {
		return o, err
	}
	if o.Etag, err = tx.ObjectEtag(ctx, tx.Scope, kind.Path, claim.ObjectID); err != nil {
		return o, err
	}
	o.Claim = claim
	o.Run, err = read(ctx, tx, claim.RunID)
	if errors.Is(err, store.ErrNotFound) {
		return o, nil
	}
	return o, err
}

// Made stores the claim of an object that a create has made.
func Made(ctx context.Context, tx *txn.Tx, c Claiming, id string) error {
	return insert(ctx, tx, c, id, 1)
}

func insert(ctx context.Context, tx *txn.Tx, c Claiming, id string, number int64) error {
	etag, err := tx.ObjectEtag(ctx, tx.Scope, c.Kind.Path, id)
	if err != nil {
		return err
	}
	claim := &store.Claim{
		Scope: tx.Scope, Kind: c.Kind.Path, ObjectID: id, Number: number,
		Hash: tx.Keys.ClaimHash(tx.Scope, id, c.Claim), Digest: api.ClaimDigest(id, c.Claim),
		Specification: c.specification(tx),
		RunID:         c.RunID, Principal: tx.Actor, Etag: etag, CreatedAt: tx.Now,
	}
	if err := tx.InsertClaim(ctx, claim); err != nil {
		return err
	}
	return bind(ctx, tx, claim)
}

// adopt puts the claim of a create in the place of the one that counts.
func adopt(ctx context.Context, tx *txn.Tx, c Claiming, o Object) error {
	old := o.Claim
	old.SupersededAt, old.SupersededBy, old.SupersededRun = tx.Now, tx.Actor, c.RunID
	if err := tx.UpdateClaim(ctx, old); err != nil {
		return err
	}
	if err := bind(ctx, tx, old); err != nil {
		return err
	}
	if err := insert(ctx, tx, c, old.ObjectID, old.Number+1); err != nil {
		return err
	}
	return tx.Audit(ctx, txn.ActionAdopt, c.Kind.Path, old.ObjectID, map[string]string{
		"name": c.Name, "run": c.RunID, "previous_run": old.RunID,
	})
}

func bind(ctx context.Context, tx *txn.Tx, c *store.Claim) error {
	bound, err := tx.Keys.Rows().Claim(c)
	return tx.Bind(ctx, bound, err)
}

// inProgress says that the run that made an object may still be at work.
func inProgress(tx *txn.Tx, c Claiming, o Object, reason Reason) error {
	if reason == ReasonClockInDoubt {
		out := problem.New(api.CodeInProgress, c.field(), "the run %s made the %s %s, and whether it is still at work is "+
			"not known, because the clock of the platform is in doubt; run quickconnectd clock accept on its machine once the "+
			"clock is right, and apply again", o.Run.ID, c.Kind.Singular, o.Claim.ObjectID)
		out.RetryAfter = int(api.RunLease / time.Second)
		return out
	}
	left := o.Run.LeaseUntil.Sub(tx.Now)
	out := problem.New(api.CodeInProgress, c.field(), "another run (%s) made the %s %s and is still at work; "+
		"wait until it has ended, and apply again", o.Run.ID, c.Kind.Singular, o.Claim.ObjectID)
	out.RetryAfter = int((left + time.Second - 1) / time.Second)
	return out
}

// Taken says why a create does not get the object that has its name. It returns any other error as it was.
func Taken(ctx context.Context, tx *txn.Tx, c Claiming, err error) error {
	if !problem.Has(err, api.CodeNameTaken) {
		return err
	}
	o, failed := named(ctx, tx, c)
	if failed != nil {
		return err
	}
	taken := (*problem.Error)(nil)
	if errors.As(err, &taken) {
		_, reason := Decide(c.create(tx), o)
		out := problem.New(api.CodeNameTaken, taken.Field, "%s; %s", taken.Detail, because(reason))
		out.Reason = string(reason)
		return out
	}
	return err
}

// because says why a create does not get the object that has its name.
func because(r Reason) string {
	switch r {
	case ReasonSameRun:
		return "the run of this create has just made it"
	case ReasonPresented:
		return "a state has it"
	case ReasonOtherPrincipal:
		return "another principal made it, and no state was seen to have it"
	case ReasonOtherSpecification, ReasonChanged:
		return "it is not what this create asks for, and no state was seen to have it"
	}
	return "no state was seen to have it"
}
