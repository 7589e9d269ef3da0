package httpapi

import (
	"context"
	"errors"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/claims"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// Creating has the headers of a create.
type Creating struct {
	Keyed
	Run   string `header:"Quickconnect-Run" pattern:"^run_[0-7][0-9A-HJKMNP-TV-Z]{25}$" doc:"The run that creates the object: run_ and a ULID, which the client makes. It goes together with Quickconnect-Claim."`
	Claim string `header:"Quickconnect-Claim" pattern:"^[A-Za-z0-9_-]{22,128}$" doc:"A text of at least 128 random bits that only the client knows. Where an interrupted run of the same principal made an equal object in the last two hours, and no state has presented its claim, the create answers 200 with that object, and this claim counts for it from then on. Without the header, nothing is adopted, and the new object never is."`
}

// Reading has the parameters of a read of one object.
type Reading struct {
	ByID
	Claim string `header:"Quickconnect-Claim" pattern:"^[A-Za-z0-9_-]{22,128}$" doc:"The claim of the create that made the object, or that adopted it. It proves that a state has the object, which is never adopted from then on."`
}

// Create carries out a create, as Do does. Where an interrupted run has made the object already, it answers with that
// one, and do is not called. The name is empty where the platform makes one.
func (c *Changes) Create(
	ctx context.Context, kind api.Kind, head Creating, name string, do func(*txn.Tx) (*Answer, error),
) (*Answer, error) {
	if (head.Run == "") != (head.Claim == "") {
		return nil, problem.New(api.CodeInvalid, "", "header parameters %s and %s: send both or neither",
			api.HeaderRun, api.HeaderClaim)
	}
	if head.Claim == "" {
		return c.Do(ctx, head.IdempotencyKey, do)
	}
	if outage := c.runner.Store.Outage(); outage != nil {
		return nil, outage // runs that are alive could not renew their leases
	}
	claiming := claims.Claiming{
		Kind: kind, Name: name, RunID: head.Run, Claim: head.Claim, Body: requestOf(ctx).body.Sum(nil),
	}
	return c.Do(ctx, head.IdempotencyKey, func(tx *txn.Tx) (*Answer, error) {
		id, err := claims.Find(ctx, tx, claiming)
		if err != nil {
			return nil, err
		}
		if id != "" {
			return c.adopted(ctx, tx, kind, id)
		}
		out, err := do(tx)
		if err != nil {
			return nil, claims.Taken(ctx, tx, claiming, err)
		}
		return out, claims.Made(ctx, tx, claiming, out.ID)
	})
}

// adopted answers with an object that an interrupted run has made.
func (c *Changes) adopted(ctx context.Context, tx *txn.Tx, kind api.Kind, id string) (*Answer, error) {
	body, err := c.shows[kind.IDPrefix](ctx, tx, id)
	if err != nil {
		return nil, err
	}
	out := Body(body)
	out.ID, out.Location = id, kind.Route(id)
	if o, ok := body.(interface{ AsObject() api.Object }); ok {
		out.ETag = o.AsObject().Etag
	}
	return out, nil
}

// Claimed takes the claim of a read that has its answer. A claim that cannot be stored does not fail the read: the next
// read presents it again, and on a database that takes no writes nothing can be adopted meanwhile.
func (c *Changes) Claimed(ctx context.Context, in *Reading, out *Answer, err error) (*Answer, error) {
	if err != nil || in.Claim == "" {
		return out, err
	}
	err = claims.Present(ctx, c.runner, access.CallerOf(ctx), in.ID, in.Claim)
	if problem.Has(err, api.CodeClaimSuperseded) {
		return nil, err
	}
	if err != nil && !errors.Is(err, store.ErrUnavailable) { // the log has the beginning of an outage
		c.log.Error("a claim was not stored; the next read presents it again", "object_id", in.ID,
			"request_id", access.From(ctx).ID, "error", err.Error())
	}
	return out, nil
}
