package scopedtoken

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	rules "github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

func triggers(kv ...string) map[string]any {
	out := map[string]any{}
	for i := 0; i < len(kv); i += 2 {
		out[kv[i]] = kv[i+1]
	}
	return out
}

func TestTriggerBeginsARotation(t *testing.T) {
	c := baseConfig()
	f, tf := created(t, c)
	for _, quiet := range []map[string]any{triggers("a", "1"), triggers("a", "1", "b", "1"), triggers("b", "1"), nil, triggers("a", "1")} {
		next := c.with("rotate_when_changed", quiet)
		if quiet == nil {
			next = c
		}
		tf.run(next)
		tf.expect(tf.state, "version=1", "rotation.phase=stable")
		wrote(t, f, "PATCH /tok_01")
		silent(t, tf, next)
	}
	c = c.with("rotate_when_changed", triggers("a", "2"))
	p := tf.plan(c)
	tf.expect(p.planned, "version=2", "rotation.phase=staged")
	says(t, p.diags.warnings(), "begins: version 2", "rotate_when_changed has changed")
	if errs := tf.apply(p, nil).errors(); errs != "" {
		t.Fatal(errs)
	}
	wrote(t, f, "PATCH /tok_01 if 6", "POST /tok_01/rotation/begin if 7")
	empty(t, tf, c)
	f.uses(2)
	tf.run(c)
	f.clock.Advance(day)
	silent(t, tf, c) // one request, one rotation
}

func TestTriggerWhileARotationRunsIsRecorded(t *testing.T) {
	c := baseConfig().with("rotate_when_changed", triggers("a", "1"))
	f, tf := created(t, c)
	f.clock.Advance(90 * day)
	tf.run(c)
	f.writes()
	c = c.with("rotate_when_changed", triggers("a", "2"))
	p := tf.plan(c)
	tf.expect(p.planned, "version=2", "rotation.phase=staged", "rotation.reason=awaiting_acknowledgement")
	says(t, p.diags.warnings(), "requested, not begun", "its phase is staged")
	if errs := tf.apply(p, nil).errors(); errs != "" {
		t.Fatal(errs)
	}
	wrote(t, f, "PATCH /tok_01")
	f.uses(2)
	tf.run(c)
	silent(t, tf, c)
	f.clock.Advance(day)
	p = tf.plan(c)
	tf.expect(p.planned, "version=3", "rotation.phase=staged")
	says(t, p.diags.warnings(), "requested earlier")
}

func TestTriggerOnHoldIsRecorded(t *testing.T) {
	c := baseConfig().with("rotate_when_changed", triggers("a", "1"))
	f, tf := created(t, c)
	f.by(rules.Command{Step: rules.StepHold, Reason: "incident 7"})
	c = c.with("rotate_when_changed", triggers("a", "2"))
	p := tf.plan(c)
	says(t, p.diags.warnings(), "on hold", "incident 7", "requested, not begun", "hold released")
	if errs := tf.apply(p, nil).errors(); errs != "" {
		t.Fatal(errs)
	}
	f.by(rules.Command{Step: rules.StepRelease})
	tf.expect(tf.plan(c).planned, "version=2", "rotation.phase=staged")
}

func TestUnknownTriggerLeavesItToTheApply(t *testing.T) {
	c := baseConfig().with("rotate_when_changed", triggers("a", "1"))
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
			p := tf.plan(c.with("rotate_when_changed", map[string]any{"a": tftypes.UnknownValue}))
			tf.expect(p.planned, "version=<unknown>", "rotation=<unknown>")
			if errs := tf.apply(p, c.with("rotate_when_changed", triggers("a", x.value))).errors(); errs != "" {
				t.Fatal(errs)
			}
			wrote(t, f, x.writes...)
			tf.expect(tf.state, "version="+x.version)
		})
	}
	t.Run("the whole map", func(t *testing.T) {
		_, tf := created(t, c)
		tf.expect(tf.plan(c.with("rotate_when_changed", tftypes.UnknownValue)).planned, "version=<unknown>", "rotation=<unknown>")
	})
	t.Run("minimum_version", func(t *testing.T) {
		f, tf := created(t, c)
		p := tf.plan(c.with("minimum_version", tftypes.UnknownValue))
		tf.expect(p.planned, "version=<unknown>", "rotation=<unknown>")
		if errs := tf.apply(p, c.with("minimum_version", 2)).errors(); errs != "" {
			t.Fatal(errs)
		}
		wrote(t, f, "PATCH /tok_01 if 1")
		tf.expect(tf.state, "version=2", "rotation.current_version=2")
	})
}

func TestMinimumVersion(t *testing.T) {
	c := baseConfig()
	t.Run("stable", func(t *testing.T) {
		f, tf := created(t, c)
		p := tf.plan(c.with("minimum_version", 2))
		tf.expect(p.planned, "version=2", "rotation.phase=stable", "rotation.current_version=2", "rotation.next_version=3")
		says(t, p.diags.warnings(), `Version 2 of "notifier" will be issued`, "Refused at once, without an overlap: version 1", "raised to 2")
		if errs := tf.apply(p, nil).errors(); errs != "" {
			t.Fatal(errs)
		}
		wrote(t, f, "PATCH /tok_01 if 1")
		silent(t, tf, c.with("minimum_version", 2))
		// Lowering and removing do nothing.
		tf.run(c.with("minimum_version", 1))
		tf.run(c)
		tf.expect(tf.state, "version=2", "minimum_version=<null>")
	})
	t.Run("in the middle of a rotation", func(t *testing.T) {
		f, tf := created(t, c)
		f.clock.Advance(90 * day)
		tf.run(c)
		f.uses(2) // promote is due; minimum_version comes first
		p := tf.plan(c.with("minimum_version", 2))
		says(t, p.diags.warnings(), `older than 2 will be revoked`, "Version 2 is current")
		tf.run(c.with("minimum_version", 2))
		tf.expect(tf.state, "version=2", "rotation.phase=stable", "rotation.pending_version=<null>")
		tf.run(c.with("minimum_version", 3))
		tf.expect(tf.state, "version=3")
	})
	t.Run("above the next version", func(t *testing.T) {
		_, tf := created(t, c)
		p := tf.plan(c.with("minimum_version", 3))
		says(t, p.diags.errors(), `AttributeName("minimum_version")`, "can be 2 at most")
	})
	t.Run("on hold", func(t *testing.T) {
		f, tf := created(t, c)
		f.by(rules.Command{Step: rules.StepHold, Reason: "incident"})
		says(t, tf.plan(c.with("minimum_version", 2)).diags.errors(), `AttributeName("minimum_version")`, "release the hold")
	})
	t.Run("at creation", func(t *testing.T) {
		f := newFake(t)
		tf := newTerraform(t, f)
		tf.run(c.with("minimum_version", 40))
		tf.expect(tf.state, "version=40", "rotation.next_version=41", "minimum_version=40")
		silent(t, tf, c.with("minimum_version", 40))
	})
	t.Run("the world moved", func(t *testing.T) {
		f, tf := created(t, c)
		p := tf.plan(c.with("minimum_version", 2))
		before := tf.state
		f.by(rules.Command{Step: rules.StepBegin})
		says(t, tf.apply(p, nil).errors(), "plan again")
		if !tf.state.Equal(before) {
			t.Error("the state has changed")
		}
		if v, _ := f.cred.Current(); v.Number != 1 {
			t.Error("something was revoked")
		}
	})
	t.Run("a deadline changed what it does", func(t *testing.T) {
		f, tf := created(t, c)
		f.clock.Advance(90 * day)
		tf.run(c)
		p := tf.plan(c.with("minimum_version", 2)) // version 2, pending, will be current
		f.clock.Advance(8 * day)                   // the stage ends without evidence: it is cancelled
		d := tf.apply(p, nil)
		says(t, d.errors(), "plan again", "in force all the same")
		tf.expect(tf.state, "version=3", "rotation.current_version=3", "minimum_version=2")
		silent(t, tf, c.with("minimum_version", 2))
	})
	t.Run("raised without effect beside other changes", func(t *testing.T) {
		f, tf := created(t, c)
		tf.run(c.with("minimum_version", 1).with("description", "new"))
		wrote(t, f, "PATCH /tok_01 if 1")
		tf.expect(tf.state, "version=1", "minimum_version=1", "description=new")
	})
}

func TestRenameToANameThatHadHigherNumbers(t *testing.T) {
	c := baseConfig()
	f, tf := created(t, c)
	f.highest = 9
	f.clock.Advance(90 * day)
	d := tf.apply(tf.plan(c.with("name", "other")), nil)
	says(t, d.errors(), "plan again", "version numbers are continued")
	wrote(t, f, "PATCH /tok_01 if 1")
	tf.expect(tf.state, "name=other", "version=1", "rotation.next_version=10")
	tf.run(c.with("name", "other"))
	tf.expect(tf.state, "version=10", "rotation.phase=staged")
}

func TestAStepWithoutARefreshNeedsTheEtagOfItsState(t *testing.T) {
	c := baseConfig().with("rotate_when_changed", triggers("a", "1"))
	f, tf := created(t, c)
	// Somebody begins and promotes; then only the description is applied, without a refresh.
	f.by(rules.Command{Step: rules.StepBegin})
	c = c.with("description", "new")
	if errs := tf.apply(tf.planFrom(tf.configuration(c), tf.state, tf.private), nil).errors(); errs != "" {
		t.Fatal(errs)
	}
	// The state still says stable, version 1. A minimum_version built on it must not go through.
	f.writes()
	c = c.with("minimum_version", 2)
	says(t, tf.apply(tf.planFrom(tf.configuration(c), tf.state, tf.private), nil).errors(), "plan again")
	wrote(t, f, "PATCH /tok_01 if 1")
	tf.private = nil
	says(t, tf.apply(tf.planFrom(tf.configuration(c), tf.state, tf.private), nil).errors(), "-refresh=false")
	wrote(t, f)
	tf.run(c)
	tf.expect(tf.state, "version=2")
}

func TestHeldBetweenPlanAndApply(t *testing.T) {
	c := baseConfig()
	f, tf := created(t, c)
	f.clock.Advance(90 * day)
	p := tf.plan(c)
	f.refuse["POST /tok_01/rotation/begin"] = api.Problem{Code: api.CodeHeld, Detail: "on hold"}
	says(t, tf.apply(p, nil).errors(), "On hold")
	tf.expect(tf.state, "version=1", "rotation.due=begin")
}
