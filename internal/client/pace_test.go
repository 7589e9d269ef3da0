package client

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

// refuse lets a 429 arrive.
func refuse(p *pace, retryAfter string) {
	header := http.Header{}
	if retryAfter != "" {
		header.Set("Retry-After", retryAfter)
	}
	p.heed(clock.System(), &http.Response{StatusCode: http.StatusTooManyRequests, Header: header})
}

// after returns how long a request waits for its turn.
func after(t *testing.T, p *pace) time.Duration {
	t.Helper()
	c := clock.System()
	began := c.Now()
	if err := p.turn(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c.Now().Sub(began)
}

// A 429 holds every request back, the longest one of several counts, and none for longer than the cap.
func TestRefusalPausesAllRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(0)
		if d := after(t, p); d != 0 {
			t.Errorf("waited %s without a reason", d)
		}
		p.heed(clock.System(), &http.Response{StatusCode: http.StatusOK})
		if d := after(t, p); d != 0 {
			t.Errorf("waited %s after a success", d)
		}
		refuse(p, "7")
		refuse(p, "2")
		if d := after(t, p); d != 7*time.Second {
			t.Errorf("waited %s, want 7s", d)
		}
		refuse(p, "")
		if d := after(t, p); d != firstPause {
			t.Errorf("waited %s, want %s", d, firstPause)
		}
		refuse(p, "3600")
		if d := after(t, p); d != maxRetryAfter {
			t.Errorf("waited %s, want %s", d, maxRetryAfter)
		}
	})
}

// A refusal that does not pass by waiting holds nobody back.
func TestFullEnvironmentDoesNotPause(t *testing.T) {
	s := serve(t, problem(api.CodeLimitReached), respondJSON(aConnector()))
	c := newClient(t, s.URL, nil)
	paused := false
	c.pace().after = func(time.Duration, func()) { paused = true }
	_, _ = c.Connectors().Create(t.Context(), withCredential)
	if _, err := c.Connectors().Get(t.Context(), connectorID); err != nil || paused {
		t.Errorf("paused: %v, %v", paused, err)
	}
}

// All kinds, and all configurations of one process with the same endpoint, share one rate.
func TestRateIsOfTheProcess(t *testing.T) {
	s := serve(t, respondJSON(aConnector()))
	rated := func(cfg *Config) { cfg.RequestsPerSecond = 2.5 }
	paces := map[*pace]bool{}
	for range 3 {
		paces[newClient(t, s.URL+"/", rated).pace()] = true
	}
	if len(paces) != 1 {
		t.Errorf("%d paces", len(paces))
	}
	synctest.Test(t, func(t *testing.T) {
		p := newPace(2)
		var all time.Duration
		for range 5 {
			all += after(t, p)
		}
		if all != 2*time.Second {
			t.Errorf("5 requests took %s at 2 a second, want 2s", all)
		}
	})
}

// A request whose turn would come too late fails at once, and says what to change.
func TestTurnIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(0.001)
		after(t, p)
		began := clock.System().Now()
		if err := p.turn(t.Context()); !errors.Is(err, errTurn) || clock.System().Now().Sub(began) > maxTurn {
			t.Errorf("%v after %s", err, clock.System().Now().Sub(began))
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if err := p.turn(ended); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

// A platform that refuses again and again holds a request back no longer either.
func TestEndlessRefusalsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(0)
		go func() {
			for range 20 {
				refuse(p, "30")
				_ = sleep(t.Context(), 29*time.Second)
			}
		}()
		synctest.Wait()
		began := clock.System().Now()
		if err := p.turn(t.Context()); !errors.Is(err, errTurn) || clock.System().Now().Sub(began) != maxTurn {
			t.Errorf("%v after %s", err, clock.System().Now().Sub(began))
		}
		_ = sleep(t.Context(), 2*maxTurn) // the refusals end
	})
}
