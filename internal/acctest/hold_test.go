package acctest_test

import (
	"net/http"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func hold(p *acctest.Platform) {
	p.As(api.RoleSecurity).Verb(api.KindScopedTokens, "notifier", "hold", api.HoldRequest{Reason: "investigating INC-7"}).Want(http.StatusOK)
}

func release(p *acctest.Platform) {
	p.As(api.RoleSecurity).Verb(api.KindScopedTokens, "notifier", "release", api.HoldRequest{Reason: "understood"}).Want(http.StatusOK)
}

// On hold a rotation that is due is shown and left alone, in every phase. Terraform never releases a hold.
func TestHoldIsShownAndLeftAlone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, policy string
		until        func(*acctest.Platform)
		version      float64
		want         map[string]any // on hold
		step         string         // once it is released
	}{
		{"begin is due", "", untilDue, 1, map[string]any{"phase": "stable", "current_version": 1.0}, `"stable" -> "staged"`},
		{"rotate is due", withoutAcknowledgement, untilDue, 1, map[string]any{"phase": "stable", "current_version": 1.0}, `"stable" -> "draining"`},
		{"promote is due", "", untilAcknowledged, 2, map[string]any{"phase": "staged", "current_version": 1.0, "pending_version": 2.0}, `"staged" -> "draining"`},
		{"retire is due", withoutAcknowledgement + `quiet_period = "1h"`, untilQuiet, 2, map[string]any{"phase": "draining", "current_version": 2.0, "previous_version": 1.0}, `"draining" -> "stable"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, tf := acctest.Start(t)
			tf.Config(policy(c.policy) + notifier(""))
			tf.Apply()
			c.until(p)
			hold(p)
			before := standing(t, p)

			tf.Plan(0).Has("Warning:", `Rotation of "notifier" is on hold`, "investigating INC-7", "Since 2026-")
			tf.Apply().Has("is on hold")
			if after := standing(t, p); after != before {
				t.Errorf("something happened to the token\nbefore: %s\nafter:  %s", before, after)
			}
			c.want["due"], c.want["reason"] = "none", "held"
			wantRotation(t, tf, c.version, c.want)

			release(p)
			tf.Plan(2).Has(c.step).HasNot("is on hold")
			tf.Apply()
			tf.Plan(0)
		})
	}
}

// A hold stops rotations, not the rest of the token.
func TestHoldDoesNotStopAnEdit(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	tf.Config(policy("") + notifier(""))
	tf.Apply()
	untilDue(p)
	hold(p)
	tf.Config(policy("") + notifier(`description = "Sends the alerts."`))
	tf.SavePlan("edit.tfplan").Has("is on hold").HasNot("~ version", "~ rotation", "known after apply")
	tf.ApplyPlan("edit.tfplan")
	if object := p.As(api.RoleAuditor).ScopedToken("notifier"); object.Hold == nil || object.Description == nil || object.Rotation.NextVersion != 2 {
		t.Errorf("the platform has %+v, want the description, the hold and version 1 alone", object)
	}
	tf.Plan(0).Has("is on hold")
}

// Deadlines and revocation work on hold, and what they did stays until the hold is released.
func TestRevokedOnHold(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	tf.Config(policy("") + notifier("") + handover(s))
	tf.Apply()
	_, first := s.Last()
	p.As(api.RoleSecurity).Verb(api.KindScopedTokens, "notifier", "revoke", api.RevokeRequest{All: true, Hold: true, Reason: "leaked INC-7"}).Want(http.StatusOK)
	if p.As(api.RoleAuditor).Introspect(first).Active {
		t.Error("the revoked value is still accepted")
	}
	tf.Plan(0).Has("is on hold", "leaked INC-7", "Scoped token without a valid version")
	tf.Apply()
	wantRotation(t, tf, 1, map[string]any{"phase": "revoked", "due": "none", "reason": "held", "current_version": nil, "next_version": 2.0})
	if n := len(s.All()); n != 1 {
		t.Errorf("the sink was given %d values, want the first one only: there is no other", n)
	}

	release(p)
	tf.Plan(2).Has(`"revoked" -> "stable"`, "~ version = 1 -> 2", "sink_secret.notifier will be updated")
	tf.Apply()
	version, value := s.Last()
	if answer := p.As(api.RoleAuditor).Introspect(value); version != 2 || answer.Version != 2 || !answer.Active {
		t.Errorf("the sink was last given version %d, want the value of version 2: %+v", version, answer)
	}
	tf.Plan(0).Silent()
}

// Revoked while on hold already, and a destroy: neither is in the way of the other.
func TestDestroyOnHold(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	tf.Config(policy("") + notifier("") + handover(s))
	tf.Apply()
	_, value := s.Last()
	hold(p)
	untilRevoked(p)
	tf.Destroy()
	if p.As(api.RoleAuditor).Introspect(value).Active {
		t.Error("the value of a deleted token is accepted")
	}
}

// What is on hold when a plan is made for it may be released before it is applied: then the plan has done what it said, and
// the next one wants the step.
func TestHoldReleasedAfterThePlan(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	tf.Config(policy("") + notifier(""))
	tf.Apply()
	untilDue(p)
	hold(p)
	tf.Config(policy("") + notifier(`description = "Sends the alerts."`))
	tf.SavePlan("edit.tfplan")
	release(p)
	tf.ApplyPlan("edit.tfplan")
	wantRotation(t, tf, 1, map[string]any{"phase": "stable", "due": "none", "reason": "held", "current_version": 1.0}) // as planned
	tf.Plan(2).Has(`"stable" -> "staged"`)
}
