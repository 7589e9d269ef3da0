package client

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// quietTime is how long no claim comes before those that wait are presented.
const quietTime = 2 * time.Second

// presenter presents claims in the background, as many as a request takes. A claim that it loses is presented by the
// next refresh.
type presenter struct {
	send func(context.Context, []api.PresentedClaim) error

	mu      sync.Mutex
	waiting []api.PresentedClaim
	timer   *time.Timer // runs while claims wait
	closed  bool
	sends   sync.WaitGroup
}

func (p *presenter) add(ctx context.Context, claim api.PresentedClaim) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	p.waiting = append(p.waiting, claim)
	if len(p.waiting) == api.PageSize {
		p.sendWaiting(ctx)
		return
	}
	if p.timer != nil {
		p.timer.Reset(quietTime)
		return
	}
	p.timer = time.AfterFunc(quietTime, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if !p.closed {
			p.sendWaiting(ctx)
		}
	})
}

// sendWaiting sends what waits. The caller holds the lock.
func (p *presenter) sendWaiting(ctx context.Context) {
	batch := p.waiting
	p.waiting = nil
	if p.timer != nil {
		p.timer.Stop()
		p.timer = nil
	}
	if len(batch) == 0 {
		return
	}
	ctx = context.WithoutCancel(ctx)
	p.sends.Go(func() { _ = p.send(ctx, batch) })
}

// flush sends what waits, and waits for every answer or for the end of the context.
func (p *presenter) flush(ctx context.Context) {
	p.mu.Lock()
	p.sendWaiting(ctx)
	p.closed = true
	p.mu.Unlock()
	answered := make(chan struct{})
	go func() {
		p.sends.Wait()
		close(answered)
	}()
	select {
	case <-answered:
	case <-ctx.Done():
	}
}

// presentClaims presents the claims of many objects.
func (c *Client) presentClaims(ctx context.Context, claims []api.PresentedClaim) error {
	return c.do(ctx, &request{
		method: http.MethodPost, route: "/v1/claims/present", op: "present", object: "the claims of the state",
		permission: api.PermissionRead, body: api.PresentClaims{Claims: claims}, emptyStatus: http.StatusNoContent,
		keeps: true,
	}, nil)
}
