package acctest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// expires is the argument, for a moment so long after the start of the clock.
func expires(after time.Duration) string {
	return fmt.Sprintf("expires_at = %q\n", acctest.Epoch.Add(after).Format(time.RFC3339))
}

// An end is not a rotation. The token ends, every plan says so, and nothing is done until the configuration changes. A
// later date is the way back: in place, in one apply, and the sink has the new value when it is over.
func TestTokenExpiresAndIsRevived(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	tf.Config(policy("") + notifier(expires(10*day)) + handover(s))
	tf.Apply()
	id := tf.State(token)["id"]
	p.Clock.Advance(10*day - time.Second)
	tf.Plan(0).Silent()
	p.Clock.Advance(time.Second)
	tf.Plan(0).Has("Warning:", `Token "notifier" has expired`, "Scoped token without a valid version")
	tf.Apply().Has(`Token "notifier" has expired`)
	wantRotation(t, tf, 1, map[string]any{
		"phase": "revoked", "due": "none", "reason": "expired", "current_version": nil, "next_version": 2.0,
	})
	if n := len(s.All()); n != 1 {
		t.Errorf("the sink was given %d values, want the first one only: there is no other", n)
	}

	tf.Config(policy("") + notifier(expires(40*day)) + handover(s))
	tf.SavePlan("revive.tfplan").
		Has(token+" will be updated in-place", `"revoked" -> "stable"`, "~ version = 1 -> 2", "~ value_wo_version = 1 -> 2",
			"moves expires_at to")
	tf.ApplyPlan("revive.tfplan")
	wantDelivered(t, p, s, 2, 2)
	if got := tf.State(token)["id"]; got != id {
		t.Errorf("the token was replaced: id %v, was %v", got, id)
	}
	tf.Plan(0).Silent()
}

// A date in the past is an error on the attribute, at apply: only the platform's clock knows.
func TestExpiryInThePast(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	tf.Config(policy("") + notifier(expires(-time.Hour)))
	tf.ApplyFails().Has("expires_at must be in the future", "with "+token, "on main.tf line", "expires_at = ")
	if n := p.As(api.RoleAuditor).Count(api.KindScopedTokens); n != 0 {
		t.Errorf("the platform has %d tokens, want none", n)
	}
}
