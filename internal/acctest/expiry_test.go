package acctest_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// expiring is the notifier without a rotation policy; more is what else the token's block says.
func expiring(more string) string {
	return fmt.Sprintf(`
resource "quickconnect_connector" "slack" {
  name           = "slack"
  owner          = "messaging@example.com"
  type           = "slack"
  allowed_scopes = ["messages:send", "messages:read"]
}

resource "quickconnect_scoped_token" "notifier" {
  name         = "notifier"
  owner        = "team-notifier"
  connector_id = quickconnect_connector.slack.id
  scopes       = ["messages:send"]
  %s
}
`, more)
}

// expires is the argument, for a moment so long after the start of the clock.
func expires(after time.Duration) string {
	return fmt.Sprintf("expires_at = %q\n", acctest.Epoch.Add(after).Format(time.RFC3339))
}

// An end is not a rotation: the token ends, every plan says so, and nothing is done about it until the configuration changes.
func TestTokenThatExpires(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	tf.Config(expiring(expires(10*day)) + handover(s))
	tf.Apply()
	tf.Plan(0).Silent()
	_, value := s.Last()
	auditor := p.As(api.RoleAuditor)
	p.Clock.Advance(10*day - time.Second)
	if !auditor.Introspect(value).Active {
		t.Error("the token ended before its time")
	}
	tf.Plan(0).Silent()
	p.Clock.Advance(time.Second)
	if auditor.Introspect(value).Active {
		t.Error("the token is accepted at its end")
	}

	tf.Plan(0).Has("Warning:", `Token "notifier" has expired`, "Scoped token without a valid version")
	tf.Apply().Has(`Token "notifier" has expired`)
	wantRotation(t, tf, 1, map[string]any{"phase": "revoked", "due": "none", "reason": "expired", "current_version": nil, "next_version": 2.0})
	if n := len(s.All()); n != 1 {
		t.Errorf("the sink was given %d values, want the first one only: there is no other", n)
	}

	// An edit does not revive it, and a destroy does not fail on it.
	tf.Config(expiring(expires(10*day)+`description = "Sends the alerts."`) + handover(s))
	tf.SavePlan("edit.tfplan").Has("has expired").HasNot("~ version", "known after apply")
	tf.ApplyPlan("edit.tfplan")
	tf.Plan(0).Has("has expired")
	tf.Destroy()
}

// A later date, or none, is the way back: in place, in one apply, and the sink has the new value when it is over.
func TestExpiredTokenRevived(t *testing.T) {
	t.Parallel()
	later := func(p *acctest.Platform) string {
		return fmt.Sprintf("expires_at = %q\n", p.Clock.Now().Add(30*day).Format(time.RFC3339))
	}
	for _, c := range []struct {
		name  string
		first string // the configuration that expires
		then  func(*acctest.Platform) string
		why   string
	}{
		{"the date moves", expiring(expires(10 * day)), func(p *acctest.Platform) string { return expiring(later(p)) }, "moves expires_at to"},
		{"the date moves, with a policy", policy("") + notifier(expires(10*day)), func(p *acctest.Platform) string { return policy("") + notifier(later(p)) }, "moves expires_at to"},
		{"the date is removed", policy("") + notifier(expires(10*day)), func(*acctest.Platform) string { return policy("") + notifier("") }, "removes expires_at"},
		{"a policy takes the place of the date", expiring(expires(10 * day)), func(*acctest.Platform) string { return policy("") + notifier("") }, "removes expires_at"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, tf := acctest.Start(t)
			s := acctest.NewSink(t)
			tf.Config(c.first + handover(s))
			tf.Apply()
			id := tf.State(token)["id"]
			p.Clock.Advance(11 * day)
			tf.Plan(0).Has("has expired")

			tf.Config(c.then(p) + handover(s))
			tf.SavePlan("revive.tfplan").Has(token+" will be updated in-place", `"revoked" -> "stable"`, "~ version = 1 -> 2", "~ value_wo_version = 1 -> 2", c.why)
			tf.ApplyPlan("revive.tfplan")
			wantRotation(t, tf, 2, map[string]any{"phase": "stable", "current_version": 2.0, "next_version": 3.0})
			if got := tf.State(token)["id"]; got != id {
				t.Errorf("the token was replaced: id %v, was %v", got, id)
			}
			version, value := s.Last()
			if answer := p.As(api.RoleAuditor).Introspect(value); version != 2 || !answer.Active || answer.Version != 2 {
				t.Errorf("the sink was last given version %d, want the value of version 2, accepted", version)
			}
			tf.Plan(0).Silent()
		})
	}
}

// Moved before it comes, the end is just another one: no version ends or begins for it.
func TestExpiryMovedInTime(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	tf.Config(expiring(expires(10*day)) + handover(s))
	tf.Apply()
	p.Clock.Advance(9 * day)
	tf.Config(expiring(expires(20*day)) + handover(s))
	tf.SavePlan("move.tfplan").Has(token+" will be updated in-place", "~ expires_at").HasNot("~ version", "known after apply", "Warning:")
	tf.ApplyPlan("move.tfplan")
	p.Clock.Advance(10 * day)
	_, value := s.Last()
	if !p.As(api.RoleAuditor).Introspect(value).Active {
		t.Error("the token ended at its old end")
	}
	tf.Plan(0).Silent()
	// The same moment in other words is no difference.
	tf.Config(expiring(fmt.Sprintf("expires_at = %q\n", acctest.Epoch.Add(20*day).In(time.FixedZone("", 2*3600)).Format(time.RFC3339))) + handover(s))
	tf.Plan(0).Silent()
}

// An end that comes in the middle of a rotation ends both versions.
func TestExpiryWhileStaged(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	config := policy("max_stage = \"10d\"") + notifier(expires(33*day))
	tf.Config(config)
	tf.Apply()
	untilDue(p)
	tf.Apply()
	deployer := p.As(api.RoleDeployer)
	values := []string{deployer.Reveal("notifier", 1), deployer.Reveal("notifier", 2)}
	p.Clock.Advance(3 * day)
	for i, v := range values {
		if deployer.Introspect(v).Active {
			t.Errorf("version %d is accepted after the token's end", i+1)
		}
	}
	tf.Plan(0).Has("has expired")
	tf.Config(policy("max_stage = \"10d\"") + notifier(""))
	tf.Apply()
	wantRotation(t, tf, 3, map[string]any{"phase": "stable", "current_version": 3.0})
	tf.Plan(0).Silent()
}

// A date in the past is an error on the attribute, at apply: only the platform's clock knows.
func TestExpiryInThePast(t *testing.T) {
	t.Parallel()
	t.Run("at creation", func(t *testing.T) {
		t.Parallel()
		p, tf := acctest.Start(t)
		tf.Config(expiring(expires(-time.Hour)))
		tf.Plan(2)
		tf.ApplyFails().Has("expires_at must be in the future", "with "+token, "expires_at = ")
		if n := p.As(api.RoleAuditor).Count(api.KindScopedTokens); n != 0 {
			t.Errorf("the platform has %d tokens, want none", n)
		}
	})
	for _, c := range []struct {
		name string
		then time.Duration // when the clock stands there, the date is changed
	}{
		{"moved before the end", 5 * day},
		{"moved after the end", 15 * day},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, tf := acctest.Start(t)
			tf.Config(expiring(expires(10 * day)))
			tf.Apply()
			p.Clock.Advance(c.then)
			tf.Plan(0)
			before := standing(t, p)
			tf.Config(expiring(expires(c.then-time.Hour) + `description = "Sends the alerts."`))
			tf.ApplyFails().Has("expires_at must be in the future", "with "+token, "expires_at = ")
			if after := standing(t, p); after != before {
				t.Errorf("the refused apply changed the token\nbefore: %s\nafter:  %s", before, after)
			}
			tf.Config(expiring(expires(10 * day)))
			tf.Plan(0)
		})
	}
}

// Overdue is said in words: a rotation that nobody applied for too long.
func TestOverdue(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	tf.Config(policy(`max_age = "60d"`) + notifier(""))
	tf.Apply()
	p.Clock.Advance(60*day - time.Second)
	tf.Plan(2).Has("due since 2026-05-31T12:00:00Z, interval 30d").HasNot("overdue")
	p.Clock.Advance(time.Second)
	tf.Plan(2).Has("Warning:", "overdue, the max_age of the rotation policy has passed", "due since 2026-05-31T12:00:00Z, interval 30d", `"stable" -> "staged"`)
	tf.Apply()
	wantRotation(t, tf, 2, map[string]any{"phase": "staged", "next_version": 3.0})
	tf.Plan(0).HasNot("overdue")
}

// With a quiet_period the old version goes before the overlap ends, once nobody has used it for so long.
func TestEarlyRetireAfterAQuietPeriod(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	tf.Config(policy(withoutAcknowledgement+"overlap = \"5d\"\nquiet_period = \"12h\"") + notifier("") + handover(s))
	tf.Apply()
	w := watch(t, p)
	w.advance(30 * day)
	tf.Apply()
	w.advance(6 * time.Hour)
	p.As(api.RoleRuntime).Introspect(w.values[1])

	// Quiet counts from the last use, and only a consumer's is one.
	w.advance(12*time.Hour - time.Second)
	tf.Plan(0).Silent()
	w.advance(time.Second)
	tf.SavePlan("retire.tfplan").Has(`"draining" -> "stable"`, "version 1 will be retired", "quiet_period").HasNot("sink_secret.notifier will be", "~ version")
	w.want(1, 2)
	tf.ApplyPlan("retire.tfplan")
	w.want(2)
	wantRotation(t, tf, 2, map[string]any{"phase": "stable", "current_version": 2.0, "previous_version": nil, "next_version": 3.0})
	tf.Plan(0).Silent()
}

// Whoever holds an ephemeral resource of a token that has expired gets nothing, not an error, even where nothing manages it.
func TestEphemeralOfAnExpiredToken(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	operator := p.As(api.RoleOperator)
	operator.Create(api.KindConnectors, map[string]any{"name": "slack", "owner": "team", "type": "slack"}).Want(http.StatusCreated)
	operator.Create(api.KindScopedTokens, map[string]any{
		"name": "notifier", "owner": "team", "connector_id": operator.Connector("slack").ID, "scopes": []string{"messages:send"},
		"expires_at": acctest.Epoch.Add(day).Format(time.RFC3339),
	}).Want(http.StatusCreated)
	s := acctest.NewSink(t)
	tf.Config(fmt.Sprintf(`
data "quickconnect_scoped_token" "notifier" {
  name = "notifier"
}

ephemeral "quickconnect_scoped_token" "notifier" {
  id = data.quickconnect_scoped_token.notifier.id
}

resource "sink_secret" "notifier" {
  path             = %q
  value_wo         = ephemeral.quickconnect_scoped_token.notifier.value
  value_wo_version = data.quickconnect_scoped_token.notifier.version
}
`, s.Path))
	p.Clock.Advance(day)
	tf.Apply().Has("Scoped token without a valid version")
	if all := s.All(); len(all) != 1 || all[0].Value != nil || all[0].Version != 1 {
		t.Errorf("the sink was given %d values, want null, once", len(all))
	}
	tf.Plan(0).Has("Scoped token without a valid version")
	tf.Destroy()
}
