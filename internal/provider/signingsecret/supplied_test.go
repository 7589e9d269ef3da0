package signingsecret_test

import (
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

func TestSuppliedSecretIsRotated(t *testing.T) {
	for name, numbered := range map[string]bool{"without number": false, "with number": true} {
		t.Run(name, func(t *testing.T) {
			config := func(letter string, n int) tftest.Config {
				if !numbered {
					return supplied(letter)
				}
				return supplied(letter).With("secret_wo_version", n)
			}
			s, tf := created(t, config("a", 1))
			tftest.Silent(t, tf, config("a", 1))
			p := tf.Plan(config("b", 2))
			s.leftOpen(p)
			tftest.Says(t, p.Diags.Warnings(), "begins: version 2", "Why: secret_wo has a new value. It is sent.")
			tf.Keep(p, nil)
			if numbered {
				s.wrote("PATCH if 1", "POST rotation/begin if 2 sends b")
			} else {
				s.wrote("POST rotation/begin if 1 sends b")
			}
			tf.Expect(tf.State, "version=2", "rotation.phase=staged", "secret_digest="+s.digest("b"))
			tftest.Says(t, tftest.Empty(t, tf, config("b", 2)).Diags.Warnings(), "waits to be seen in use")
			s.Acknowledge(2)
			tf.Keep(tf.Plan(config("b", 2)), nil)
			s.Clock.Advance(day)
			tftest.Silent(t, tf, config("b", 2))

			// Where no acknowledgement is asked for, it is current at once.
			s.rules(map[string]any{"require_acknowledgement": false})
			tf.Keep(tf.Plan(config("c", 3)), nil)
			tf.Expect(tf.State, "version=3", "rotation.phase=draining", "rotation.previous_version=2",
				"secret_digest="+s.digest("c"))
		})
	}
}

// The same value is never sent again, whatever its number says: the platform would have nothing to rotate to.
func TestSameValueWithAnotherNumber(t *testing.T) {
	for name, before := range map[string]tftest.Config{
		"raised":  supplied("a").With("secret_wo_version", 1),
		"lowered": supplied("a").With("secret_wo_version", 9), "a first one": supplied("a"),
	} {
		t.Run(name, func(t *testing.T) {
			s, tf := created(t, before)
			c := supplied("a").With("secret_wo_version", 2)
			tf.Keep(tf.Plan(c), nil)
			s.wrote("PATCH")
			tf.Expect(tf.State, "version=1", "rotation.phase=stable", "secret_wo_version=2")
			tftest.Silent(t, tf, c)
			// The number counts from here on: another value alone changes nothing.
			tftest.Silent(t, tf, supplied("b").With("secret_wo_version", 2))
		})
	}
}

// With a number, a value that is another one on every run makes no plan and no rotation of its own.
func TestWithANumberTheValueMayChange(t *testing.T) {
	c := func(letter string) tftest.Config { return supplied(letter).With("secret_wo_version", 1) }
	s, tf := created(t, c("a"))
	tftest.Silent(t, tf, c("b"))
	p := tf.Plan(c("c").With("description", "new"))
	s.closed(p)
	tf.Keep(p, c("d").With("description", "new"))
	s.wrote("PATCH")
	// A lower number is sent too.
	tf.Run(c("e").With("secret_wo_version", 3))
	s.Acknowledge(2)
	tf.Run(c("e").With("secret_wo_version", 3))
	s.Clock.Advance(day)
	s.ForgetRequests()
	tf.Keep(tf.Plan(c("f").With("secret_wo_version", 2)), nil)
	tf.Expect(tf.State, "version=3", "secret_wo_version=2", "secret_digest="+s.digest("f"))
}

func TestNewValueDuringARotationIsRefused(t *testing.T) {
	for name, prepare := range map[string]func(*scene, *tftest.Terraform){
		"staged":   func(*scene, *tftest.Terraform) {},
		"draining": func(s *scene, tf *tftest.Terraform) { s.Acknowledge(2); tf.Run(supplied("b")) },
	} {
		t.Run(name, func(t *testing.T) {
			s, tf := created(t, supplied("a"))
			tf.Run(supplied("b"))
			prepare(s, tf)
			s.ForgetRequests()
			ends := map[string]string{"staged": "2026-05-08T12:00:00Z", "draining": "2026-05-02T12:00:00Z"}[name]
			for _, c := range []tftest.Config{supplied("c"), supplied("c").With("secret_wo_version", 1), supplied("a")} {
				errs := tf.Plan(c).Diags.Errors()
				tftest.Says(t, errs, `AttributeName("secret_wo")`, "A rotation is in progress", "in phase "+name, ends,
					"raise minimum_version to 3")
				saysNothingOf(t, errs, whsec("a"), whsec("c"))
			}
			tftest.Empty(t, tf, supplied("b")) // back to what is on its way

			// The emergency: both are revoked, the new one is sent at once.
			c := supplied("c").With("minimum_version", 3)
			p := tf.Plan(c)
			s.leftOpen(p)
			tftest.Says(t, p.Diags.Warnings(), "Version 3 of", "will be issued", "The new version is the configured value.")
			tf.Keep(p, nil)
			if got := s.lines(); len(got) != 1 || !strings.HasPrefix(got[0], "PATCH if ") || !strings.HasSuffix(got[0],
				" sends c") {
				t.Errorf("the platform was asked %q", got)
			}
			tf.Expect(tf.State, "version=3", "rotation.phase=stable", "rotation.current_version=3",
				"secret_digest="+s.digest("c"))
			tftest.Silent(t, tf, c)
			tftest.Says(t, tf.Plan(c.With("minimum_version", 4)).Diags.Errors(), `AttributeName("secret_wo")`,
				"The same value again")
		})
	}
}

// minimum_version in the middle of a rotation to the configured value: it is current at once, and nothing is sent.
func TestMinimumVersionOfASuppliedSecret(t *testing.T) {
	s, tf := created(t, supplied("a"))
	tf.Run(supplied("b"))
	s.ForgetRequests()
	c := supplied("b").With("minimum_version", 2)
	tf.Keep(tf.Plan(c), nil)
	s.wrote("PATCH if 2")
	tf.Expect(tf.State, "version=2", "rotation.phase=stable", "secret_digest="+s.digest("b"))
	tftest.Silent(t, tf, c)
}

// A value that is not known yet leaves it to the apply; the one that is found there decides.
func TestUnsure(t *testing.T) {
	for name, c := range map[string]struct {
		config  tftest.Config
		applied string
		sent    bool
	}{
		"a new one":                    {base(), "b", true},
		"the old one":                  {base(), "a", false},
		"the old one and a change":     {base().With("description", "new"), "a", false},
		"a new one and a change":       {base().With("description", "new"), "b", true},
		"unknown number, the old one":  {base().With("secret_wo_version", tftest.Unknown), "a", false},
		"unknown number, a new one":    {base().With("secret_wo_version", tftest.Unknown), "b", true},
		"a new number, the old one":    {base().With("secret_wo_version", 2), "a", false},
		"a new number, a new one":      {base().With("secret_wo_version", 2), "b", true},
		"unknown trigger, the old one": {base().With("rotate_when_changed", tftest.Unknown), "a", false},
	} {
		t.Run(name, func(t *testing.T) {
			s, tf := created(t, supplied("a"))
			p := tf.Plan(c.config.With("secret_wo", tftest.Unknown))
			s.leftOpen(p)
			known := c.config.With("secret_wo", whsec(c.applied))
			for name, v := range map[string]any{"secret_wo_version": 2, "rotate_when_changed": tftest.Triggers("a", "1")} {
				if known[name] == tftest.Unknown {
					known = known.With(name, v)
				}
			}
			tf.Keep(p, known)
			if sent := strings.Contains(strings.Join(s.lines(), "\n"), "sends "+c.applied); sent != c.sent {
				t.Errorf("sent: %v, want %v", sent, c.sent)
			}
			tftest.Empty(t, tf, known)
		})
	}
}

// From a secret that the platform makes to a supplied one and back, in place: each is a rotation.
func TestSuppliedAndIssuedTakeTurns(t *testing.T) {
	one, two := tftest.Triggers("turn", "1"), tftest.Triggers("turn", "2")
	s, tf := created(t, base().With("rotate_when_changed", one))
	s.rules(map[string]any{"require_acknowledgement": false})
	p := tf.Plan(supplied("a").With("rotate_when_changed", one))
	s.leftOpen(p)
	tf.Keep(p, nil)
	s.wrote("POST rotation/rotate if 1 sends a")
	s.Clock.Advance(day)
	// Leaving it out rotates nothing, until somebody asks.
	tftest.Silent(t, tf, base().With("rotate_when_changed", one))
	s.Clock.Advance(90 * day)
	tftest.Says(t, tftest.Empty(t, tf, base().With("rotate_when_changed", one)).Diags.Warnings(),
		"Its value is supplied, not made by the platform")
	p = tf.Plan(base().With("rotate_when_changed", two))
	tf.Expect(p.Planned, "version=3", "rotation.phase=draining", "secret_digest=<unknown>")
	tf.Keep(p, nil)
	tf.Expect(tf.State, "secret_digest=<null>")
}

// When a supplied secret is due, or asked for, a plan can only warn.
func TestSuppliedSecretThatIsDue(t *testing.T) {
	c := supplied("a").With("rotate_when_changed", tftest.Triggers("a", "1"))
	s, tf := created(t, c)
	s.Clock.Advance(90 * day)
	tftest.Says(t, tftest.Empty(t, tf, c).Diags.Warnings(), `A new value for "orders" is due`,
		"Due since 2026-07-30T12:00:00Z, interval 90d", "configure a new one in secret_wo")
	s.Clock.Advance(30 * day)
	s.warns(tftest.Empty(t, tf, c), "Overdue: the max_age of the rotation policy has passed")
	c = c.With("rotate_when_changed", tftest.Triggers("a", "2"))
	tf.Keep(tf.Plan(c), nil)
	s.wrote("PATCH")
	tf.Expect(tf.State, "version=1")
}

// A secret that is not there at the plan, and at the apply is: no promise of the plan is broken.
func TestSecretKnownAtApply(t *testing.T) {
	s, tf := created(t, supplied("a"))
	edited := base().With("description", "new")
	p := tf.Plan(edited)
	tf.Keep(p, edited.With("secret_wo", whsec("a")))
	s.wrote("PATCH")
	p = tf.Plan(edited.With("description", "newer"))
	tf.Keep(p, supplied("b").With("description", "newer"))
	s.wrote("PATCH if 2", "POST rotation/begin if 3 sends b")
}
