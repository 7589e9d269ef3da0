package platform

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/claims"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// probeInterval is how often the platform tries a write of its own, so that it does not learn of a full disk from the
// first client of the morning. In an outage it tries at every sweep.
const probeInterval = time.Minute

// databaseCheck reports whether the database can be read, and whether the last write failed.
func databaseCheck(s *store.Store) func(context.Context) httpapi.Finding {
	return func(ctx context.Context) httpapi.Finding {
		u := s.Outage()
		err := s.Ping(ctx)
		if u == nil {
			errors.As(err, &u)
		}
		switch {
		case u != nil && err != nil:
			return httpapi.Finding{State: httpapi.StateFailed, Text: "the database cannot be used: " + u.What() +
				"; every request is refused; " + u.Remedy()}
		case u != nil:
			return httpapi.Finding{State: httpapi.StateFailed, Text: "the database cannot be written: " + u.What() +
				"; tokens are still checked, and every write is refused; " + u.Remedy()}
		case err != nil:
			return httpapi.Finding{State: httpapi.StateFailed, Text: "the database cannot be read; " +
				"look for lines of level ERROR in the log of the platform, and restart it"}
		}
		return httpapi.Finding{State: httpapi.StateOK}
	}
}

// clockCheck is about a clock that jumped. Every request is served meanwhile.
func clockCheck(w *txn.Watch) func(context.Context) httpapi.Finding {
	return func(context.Context) httpapi.Finding {
		now, v := w.Judge()
		var what string
		switch v.Reason {
		case clock.Backward:
			what = "is behind the newest time in the database by"
		case clock.Forward:
			what = "was set forward by"
		default:
			return httpapi.Finding{State: httpapi.StateOK}
		}
		text := fmt.Sprintf("the clock shows %s and %s %s; no deadline is carried out: set the clock right, or say that it "+
			"is right with quickconnectd clock accept", now.Format(time.RFC3339), what, v.By.Round(time.Second))
		return httpapi.Finding{State: httpapi.StateDegraded, Text: text}
	}
}

// databaseWatch finds the end of an outage of the database, and logs when one begins and ends.
type databaseWatch struct {
	runner *txn.Runner
	log    *slog.Logger

	mu       sync.Mutex
	probedAt time.Time
	logged   bool // that an outage began
}

// look tries a write where that is due. It returns why the database cannot be written; nil if it can.
func (w *databaseWatch) look(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.report()
	since := w.runner.Clock.Now().Sub(w.probedAt)
	if w.runner.Store.Outage() == nil && since >= 0 && since < probeInterval {
		return nil
	}
	err := w.runner.Store.Probe(ctx)
	w.probedAt = w.runner.Clock.Now()
	if err == nil && w.runner.Store.Outage() != nil {
		err = w.end(ctx)
	}
	w.report()
	return err
}

// end ends an outage. Before that it gives runs a new lease, because none could renew its own.
func (w *databaseWatch) end(ctx context.Context) error {
	if err := claims.Extend(ctx, w.runner); err != nil {
		return err
	}
	w.runner.Store.EndOutage()
	return nil
}

func (w *databaseWatch) report() {
	u := w.runner.Store.Outage()
	switch {
	case u != nil && !w.logged:
		w.log.Error("the database cannot be written: every write is refused, deliveries and deadlines wait, "+
			"uses are kept in memory", "reason", u.Reason, "what", u.What(), "do", u.Remedy(), "error", u.Error())
	case u == nil && w.logged:
		w.log.Info("the database can be written again")
	}
	w.logged = u != nil
}

// newMetrics returns metrics with that of the clock.
func newMetrics(w *txn.Watch) *httpapi.Metrics {
	m := httpapi.NewMetrics()
	m.Clock(w)
	return m
}

// watchMetrics adds what an operator needs to see of an outage, of a restore, and of several processes.
func watchMetrics(m *httpapi.Metrics, r *txn.Runner, engine *credentials.Engine, uses *access.Uses) {
	s := r.Store
	leaderMetrics(m, s)
	restoreMetric(m, r.Restored)
	m.Gauge("quickconnect_database_writable", "1 if the last write of the database succeeded, 0 if it failed.", nil,
		func() float64 {
			if s.Outage() != nil {
				return 0
			}
			return 1
		})
	const name, help = "quickconnect_uses_waiting", "Uses in memory that wait to be written."
	m.Gauge(name, help, map[string]string{"of": "versions"}, func() float64 {
		waiting, _ := engine.KeptUses()
		return float64(waiting)
	})
	m.Gauge(name, help, map[string]string{"of": "principals"}, func() float64 { return float64(uses.Waiting()) })
	m.Counter("quickconnect_use_writes_failed_total", "Writes of uses in memory that failed, and were tried again later.",
		func() float64 { return float64(engine.FailedUseWrites()) })
	m.Counter("quickconnect_uses_lost_total", "Uses that were not kept, or not with who used it, because too many waited.",
		func() float64 {
			_, lost := engine.KeptUses()
			return float64(lost)
		})
}
