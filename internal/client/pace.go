package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

// maxTurn is how long a request waits for its turn. It is more than a hundred requests at a time need at one in two
// seconds.
const maxTurn = 5 * time.Minute

// firstPause is how long all requests wait after a 429 that does not say how long.
const firstPause = time.Second

// pace holds the requests of this process to one endpoint back: to a rate, and after a 429 all of them for as long as
// it says. The platform counts the requests of a principal together, so one that is refused speaks for the others.
type pace struct {
	limiter *rate.Limiter // nil: no rate
	after   func(time.Duration, func())

	mu     sync.Mutex
	pauses int
	open   chan struct{} // closed at the end of the pause; nil: no pause
}

var allPaces perEndpoint[pace]

// paceOf returns the pace of an endpoint and a rate. Two configurations with the same ones share it.
func paceOf(endpoint string, perSecond float64) *pace {
	return allPaces.at(fmt.Sprintf("%s %g", endpoint, perSecond), func() *pace { return newPace(perSecond) })
}

func newPace(perSecond float64) *pace {
	p := &pace{after: func(d time.Duration, f func()) { time.AfterFunc(d, f) }}
	if perSecond > 0 {
		p.limiter = rate.NewLimiter(rate.Limit(perSecond), 1)
	}
	return p
}

// turn waits for the turn of a request. It returns an error where that would take too long.
func (p *pace) turn(ctx context.Context) error {
	bounded, cancel := context.WithTimeoutCause(ctx, maxTurn, errTurn)
	defer cancel()
	for {
		if err := p.pause(bounded); err != nil {
			return err
		}
		if p.limiter == nil {
			return nil
		}
		if err := p.limiter.Wait(bounded); err != nil {
			if ctx.Err() == nil {
				return errTurn
			}
			return context.Cause(ctx)
		}
		if !p.paused() {
			return nil
		}
	}
}

var errTurn = errors.New("the request had no turn within " + maxTurn.String() + ": requests_per_second, or the " +
	"limit of the platform, is too low for so many requests at a time; raise it, or lower -parallelism")

func (p *pace) paused() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.open != nil
}

// pause waits for the end of a pause.
func (p *pace) pause(ctx context.Context) error {
	for {
		p.mu.Lock()
		open := p.open
		p.mu.Unlock()
		if open == nil {
			return nil
		}
		select {
		case <-open:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// heed begins a pause where an answer asks for one. The pauses of several answers go on beside each other, so that the
// longest counts.
func (p *pace) heed(c clock.Clock, resp *http.Response) {
	if resp.StatusCode != http.StatusTooManyRequests {
		return
	}
	if problem, ours := ourProblem(resp); ours {
		switch problem.Code {
		case api.CodeLimitReached, // that limit does not pass by waiting
			api.CodeTokenRateLimited: // that limit is of one token, and not of this process
			return
		}
	}
	d, asked := retryAfter(c, resp)
	if !asked {
		d = firstPause
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pauses++; p.open == nil {
		p.open = make(chan struct{})
	}
	p.after(min(d, maxRetryAfter), p.resume)
}

func (p *pace) resume() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pauses--; p.pauses == 0 {
		close(p.open)
		p.open = nil
	}
}
