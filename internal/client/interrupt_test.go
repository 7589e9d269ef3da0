package client

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func discardLog() *log.Logger { return log.New(io.Discard, "", 0) }

// The platform has the write, so the state must learn of it.
func TestInterruptedWriteIsFinished(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		interrupt()
		respondJSON(aConnector())(w, r)
	})
	c := newClient(t, s.URL, nil)
	got, err := c.Connectors().Create(ctx, api.ConnectorCreate{Name: "mail"})
	if err != nil || got.ID != connectorID {
		t.Fatalf("got %v, %v", got, err)
	}
}

// Nobody knows whether the platform carried the first attempt out, so the second one asks.
func TestInterruptedWriteIsRetriedWithItsKey(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		interrupt()
		cut(w, r)
	}, respondJSON(aConnector()))
	c := newClient(t, s.URL, nil)
	if _, err := c.Connectors().Create(ctx, api.ConnectorCreate{Name: "mail"}); err != nil {
		t.Fatal(err)
	}
	seen := s.seen()
	if len(seen) != 2 {
		t.Fatalf("%d requests", len(seen))
	}
	first, second := seen[0].header.Get("Idempotency-Key"), seen[1].header.Get("Idempotency-Key")
	if first == "" || second != first {
		t.Fatalf("keys %q and %q", first, second)
	}
}

func TestInterruptedWriteEndsAfterGrace(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		interrupt()
		<-r.Context().Done()
	})
	c := newClient(t, s.URL, nil)
	c.grace = 50 * time.Millisecond
	_, err := c.Connectors().Create(ctx, api.ConnectorCreate{Name: "mail"})
	var e *Error
	if !errors.As(err, &e) || !e.Write || e.Attempts != 1 || !errors.Is(err, errGrace) {
		t.Fatalf("got %v", err)
	}
}

func TestGraceStartsAtTheInterruption(t *testing.T) {
	c := newClient(t, serve(t, cut, respondJSON(aConnector())).URL, nil)
	c.grace = time.Nanosecond
	if _, err := c.Connectors().Create(t.Context(), api.ConnectorCreate{Name: "mail"}); err != nil {
		t.Fatal(err)
	}
}

func TestInterruptedWriteThatWasNotSent(t *testing.T) {
	s := serve(t, respondJSON(aConnector()))
	c := newClient(t, s.URL, nil)
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	_, err := c.Connectors().Create(ctx, api.ConnectorCreate{Name: "mail"})
	if !errors.Is(err, context.Canceled) || len(s.seen()) != 0 {
		t.Fatalf("got %v after %d requests", err, len(s.seen()))
	}
}

func TestInterruptedWriteInTheRateLimitIsNotSent(t *testing.T) {
	s := serve(t, respondJSON(aConnector()))
	c := newClient(t, s.URL, func(cfg *Config) { cfg.RequestsPerSecond = 0.001 })
	if _, err := c.Connectors().Get(t.Context(), connectorID); err != nil {
		t.Fatal(err)
	}
	ctx, interrupt := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, interrupt)
	_, err := c.Connectors().Create(ctx, api.ConnectorCreate{Name: "mail"})
	var e *Error
	if !errors.As(err, &e) || e.Attempts != 0 || len(s.seen()) != 1 {
		t.Fatalf("got %v after %d requests", err, len(s.seen()))
	}
}

// After a 429 there is nothing to finish: the platform did not carry the write out.
func TestInterruptedWriteEndsAfter429(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	s := serve(t, problem(api.CodeRateLimited))
	c := newClient(t, s.URL, nil)
	c.http.Backoff = func(_, _ time.Duration, _ int, _ *http.Response) time.Duration {
		interrupt()
		return time.Hour
	}
	_, err := c.Connectors().Create(ctx, api.ConnectorCreate{Name: "mail"})
	if err == nil || len(s.seen()) != 1 {
		t.Fatalf("got %v after %d requests", err, len(s.seen()))
	}
}

func TestInterruptedReadEndsAtOnce(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		interrupt()
		<-r.Context().Done()
	})
	c := newClient(t, s.URL, nil)
	if _, err := c.Connectors().Get(ctx, connectorID); !errors.Is(err, context.Canceled) || len(s.seen()) != 1 {
		t.Fatalf("got %v", err)
	}
}
