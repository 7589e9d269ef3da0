package platform

import (
	"context"
	"sync/atomic"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// leaderCheck says whether a process does the work that one does for all, and whether it is this one.
func leaderCheck(s *store.Store) func(context.Context) httpapi.Finding {
	return func(ctx context.Context) httpapi.Finding {
		if s.Serving.Leads() {
			return httpapi.Finding{State: httpapi.StateOK, Text: "this process leads"}
		}
		switch holder, err := s.Serving.Leader(ctx); {
		case err != nil:
			return httpapi.Finding{State: httpapi.StateDegraded, Text: "it is not known which process leads: see the check " +
				"of the database"}
		case holder == "":
			return httpapi.Finding{State: httpapi.StateDegraded, Text: "no process leads, so deadlines are carried out late: " +
				"one of those that serve takes over within seconds; if none does, look at their logs"}
		}
		return httpapi.Finding{State: httpapi.StateOK, Text: "another process leads"}
	}
}

// leaderMetrics adds what an operator needs to see of several processes.
func leaderMetrics(m *httpapi.Metrics, s *store.Store) {
	m.Gauge("quickconnect_leader", "1 if this process does the work that one process does for all, 0 if another one does.",
		nil, func() float64 {
			if s.Serving.Leads() {
				return 1
			}
			return 0
		})
	m.Counter("quickconnect_leader_takeovers_total", "How often this process became the leader.",
		func() float64 { return float64(s.Serving.TakeOvers()) })
}

// takenOver counts the deliveries that another process had begun, and has not ended in time.
func takenOver(m *httpapi.Metrics) func(n int) {
	var count atomic.Int64
	m.Counter("quickconnect_delivery_takeovers_total", "Deliveries that this process attempted because another one had "+
		"begun them, and has not ended in time.", func() float64 { return float64(count.Load()) })
	return func(n int) { count.Add(int64(n)) }
}
