package signingsecret

import (
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	rules "github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// Somebody else moves the rotation between plan and apply: the step that was planned is not taken, and the error says what to do. That also
// holds where their step is the very one, because the version is then another secret than the one that the plan was about to hand over.
func TestSomebodyElseMovedTheRotation(t *testing.T) {
	revoke := rules.Command{Step: rules.StepRevoke, All: true, Reason: "leak"}
	for name, c := range map[string]struct {
		prepare func(f *fake, tf *tftest.Terraform)
		change  func(tftest.Config) tftest.Config
		other   rules.Command
		highest int64
	}{
		"begin, and they began":           {func(f *fake, _ *tftest.Terraform) { f.Clock.Advance(90 * day) }, nil, rules.Command{Step: rules.StepBegin}, 2},
		"begin, and they revoked":         {func(f *fake, _ *tftest.Terraform) { f.Clock.Advance(90 * day) }, nil, revoke, 1},
		"begin, and they hold":            {func(f *fake, _ *tftest.Terraform) { f.Clock.Advance(90 * day) }, nil, rules.Command{Step: rules.StepHold, Reason: "incident"}, 1},
		"promote, and they promoted":      {staged, nil, rules.Command{Step: rules.StepPromote}, 2},
		"promote, and they cancelled":     {staged, nil, rules.Command{Step: rules.StepCancel}, 2},
		"retire, and they rolled back":    {draining, nil, rules.Command{Step: rules.StepRollback}, 2},
		"retire, and they retired":        {draining, nil, rules.Command{Step: rules.StepRetire}, 2},
		"reissue, and they reissued":      {func(f *fake, _ *tftest.Terraform) { f.By(revoke) }, nil, rules.Command{Step: rules.StepReissue}, 2},
		"minimum_version, and they began": {nil, with("minimum_version", 2), rules.Command{Step: rules.StepBegin}, 2},
		"a new secret, and they began":    {nil, with("secret_wo", whsec("b")), rules.Command{Step: rules.StepBegin}, 2},
		"a new number and secret, they began": {nil, func(c tftest.Config) tftest.Config {
			return c.With("secret_wo", whsec("b")).With("secret_wo_version", 1)
		}, rules.Command{Step: rules.StepBegin}, 2},
		"minimum_version and a secret, revoked": {nil, func(c tftest.Config) tftest.Config { return c.With("secret_wo", whsec("b")).With("minimum_version", 2) }, revoke, 1},
	} {
		t.Run(name, func(t *testing.T) {
			config := baseConfig()
			f, tf := created(t, config)
			if c.prepare != nil {
				c.prepare(f, tf)
			}
			if c.change != nil {
				config = c.change(config)
			}
			p := tf.Plan(config)
			before := tf.State
			f.By(c.other)
			d := tf.Apply(p, nil)
			tftest.Says(t, d.Errors(), "Changed since the plan", "plan again")
			sayNothingOf(t, d.Errors(), whsec("b"))
			if !tf.State.Equal(before) {
				t.Errorf("the state has changed: %s", tf.State)
			}
			if f.Cred.Highest != c.highest {
				t.Errorf("a version was issued: %+v", f.Cred)
			}
			tftest.Must(t, tf.Plan(baseConfig()).Diags)
		})
	}
}

func with(name string, v any) func(tftest.Config) tftest.Config {
	return func(c tftest.Config) tftest.Config { return c.With(name, v) }
}

// staged leaves a rotation whose promotion is due.
func staged(f *fake, tf *tftest.Terraform) {
	f.Clock.Advance(90 * day)
	tf.Run(baseConfig())
	f.proven(2)
}

// draining leaves one whose end is due.
func draining(f *fake, tf *tftest.Terraform) {
	f.Policy.QuietPeriod = time.Hour
	staged(f, tf)
	tf.Run(baseConfig())
	f.Clock.Advance(2 * time.Hour)
}

func TestSavedPlanAppliedLateButStillRight(t *testing.T) {
	c := baseConfig()
	f, tf := created(t, c)
	f.Clock.Advance(90 * day)
	p := tf.Plan(c)
	f.Clock.Advance(8 * time.Hour)
	keeps(t, tf, p, nil)
	if tf.Expect(tf.State, "version=2", "rotation.phase=staged"); len(f.Cred.Versions) != 2 {
		t.Errorf("a late apply made a burst: %+v", f.Cred.Versions)
	}
}

// What the platform itself did at a deadline is what was planned.
func TestPlatformTookTheStepAtItsDeadline(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(*fake, *tftest.Terraform)
		change  func(tftest.Config) tftest.Config
		later   time.Duration
		phase   string
	}{
		"promote":                      {staged, nil, 7 * day, "draining"},
		"promote, and it has ended":    {staged, nil, 9 * day, "draining"},
		"promote beside another":       {staged, with("description", "new"), 7 * day, "draining"},
		"retire":                       {draining, nil, day, "stable"},
		"retire beside another change": {draining, with("description", "new"), day, "stable"},
	} {
		t.Run(name, func(t *testing.T) {
			config := baseConfig()
			f, tf := created(t, config)
			c.prepare(f, tf)
			if c.change != nil {
				config = c.change(config)
			}
			p := tf.Plan(config)
			f.Clock.Advance(c.later)
			tftest.Must(t, tf.Apply(p, nil))
			tf.Expect(tf.State, "version=2", "rotation.phase="+c.phase, "rotation.current_version=2") // as planned
			tftest.Silent(t, tf, config)
			if f.Cred.Highest != 2 {
				t.Errorf("a version was issued: %+v", f.Cred)
			}
		})
	}
}

func TestStepFailsAfterTheChange(t *testing.T) {
	c := suppliedConfig("a").With("secret_wo_version", 1)
	f, tf := created(t, c)
	c = suppliedConfig("b").With("secret_wo_version", 2).With("description", "new")
	p := tf.Plan(c)
	f.Refuse["POST /sec_01/rotation/begin"] = api.Problem{Code: api.CodeConflict, Detail: "no"}
	d := tf.Apply(p, nil)
	tftest.Says(t, d.Errors(), "plan again")
	tftest.Says(t, d.Warnings(), "begin was not taken")
	tf.Expect(tf.State, "description=new", "secret_wo_version=2", "version=1", "rotation.phase=stable", "secret_digest="+f.digests[1])
	clear(f.Refuse)
	f.Writes()
	// The number is stored already, and its secret is not: without a refresh the next plan knows both, and the etag of the change.
	again := tf.PlanOnly(c)
	keeps(t, tf, again, nil)
	wrote(t, f, "POST /sec_01/rotation/begin if 2 sends b")
	tf.Expect(tf.State, "version=2", "rotation.phase=staged")
	tftest.Empty(t, tf, c)
}

func TestUpdateWithoutAStepKeepsTheRotation(t *testing.T) {
	c := ed25519Config()
	f, tf := created(t, c)
	before, keys := tf.Get(tf.State, "rotation"), tf.Get(tf.State, "public_keys")
	c = c.With("description", "new")
	p := tf.Plan(c)
	tf.Expect(p.Planned, "version=1", "rotation.phase=stable", "rotation.next_rotation_at=2026-07-30T00:00:00Z", "secret_digest=<null>", `public_keys=["whpk_canary1"]`)
	// Between plan and apply somebody begins a rotation. A change of the description has nothing to do with it, and goes through.
	f.By(rules.Command{Step: rules.StepBegin})
	tftest.Must(t, tf.Apply(p, nil))
	wrote(t, f, "PATCH /sec_01")
	if tf.Get(tf.State, "rotation") != before || tf.Get(tf.State, "public_keys") != keys {
		t.Errorf("the state does not keep what was planned: %s", tf.State)
	}
	// That state is old now: what builds on it without a refresh must not go through.
	p = tf.PlanOnly(c.With("minimum_version", 2))
	tftest.Says(t, tf.Apply(p, nil).Errors(), "plan again")
	tf.Private = nil
	p = tf.PlanOnly(c.With("minimum_version", 2))
	tftest.Says(t, tf.Apply(p, nil).Errors(), "-refresh=false")
	tftest.Must(t, tf.Refresh())
	tf.Expect(tf.State, "version=2", "rotation.phase=staged", `public_keys=["whpk_canary2","whpk_canary1"]`)
}
