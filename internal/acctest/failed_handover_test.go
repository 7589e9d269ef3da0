package acctest_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// vaultExample is the README's example, with a policy and a sink in the place of Vault. As Vault's provider does, the
// sink keeps its state on a failed write.
func vaultExample(t *testing.T, s *acctest.Sink, more string) string {
	t.Helper()
	root, err := acctest.Root()
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(read(t, filepath.Join(root, "README.md")), "## Give a token to Vault\n\n```terraform\n")
	example, _, found := strings.Cut(after, "```")
	if !found || !strings.Contains(example, `resource "vault_kv_secret_v2" "notifier"`) {
		t.Fatal("the README has no example that gives a token to Vault")
	}
	return strings.NewReplacer(
		"vault_kv_secret_v2", "sink_secret",
		`mount                = "secret"`, fmt.Sprintf("path = %q", s.Path),
		`name                 = "notifier"`, "keeps_state = true",
		"data_json_wo", "value_wo",
	).Replace(example) + fmt.Sprintf(`
resource "quickconnect_connector" "slack" {
  name  = "slack"
  owner = "messaging@example.com"
  type  = "slack"
}

resource "quickconnect_rotation_policy" "tokens" {
  name     = "tokens"
  interval = "90d"
  overlap  = "24h"
  %s
}
`, more)
}

// The sink takes the new value no more, but its state has the new number: no plan would ever send the value again. The
// plan says so once the consumer goes on with the old value, and the repair that it names works.
func TestFailedHandoverIsSeen(t *testing.T) {
	for name, x := range map[string]struct {
		policy  string
		unasked string // what a plan says before any use
		ends    string
	}{
		"with acknowledgement": {
			"", `Version 2 of "notifier" waits to be seen in use`, "Its stage ends at 2026-08-06T12:00:00Z",
		},
		"without": {
			withoutAcknowledgement, "No changes",
			"Version 1 is still in use (last at 2026-07-30T13:00:00Z) and ends at 2026-07-31T12:00:00Z",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, tf := acctest.Start(t)
			s := acctest.NewSink(t)
			deployer := p.As(api.RoleDeployer)
			// The consumer reads the sink, and its value is introspected.
			consume := func() { p.As(api.RoleRuntime).Introspect(tokenIn(t, s)) }
			holds := func(version int64) {
				t.Helper()
				if tokenIn(t, s) != deployer.Reveal("notifier", version) {
					t.Fatalf("the sink does not have version %d", version)
				}
			}
			tf.Config(vaultExample(t, s, x.policy))
			tf.Apply()
			consume()
			tf.Plan(0).Silent()

			p.Clock.Advance(90 * day)
			s.Refuse()
			tf.ApplyFails().Has("The sink's file cannot be written")
			s.Accept()
			holds(1)
			tf.Plan(0).Has(x.unasked).HasNot("is still in use")

			p.Clock.Advance(time.Hour)
			consume()
			tf.Plan(0).Has("No changes", "Version 1 is still in use (last at 2026-07-30T13:00:00Z)", x.ends,
				"version 2, issued at 2026-07-30T12:00:00Z, was never used",
				"terraform apply -replace=ADDRESS_OF_THE_SINK")
			tf.Apply()
			holds(1)
			tf.Plan(0, "-refresh=false").Has("was never used") // the apply has stored what its read found

			tf.Apply("-replace=sink_secret.notifier")
			holds(2)
			consume()
			if x.policy == "" {
				tf.Plan(2).Has("version 2 will be current").HasNot("is still in use", "ADDRESS_OF_THE_SINK")
				tf.Apply()
			}
			tf.Plan(0).Silent()
		})
	}
}

// tokenIn returns the token of the JSON that the sink was given last.
func tokenIn(t *testing.T, s *acctest.Sink) string {
	t.Helper()
	_, value := s.Last()
	token := strings.TrimSuffix(strings.TrimPrefix(value, `{"token":"`), `"}`)
	if token == value {
		t.Fatal("what the sink was given is no JSON with a token")
	}
	return token
}
