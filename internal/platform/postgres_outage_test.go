package platform_test

import (
	"database/sql"
	"fmt"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/pgtest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
)

// newWorldOn is a world whose database is on a cluster of its own.
func newWorldOn(t *testing.T, c *pgtest.Cluster) *world {
	t.Helper()
	w := &world{
		t: t, dir: t.TempDir(), url: c.Empty(t), clock: clock.NewFake(epoch), log: &buffer{}, tokens: map[string]string{},
		foreign: map[string]string{}, names: &resolver{answers: map[string][][]netip.Addr{}}, private: true,
		created: new(int), limits: &limits.Config{},
	}
	w.seed()
	w.open()
	t.Cleanup(w.close)
	return w
}

// TestPostgresOutages takes the whole database away, and gives it back. The platform goes on without a restart.
func TestPostgresOutages(t *testing.T) {
	for name, o := range map[string]struct {
		outage

		begin func(t *testing.T, c *pgtest.Cluster, w *world) (end func())
	}{
		"gone":               {outage{reason: "unreachable", says: "does not answer"}, stopCluster},
		"out of connections": {outage{reason: "connections", says: "no more connections"}, useConnections},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := pgtest.Own(t, "max_connections=30")
			w := newWorldOn(t, c)
			token := w.objects()[pathTokens]
			value := w.reveal(token, 1)
			w.sweep()
			before, audited := w.token(token), len(w.audit())
			body := object{"name": "made-once", "owner": "o", "type": "custom"}

			end := o.begin(t, c, w)
			w.refused(o.outage, w.do("GET", pathOf(token), nil))
			w.refused(o.outage, w.do("POST", pathConnectors, body, key("k")))
			w.refused(o.outage, w.do("DELETE", pathOf(token), nil))
			w.clock.Advance(time.Minute)
			w.notice()
			end()

			w.sweep()
			w.ready(200)
			if u := w.store.Outage(); u != nil {
				t.Errorf("after: %v", u)
			}
			if got := w.token(token); got.Etag != before.Etag {
				t.Errorf("after: %+v, before: %+v", got, before)
			}
			if got := len(w.audit()); got != audited {
				t.Errorf("%d events of what was refused", got-audited)
			}
			if _, err := w.verifyAudit(nil); err != nil {
				t.Error(err)
			}
			first := w.do("POST", pathConnectors, body, key("k")).want(201)
			if again := w.do("POST", pathConnectors, body, key("k")).want(201); string(first.body) != string(again.body) {
				t.Errorf("%s\n%s", first.body, again.body)
			}
			if !w.introspect("auditor", value).Active {
				t.Error("the token is not accepted any more")
			}
		})
	}
}

func stopCluster(t *testing.T, c *pgtest.Cluster, _ *world) func() {
	t.Helper()
	c.Stop(t)
	return func() { c.Start(t) }
}

// useConnections takes every connection that the server has, those of the platform too.
func useConnections(t *testing.T, c *pgtest.Cluster, w *world) func() {
	t.Helper()
	db, err := sql.Open("pgx", w.url)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxIdleConns(100)
	const end = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE "
	taken := 0
	for range 3 { // the heartbeat of the lease may be faster
		c.Exec(t, end+"application_name = 'quickconnectd'")
		for ; taken < 30; taken++ {
			conn, err := db.Conn(t.Context())
			if err != nil {
				break
			}
			t.Cleanup(func() { _ = conn.Close() })
		}
	}
	if taken < 20 || taken == 30 {
		t.Fatalf("took %d connections", taken)
	}
	return func() {
		c.Exec(t, end+"usename = '"+pgtest.Owner+"'")
		_ = db.Close()
	}
}

// TestSessionsAreTerminated: reads and writes whose sessions somebody terminates succeed, or can be repeated at once,
// and the platform stays ready.
func TestSessionsAreTerminated(t *testing.T) {
	t.Parallel()
	w := newReplicas(t, 0)[0]
	token := w.objects()[pathTokens]
	stop := make(chan struct{})
	var killer sync.WaitGroup
	killer.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				pgtest.Statement(t, w.url, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
					WHERE datname = current_database() AND application_name = 'quickconnectd'
					ORDER BY xact_start IS NULL, random() LIMIT 1`)
			}
		}
	})
	succeeded := 0
	for i := range 40 {
		for _, r := range []*reply{
			w.do("GET", pathOf(token), nil),
			w.do("POST", pathConnectors, object{"name": fmt.Sprint("c-", i), "owner": "o", "type": "custom"}),
		} {
			switch {
			case r.status < 300:
				succeeded++
			case r.status != 503 || r.header.Get("Retry-After") != "1":
				t.Errorf("%d %s %v", r.status, r.body, r.header)
			}
		}
	}
	close(stop)
	killer.Wait()
	w.ready(200)
	t.Logf("%d of 80 requests succeeded", succeeded)
}
