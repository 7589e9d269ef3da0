package main

import (
	"context"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/launch"
)

// sender sends events, one after the other, until it is stopped.
type sender struct {
	cancel context.CancelFunc
	done   sync.WaitGroup

	mu   sync.Mutex
	sent []string // ids
	err  error
}

func (s *sender) start(ctx context.Context, by *client.Client, endpoint string) {
	ctx, s.cancel = context.WithCancel(ctx)
	s.done.Go(func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			// Not cancelled: an event without a response could not be counted.
			in := api.TestEventRequest{Type: "message.delivered"}
			event, err := by.WebhookEndpoints().SendTestEvent(context.WithoutCancel(ctx), endpoint, in, client.Write{})
			s.mu.Lock()
			if s.err = err; err == nil {
				s.sent = append(s.sent, event.ID)
			}
			s.mu.Unlock()
			if err != nil {
				return
			}
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
		}
	})
}

// waitForMore waits until a few more events were sent, so that events fall into every step of the demo.
func (s *sender) waitForMore(ctx context.Context) {
	count := func() (int, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		return len(s.sent), s.err
	}
	before, _ := count()
	check(launch.WaitFor(ctx, "events are sent", patience, func() (bool, error) {
		now, err := count()
		return now >= before+10, err
	}))
}

func (s *sender) stop() error {
	if s.cancel == nil {
		return nil
	}
	s.cancel()
	s.done.Wait()
	return s.err
}
