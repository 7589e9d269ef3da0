package scopedtoken

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest/core"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	rules "github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

func TestTriggerBeginsARotation(t *testing.T) {
	c := baseConfig()
	f, tf := created(t, c)
	for _, quiet := range []map[string]any{
		core.Triggers("a", "1"), core.Triggers("a", "1", "b", "1"), core.Triggers("b", "1"), nil,
		core.Triggers("a", "1"),
	} {
		next := c.With("rotate_when_changed", quiet)
		if quiet == nil {
			next = c
		}
		tf.Run(next)
		tf.Expect(tf.State, "version=1", "rotation.phase=stable")
		wrote(t, f, "PATCH /tok_01")
		core.Silent(t, tf, next)
	}
	c = c.With("rotate_when_changed", core.Triggers("a", "2"))
	p := tf.Plan(c)
	tf.Expect(p.Planned, "version=2", "rotation.phase=staged")
	core.Says(t, p.Diags.Warnings(), "begins: version 2", "rotate_when_changed has changed")
	core.Must(t, tf.Apply(p, nil))
	wrote(t, f, "PATCH /tok_01 if 6", "POST /tok_01/rotation/begin if 7")
	core.Empty(t, tf, c)
	f.uses(2)
	tf.Run(c)
	f.Clock.Advance(day)
	core.Silent(t, tf, c) // one request, one rotation
}

func TestTriggerWhileARotationRunsIsRecorded(t *testing.T) {
	c := baseConfig().With("rotate_when_changed", core.Triggers("a", "1"))
	f, tf := created(t, c)
	f.Clock.Advance(90 * day)
	tf.Run(c)
	f.Writes()
	c = c.With("rotate_when_changed", core.Triggers("a", "2"))
	p := tf.Plan(c)
	tf.Expect(p.Planned, "version=2", "rotation.phase=staged", "rotation.reason=awaiting_acknowledgement")
	core.Says(t, p.Diags.Warnings(), "requested, not begun", "is in phase staged")
	core.Must(t, tf.Apply(p, nil))
	wrote(t, f, "PATCH /tok_01")
	f.uses(2)
	tf.Run(c)
	core.Silent(t, tf, c)
	f.Clock.Advance(day)
	p = tf.Plan(c)
	tf.Expect(p.Planned, "version=3", "rotation.phase=staged")
	core.Says(t, p.Diags.Warnings(), "requested earlier")
}

func TestTriggerOnHoldIsRecorded(t *testing.T) {
	c := baseConfig().With("rotate_when_changed", core.Triggers("a", "1"))
	f, tf := created(t, c)
	f.By(rules.Command{Step: rules.StepHold, Reason: "incident 7"})
	c = c.With("rotate_when_changed", core.Triggers("a", "2"))
	p := tf.Plan(c)
	core.Says(t, p.Diags.Warnings(), "on hold", "incident 7", "requested, not begun", "hold released")
	core.Must(t, tf.Apply(p, nil))
	f.By(rules.Command{Step: rules.StepRelease})
	tf.Expect(tf.Plan(c).Planned, "version=2", "rotation.phase=staged")
}

func TestUnknownTriggerIsDecidedAtApply(t *testing.T) {
	c := baseConfig().With("rotate_when_changed", core.Triggers("a", "1"))
	for name, x := range map[string]struct {
		value   string
		version string
		writes  []string
	}{
		"it has changed": {"2", "2", []string{"PATCH /tok_01 if 1", "POST /tok_01/rotation/begin if 2"}},
		"it has not":     {"1", "1", nil},
	} {
		t.Run(name, func(t *testing.T) {
			f, tf := created(t, c)
			p := tf.Plan(c.With("rotate_when_changed", map[string]any{"a": tftypes.UnknownValue}))
			tf.Expect(p.Planned, "version=<unknown>", "rotation=<unknown>")
			core.Must(t, tf.Apply(p, c.With("rotate_when_changed", core.Triggers("a", x.value))))
			wrote(t, f, x.writes...)
			tf.Expect(tf.State, "version="+x.version)
		})
	}
	t.Run("the whole map", func(t *testing.T) {
		_, tf := created(t, c)
		tf.Expect(
			tf.Plan(c.With("rotate_when_changed", tftypes.UnknownValue)).Planned,
			"version=<unknown>",
			"rotation=<unknown>",
		)
	})
	t.Run("minimum_version", func(t *testing.T) {
		f, tf := created(t, c)
		p := tf.Plan(c.With("minimum_version", tftypes.UnknownValue))
		tf.Expect(p.Planned, "version=<unknown>", "rotation=<unknown>")
		core.Must(t, tf.Apply(p, c.With("minimum_version", 2)))
		wrote(t, f, "PATCH /tok_01 if 1")
		tf.Expect(tf.State, "version=2", "rotation.current_version=2")
	})
}

func TestMinimumVersion(t *testing.T) {
	c := baseConfig()
	t.Run("stable", func(t *testing.T) {
		f, tf := created(t, c)
		p := tf.Plan(c.With("minimum_version", 2))
		tf.Expect(
			p.Planned,
			"version=2",
			"rotation.phase=stable",
			"rotation.current_version=2",
			"rotation.next_version=3",
		)
		core.Says(t, p.Diags.Warnings(), `Version 2 of "notifier" will be issued`, "Revoked at once, without an "+
			"overlap: version 1", "raised to 2")
		core.Must(t, tf.Apply(p, nil))
		wrote(t, f, "PATCH /tok_01 if 1")
		core.Silent(t, tf, c.With("minimum_version", 2))
		// Lowering and removing do nothing.
		tf.Run(c.With("minimum_version", 1))
		tf.Run(c)
		tf.Expect(tf.State, "version=2", "minimum_version=<null>")
	})
	t.Run("in the middle of a rotation", func(t *testing.T) {
		f, tf := created(t, c)
		f.Clock.Advance(90 * day)
		tf.Run(c)
		f.uses(2) // promote is due; minimum_version comes first
		p := tf.Plan(c.With("minimum_version", 2))
		core.Says(t, p.Diags.Warnings(), `older than 2 will be revoked`, "Version 2 is current")
		tf.Run(c.With("minimum_version", 2))
		tf.Expect(tf.State, "version=2", "rotation.phase=stable", "rotation.pending_version=<null>")
		tf.Run(c.With("minimum_version", 3))
		tf.Expect(tf.State, "version=3")
	})
	t.Run("above the next version", func(t *testing.T) {
		_, tf := created(t, c)
		p := tf.Plan(c.With("minimum_version", 3))
		core.Says(t, p.Diags.Errors(), `AttributeName("minimum_version")`, "can be 2 at most")
	})
	t.Run("on hold", func(t *testing.T) {
		f, tf := created(t, c)
		f.By(rules.Command{Step: rules.StepHold, Reason: "incident"})
		core.Says(
			t,
			tf.Plan(c.With("minimum_version", 2)).Diags.Errors(),
			`AttributeName("minimum_version")`,
			"release the hold",
		)
	})
	t.Run("at creation", func(t *testing.T) {
		f := newFake(t)
		tf := newTerraform(t, f)
		tf.Run(c.With("minimum_version", 40))
		tf.Expect(tf.State, "version=40", "rotation.next_version=41", "minimum_version=40")
		core.Silent(t, tf, c.With("minimum_version", 40))
	})
	t.Run("the world moved", func(t *testing.T) {
		f, tf := created(t, c)
		p := tf.Plan(c.With("minimum_version", 2))
		before := tf.State
		f.By(rules.Command{Step: rules.StepBegin})
		core.Says(t, tf.Apply(p, nil).Errors(), "plan again")
		if !tf.State.Equal(before) {
			t.Error("the state has changed")
		}
		if v, _ := f.Cred.Current(); v.Number != 1 {
			t.Error("something was revoked")
		}
	})
	t.Run("a deadline changed what it does", func(t *testing.T) {
		f, tf := created(t, c)
		f.Lenient = true
		f.Clock.Advance(90 * day)
		tf.Run(c)
		p := tf.Plan(c.With("minimum_version", 2)) // version 2, pending, will be current
		f.Clock.Advance(8 * day)                   // the stage ends without evidence: it is cancelled
		d := tf.Apply(p, nil)
		core.Says(t, d.Errors(), "plan again", "in force all the same")
		tf.Expect(tf.State, "version=3", "rotation.current_version=3", "minimum_version=2")
		core.Silent(t, tf, c.With("minimum_version", 2))
	})
	t.Run("raised without effect beside other changes", func(t *testing.T) {
		f, tf := created(t, c)
		tf.Run(c.With("minimum_version", 1).With("description", "new"))
		wrote(t, f, "PATCH /tok_01 if 1")
		tf.Expect(tf.State, "version=1", "minimum_version=1", "description=new")
	})
}

func TestRenameToNameWithHigherNumbers(t *testing.T) {
	c := baseConfig()
	f, tf := created(t, c)
	f.Highest = 9
	f.Clock.Advance(90 * day)
	d := tf.Apply(tf.Plan(c.With("name", "other")), nil)
	core.Says(t, d.Errors(), "plan again", "version numbers are continued")
	wrote(t, f, "PATCH /tok_01 if 1")
	tf.Expect(tf.State, "name=other", "version=1", "rotation.next_version=10")
	tf.Run(c.With("name", "other"))
	tf.Expect(tf.State, "version=10", "rotation.phase=staged")
}

func TestStepWithoutRefreshNeedsEtagOfState(t *testing.T) {
	c := baseConfig().With("rotate_when_changed", core.Triggers("a", "1"))
	f, tf := created(t, c)
	// Somebody begins and promotes; then only the description is applied, without a refresh.
	f.By(rules.Command{Step: rules.StepBegin})
	c = c.With("description", "new")
	core.Must(t, tf.Apply(tf.PlanOnly(c), nil))
	// The state still says stable, version 1. A minimum_version built on it must not go through.
	f.Writes()
	c = c.With("minimum_version", 2)
	core.Says(t, tf.Apply(tf.PlanOnly(c), nil).Errors(), "plan again")
	wrote(t, f, "PATCH /tok_01 if 1")
	tf.Private = nil
	core.Says(t, tf.Apply(tf.PlanOnly(c), nil).Errors(), "-refresh=false")
	wrote(t, f)
	tf.Run(c)
	tf.Expect(tf.State, "version=2")
}

func TestHeldBetweenPlanAndApply(t *testing.T) {
	c := baseConfig()
	f, tf := created(t, c)
	f.Clock.Advance(90 * day)
	p := tf.Plan(c)
	f.Refuse["POST /tok_01/rotation/begin"] = api.Problem{Code: api.CodeHeld, Detail: "on hold"}
	core.Says(t, tf.Apply(p, nil).Errors(), "On hold")
	tf.Expect(tf.State, "version=1", "rotation.due=begin")
}
