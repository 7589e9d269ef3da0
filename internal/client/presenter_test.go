package client

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// presented is a presenter whose batches are counted.
type presented struct {
	*presenter
	counts  sync.Mutex
	batches []int
}

func newPresented(answer <-chan struct{}) *presented {
	p := &presented{}
	p.presenter = newPresenter(func(_ context.Context, claims []api.PresentedClaim) error {
		<-answer
		p.counts.Lock()
		defer p.counts.Unlock()
		p.batches = append(p.batches, len(claims))
		return nil
	})
	return p
}

// sent returns the sizes of the batches so far.
func (p *presented) sent() string {
	p.counts.Lock()
	defer p.counts.Unlock()
	return fmt.Sprint(p.batches)
}

func (p *presented) addMany(t *testing.T, n int) {
	t.Helper()
	for i := range n {
		p.add(t.Context(), api.PresentedClaim{ID: fmt.Sprint(i)})
	}
}

// Claims go in batches of the largest size while they come, and the rest once none came for a while.
func TestClaimsArePresentedInBatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		open := make(chan struct{})
		close(open)
		p := newPresented(open)
		p.addMany(t, 2*api.PageSize+10)
		synctest.Wait()
		if p.sent() != "[1000 1000]" {
			t.Errorf("sent %s at once", p.sent())
		}
		_ = sleep(t.Context(), quietTime-time.Millisecond)
		p.addMany(t, 1)
		_ = sleep(t.Context(), quietTime-time.Millisecond)
		synctest.Wait()
		if got := p.sent(); got != "[1000 1000]" {
			t.Errorf("sent %s while claims came", got)
		}
		_ = sleep(t.Context(), 2*time.Millisecond)
		synctest.Wait()
		if p.sent() != "[1000 1000 11]" {
			t.Errorf("sent %s in the end", p.sent())
		}
	})
}

// A flush sends the rest and waits, but not for ever. No claim is sent after it.
func TestFlushSendsTheRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answer := make(chan struct{})
		p := newPresented(answer)
		p.addMany(t, 3)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		p.flush(ctx)
		if ctx.Err() == nil {
			t.Error("the flush did not wait for the answer")
		}
		p.addMany(t, 2)
		close(answer)
		p.flush(t.Context())
		_ = sleep(t.Context(), 2*quietTime)
		synctest.Wait()
		if p.sent() != "[3]" {
			t.Errorf("sent %s", p.sent())
		}
	})
}

// A slow platform gets one request at a time.
func TestClaimsWaitForTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answer := make(chan struct{})
		p := newPresented(answer)
		p.addMany(t, api.PageSize)
		_ = sleep(t.Context(), quietTime)
		p.addMany(t, api.PageSize+1)
		_ = sleep(t.Context(), 2*quietTime)
		close(answer)
		synctest.Wait()
		if p.sent() != "[1000 1000]" {
			t.Errorf("sent %s", p.sent())
		}
		p.flush(t.Context())
		if p.sent() != "[1000 1000 1]" {
			t.Errorf("sent %s in the end", p.sent())
		}
	})
}
