package platform_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/pgtest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
)

var (
	replicaSeed     seed
	replicaSeedOnce sync.Once
)

// newReplicas starts platforms of one PostgreSQL database, whose clocks differ from the first one's. The first one
// leads.
func newReplicas(tb testing.TB, skews ...time.Duration) []*world {
	tb.Helper()
	replicaSeedOnce.Do(func() {
		if onPostgres {
			seedOnce.Do(func() { seeded = newSeed(tb) })
			replicaSeed = seeded
			return
		}
		w := &world{
			t: tb, dir: tb.TempDir(), clock: clock.NewFake(epoch), log: &buffer{}, tokens: map[string]string{},
			foreign: map[string]string{},
		}
		replicaSeed = w.seedPostgres()
	})
	url, dir := pgtest.Shared(tb).Copy(tb, seedTemplate, nil), tb.TempDir()
	for name, content := range replicaSeed.files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	names, created := &resolver{answers: map[string][][]netip.Addr{}}, new(int)
	all := make([]*world, len(skews))
	for i, skew := range skews {
		all[i] = &world{
			t: tb, dir: dir, url: url, clock: clock.NewFake(epoch.Add(skew)), log: &buffer{}, tokens: replicaSeed.tokens,
			foreign: replicaSeed.foreign, names: names, private: true, created: created, limits: &limits.Config{},
		}
		all[i].open()
		tb.Cleanup(func() { all[i].close() })
	}
	return all
}

// leads waits until a replica leads.
func (w *world) leads() {
	w.t.Helper()
	deadline := time.After(time.Minute)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if _, leads := w.store.Serving.Lead(w.t.Context()); leads {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			w.t.Fatal("it does not lead after a minute")
		}
	}
}

// advance lets time pass on all replicas.
func advance(all []*world, d time.Duration) {
	for _, w := range all {
		w.clock.Advance(d)
	}
}

// together calls a function for all replicas at once.
func together(all []*world, do func(*world)) {
	var each sync.WaitGroup
	for _, w := range all {
		each.Go(func() { do(w) })
	}
	each.Wait()
}
