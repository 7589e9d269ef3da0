package scopedtoken_test

import (
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

func TestDataSource(t *testing.T) {
	p, tf := created(t, base().With("labels", tftest.Triggers("team", "a")))
	token := p.Credential(api.ScopedTokens, "notifier")
	p.As(api.RoleRuntime).Introspect(token.Reveal(1))
	token.Hold("incident")
	v, d := tf.Read(tftest.Config{"name": "notifier"})
	if len(d) != 0 {
		t.Fatal(d.Errors(), d.Warnings())
	}
	tf.Expect(v, "id="+token.ID(), "owner=team-a", "version=1", "rotation.phase=stable", "rotation.reason=held",
		"hold.reason=incident", "hold.at=2026-05-01T12:00:00Z", "last_used_at=2026-05-01T12:00:00Z",
		"rotation_requested=false", "labels.team=a")
	_, d = tf.Read(tftest.Config{"name": "nobody"})
	tftest.Says(t, d.Errors(), "nobody")
}

// The first use of the pending version, and nothing less, lets it be promoted.
func TestFirstUseIsEvidence(t *testing.T) {
	p, tf := created(t, base())
	token := p.Credential(api.ScopedTokens, "notifier")
	p.Clock.Advance(90 * day)
	tf.Run(base())
	p.As(api.RoleDeployer).Introspect(token.Reveal(2))
	tftest.Empty(t, tf, base())
	p.As(api.RoleRuntime).Introspect(token.Reveal(2))
	tf.Keep(tf.Plan(base()), nil)
	tf.Expect(tf.State, "rotation.phase=draining", "rotation.current_version=2")
}

// The plans of a planner do not fail on a token whose value opens more than a planner may have.
func TestPlannerGetsNoValueThatReadsCredentials(t *testing.T) {
	p, _ := start(t)
	by := p.As(api.RoleDeployer)
	by.Create(api.KindConnectors, map[string]any{"name": "chat", "owner": "team-a", "type": "custom"})
	by.Create(api.KindScopedTokens, base().With("connector_id", by.Connector("chat").ID).
		With("scopes", []string{api.ScopeReadCredentials}))
	id := by.ScopedToken("notifier").ID
	open := func(role string) string {
		tf := p.Terraform(api.ScopedTokens.Terraform, func(c tftest.Config) tftest.Config {
			return c.With("token", p.Token(role))
		})
		v, d := tf.Open(tftest.Config{"id": id})
		if d.Errors() != "" {
			t.Fatal(d.Errors())
		}
		if role == api.RolePlanner {
			tf.Expect(v, "value=<null>", "version=1")
		}
		return d.Warnings()
	}
	tftest.Says(t, open(api.RolePlanner), "revealing it also needs the permission write")
	if warnings := open(api.RoleDeployer); warnings != "" {
		t.Error(warnings)
	}
}
