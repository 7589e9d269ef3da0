package webhooks

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

const (
	// requestLease is the kind of the leases of probes on request.
	requestLease = "probe"
	// requestFor is longer than two exchanges with a receiver take.
	requestFor = time.Minute
)

// request is a probe on request that this process has begun. The zero value is none.
type request struct {
	begun   bool
	attempt string // empty: it has no lease
}

// begin begins a probe on request, unless one of the endpoint is under way. It does so once, however often the
// transaction is begun.
func (p *Prober) begin(ctx context.Context, e *store.WebhookEndpoint, r *request) error {
	if r.begun {
		return nil
	}
	busy := problem.New(api.CodeConflict, "",
		"the webhook endpoint %q is being probed; try again when that is done", e.Name)
	if _, running := p.onRequest.LoadOrStore(e.ID, true); running {
		return busy
	}
	r.begun = true
	attempt, err := p.runner.Random.ID(keys.IDAttempt, p.runner.Clock.Now())
	if err != nil {
		return err
	}
	taken, err := p.runner.Store.Leases.Take(ctx, requestLease, e.ID, attempt, requestFor)
	if err != nil {
		return err
	}
	if !taken {
		return busy
	}
	r.attempt = attempt
	return nil
}

// end ends a probe on request, if this process has begun it.
func (p *Prober) end(ctx context.Context, endpointID string, r *request) {
	if r.attempt != "" {
		p.runner.Store.Leases.End(context.WithoutCancel(ctx), requestLease, endpointID, r.attempt)
	}
	if r.begun {
		p.onRequest.Delete(endpointID)
	}
}
