package client

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// exchanges is a source whose exchanges the test answers.
type exchanges struct {
	*tokenSource
	t     *testing.T
	clock *clock.Fake
	made  atomic.Int64
	fail  atomic.Bool
	life  time.Duration
	hold  chan struct{} // an exchange waits until it is closed; nil: none does
}

var errExchange = errors.New("no exchange")

func newExchanges(t *testing.T, random float64) *exchanges {
	t.Helper()
	x := &exchanges{t: t, clock: clock.NewFake(time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)), life: 100 * time.Second}
	x.tokenSource = &tokenSource{
		clock: x.clock, random: func() float64 { return random },
		exchange: func(context.Context) (secret.Value, time.Duration, error) {
			n := x.made.Add(1)
			if x.hold != nil {
				<-x.hold
			}
			if x.fail.Load() {
				return secret.Value{}, 0, errExchange
			}
			return secret.New(fmt.Sprintf("token-%d", n)), x.life, nil
		},
	}
	return x
}

// settled returns once no renewal is under way.
func (x *exchanges) settled() {
	x.mu.Lock()
	r := x.renewal
	x.mu.Unlock()
	if r != nil {
		<-r.done
	}
}

// gives fails the test unless a request gets this token; empty for the error of the exchange.
func (x *exchanges) gives(want string) {
	x.t.Helper()
	got, err := x.get(x.t.Context())
	if got.Expose() != want || (want == "") != errors.Is(err, errExchange) {
		x.t.Errorf("got %q and %v, want %q", got.Expose(), err, want)
	}
	x.settled()
}

// all calls f 200 times at once, and returns what came.
func (x *exchanges) all(f func() (secret.Value, error)) map[string]int {
	var group sync.WaitGroup
	var mu sync.Mutex
	got := map[string]int{}
	for range 200 {
		group.Go(func() {
			token, err := f()
			mu.Lock()
			defer mu.Unlock()
			got[fmt.Sprint(token.Expose(), err)]++
		})
	}
	group.Wait()
	x.settled()
	return got
}

func (x *exchanges) wantMade(want int64) {
	x.t.Helper()
	if got := x.made.Load(); got != want {
		x.t.Errorf("%d exchanges, want %d", got, want)
	}
}

// A token is renewed at 80 % of its life, or a little earlier at random. The one before serves until the new one is
// there.
func TestTokenIsRenewedInTime(t *testing.T) {
	for random, due := range map[float64]time.Duration{0: 80 * time.Second, 0.5: 77500 * time.Millisecond} {
		x := newExchanges(t, random)
		x.gives("token-1")
		x.clock.Advance(due - time.Millisecond)
		x.gives("token-1")
		x.wantMade(1)
		x.clock.Advance(time.Millisecond)
		x.gives("token-1")
		x.wantMade(2)
		x.gives("token-2")
		// A change of the machine's clock does not matter.
		x.clock.Jump(24 * time.Hour)
		x.gives("token-2")
		x.clock.Advance(time.Hour)
		x.gives("token-3")
		x.wantMade(3)
	}
}

func TestManyRequestsRenewOnce(t *testing.T) {
	x := newExchanges(t, 0)
	get := func() (secret.Value, error) { return x.get(t.Context()) }
	want := func(token string) {
		t.Helper()
		if got := x.all(get); got[token] != 200 {
			t.Errorf("the requests get %v, want %s", got, token)
		}
	}
	want("token-1<nil>")
	x.clock.Advance(80 * time.Second)
	// Those that ask before the new one is there get the old one.
	if got := x.all(get); got["token-1<nil>"] == 0 || got["token-1<nil>"]+got["token-2<nil>"] != 200 {
		t.Errorf("while it is renewed, the requests get %v", got)
	}
	x.wantMade(2)
	want("token-2<nil>")
	x.clock.Advance(100 * time.Second)
	want("token-3<nil>")
	x.wantMade(3)
	// The same token is refused to all of them.
	renewed := x.all(func() (secret.Value, error) { return x.renew(t.Context(), secret.New("token-3")) })
	if renewed["token-4<nil>"] != 200 {
		t.Errorf("after a refusal: %v", renewed)
	}
	x.wantMade(4)
	x.fail.Store(true)
	x.clock.Advance(100 * time.Second)
	if got := x.all(get); len(got) != 1 {
		t.Errorf("without an exchange: %v", got)
	}
}

// A failed renewal costs nothing while the token is valid, and is tried again, but not by every request.
func TestFailedRenewal(t *testing.T) {
	x := newExchanges(t, 0.5)
	x.gives("token-1")
	x.fail.Store(true)
	x.clock.Advance(80 * time.Second)
	for range 3 {
		x.gives("token-1")
	}
	x.wantMade(2)
	x.clock.Advance(15*time.Second - time.Millisecond)
	x.gives("token-1")
	x.wantMade(2)
	x.clock.Advance(time.Millisecond)
	x.gives("token-1")
	x.wantMade(3)
	x.clock.Advance(5 * time.Second)
	x.gives("")
	x.gives("") // no request is told what another one was
	x.wantMade(5)
	x.fail.Store(false)
	x.gives("token-6")
}

// The renewal that a request has begun goes on for the others where it is interrupted.
func TestInterruptedRenewal(t *testing.T) {
	x := newExchanges(t, 0)
	x.hold = make(chan struct{})
	ctx, interrupt := context.WithCancelCause(t.Context())
	interrupted := make(chan error)
	go func() {
		_, err := x.get(ctx)
		interrupted <- err
	}()
	for x.made.Load() == 0 {
		runtime.Gosched() // until the exchange is under way
	}
	why := errors.New("the user has had enough")
	interrupt(why)
	if err := <-interrupted; !errors.Is(err, why) {
		t.Errorf("the interrupted request: %v", err)
	}
	close(x.hold)
	x.gives("token-1")
	x.wantMade(1)
}
