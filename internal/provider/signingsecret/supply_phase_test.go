package signingsecret_test

import (
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// The ways to where a test begins, for a signing secret with the value a, or one that the platform made.

// toB leaves a rotation to the value b that is not proven.
func (s *scene) toB() {
	s.t.Helper()
	s.tf.Run(supplied("b"))
	s.ForgetRequests()
}

// drainingB leaves version 2, b, current and version 1 valid.
func (s *scene) drainingB() {
	s.t.Helper()
	s.toB()
	s.Acknowledge(2)
	s.tf.Run(supplied("b"))
	s.ForgetRequests()
}

// Without secret_wo, what is there stays, and a rotation that runs goes on to its end.
func TestRemovedSecretTakesNothingAway(t *testing.T) {
	for name, x := range map[string]struct {
		before func(*scene)
		then   func(*scene)
	}{
		"stable": {func(*scene) {}, func(s *scene) { tftest.Silent(s.t, s.tf, base()) }},
		"staged": {(*scene).toB, func(s *scene) {
			s.warns(tftest.Empty(s.t, s.tf, base()), "waits to be seen in use")
			s.Acknowledge(2)
			s.tf.Keep(s.tf.Plan(base()), nil)
			s.tf.Expect(s.tf.State, "rotation.phase=draining", "secret_digest="+s.digest("b"))
		}},
		"draining": {(*scene).drainingB, func(s *scene) {
			tftest.Silent(s.t, s.tf, base())
			s.Clock.Advance(day)
			tftest.Silent(s.t, s.tf, base())
			s.tf.Expect(s.tf.State, "rotation.phase=stable", "secret_digest="+s.digest("b"))
		}},
		"revoked": {func(s *scene) { s.Revoke() }, func(s *scene) {
			s.warns(s.tf.Plan(base()), "Version 2 of")
			s.tf.Keep(s.tf.Plan(base()), nil)
			s.tf.Expect(s.tf.State, "version=2", "rotation.phase=stable", "secret_digest=<null>")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := created(t, supplied("a"))
			x.before(s)
			x.then(s)
		})
	}
}

// Another number of the value that the platform has, or has on its way, sends nothing in any phase.
func TestNumberAloneMovesNoRotation(t *testing.T) {
	for name, before := range map[string]func(*scene){"staged": (*scene).toB, "draining": (*scene).drainingB} {
		t.Run(name, func(t *testing.T) {
			s, tf := created(t, supplied("a"))
			before(s)
			for n := range 2 {
				c := supplied("b").With("secret_wo_version", n+1)
				p := tf.Plan(c)
				saysNothingOf(t, p.Diags.Warnings(), "It is sent")
				tf.Keep(p, nil)
				s.wrote("PATCH")
				tf.Expect(tf.State, "version=2", "rotation.phase="+name)
				tftest.Empty(t, tf, c)
			}
		})
	}
}

// Configured for a secret that the platform made, the user's own is rotated to. Where another rotation runs, that is an
// error that says until when.
func TestSecretIsAddedToAnIssuedOne(t *testing.T) {
	s, tf := created(t, base())
	s.Clock.Advance(90 * day)
	p := tf.Plan(supplied("b"))
	s.warns(p, "begins: version 2 will be issued", "secret_wo has a new value")
	saysNothingOf(t, p.Diags.Warnings(), "is due")
	tf.Keep(p, nil)
	s.wrote("POST rotation/begin if 1 sends b")

	s, tf = created(t, base())
	s.Begin()
	tftest.Says(t, tf.Plan(supplied("b")).Diags.Errors(), "A rotation is in progress", "in phase staged",
		"2026-05-08T12:00:00Z")
	s.Promote()
	tftest.Says(t, tf.Plan(supplied("b")).Diags.Errors(), "A rotation is in progress", "in phase draining",
		"2026-05-02T12:00:00Z")
	tftest.Must(t, tf.Plan(base()).Diags)

	s, tf = created(t, base())
	s.Revoke()
	p = tf.Plan(supplied("b"))
	s.warns(p, "Version 2 of", "make sure that it is not the value that was revoked")
	tf.Keep(p, nil)
	s.wrote("POST rotation/reissue if 2 sends b")
	tftest.Silent(t, tf, supplied("b"))
}

// The old value, configured again while the new one is on its way, asks for a third rotation. Somebody cancels the one
// that runs, and then the platform has what is configured.
func TestOldValueIsPutBackWhileStaged(t *testing.T) {
	s, tf := created(t, supplied("a"))
	s.toB()
	tftest.Says(t, tf.Plan(supplied("a")).Diags.Errors(), "A rotation is in progress", "in phase staged")
	s.Step(api.StepCancel, api.StepRequest{Reason: "not b after all"})
	s.warns(tftest.Empty(t, tf, supplied("a")), "is on hold", "not b after all")
	s.Release()
	tftest.Silent(t, tf, supplied("a"))
	tf.Expect(tf.State, "version=1", "secret_digest="+s.digest("a"))
}

// Only the apply can find out that there is a third value while the second one is on its way.
func TestThirdValueComesWithTheApply(t *testing.T) {
	s, tf := created(t, supplied("a"))
	s.toB()
	p := tf.Plan(base().With("secret_wo", tftest.Unknown))
	s.leftOpen(p)
	tftest.Says(t, tf.Apply(p, supplied("c")).Errors(), "A rotation is in progress", "in phase staged")
	s.wrote()
}

// The platform cannot make the next value of a supplied secret. It comes with the minimum_version that makes it
// necessary, or it is there already.
func TestMinimumVersionOfASuppliedSecretInEachPhase(t *testing.T) {
	nothing := func(*scene) {}
	for name, x := range map[string]struct {
		before  func(*scene)
		config  tftest.Config
		minimum int
		letter  string // of the version that is left
	}{
		"stable, a new value":                {nothing, supplied("b"), 2, "b"},
		"stable, a new value and its number": {nothing, supplied("b").With("secret_wo_version", 2), 2, "b"},
		"staged, a third value and its number": {
			(*scene).toB, supplied("c").With("secret_wo_version", 2), 3, "c",
		},
		"staged, the pending one stays and has a number": {(*scene).toB, supplied("b").With("secret_wo_version", 2), 2, "b"},
		"draining, a new value":                          {(*scene).drainingB, supplied("c"), 3, "c"},
		"removed, the platform makes one":                {nothing, base(), 2, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s, tf := created(t, supplied("a"))
			x.before(s)
			c := x.config.With("minimum_version", x.minimum)
			p := tf.Plan(c)
			s.warns(p, "minimum_version is raised to ")
			tf.Keep(p, nil)
			digest := "<null>"
			if x.letter != "" {
				digest = s.digest(x.letter)
			}
			tf.Expect(tf.State, "rotation.phase=stable", "secret_digest="+digest)
			if got := s.object(); got.Version != int64(x.minimum) {
				t.Errorf("version %d, want %d", got.Version, x.minimum)
			}
			tftest.Silent(t, tf, c)
			// Lowering it does nothing, and there is nothing to warn of.
			p = tf.Plan(c.With("minimum_version", 1))
			saysNothingOf(t, p.Diags.Warnings(), "It is sent", "revoked")
			tf.Keep(p, nil)
		})
	}
}

// A third value while the second one is pending and new enough: one apply takes one step, and the next one sends it.
func TestMinimumVersionAndAThirdValue(t *testing.T) {
	s, tf := created(t, supplied("a"))
	s.toB()
	c := supplied("c").With("minimum_version", 2)
	p := tf.Plan(c)
	s.warns(p, "Version 2 is current from then on")
	tf.Keep(p, nil)
	tf.Expect(tf.State, "rotation.phase=stable", "secret_digest="+s.digest("b"))
	p = tf.Plan(c)
	s.warns(p, "begins: version 3 will be issued", "secret_wo has a new value")
	tf.Keep(p, nil)
	tf.Expect(tf.State, "rotation.phase=staged", "secret_digest="+s.digest("c"))
}

func TestMinimumVersionOfASuppliedSecretOnHold(t *testing.T) {
	s, tf := created(t, supplied("a"))
	s.Hold("incident")
	c := supplied("b").With("minimum_version", 2)
	tftest.Says(t, tf.Plan(c).Diags.Errors(), `AttributeName("minimum_version")`, "release the hold",
		"revoke it on the platform")
	s.Release()
	tf.Keep(tf.Plan(c), nil)
	tf.Expect(tf.State, "version=2", "rotation.phase=stable", "secret_digest="+s.digest("b"))
}

// A value that minimum_version has revoked may have leaked. It is sent again only under a new number.
func TestValueThatMinimumVersionRevoked(t *testing.T) {
	s, tf := created(t, supplied("a"))
	tf.Run(supplied("b").With("minimum_version", 2))
	c := supplied("a").With("minimum_version", 2)
	s.warns(tftest.Empty(t, tf, c), `A new value for "orders" is due`, "It is not sent again by itself")
	c = c.With("secret_wo_version", 1)
	s.warns(tf.Plan(c), `Rotation of "orders" begins`, "is sent again")
	tf.Keep(tf.Plan(c), nil)
	tf.Expect(tf.State, "version=3", "rotation.phase=staged", "secret_digest="+s.digest("a"))
}

// A rotation that is asked for while the user's own secret is on its way waits for that, and then for one more value.
func TestTriggerOfASuppliedSecret(t *testing.T) {
	asked := func(letter, value string) tftest.Config {
		return supplied(letter).With("rotate_when_changed", tftest.Triggers("a", value))
	}
	s, tf := created(t, asked("a", "1"))
	tf.Run(asked("b", "1"))
	p := tf.Plan(asked("b", "2"))
	s.warns(p, "is requested, not begun", "is in phase staged")
	tf.Keep(p, nil)
	s.Acknowledge(2)
	tf.Run(asked("b", "2"))
	s.Clock.Advance(day)
	s.warns(tftest.Empty(t, tf, asked("b", "2")), `A new value for "orders" is due`, "A rotation was requested earlier",
		"configure a new one")
	p = tf.Plan(asked("c", "2"))
	s.warns(p, "begins: version 3 will be issued", "secret_wo has a new value")
	tf.Keep(p, nil)
	s.Acknowledge(3)
	tf.Run(asked("c", "2"))
	s.Clock.Advance(day)
	tftest.Silent(t, tf, asked("c", "2")) // one value answers both
}

// A new value and a changed trigger in one apply are one rotation.
func TestTriggerWithANewValue(t *testing.T) {
	s, tf := created(t, supplied("a").With("rotate_when_changed", tftest.Triggers("a", "1")))
	c := supplied("b").With("rotate_when_changed", tftest.Triggers("a", "2"))
	p := tf.Plan(c)
	s.warns(p, "secret_wo has a new value")
	saysNothingOf(t, p.Diags.Warnings(), "is requested, not begun", "is due")
	tf.Keep(p, nil)
	s.Acknowledge(2)
	tf.Run(c)
	s.Clock.Advance(day)
	tftest.Silent(t, tf, c)
}

// A new value is rolled back. On hold nothing is planned. After the release the plan waits for the deadline of what was
// rolled back, and then sends the value again.
func TestNewValueIsRolledBack(t *testing.T) {
	s, tf := created(t, supplied("a"))
	s.drainingB()
	s.Rollback("receivers fail")
	s.warns(tftest.Empty(t, tf, supplied("b")), "is on hold", "it is not sent until the hold is released")
	s.Release()
	s.warns(tftest.Empty(t, tf, supplied("b")), "does not have the configured value")
	s.Clock.Advance(day)
	p := tf.Plan(supplied("b"))
	s.warns(p, "begins: version 3 will be issued", "the platform does not have the configured value of secret_wo")
	tf.Keep(p, nil)
	tf.Expect(tf.State, "rotation.phase=staged", "secret_digest="+s.digest("b"))
}

func TestMalformedSecretsAreNotShown(t *testing.T) {
	tf := start(t).tf
	for _, bad := range []string{
		"correct horse battery staple", "whsec_Y2FuYXJ5Y2FuYXJ5Y2Fu", whsec("a") + "\n", strings.Replace(whsec("b"), "whsec_",
			"whsk_", 1),
		"whsec_" + strings.Repeat("-_-_", 11), "whsec_" + strings.Repeat("Y2Fu", 22),
	} {
		errs := tf.Plan(base().With("secret_wo", bad)).Diags.Errors()
		tftest.Says(t, errs, "Invalid secret_wo", "must be whsec_ followed by 24 to 64 bytes in standard base64")
		saysNothingOf(t, errs, strings.TrimSpace(bad), bad[6:20])
	}
}
