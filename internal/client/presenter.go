package client

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// quietTime is how long no claim comes before those that wait are presented.
const quietTime = 5 * time.Second

// presenter presents claims in the background: one request at a time, with as many as it takes. A claim that it loses
// is presented by the next refresh.
type presenter struct {
	send func(context.Context, []api.PresentedClaim) error

	mu      sync.Mutex
	waiting []api.PresentedClaim
	timer   *time.Timer     // sends what waits once no claim has come for a while
	base    context.Context // of the requests: that of a read, and no end
	sending bool
	closed  bool
	idle    chan struct{} // closed once nothing waits or is sent any more, after closed
}

func newPresenter(send func(context.Context, []api.PresentedClaim) error) *presenter {
	return &presenter{send: send, idle: make(chan struct{})}
}

func (p *presenter) add(ctx context.Context, claim api.PresentedClaim) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	p.base = context.WithoutCancel(ctx)
	p.waiting = append(p.waiting, claim)
	if p.timer == nil {
		p.timer = time.AfterFunc(quietTime, func() { p.next(1) })
	}
	p.timer.Reset(quietTime)
	p.nextLocked(api.PageSize)
}

// next sends the claims that wait, if there are as many as that and none are being sent.
func (p *presenter) next(atLeast int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.nextLocked(atLeast)
}

func (p *presenter) nextLocked(atLeast int) {
	if p.sending || len(p.waiting) < atLeast {
		return
	}
	n := min(len(p.waiting), api.PageSize)
	batch := p.waiting[:n]
	p.waiting = p.waiting[n:]
	p.sending = true
	go p.sendBatch(p.base, batch)
}

func (p *presenter) sendBatch(ctx context.Context, batch []api.PresentedClaim) {
	_ = p.send(ctx, batch)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sending = false
	if p.closed {
		p.finish()
		return
	}
	p.nextLocked(api.PageSize)
}

// finish sends the rest, and says when there is none. The caller holds the lock.
func (p *presenter) finish() {
	if p.nextLocked(1); !p.sending {
		close(p.idle)
	}
}

// flush sends what waits, and waits for every answer or for the end of the context. No claim is sent that comes later.
func (p *presenter) flush(ctx context.Context) {
	p.mu.Lock()
	if !p.closed {
		p.closed = true
		if p.base == nil {
			p.base = context.WithoutCancel(ctx)
		}
		if p.timer != nil {
			p.timer.Stop()
		}
		if !p.sending {
			p.finish()
		}
	}
	p.mu.Unlock()
	select {
	case <-p.idle:
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
