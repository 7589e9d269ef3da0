package platform

import (
	"context"
	"log/slog"
	"sync"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/journal"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// confirmed does what may not be done while a restore of the platform waits for its confirmation, unless it waits.
func (s *Server) confirmed(ctx context.Context, do func(context.Context) error) error {
	switch err := s.confirmer.runner.Restored.Check(ctx); {
	case problem.Has(err, api.CodeRestored):
		return nil
	case err != nil:
		return err
	}
	return do(ctx)
}

// restoreCheck is about a restore that nobody has confirmed. Reads and revocations have to arrive meanwhile, so a load
// balancer must go on sending requests.
func restoreCheck(r *txn.Restored) func(context.Context) httpapi.Finding {
	return func(context.Context) httpapi.Finding {
		if r.Pending() {
			return httpapi.Finding{State: httpapi.StateDegraded, Text: r.Text()}
		}
		return httpapi.Finding{State: httpapi.StateOK}
	}
}

// restoreMetric shows whether a restore waits for its confirmation.
func restoreMetric(m *httpapi.Metrics, r *txn.Restored) {
	m.Gauge("quickconnect_restore_confirmed", "0 while a restore of the platform waits for its confirmation, otherwise 1.",
		nil, func() float64 {
			if r.Pending() {
				return 0
			}
			return 1
		})
}

// journalCheck is about a journal that lacks something. Every request is served all the same.
func journalCheck(j *journal.File) func(context.Context) httpapi.Finding {
	return func(context.Context) httpapi.Finding {
		if j.Failure() == nil {
			return httpapi.Finding{State: httpapi.StateOK}
		}
		return httpapi.Finding{State: httpapi.StateDegraded, Text: "the journal cannot be written, and what happens to " +
			"credentials is in the database alone: after a restore, a revocation of this time would be lost; make room or " +
			"mend the disk of the journal, and make a backup before you restart the platform"}
	}
}

// restoreWatch follows whether a restore waits for its confirmation, and logs when that begins and ends.
type restoreWatch struct {
	restored *txn.Restored
	log      *slog.Logger

	mu     sync.Mutex
	logged bool // that a confirmation is missing
}

func (w *restoreWatch) look(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.restored.Look(ctx); err != nil {
		return err
	}
	switch pending := w.restored.Pending(); {
	case pending && !w.logged:
		w.log.Error("a restore is not confirmed", "what", w.restored.Text())
	case !pending && w.logged:
		w.log.Info("the restore is confirmed: the platform serves, delivers and carries out deadlines")
	}
	w.logged = w.restored.Pending()
	return nil
}
