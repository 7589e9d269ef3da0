package client

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// anotherRun says that another run made the object and is still at work.
func anotherRun(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", api.ProblemContentType)
	w.Header().Set("Retry-After", "7")
	w.WriteHeader(http.StatusConflict)
	_, _ = w.Write([]byte(`{"type":"` + api.ProblemTypePrefix + `in_progress","status":409,"code":"in_progress",` +
		`"field":"/name","detail":"another run is at work"}`))
}

func respondStatus(status int, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		next(w, r)
	}
}

// The client waits once for as long as the platform says, and then sends the same operation again.
func TestCreateWaitsOnceForAnotherRun(t *testing.T) {
	for name, tc := range map[string]struct {
		second  http.HandlerFunc
		fails   bool
		adopted bool
	}{
		"adopted":        {respondStatus(http.StatusOK, respondJSON(aConnector())), false, true},
		"made":           {respondStatus(http.StatusCreated, respondJSON(aConnector())), false, false},
		"still at work":  {anotherRun, true, false},
		"a name's owner": {problem(api.CodeNameTaken), true, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, anotherRun, tc.second)
			c := newClient(t, s.URL, nil)
			var waited []time.Duration
			c.wait = func(_ context.Context, d time.Duration) error { waited = append(waited, d); return nil }
			claim := NewClaim(NewRunID())
			_, err := c.Connectors().CreateClaimed(t.Context(), api.ConnectorCreate{Name: "mail"}, claim)
			if (err != nil) != tc.fails || claim.Adopted != tc.adopted {
				t.Errorf("adopted: %v, %v", claim.Adopted, err)
			}
			seen := s.seen()
			if len(seen) != 2 || len(waited) != 1 || waited[0] != 7*time.Second {
				t.Fatalf("%d requests, waited %v", len(seen), waited)
			}
			for _, h := range []string{api.HeaderRun, api.HeaderClaim, "Idempotency-Key"} {
				if v := seen[0].header.Get(h); v == "" || v != seen[1].header.Get(h) {
					t.Errorf("%s: %q and %q", h, v, seen[1].header.Get(h))
				}
			}
		})
	}
}

// An interrupt ends the wait.
func TestInterruptEndsTheWaitForAnotherRun(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		anotherRun(w, r)
		time.AfterFunc(time.Millisecond, interrupt)
	})
	c := newClient(t, s.URL, nil)
	_, err := c.Connectors().CreateClaimed(ctx, api.ConnectorCreate{Name: "mail"}, NewClaim(NewRunID()))
	if !IsRunInProgress(err) || len(s.seen()) != 1 {
		t.Errorf("%v after %d requests", err, len(s.seen()))
	}
}

func TestReadPresentsAClaim(t *testing.T) {
	s := serve(t, respondJSON(aConnector()))
	c := newClient(t, s.URL, nil)
	claim := strings.Repeat("x", 26)
	for _, value := range []string{claim, ""} {
		if _, err := c.Connectors().GetClaimed(t.Context(), connectorID, value); err != nil {
			t.Fatal(err)
		}
	}
	a, b := s.seen()[0].header, s.seen()[1].header
	if a.Get(api.HeaderClaim) != claim || b.Values(api.HeaderClaim) != nil {
		t.Errorf("%v, %v", a, b)
	}
}

// Renewals and ends are not writes that are finished after an interrupt: they end with their context.
func TestRuns(t *testing.T) {
	id := NewRunID()
	s := serve(t, respondJSON(api.Run{ID: id}), func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNoContent)
	}, respondJSON(api.Page[api.Orphan]{Items: []api.Orphan{{ID: connectorID}}}))
	c := newClient(t, s.URL, nil)
	if err := c.Runs().Renew(t.Context(), id); err != nil {
		t.Error(err)
	}
	if err := c.Runs().End(t.Context(), id, true); err != nil {
		t.Error(err)
	}
	if found, err := c.Runs().Orphans(t.Context()); err != nil || len(found) != 1 {
		t.Errorf("%v, %v", found, err)
	}
	want := []string{"PUT /v1/runs/" + id + " ", "POST /v1/runs/" + id + `/end {"in_order":true}`, "GET /v1/orphans "}
	for i, r := range s.seen() {
		if got := r.method + " " + r.path + " " + r.body; got != want[i] || r.header.Get("Idempotency-Key") != "" {
			t.Errorf("%s, want %s", got, want[i])
		}
	}
}
