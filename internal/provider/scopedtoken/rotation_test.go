package scopedtoken

import (
	"slices"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest/core"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	rules "github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

const day = 24 * time.Hour

func wrote(t *testing.T, f *fake, want ...string) {
	t.Helper()
	if got := f.Writes(); !slices.Equal(got, want) {
		t.Errorf("the platform was asked %q, want %q", got, want)
	}
}

func TestRotationWithAcknowledgement(t *testing.T) {
	c := baseConfig()
	f, tf := created(t, c)
	tf.Expect(
		tf.State,
		"version=1",
		"rotation.phase=stable",
		"rotation.next_version=2",
		"tenant=acme",
		"deletion_protection=false",
	)
	core.Silent(t, tf, c)

	f.Clock.Advance(90 * day)
	p := tf.Plan(c)
	tf.Expect(
		p.Planned,
		"version=2",
		"rotation.phase=staged",
		"rotation.due=none",
		"rotation.acknowledged=false",
		"rotation.current_version=1",
		"rotation.pending_version=2",
		"rotation.previous_version=<null>",
		"rotation.next_version=3",
		"rotation.reason=<unknown>",
		"rotation.requires_acknowledgement=<unknown>",
		"rotation.pending_expires_at=<unknown>",
		"rotation.previous_expires_at=<unknown>",
		"rotation.last_rotated_at=<unknown>",
		"rotation.next_rotation_at=<unknown>",
		"id=tok_01",
		"created_at=2026-05-01T00:00:00Z",
	)
	core.Says(
		t,
		p.Diags.Warnings(),
		`Rotation of "notifier" begins: version 2 will be issued`,
		"due since 2026-07-30T00:00:00Z, interval 90d",
	)
	core.Must(t, tf.Apply(p, nil))
	wrote(t, f, "POST /tok_01/rotation/begin if 1")
	tf.Expect(tf.State, "version=2", "rotation.pending_expires_at=2026-08-06T00:00:00Z")

	waiting := core.Empty(t, tf, c)
	core.Says(t, waiting.Diags.Warnings(), `Version 2 of "notifier" waits to be seen in use`, "2026-08-06T00:00:00Z")
	f.uses(2)
	p = tf.Plan(c)
	tf.Expect(
		p.Planned,
		"version=2",
		"rotation.phase=draining",
		"rotation.current_version=2",
		"rotation.previous_version=1",
		"rotation.pending_version=<null>",
		"rotation.next_version=3",
	)
	core.Says(t, p.Diags.Warnings(), "version 2 will be current", "version 2 was seen in use")
	core.Must(t, tf.Apply(p, nil))
	wrote(t, f, "POST /tok_01/rotation/promote if 2")
	tf.Expect(tf.State, "rotation.previous_expires_at=2026-07-31T00:00:00Z")
	core.Silent(t, tf, c)

	f.Clock.Advance(day)
	core.Silent(t, tf, c)
	tf.Expect(tf.State, "rotation.phase=stable", "rotation.current_version=2", "version=2")
}

func TestRotationWithoutAcknowledgement(t *testing.T) {
	c := baseConfig()
	f, tf := created(t, c)
	f.Policy.RequireAcknowledgement = false
	f.Policy.QuietPeriod = time.Hour
	f.Clock.Advance(121 * day)
	p := tf.Plan(c)
	core.Says(t, p.Diags.Warnings(), "overdue", "2026-07-30T00:00:00Z")
	tf.Run(c)
	tf.Expect(
		tf.State,
		"version=2",
		"rotation.phase=draining",
		"rotation.previous_version=1",
		"rotation.next_version=3",
	)
	core.Silent(t, tf, c)
	f.Clock.Advance(time.Hour)
	tf.Run(c)
	tf.Expect(tf.State, "version=2", "rotation.phase=stable", "rotation.previous_version=<null>")
	wrote(t, f, "POST /tok_01/rotation/rotate if 1", "POST /tok_01/rotation/retire if 2")
	core.Silent(t, tf, c)
}

func TestZeroOverlapEndsAtOnce(t *testing.T) {
	c := baseConfig()
	f, tf := created(t, c)
	f.Policy.RequireAcknowledgement, f.Policy.Overlap = false, 0
	f.Clock.Advance(90 * day)
	tf.Run(c) // the plan says draining, and Terraform wants the plan
	core.Silent(t, tf, c)
	tf.Expect(tf.State, "version=2", "rotation.phase=stable")
}

func TestSavedPlanAppliedLate(t *testing.T) {
	c := baseConfig()
	f, tf := created(t, c)
	f.Clock.Advance(90 * day)
	p := tf.Plan(c)
	f.Clock.Advance(8 * time.Hour)
	core.Must(t, tf.Apply(p, nil))
	tf.Expect(tf.State, "version=2", "rotation.phase=staged")
	if len(f.Cred.Versions) != 2 {
		t.Errorf("a late apply made a burst: %+v", f.Cred.Versions)
	}
}

func TestSavedPlanAfterAnotherChange(t *testing.T) {
	c := baseConfig()
	f, tf := created(t, c)
	f.Clock.Advance(90 * day)
	p := tf.Plan(c)
	before := tf.State
	f.By(rules.Command{Step: rules.StepBegin}) // somebody else; it ends in the phase that the plan wants, and is not it
	d := tf.Apply(p, nil)
	core.Says(t, d.Errors(), "Changed since the plan", "plan again")
	if !tf.State.Equal(before) {
		t.Errorf("the state has changed: %s", tf.State)
	}
	if f.Cred.Highest != 2 {
		t.Errorf("a second version was issued: %+v", f.Cred)
	}
	core.Empty(t, tf, c)
}

func TestPlatformTookTheStepAtItsDeadline(t *testing.T) {
	staged := func(t *testing.T) (core.Config, *fake, *core.Terraform) {
		t.Helper()
		c := baseConfig()
		f, tf := created(t, c)
		f.Clock.Advance(90 * day)
		tf.Run(c)
		f.uses(2)
		f.Writes()
		return c, f, tf
	}
	t.Run("without other changes", func(t *testing.T) {
		c, f, tf := staged(t)
		p := tf.Plan(c)
		f.Clock.Advance(7 * day)
		core.Must(t, tf.Apply(p, nil))
		tf.Expect(tf.State, "rotation.phase=draining", "rotation.current_version=2")
		core.Silent(t, tf, c)
	})
	t.Run("with a change of an attribute", func(t *testing.T) {
		c, f, tf := staged(t)
		c = c.With("description", "new")
		p := tf.Plan(c)
		f.Clock.Advance(7 * day)
		core.Must(t, tf.Apply(p, nil))
		wrote(t, f, "PATCH /tok_01 if 2")
		tf.Expect(tf.State, "rotation.phase=draining", "rotation.current_version=2", "description=new")
		core.Silent(t, tf, c)
	})
	t.Run("promoted and retired", func(t *testing.T) {
		c, f, tf := staged(t)
		p := tf.Plan(c.With("description", "new"))
		f.Clock.Advance(9 * day)
		core.Must(t, tf.Apply(p, nil))
		tf.Expect(tf.State, "rotation.phase=draining") // as planned
		core.Silent(t, tf, c.With("description", "new"))
		tf.Expect(tf.State, "rotation.phase=stable")
	})
}

func TestAttributesAreChangedBeforeTheStep(t *testing.T) {
	c := baseConfig()
	f, tf := created(t, c)
	f.Clock.Advance(90 * day)
	tf.Run(c.With("description", "new"))
	wrote(t, f, "PATCH /tok_01 if 1", "POST /tok_01/rotation/begin if 2")
	tf.Expect(tf.State, "description=new", "version=2")
}

func TestStepFailsAfterTheChange(t *testing.T) {
	c := baseConfig()
	f, tf := created(t, c)
	f.Clock.Advance(90 * day)
	c = c.With("description", "new")
	p := tf.Plan(c)
	f.Refuse["POST /tok_01/rotation/begin"] = api.Problem{Code: api.CodeConflict, Detail: "no"}
	d := tf.Apply(p, nil)
	core.Says(t, d.Errors(), "plan again")
	core.Says(t, d.Warnings(), "begin was not taken")
	tf.Expect(tf.State, "description=new", "version=1", "rotation.phase=stable", "rotation.due=begin")
	clear(f.Refuse)
	f.Writes()
	// Without a refresh: the etag of the change is in the private state.
	again := tf.PlanOnly(c)
	core.Must(t, tf.Apply(again, nil))
	wrote(t, f, "POST /tok_01/rotation/begin if 2")
	tf.Expect(tf.State, "version=2", "rotation.phase=staged")
}

func TestUpdateWithoutAStepKeepsTheRotation(t *testing.T) {
	c := baseConfig()
	f, tf := created(t, c)
	before := tf.Get(tf.State, "rotation")
	c = c.With("description", "new")
	p := tf.Plan(c)
	tf.Expect(
		p.Planned,
		"version=1",
		"rotation.phase=stable",
		"rotation.reason=",
		"rotation.next_rotation_at=2026-07-30T00:00:00Z",
		"rotation.requires_acknowledgement=true",
	)
	// Between plan and apply a step falls due and the policy changes.
	f.Clock.Advance(90 * day)
	f.Policy.RequireAcknowledgement = false
	core.Must(t, tf.Apply(p, nil))
	wrote(t, f, "PATCH /tok_01")
	if got := tf.Get(tf.State, "rotation"); got != before {
		t.Errorf("rotation has moved: %s", got)
	}
	tf.Run(c)
	wrote(t, f, "POST /tok_01/rotation/rotate if 2")
}

func TestPolicyCreatedInSameApply(t *testing.T) {
	c := baseConfig()
	f, tf := created(t, c)
	p := tf.Plan(c.With("rotation_policy_id", tftypes.UnknownValue))
	tf.Expect(p.Planned, "version=1", "rotation.phase=stable", "rotation_policy_id=<unknown>")
	core.Must(t, tf.Apply(p, c.With("rotation_policy_id", "pol_2")))
	tf.Expect(tf.State, "rotation_policy_id=pol_2", "version=1")
	wrote(t, f, "PATCH /tok_01")
}

func TestNumbersWithAGap(t *testing.T) {
	c := baseConfig()
	f, tf := created(t, c)
	f.By(rules.Command{Step: rules.StepBegin})
	f.By(rules.Command{Step: rules.StepCancel})
	f.By(rules.Command{Step: rules.StepRelease})
	f.Clock.Advance(90 * day)
	tf.Run(c)
	tf.Expect(tf.State, "version=3", "rotation.pending_version=3", "rotation.next_version=4")
	f.uses(3)
	tf.Run(c)
	tf.Expect(tf.State, "version=3", "rotation.current_version=3", "rotation.previous_version=1")
}

func TestRollbackAndNextSteps(t *testing.T) {
	c := baseConfig()
	f, tf := created(t, c)
	f.Clock.Advance(90 * day)
	tf.Run(c)
	f.uses(2)
	tf.Run(c)
	f.By(rules.Command{Step: rules.StepRollback, Reason: "consumers fail"})
	p := core.Empty(t, tf, c)
	core.Says(t, p.Diags.Warnings(), "on hold", "consumers fail", "somebody")
	tf.Expect(tf.State, "version=1", "rotation.phase=staged", "rotation.pending_version=2")
	f.By(rules.Command{Step: rules.StepRelease})
	core.Silent(t, tf, c)
	// minimum_version over the version that was rolled back to.
	tf.Run(c.With("minimum_version", 2))
	tf.Expect(tf.State, "version=2", "rotation.phase=stable", "rotation.current_version=2")
}

func TestRevokedOutside(t *testing.T) {
	c := baseConfig()
	f, tf := created(t, c)
	f.By(rules.Command{Step: rules.StepRevoke, All: true, Reason: "leak"})
	p := tf.Plan(c)
	tf.Expect(
		p.Planned,
		"version=2",
		"rotation.phase=stable",
		"rotation.current_version=2",
		"rotation.next_version=3",
		"id=tok_01",
	)
	core.Says(t, p.Diags.Warnings(), "will be issued", "revoked")
	core.Must(t, tf.Apply(p, nil))
	wrote(t, f, "POST /tok_01/rotation/reissue if 2")
	core.Silent(t, tf, c)
}

func TestRevokedAndHeld(t *testing.T) {
	c := baseConfig()
	f, tf := created(t, c)
	f.By(rules.Command{Step: rules.StepRevoke, All: true, Hold: true, Reason: "leak"})
	p := core.Empty(t, tf, c)
	core.Says(t, p.Diags.Warnings(), "on hold", "leak", "No version of it is valid")
	tf.Expect(tf.State, "version=1", "rotation.phase=revoked")
}

// TestRevokedWhileDraining: the plan warns of a version that is current only until its overlap ends, and replaces it.
func TestRevokedWhileDraining(t *testing.T) {
	c := baseConfig()
	f, tf := created(t, c)
	f.Clock.Advance(90 * day)
	tf.Run(c)
	f.uses(2)
	tf.Run(c)
	f.RevokedValue(2)
	const ends = "2026-07-31T00:00:00Z"
	f.By(rules.Command{Step: rules.StepHold, Reason: "incident"})
	held := core.Empty(t, tf, c)
	core.Says(t, held.Diags.Warnings(), "on hold", "Version 2 was revoked, and version 1 is current only until "+ends)
	f.By(rules.Command{Step: rules.StepRelease})

	p := tf.Plan(c)
	tf.Expect(
		p.Planned,
		"version=3",
		"rotation.phase=staged",
		"rotation.current_version=1",
		"rotation.pending_version=3",
		"rotation.current_expires_at="+ends,
	)
	core.Says(t, p.Diags.Warnings(), "version 3 will be issued", "version 2 was revoked, and version 1 is current only until "+ends,
		"no version is valid")
	core.Must(t, tf.Apply(p, nil))
	waiting := core.Empty(t, tf, c)
	core.Says(t, waiting.Diags.Warnings(), "Version 3 takes its place then", ends)
	f.Clock.Advance(day)
	core.Silent(t, tf, c)
	tf.Expect(tf.State, "version=3", "rotation.phase=stable", "rotation.current_version=3", "rotation.current_expires_at=<null>")
}

// TestLeftAloneUntilItEnds: where nobody acted in time, the next plan reissues.
func TestLeftAloneUntilItEnds(t *testing.T) {
	c := baseConfig()
	f, tf := created(t, c)
	f.Policy.RequireAcknowledgement = false
	f.Clock.Advance(90 * day)
	tf.Run(c)
	f.RevokedValue(2)
	p := tf.Plan(c)
	tf.Expect(p.Planned, "version=3", "rotation.phase=draining", "rotation.current_expires_at=<null>")
	core.Says(t, p.Diags.Warnings(), "version 3 will be issued and current", "version 1 is current only until")
	f.Clock.Advance(day)
	tf.Run(c)
	tf.Expect(tf.State, "version=3", "rotation.phase=stable", "rotation.current_version=3")
	core.Silent(t, tf, c)
}
