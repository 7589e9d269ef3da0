package scopedtoken

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	rules "github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

const day = 24 * time.Hour

// created is a token of version 1, applied and stable.
func created(t *testing.T, c config) (*fake, *terraform) {
	t.Helper()
	f := newFake(t)
	tf := newTerraform(t, f)
	tf.run(c)
	f.writes()
	return f, tf
}

func empty(t *testing.T, tf *terraform, c config) savedPlan {
	t.Helper()
	p := tf.plan(c)
	if p.diags.errors() != "" || p.changes {
		t.Fatalf("the plan is not empty: %s %s", p.diags.errors(), p.planned)
	}
	return p
}

func silent(t *testing.T, tf *terraform, c config) {
	t.Helper()
	if p := empty(t, tf, c); len(p.diags) != 0 {
		t.Fatalf("a plan with nothing to do is not silent: %s", p.diags.warnings())
	}
}

func says(t *testing.T, text string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("%q is not in:\n%s", w, text)
		}
	}
}

func wrote(t *testing.T, f *fake, want ...string) {
	t.Helper()
	if got := f.writes(); !slices.Equal(got, want) {
		t.Errorf("the platform was asked %q, want %q", got, want)
	}
}

func TestRotationWithAcknowledgement(t *testing.T) {
	c := baseConfig()
	f, tf := created(t, c)
	tf.expect(tf.state, "version=1", "rotation.phase=stable", "rotation.next_version=2", "tenant=acme", "deletion_protection=false")
	silent(t, tf, c)

	f.clock.Advance(90 * day)
	p := tf.plan(c)
	tf.expect(p.planned, "version=2", "rotation.phase=staged", "rotation.due=none", "rotation.acknowledged=false", "rotation.current_version=1", "rotation.pending_version=2",
		"rotation.previous_version=<null>", "rotation.next_version=3", "rotation.reason=<unknown>", "rotation.requires_acknowledgement=<unknown>", "rotation.pending_expires_at=<unknown>",
		"rotation.previous_expires_at=<unknown>", "rotation.last_rotated_at=<unknown>", "rotation.next_rotation_at=<unknown>", "id=tok_01", "created_at=2026-05-01T00:00:00Z")
	says(t, p.diags.warnings(), `Rotation of "notifier" begins: version 2 will be issued`, "due since 2026-07-30T00:00:00Z, interval 90d")
	if errs := tf.apply(p, nil).errors(); errs != "" {
		t.Fatal(errs)
	}
	wrote(t, f, "POST /tok_01/rotation/begin if 1")
	tf.expect(tf.state, "version=2", "rotation.pending_expires_at=2026-08-06T00:00:00Z")

	waiting := empty(t, tf, c)
	says(t, waiting.diags.warnings(), `Version 2 of "notifier" waits to be seen in use`, "2026-08-06T00:00:00Z")
	f.uses(2)
	p = tf.plan(c)
	tf.expect(p.planned, "version=2", "rotation.phase=draining", "rotation.current_version=2", "rotation.previous_version=1", "rotation.pending_version=<null>", "rotation.next_version=3")
	says(t, p.diags.warnings(), "version 2 will be current", "version 2 was seen in use")
	if errs := tf.apply(p, nil).errors(); errs != "" {
		t.Fatal(errs)
	}
	wrote(t, f, "POST /tok_01/rotation/promote if 2")
	tf.expect(tf.state, "rotation.previous_expires_at=2026-07-31T00:00:00Z")
	silent(t, tf, c)

	f.clock.Advance(day)
	silent(t, tf, c)
	tf.expect(tf.state, "rotation.phase=stable", "rotation.current_version=2", "version=2")
}

func TestRotationWithoutAcknowledgement(t *testing.T) {
	c := baseConfig()
	f, tf := created(t, c)
	f.policy.RequireAcknowledgement = false
	f.policy.QuietPeriod = time.Hour
	f.clock.Advance(121 * day)
	p := tf.plan(c)
	says(t, p.diags.warnings(), "overdue", "2026-07-30T00:00:00Z")
	tf.run(c)
	tf.expect(tf.state, "version=2", "rotation.phase=draining", "rotation.previous_version=1", "rotation.next_version=3")
	silent(t, tf, c)
	f.clock.Advance(time.Hour)
	tf.run(c)
	tf.expect(tf.state, "version=2", "rotation.phase=stable", "rotation.previous_version=<null>")
	wrote(t, f, "POST /tok_01/rotation/rotate if 1", "POST /tok_01/rotation/retire if 2")
	silent(t, tf, c)
}

func TestAnOverlapOfZeroEndsAtOnce(t *testing.T) {
	c := baseConfig()
	f, tf := created(t, c)
	f.policy.RequireAcknowledgement, f.policy.Overlap = false, 0
	f.clock.Advance(90 * day)
	tf.run(c) // the plan says draining, and Terraform wants the plan
	silent(t, tf, c)
	tf.expect(tf.state, "version=2", "rotation.phase=stable")
}

func TestSavedPlanAppliedLateButStillRight(t *testing.T) {
	c := baseConfig()
	f, tf := created(t, c)
	f.clock.Advance(90 * day)
	p := tf.plan(c)
	f.clock.Advance(8 * time.Hour)
	if errs := tf.apply(p, nil).errors(); errs != "" {
		t.Fatal(errs)
	}
	tf.expect(tf.state, "version=2", "rotation.phase=staged")
	if len(f.cred.Versions) != 2 {
		t.Errorf("a late apply made a burst: %+v", f.cred.Versions)
	}
}

func TestSavedPlanAfterTheWorldMoved(t *testing.T) {
	c := baseConfig()
	f, tf := created(t, c)
	f.clock.Advance(90 * day)
	p := tf.plan(c)
	before := tf.state
	f.by(rules.Command{Step: rules.StepBegin}) // somebody else; it ends in the phase that the plan wants, and is not it
	d := tf.apply(p, nil)
	says(t, d.errors(), "Changed since the plan", "plan again")
	if !tf.state.Equal(before) {
		t.Errorf("the state has changed: %s", tf.state)
	}
	if f.cred.Highest != 2 {
		t.Errorf("a second version was issued: %+v", f.cred)
	}
	empty(t, tf, c)
}

func TestPlatformTookTheStepAtItsDeadline(t *testing.T) {
	staged := func(t *testing.T) (config, *fake, *terraform) {
		t.Helper()
		c := baseConfig()
		f, tf := created(t, c)
		f.clock.Advance(90 * day)
		tf.run(c)
		f.uses(2)
		f.writes()
		return c, f, tf
	}
	t.Run("without other changes", func(t *testing.T) {
		c, f, tf := staged(t)
		p := tf.plan(c)
		f.clock.Advance(7 * day)
		if errs := tf.apply(p, nil).errors(); errs != "" {
			t.Fatal(errs)
		}
		tf.expect(tf.state, "rotation.phase=draining", "rotation.current_version=2")
		silent(t, tf, c)
	})
	t.Run("with a change of an attribute", func(t *testing.T) {
		c, f, tf := staged(t)
		c = c.with("description", "new")
		p := tf.plan(c)
		f.clock.Advance(7 * day)
		if errs := tf.apply(p, nil).errors(); errs != "" {
			t.Fatal(errs)
		}
		wrote(t, f, "PATCH /tok_01 if 2")
		tf.expect(tf.state, "rotation.phase=draining", "rotation.current_version=2", "description=new")
		silent(t, tf, c)
	})
	t.Run("promoted and retired", func(t *testing.T) {
		c, f, tf := staged(t)
		p := tf.plan(c.with("description", "new"))
		f.clock.Advance(9 * day)
		if errs := tf.apply(p, nil).errors(); errs != "" {
			t.Fatal(errs)
		}
		tf.expect(tf.state, "rotation.phase=draining") // as planned
		silent(t, tf, c.with("description", "new"))
		tf.expect(tf.state, "rotation.phase=stable")
	})
}

func TestAttributesAreChangedBeforeTheStep(t *testing.T) {
	c := baseConfig()
	f, tf := created(t, c)
	f.clock.Advance(90 * day)
	tf.run(c.with("description", "new"))
	wrote(t, f, "PATCH /tok_01 if 1", "POST /tok_01/rotation/begin if 2")
	tf.expect(tf.state, "description=new", "version=2")
}

func TestStepFailsAfterTheChange(t *testing.T) {
	c := baseConfig()
	f, tf := created(t, c)
	f.clock.Advance(90 * day)
	c = c.with("description", "new")
	p := tf.plan(c)
	f.refuse["POST /tok_01/rotation/begin"] = api.Problem{Code: api.CodeConflict, Detail: "no"}
	d := tf.apply(p, nil)
	says(t, d.errors(), "plan again")
	says(t, d.warnings(), "begin was not taken")
	tf.expect(tf.state, "description=new", "version=1", "rotation.phase=stable", "rotation.due=begin")
	clear(f.refuse)
	f.writes()
	// Without a refresh: the etag of the change is in the private state.
	again := tf.planFrom(tf.configuration(c), tf.state, tf.private)
	if errs := tf.apply(again, nil).errors(); errs != "" {
		t.Fatal(errs)
	}
	wrote(t, f, "POST /tok_01/rotation/begin if 2")
	tf.expect(tf.state, "version=2", "rotation.phase=staged")
}

func TestUpdateWithoutAStepKeepsTheRotation(t *testing.T) {
	c := baseConfig()
	f, tf := created(t, c)
	before := tf.members(tf.state)["rotation"]
	c = c.with("description", "new")
	p := tf.plan(c)
	tf.expect(p.planned, "version=1", "rotation.phase=stable", "rotation.reason=", "rotation.next_rotation_at=2026-07-30T00:00:00Z", "rotation.requires_acknowledgement=true")
	// Between plan and apply a step falls due and the policy changes.
	f.clock.Advance(90 * day)
	f.policy.RequireAcknowledgement = false
	if errs := tf.apply(p, nil).errors(); errs != "" {
		t.Fatal(errs)
	}
	wrote(t, f, "PATCH /tok_01")
	if got := tf.members(tf.state)["rotation"]; !got.Equal(before) {
		t.Errorf("rotation has moved: %s", got)
	}
	tf.run(c)
	wrote(t, f, "POST /tok_01/rotation/rotate if 2")
}

func TestPolicyThatIsMadeInTheSameApply(t *testing.T) {
	c := baseConfig()
	f, tf := created(t, c)
	p := tf.plan(c.with("rotation_policy_id", tftypes.UnknownValue))
	tf.expect(p.planned, "version=1", "rotation.phase=stable", "rotation_policy_id=<unknown>")
	if errs := tf.apply(p, c.with("rotation_policy_id", "pol_2")).errors(); errs != "" {
		t.Fatal(errs)
	}
	tf.expect(tf.state, "rotation_policy_id=pol_2", "version=1")
	wrote(t, f, "PATCH /tok_01")
}

func TestNumbersWithAGap(t *testing.T) {
	c := baseConfig()
	f, tf := created(t, c)
	f.by(rules.Command{Step: rules.StepBegin})
	f.by(rules.Command{Step: rules.StepCancel})
	f.by(rules.Command{Step: rules.StepRelease})
	f.clock.Advance(90 * day)
	tf.run(c)
	tf.expect(tf.state, "version=3", "rotation.pending_version=3", "rotation.next_version=4")
	f.uses(3)
	tf.run(c)
	tf.expect(tf.state, "version=3", "rotation.current_version=3", "rotation.previous_version=1")
}

func TestRollbackAndWhatFollows(t *testing.T) {
	c := baseConfig()
	f, tf := created(t, c)
	f.clock.Advance(90 * day)
	tf.run(c)
	f.uses(2)
	tf.run(c)
	f.by(rules.Command{Step: rules.StepRollback, Reason: "consumers fail"})
	p := empty(t, tf, c)
	says(t, p.diags.warnings(), "on hold", "consumers fail", "somebody")
	tf.expect(tf.state, "version=1", "rotation.phase=staged", "rotation.pending_version=2")
	f.by(rules.Command{Step: rules.StepRelease})
	silent(t, tf, c)
	// minimum_version over the version that was rolled back to.
	tf.run(c.with("minimum_version", 2))
	tf.expect(tf.state, "version=2", "rotation.phase=stable", "rotation.current_version=2")
}

func TestRevokedOutside(t *testing.T) {
	c := baseConfig()
	f, tf := created(t, c)
	f.by(rules.Command{Step: rules.StepRevoke, All: true, Reason: "leak"})
	p := tf.plan(c)
	tf.expect(p.planned, "version=2", "rotation.phase=stable", "rotation.current_version=2", "rotation.next_version=3", "id=tok_01")
	says(t, p.diags.warnings(), "will be issued", "revoked")
	if errs := tf.apply(p, nil).errors(); errs != "" {
		t.Fatal(errs)
	}
	wrote(t, f, "POST /tok_01/rotation/reissue if 2")
	silent(t, tf, c)
}

func TestRevokedAndHeld(t *testing.T) {
	c := baseConfig()
	f, tf := created(t, c)
	f.by(rules.Command{Step: rules.StepRevoke, All: true, Hold: true, Reason: "leak"})
	p := empty(t, tf, c)
	says(t, p.diags.warnings(), "on hold", "leak")
	tf.expect(tf.state, "version=1", "rotation.phase=revoked")
}

func TestExpiry(t *testing.T) {
	c := baseConfig().with("expires_at", "2026-06-01T00:00:00Z")
	revived := func(t *testing.T, c config) {
		t.Helper()
		f, tf := created(t, baseConfig().with("expires_at", "2026-06-01T00:00:00Z"))
		f.clock.Advance(31 * day)
		p := empty(t, tf, baseConfig().with("expires_at", "2026-06-01T00:00:00Z"))
		says(t, p.diags.warnings(), "has expired", "2026-06-01T00:00:00Z", "version 2")
		p = tf.plan(c)
		tf.expect(p.planned, "version=2", "rotation.phase=stable")
		says(t, p.diags.warnings(), "Version 2", "expired at 2026-06-01T00:00:00Z")
		if errs := tf.apply(p, nil).errors(); errs != "" {
			t.Fatal(errs)
		}
		wrote(t, f, "PATCH /tok_01 if 2", "POST /tok_01/rotation/reissue if 3")
		silent(t, tf, c)
	}
	t.Run("moved", func(t *testing.T) { revived(t, c.with("expires_at", "2027-06-01T00:00:00Z")) })
	t.Run("removed", func(t *testing.T) { revived(t, c.with("expires_at", nil)) })
	t.Run("unknown in the plan", func(t *testing.T) {
		f, tf := created(t, c)
		f.clock.Advance(31 * day)
		p := tf.plan(c.with("expires_at", tftypes.UnknownValue))
		tf.expect(p.planned, "version=<unknown>", "rotation=<unknown>")
		if errs := tf.apply(p, c.with("expires_at", "2027-06-01T00:00:00Z")).errors(); errs != "" {
			t.Fatal(errs)
		}
		tf.expect(tf.state, "version=2", "rotation.phase=stable")
	})
	t.Run("in the past", func(t *testing.T) {
		f, tf := created(t, c)
		before := tf.state
		d := tf.apply(tf.plan(c.with("expires_at", "2026-04-01T00:00:00Z")), nil)
		says(t, d.errors(), `AttributeName("expires_at")`)
		wrote(t, f, "PATCH /tok_01")
		if !tf.state.Equal(before) {
			t.Error("the state has changed")
		}
	})
	t.Run("same moment, other text", func(t *testing.T) {
		_, tf := created(t, c)
		silent(t, tf, c.with("expires_at", "2026-06-01T02:00:00+02:00"))
		tf.run(c.with("expires_at", "2026-06-01T02:00:00+02:00").with("description", "new"))
		tf.expect(tf.state, "expires_at=2026-06-01T00:00:00Z", "description=new")
	})
}
