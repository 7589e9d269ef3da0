package httpapi

import (
	"context"
	"net/http"
	"testing"
)

func TestReadinessIsWorstState(t *testing.T) {
	for name, tc := range map[string]struct {
		states []string
		status string
		code   int
	}{
		"no check":             {nil, "ready", http.StatusOK},
		"all are ok":           {[]string{StateOK, StateOK}, "ready", http.StatusOK},
		"one is degraded":      {[]string{StateOK, StateDegraded, StateOK}, "degraded", http.StatusOK},
		"one failed":           {[]string{StateOK, StateFailed, StateOK}, "failed", http.StatusServiceUnavailable},
		"failed and degraded":  {[]string{StateFailed, StateDegraded}, "failed", http.StatusServiceUnavailable},
		"degraded and failed":  {[]string{StateDegraded, StateFailed}, "failed", http.StatusServiceUnavailable},
		"degraded, seen twice": {[]string{StateDegraded, StateDegraded}, "degraded", http.StatusOK},
	} {
		t.Run(name, func(t *testing.T) {
			rt := &Router{}
			for _, state := range tc.states {
				rt.Check("a check", func(context.Context) Finding { return Finding{State: state, Text: "why"} })
			}
			answer, err := rt.ready(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			got, ok := answer.Body.(readiness)
			if !ok || got.Status != tc.status || answer.Status != tc.code || len(got.Checks) != len(tc.states) {
				t.Errorf("status %d, %+v", answer.Status, got)
			}
			for i, c := range got.Checks {
				if c.Name != "a check" || c.State != tc.states[i] || c.Text != "why" {
					t.Errorf("check %d: %+v", i, c)
				}
			}
		})
	}
}
