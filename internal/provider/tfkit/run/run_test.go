package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// calls are the calls that the platform gets.
type calls struct {
	mu   sync.Mutex
	ends []string
	// renewed gets a value for each renewal that somebody waits for.
	renewed chan struct{}
	renewal error
	hang    bool
}

func (c *calls) Renew(context.Context, string) error {
	select {
	case c.renewed <- struct{}{}:
	default:
	}
	return c.renewal
}

func (c *calls) End(ctx context.Context, _ string, inOrder bool) error {
	if c.hang {
		<-ctx.Done()
		return ctx.Err()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ends = append(c.ends, fmt.Sprintf("in order: %v", inOrder))
	return nil
}

func (c *calls) ended() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.ends)
}

func (c *calls) want(t *testing.T, want ...string) {
	t.Helper()
	if got := c.ended(); !slices.Equal(got, want) {
		t.Errorf("the platform was told %q, want %q", got, want)
	}
}

func begun(t *testing.T, c *calls) (r *Run, done func()) {
	t.Helper()
	r = New(c)
	r.every = time.Millisecond
	t.Cleanup(func() { r.Close(t.Context()) })
	claim, done, err := r.Claim(t.Context())
	if err != nil || !api.IsRunID(claim.RunID) || !api.IsClaim(claim.Value) {
		t.Fatalf("%+v, %v", claim, err)
	}
	return r, done
}

func TestClosedRunEndsInOrder(t *testing.T) {
	c := &calls{}
	r, done := begun(t, c)
	done()
	c.want(t)
	r.Close(t.Context())
	c.want(t, "in order: true")
	r.Interrupt()
	r.Close(t.Context())
	c.want(t, "in order: true")
	if _, _, err := r.Claim(t.Context()); !errors.Is(err, ErrInterrupted) {
		t.Errorf("a create after the end: %v", err)
	}
}

// The platform knows nothing of a run that has created nothing, and is not asked to end it.
func TestRunWithoutACreateIsNotEnded(t *testing.T) {
	c := &calls{}
	r := New(c)
	r.Interrupt()
	r.Close(t.Context())
	c.want(t)
}

// After a stop, the run ends once the creates in flight have their answers, and not in order.
func TestStoppedRunEndsOutOfOrder(t *testing.T) {
	c := &calls{}
	r, done := begun(t, c)
	_, second, err := r.Claim(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r.Interrupt()
	if _, _, err := r.Claim(t.Context()); !errors.Is(err, ErrInterrupted) {
		t.Errorf("a create after the stop: %v", err)
	}
	done()
	c.want(t)
	second()
	r.Close(t.Context())
	c.want(t, "in order: false")
}

// A create whose context ended has lost its caller: Terraform has stopped the provider, or is gone.
func TestCreateThatLostItsCallerInterruptsTheRun(t *testing.T) {
	c := &calls{}
	r := New(c)
	ctx, cancel := context.WithCancel(t.Context())
	_, done, err := r.Claim(ctx)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	done()
	r.Close(t.Context())
	c.want(t, "in order: false")
}

// Creates that Terraform makes at a time have claims of their own, in one run.
func TestClaimsOfOneRun(t *testing.T) {
	r, done := begun(t, &calls{})
	one, first, _ := r.Claim(t.Context())
	two, second, _ := r.Claim(t.Context())
	if one.RunID != two.RunID || one.Value == two.Value {
		t.Errorf("%+v, %+v", one, two)
	}
	done()
	first()
	second()
}

// A renewal that fails is followed by others, and the end by none.
func TestRenewals(t *testing.T) {
	c := &calls{renewed: make(chan struct{}), renewal: errors.New("the platform is away")}
	r, done := begun(t, c)
	for range 3 {
		<-c.renewed
	}
	done()
	r.Close(t.Context())
	select {
	case <-c.renewed: // one that was under way
	default:
	}
	select {
	case <-c.renewed:
		t.Error("the run was renewed after its end")
	case <-time.After(20 * time.Millisecond):
	}
}

// Terraform was killed: nobody closes the provider, which must not renew its lease for ever.
func TestOrphanedProviderEndsItsRun(t *testing.T) {
	c := &calls{}
	r := New(c)
	r.every = time.Millisecond
	var parent atomic.Int64
	parent.Store(int64(r.began))
	r.parent = func() int { return int(parent.Load()) }
	_, done, err := r.Claim(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	done()
	parent.Store(1)
	<-r.ended
	c.want(t, "in order: false")
}

// Terraform waits two seconds for a provider that it has closed.
func TestCloseIsBounded(t *testing.T) {
	r, done := begun(t, &calls{hang: true})
	done()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	r.Close(ctx)
	<-ctx.Done()
	if EndTimeout >= 2*time.Second {
		t.Errorf("the last call may take %s", EndTimeout)
	}
}
