package client

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestRequestTimeoutIsPerAttempt(t *testing.T) {
	release := make(chan struct{})
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}, respondJSON(aConnector()))
	defer close(release)
	c := newClient(t, s.URL, func(cfg *Config) { cfg.RequestTimeout = 50 * time.Millisecond })
	if _, err := c.Connectors().Get(t.Context(), connectorID); err != nil {
		t.Fatalf("the second attempt was not made: %v", err)
	}
	if f := c.events[0].Failure; f != "no answer within 50ms" {
		t.Errorf("the first attempt failed with %q", f)
	}
}

func TestRateLimit(t *testing.T) {
	s := serve(t, respondJSON(aConnector()))
	c := newClient(t, s.URL, func(cfg *Config) { cfg.RequestsPerSecond = 0.0001 })
	if _, err := c.Connectors().Get(t.Context(), connectorID); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	// Its turn comes after the deadline, so it fails at once and is not retried.
	_, err := c.Connectors().Get(ctx, connectorID)
	var e *Error
	if !errors.As(err, &e) || e.Attempts != 0 || len(c.waits) != 0 || len(s.seen()) != 1 {
		t.Errorf("got %v after %d requests", err, len(s.seen()))
	}
}

func TestResponseSizeIsBounded(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		chunk := []byte(strings.Repeat(" ", 1<<20))
		for range maxResponse>>20 + 1 {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	c := newClient(t, s.URL, nil)
	_, err := c.Connectors().Get(t.Context(), connectorID)
	if !errors.Is(err, errTooLarge) || len(s.seen()) != 1 {
		t.Errorf("got %v after %d requests", err, len(s.seen()))
	}
}
