// Package run is the life of one instance of the provider, as the platform has to know it: which creates belong
// together, whether the instance is alive, and whether it ended in order. What an interrupted run has made, the next
// one adopts.
package run

import (
	"context"
	"errors"
	"os"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

// EndTimeout bounds the last call of a run. Terraform kills the provider two seconds after it has closed it.
const EndTimeout = 1500 * time.Millisecond

// ErrInterrupted says that a create was not sent, because Terraform had stopped the provider.
var ErrInterrupted = errors.New("the run was interrupted before this was sent")

// Calls are the calls about runs; client.Runs has them.
type Calls interface {
	Renew(ctx context.Context, id string) error
	End(ctx context.Context, id string, inOrder bool) error
}

// Run is the run of one provider configuration. The platform learns of it with the first create. It is safe for
// concurrent use.
type Run struct {
	calls  Calls
	id     string
	parent func() int
	began  int // the parent at first
	every  time.Duration

	mu          sync.Mutex
	started     bool
	base        context.Context // of the calls about the run: that of the first create, and no end
	inFlight    int             // creates
	interrupted bool
	closed      bool
	ending      bool
	quit        chan struct{} // closed to end the renewals
	ended       chan struct{} // closed once the platform was told, or could not be
}

// New returns a run that the platform does not know yet.
func New(calls Calls) *Run {
	return &Run{
		calls: calls, id: client.NewRunID(), parent: os.Getppid, began: os.Getppid(), every: api.RunRenewal,
		quit: make(chan struct{}), ended: make(chan struct{}),
	}
}

// Claim makes the claim of one create. The caller calls the function that it returns once the create has its answer. A
// context that ends meanwhile interrupts the run: Terraform has stopped, or is gone.
func (r *Run) Claim(ctx context.Context) (*client.Claim, func(), error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.interrupted || r.closed {
		return nil, nil, ErrInterrupted
	}
	if !r.started {
		base := context.WithoutCancel(ctx)
		r.started, r.base = true, base
		go r.renew(base)
	}
	r.inFlight++
	stop := context.AfterFunc(ctx, r.Interrupt)
	return client.NewClaim(r.id), func() {
		stop()
		if ctx.Err() != nil {
			r.Interrupt() // the function may not have run yet
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.inFlight--
		r.endIfIdle()
	}, nil
}

// Interrupt says that Terraform has stopped the provider. Once the creates in flight have their answers, the run ends,
// and not in order: whether those answers reach a state is not known.
func (r *Run) Interrupt() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.interrupted && !r.closed {
		close(r.quit)
	}
	r.interrupted = true
	r.endIfIdle()
}

// Close says that Terraform has closed the provider, and waits until the platform knows it, or until the context ends.
// Without an interruption the run ends in order.
func (r *Run) Close(ctx context.Context) {
	r.mu.Lock()
	if !r.interrupted && !r.closed {
		close(r.quit)
	}
	r.closed = true
	r.endIfIdle()
	started := r.started
	r.mu.Unlock()
	if !started {
		return
	}
	select {
	case <-r.ended:
	case <-ctx.Done():
	}
}

// endIfIdle tells the platform, once, that the run has ended.
func (r *Run) endIfIdle() {
	if r.ending || !r.started || r.inFlight > 0 || !r.interrupted && !r.closed {
		return
	}
	r.ending = true
	go r.end(r.base, !r.interrupted)
}

func (r *Run) end(base context.Context, inOrder bool) {
	defer close(r.ended)
	ctx, cancel := context.WithTimeout(base, EndTimeout)
	defer cancel()
	_ = r.calls.End(ctx, r.id, inOrder) // if it does not arrive, the lease runs out
}

// renew renews the lease until the run ends. A provider whose parent is gone is interrupted: nobody stops it any more,
// and nobody will get its answers.
func (r *Run) renew(base context.Context) {
	tick := time.NewTicker(r.every)
	defer tick.Stop()
	for {
		select {
		case <-r.quit:
			return
		case <-tick.C:
		}
		if r.parent() != r.began {
			r.Interrupt()
			return
		}
		ctx, cancel := context.WithTimeout(base, r.every)
		_ = r.calls.Renew(ctx, r.id) // the next one may arrive; the first create may not have
		cancel()
	}
}
