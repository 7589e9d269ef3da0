package client

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// Claim is what a create is claimed by. The state that keeps Value proves with it to have the object.
type Claim struct {
	RunID string
	Value string
	// Adopted is true after a create that got the object of an interrupted run.
	Adopted bool
}

// NewClaim makes the claim of one create of a run.
func NewClaim(runID string) *Claim { return &Claim{RunID: runID, Value: rand.Text()} }

// NewRunID makes the id of a run.
func NewRunID() string { return api.RunIDPrefix + ulid.Make().String() }

// createClaimed is create with a claim. Where another run that is still at work has made the object, it waits once for
// as long as the platform says.
func createClaimed[T object](
	ctx context.Context, c *Client, kind api.Kind, n naming, in any, claim *Claim,
) (*T, error) {
	key := newKey() // one operation, also after the wait
	send := func() (*T, error) {
		r := creation(kind, n, in)
		r.run, r.claim, r.write.IdempotencyKey = claim.RunID, claim.Value, key
		out, err := fetch[T](ctx, c, r)
		claim.Adopted = err == nil && r.status == http.StatusOK
		return out, err
	}
	out, err := send()
	var e *Error
	if !IsRunInProgress(err) || !errors.As(err, &e) {
		return out, err
	}
	if c.wait(ctx, e.RetryAfter) != nil {
		return nil, err
	}
	return send()
}

// sleep waits for a time, or until the context ends.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// getClaimed is get with the claim of the object's create.
func getClaimed[T object](ctx context.Context, c *Client, kind api.Kind, id, claim string) (*T, error) {
	r, err := below(kind, id, http.MethodGet, "read", api.PermissionRead)
	if err != nil {
		return nil, err
	}
	r.claim = claim
	return fetch[T](ctx, c, r)
}

// Runs has the operations on runs. They end with their context: nothing is lost where they do not arrive.
type Runs struct{ client *Client }

// Runs returns the operations on runs.
func (c *Client) Runs() Runs { return Runs{c} }

// Renew says that a run is alive.
func (r Runs) Renew(ctx context.Context, id string) error {
	out := &api.Run{}
	req := &request{
		method: http.MethodPut, route: "/v1/runs/" + id, op: "renew", object: "the run " + id,
		keeps: true,
	}
	if err := r.client.do(ctx, req, out); err != nil {
		return err
	}
	if out.ID != id {
		return req.otherAnswer(req.object, "another run")
	}
	return nil
}

// End ends a run.
func (r Runs) End(ctx context.Context, id string, inOrder bool) error {
	return r.client.do(ctx, &request{
		method: http.MethodPost, route: "/v1/runs/" + id + "/end", op: "end", object: "the run " + id,
		body: api.RunEnd{InOrder: inOrder}, emptyStatus: http.StatusNoContent,
		keeps: true,
	}, nil)
}

// Orphans reads the objects that no state has claimed, in the order of their ids.
func (r Runs) Orphans(ctx context.Context) ([]api.Orphan, error) {
	return allPages[api.Orphan](ctx, r.client, &request{
		method: http.MethodGet, route: "/v1/orphans", query: largePages(), op: "list", object: "the orphans",
		permission: api.PermissionRead,
	}, nil)
}
