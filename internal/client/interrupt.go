package client

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"
)

// attempts follows the attempts of one request. It decides whether a change goes on after its caller's context ended.
type attempts struct {
	mu       sync.Mutex
	count    int
	running  bool // an attempt was sent and has no result yet
	doubtful bool // the platform may have carried out an earlier attempt
	ended    bool // the caller's context has ended
	cancel   context.CancelCauseFunc
	timer    *time.Timer
}

var errGrace = errors.New("the run was interrupted and the platform did not answer in the time that was left")

// begin counts the next attempt. It reports false where the attempt must not be sent any more.
func (a *attempts) begin() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ended && !a.doubtful {
		return false
	}
	a.running = true
	a.count++
	return true
}

// end takes the result of an attempt: its status, or 0 without a response. Only a 429 proves that the platform did not
// carry the attempt out. Any other result can come from a proxy, behind which the platform went on.
func (a *attempts) end(status int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.running = false
	if status != http.StatusTooManyRequests {
		a.doubtful = true
	}
	if a.ended && !a.doubtful && a.cancel != nil {
		a.cancel(context.Canceled)
	}
}

// detach returns a context for a change. Where the change was sent before parent ends, the context outlives parent by
// grace: otherwise the platform would have an object that Terraform's state does not know. The caller must call the
// function that it returns.
func (a *attempts) detach(parent context.Context, grace time.Duration) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(parent))
	a.cancel = cancel
	stop := context.AfterFunc(parent, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.ended = true
		if !a.running && !a.doubtful {
			cancel(context.Cause(parent))
			return
		}
		a.timer = time.AfterFunc(grace, func() { cancel(errGrace) })
	})
	return ctx, func() {
		stop()
		a.mu.Lock()
		defer a.mu.Unlock()
		if a.timer != nil {
			a.timer.Stop()
		}
		cancel(context.Canceled)
	}
}
