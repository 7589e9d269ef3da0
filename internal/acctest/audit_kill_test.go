package acctest_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

// TestAuditSurvivesKills kills the platform again and again under 16 writers. Every change has its event, there is no
// event without its change, and the log verifies with every checkpoint that was taken meanwhile.
func TestAuditSurvivesKills(t *testing.T) {
	t.Parallel()
	const writers, between = 16, 8
	kills := sized(20, 200)
	data := t.TempDir()
	p := acctest.StartProcessOn(t, data)
	token := p.Bootstrap("acme", "staging")["staging"]

	stop, made := make(chan struct{}), make(chan string, 1000)
	var running sync.WaitGroup
	for w := range writers {
		running.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
					makePolicy(t, p, token, fmt.Sprintf("p-%d-%d", w, i), made)
				}
			}
		})
	}
	var kept []api.AuditCheckpoint
	for range kills {
		for range between {
			waitForOne(t, made)
		}
		if signed, err := p.Client(token).AuditCheckpoint(t.Context()); err == nil {
			kept = append(kept, signed)
		}
		p.Kill()
		p.Restart()
	}
	close(stop)
	running.Wait()

	changes := map[string]int{}
	policies, err := p.Client(token).RotationPolicies().List(t.Context(), client.Filter{})
	ok(t, err)
	for _, policy := range policies {
		changes[policy.ID]++
	}
	filter := client.AuditFilter{Kind: api.RotationPolicies.Path, Action: "create"}
	events, _, err := p.Client(token).AuditEvents(t.Context(), filter, 1_000_000)
	ok(t, err)
	for _, e := range events {
		changes[e.ObjectID]--
	}
	for id, n := range changes {
		if n != 0 {
			t.Errorf("policy %s has %d events too few", id, n)
		}
	}
	if len(events) < kills*between || len(kept) < kills/2 {
		t.Errorf("only %d events and %d checkpoints", len(events), len(kept))
	}
	p.Stop()
	wantVerified(t, p, data, kept)
	t.Logf("%d kills, %d changes, %d checkpoints", kills, len(policies), len(kept))
}

// makePolicy asks once: a request that the kill ends has changed something or nothing, and both may be.
func makePolicy(t *testing.T, p *acctest.Process, token, name string, made chan<- string) {
	t.Helper()
	policy, err := p.Client(token).RotationPolicies().Create(t.Context(), api.RotationPolicyCreate{
		Name: name, Interval: "30d",
	})
	if err != nil {
		return
	}
	select {
	case made <- policy.ID:
	default: // the reader ends with the kill
	}
}

// wantVerified verifies the log with the first and the last checkpoint.
func wantVerified(t *testing.T, p *acctest.Process, data string, kept []api.AuditCheckpoint) {
	t.Helper()
	key := filepath.Join(data, "audit.pub")
	ok(t, os.WriteFile(key, []byte(kept[0].PublicKey), 0o600))
	for _, c := range []api.AuditCheckpoint{kept[0], kept[len(kept)-1]} {
		path := filepath.Join(data, "checkpoint")
		ok(t, os.WriteFile(path, []byte(c.Checkpoint), 0o600))
		out := succeeds(t, exec.CommandContext(t.Context(), p.Program(), "audit", "verify", "--data-dir", data,
			"--public-key", key, "--checkpoint", path))
		if !strings.Contains(out, "acme/staging: events 0 to ") || strings.Contains(out, "no checkpoint") {
			t.Error(out)
		}
	}
}
