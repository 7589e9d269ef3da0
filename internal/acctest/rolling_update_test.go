package acctest_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/pgtest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// nextVersion is what migrations of the version after this one may do to tables that every request uses: each one
// changes one table, as TestMigrationsAreAdditive wants.
var nextVersion = []string{
	`ALTER TABLE connectors ADD COLUMN next BIGINT NOT NULL DEFAULT 0`,
	`ALTER TABLE scoped_tokens ADD COLUMN next TEXT NOT NULL DEFAULT ''; CREATE INDEX next_index ON scoped_tokens (next)`,
	`ALTER TABLE deliveries ADD COLUMN next BIGINT`,
	`ALTER TABLE audit_events ADD COLUMN next TEXT`,
	`CREATE TABLE next (id TEXT NOT NULL PRIMARY KEY)`,
	`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)`,
}

// TestRollingUpdate replaces the replicas of a platform one after another, under load. No request fails beyond what the
// client repeats, and every event arrives. The platform is the committed one of the previous version.
//
// In the long form the replaced replicas are the program of that version, and the first new one changes the tables. The
// short form builds nothing: both are this build's program, and the test itself makes the changes that a next version
// might make.
func TestRollingUpdate(t *testing.T) {
	t.Parallel()
	if *writePrevious {
		writePreviousVersion(t)
		return
	}
	data, database := previousPlatform(t)
	this := acctest.Quickconnectd(t)
	older := this
	if *campaign {
		older = previousProgram(t)
	}
	o := operator{t, older}
	u := newUpdate(t, data, database, older)
	deployer := newPrincipal(o, data, database, api.RoleDeployer)
	u.begin(deployer, newPrincipal(o, data, database, api.RoleRuntime))

	more, from := int64(sized(8, 150)), make([]int, len(u.replicas))
	u.serves(more)
	for i, replica := range u.replicas {
		replica.Stop()
		if i == 0 && !*campaign {
			for _, text := range nextVersion {
				pgtest.Statement(t, database, text)
			}
		}
		if *campaign {
			from[i] = len(replica.Log()) // what the previous version logs is as it is
		}
		replica.Becomes(this)
		replica.Restart()
		u.serves(more)
	}
	u.end()
	key := filepath.Join(data, "audit.pub")
	o.program = this
	ok(t, os.WriteFile(key, []byte(o.runs(0, "audit", "public-key", "--data-dir", data, "--database", database)), 0o600))
	o.runs(0, "audit", "verify", "--data-dir", data, "--database", database, "--public-key", key)
	for i, replica := range u.replicas {
		for line := range strings.Lines(replica.Log()[from[i]:]) {
			if strings.Contains(line, `"level":"ERROR"`) {
				t.Errorf("replica %d logs an error: %s", i, line)
			}
		}
	}
}

// update is the replicas of a platform under load.
type update struct {
	t        *testing.T
	replicas []*acctest.Process
	balancer *acctest.Balancer
	load     *load

	hook     *acctest.Hook
	endpoint string
	sent     sync.Map // the ids of the events that the platform has taken
	sending  sync.WaitGroup
}

func newUpdate(t *testing.T, data, database, program string) *update {
	t.Helper()
	u := &update{t: t}
	for range 2 {
		p := acctest.NewProcess(t, data, "--database", database, "--allow-private-endpoints", "--limit-principal", "0",
			"--limit-environment", "0")
		p.Becomes(program)
		p.Restart()
		u.replicas = append(u.replicas, p)
	}
	u.balancer = acctest.StartBalancer(t, u.replicas[0].URL, u.replicas[1].URL)
	return u
}

// client returns a client of the balancer that repeats requests as the provider does.
func (u *update) client(token string) *client.Client {
	u.t.Helper()
	c, err := client.New(client.Config{
		Endpoint: u.balancer.URL, Token: secret.New(token), MaxRetries: client.DefaultMaxRetries,
	})
	ok(u.t, err)
	return c
}

// begin begins to ask: introspections, reveals, writes, and events to a receiver.
func (u *update) begin(deployer, runtime string) {
	u.t.Helper()
	by := u.client(deployer)
	u.load = &load{by: by, runtime: u.client(runtime), values: map[string]secret.Value{}}
	tokens, err := by.ScopedTokens().List(u.t.Context(), client.Filter{})
	ok(u.t, err)
	for _, token := range tokens {
		u.load.connector = token.ConnectorID
		if token.Name == "archiver" { // it was revoked
			continue
		}
		revealed, err := by.ScopedTokens().Reveal(u.t.Context(), token.ID, 1)
		ok(u.t, err)
		u.load.values[token.ID] = revealed.Value
	}
	u.hook = acctest.StartHook(u.t, clock.System())
	u.endpoint = makeHook(u.t, u.replicas[0], deployer, u.hook)
	u.load.begin(u.t)
	u.sending.Go(func() { u.load.repeat(4, 0, u.send) })
}

// send has one event delivered.
func (u *update) send(_, i int) error {
	queued, err := u.load.by.WebhookEndpoints().SendTestEvent(u.t.Context(), u.endpoint, api.TestEventRequest{
		Type: anEvent, Data: json.RawMessage(fmt.Sprintf(`{"n":%d}`, i)),
	}, client.Write{})
	if err == nil {
		u.sent.Store(queued.ID, true)
	}
	return err
}

// serves waits until more requests of each sort were answered, and both replicas had a part in it.
func (u *update) serves(more int64) {
	u.t.Helper()
	var want []func() bool
	for _, count := range []func() int64{
		u.load.counts[0].Load, u.load.counts[1].Load, u.load.counts[2].Load, u.load.counts[4].Load,
		func() int64 { return u.balancer.Taken(0) }, func() int64 { return u.balancer.Taken(1) },
	} {
		until := count() + more
		want = append(want, func() bool { return count() >= until })
	}
	acctest.WaitFor(u.t, "both replicas have answered more", func() bool {
		for _, done := range want {
			if !done() && !u.t.Failed() {
				return false
			}
		}
		return true
	})
}

// end stops asking. Every event that the platform has taken has arrived.
func (u *update) end() {
	u.t.Helper()
	counts := u.load.end()
	u.sending.Wait()
	arrived := func() bool {
		missing := map[any]bool{}
		u.sent.Range(func(id, _ any) bool {
			missing[id] = true
			return true
		})
		for _, id := range u.hook.Accepted() {
			delete(missing, id)
		}
		return len(missing) == 0
	}
	acctest.WaitFor(u.t, "every event has arrived", arrived)
	u.t.Logf("%s; %d events, %d arrivals", counts, u.load.counts[4].Load(), len(u.hook.Events()))
}
