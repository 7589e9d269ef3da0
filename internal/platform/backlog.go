package platform

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// lateAfter is how long an event may be due before an operator should look. An attempt takes seconds, and the places of
// a process are many.
const lateAfter = 10 * time.Minute

// backlog is what waits: events to be delivered, and audit events to be in a checkpoint.
type backlog struct {
	at    time.Time
	queue store.DeliveryQueue
	heads []store.AuditHead
}

var (
	queueAgeDesc = prometheus.NewDesc("quickconnect_delivery_queue_age_seconds", "How long the event waits that is due "+
		"for longest; 0 where none is due. Endpoints with a rate limit do not count.", nil, nil)
	queuedDesc = prometheus.NewDesc("quickconnect_deliveries_queued",
		"Events in the queue, those included that wait for their next attempt.", nil, nil)
	auditHeadDesc = prometheus.NewDesc("quickconnect_audit_head", "Events in the audit log. It never gets smaller.",
		[]string{"tenant", "environment"}, nil)
	auditUnsignedDesc = prometheus.NewDesc("quickconnect_audit_unsigned_seconds", "How long the first event waits that "+
		"is in no checkpoint; 0 where there is none.", []string{"tenant", "environment"}, nil)
)

func readBacklog(ctx context.Context, r *txn.Runner) (b backlog, err error) {
	err = r.View(ctx, txn.Caller{}, func(tx *txn.Tx) (err error) {
		b.at = tx.Now
		if b.queue, err = tx.DeliveryQueue(ctx, tx.Now); err != nil {
			return err
		}
		b.heads, err = tx.AuditHeads(ctx)
		return err
	})
	return b, err
}

func describeBacklog(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{queueAgeDesc, queuedDesc, auditHeadDesc, auditUnsignedDesc} {
		out <- d
	}
}

func (b backlog) collect(out chan<- prometheus.Metric) {
	show := func(d *prometheus.Desc, n float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, n, labels...)
	}
	show(queueAgeDesc, waited(b.queue.Since, b.at).Seconds())
	show(queuedDesc, float64(b.queue.Queued))
	for _, h := range b.heads {
		show(auditHeadDesc, float64(h.Size), h.Tenant, h.Environment)
		show(auditUnsignedDesc, waited(h.Unsigned, b.at).Seconds(), h.Tenant, h.Environment)
	}
}

// waited is how long something waits; 0 where since is zero, and where another clock is ahead.
func waited(since, now time.Time) time.Duration {
	if since.IsZero() {
		return 0
	}
	return max(0, now.Sub(since))
}

// queueCheck is about events that are due and not attempted. Every request is served meanwhile.
func queueCheck(r *txn.Runner) func(context.Context) httpapi.Finding {
	return func(ctx context.Context) httpapi.Finding {
		var since, now time.Time
		err := r.View(ctx, txn.Caller{}, func(tx *txn.Tx) (err error) {
			now = tx.Now
			since, err = tx.DeliveriesWaiting(ctx, tx.Now)
			return err
		})
		if err != nil {
			return httpapi.Finding{State: httpapi.StateDegraded, Text: "it is not known: see the check of the database"}
		}
		return judgeQueue(waited(since, now), r.Restored.Pending())
	}
}

func judgeQueue(waits time.Duration, unconfirmed bool) httpapi.Finding {
	switch {
	case waits < lateAfter:
		return httpapi.Finding{State: httpapi.StateOK}
	case unconfirmed:
		return httpapi.Finding{State: httpapi.StateOK, Text: "nothing is delivered until the restore is confirmed"}
	}
	return httpapi.Finding{State: httpapi.StateDegraded, Text: fmt.Sprintf("an event is due for %s and was not "+
		"attempted: look for \"delivery failed\" in the log of every process; if there is none, more receivers are slow "+
		"than the processes attempt at a time, and another process helps", waits.Round(time.Second))}
}
