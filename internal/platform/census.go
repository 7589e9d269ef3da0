package platform

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// censusInterval is how often credentials are counted. A scrape counts nothing itself.
const censusInterval = time.Minute

// census counts the credentials that need attention and what waits, and shows the last count as metrics.
type census struct {
	runner *txn.Runner
	log    *slog.Logger

	mu      sync.Mutex
	triedAt time.Time
	takenAt time.Time
	tallies map[credentials.Group]credentials.Tally
	waiting backlog
}

var (
	censusTakenDesc = prometheus.NewDesc("quickconnect_credentials_counted_timestamp_seconds",
		"When the credentials, the queue and the audit logs were counted last, in seconds since 1970.", nil, nil)
	censusDescs = []struct {
		desc *prometheus.Desc
		of   func(credentials.Tally) int
	}{
		{
			censusDesc("due", "Credentials of which a step is due, overdue ones included; of connectors, new credentials are."),
			func(t credentials.Tally) int { return t.Due },
		},
		{
			censusDesc("overdue", "Credentials past the max_age of their policy, or that ended at the third party."),
			func(t credentials.Tally) int { return t.Overdue },
		},
		{
			censusDesc("waiting", "Credentials whose pending version waits for evidence that it is in use."),
			func(t credentials.Tally) int { return t.Waiting },
		},
		{
			censusDesc("held", "Credentials on hold."),
			func(t credentials.Tally) int { return t.Held },
		},
		{
			censusDesc("quarantined", "Credentials in quarantine."),
			func(t credentials.Tally) int { return t.Quarantined },
		},
	}
)

func censusDesc(what, help string) *prometheus.Desc {
	return prometheus.NewDesc("quickconnect_credentials_"+what, help, []string{"tenant", "environment", "kind"}, nil)
}

// run counts until the context ends.
func (c *census) run(ctx context.Context, interval time.Duration) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		if err := c.take(ctx); err != nil && !errors.Is(err, store.ErrUnavailable) && ctx.Err() == nil {
			c.log.Error("credentials were not counted; the metrics show the last count", "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// take counts if the last attempt was a minute ago, or if the clock was set back since.
func (c *census) take(ctx context.Context) error {
	c.mu.Lock()
	now := c.runner.Clock.Now()
	since := now.Sub(c.triedAt)
	if !c.triedAt.IsZero() && since >= 0 && since < censusInterval {
		c.mu.Unlock()
		return nil
	}
	c.triedAt = now
	c.mu.Unlock()
	tallies, err := credentials.Census(ctx, c.runner)
	if err != nil {
		return err
	}
	waiting, err := readBacklog(ctx, c.runner)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.takenAt, c.tallies, c.waiting = now, tallies, waiting
	return nil
}

// Describe implements prometheus.Collector.
func (c *census) Describe(out chan<- *prometheus.Desc) {
	out <- censusTakenDesc
	for _, d := range censusDescs {
		out <- d.desc
	}
	describeBacklog(out)
}

// Collect implements prometheus.Collector. It shows nothing before the first count.
func (c *census) Collect(out chan<- prometheus.Metric) {
	c.mu.Lock()
	takenAt, tallies, waiting := c.takenAt, c.tallies, c.waiting
	c.mu.Unlock()
	if takenAt.IsZero() {
		return
	}
	out <- prometheus.MustNewConstMetric(censusTakenDesc, prometheus.GaugeValue, float64(takenAt.Unix()))
	waiting.collect(out)
	for group, tally := range tallies {
		kind, _ := api.KindAt(group.Kind)
		for _, d := range censusDescs {
			out <- prometheus.MustNewConstMetric(d.desc, prometheus.GaugeValue, float64(d.of(tally)),
				group.Scope.Tenant, group.Scope.Environment, kind.Collection())
		}
	}
}
