package signingsecret

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// leftOpen wants a plan that leaves everything open which a secret brings with it: the value at the apply may be another one.
func leftOpen(t *testing.T, tf *tftest.Terraform, p tftest.Plan) {
	t.Helper()
	tftest.Must(t, p.Diags)
	tf.Expect(p.Planned, "version=<unknown>", "rotation=<unknown>", "secret_digest=<unknown>", "public_keys=<null>", "secret_wo=<null>")
}

// closed wants a plan that promises that no secret is sent.
func closed(t *testing.T, tf *tftest.Terraform, p tftest.Plan) {
	t.Helper()
	tftest.Must(t, p.Diags)
	for _, name := range []string{"version", "rotation", "secret_digest"} {
		if planned, state := tf.Get(p.Planned, name), tf.Get(tf.State, name); planned != state {
			t.Errorf("%s is planned as %s, and the state has %s", name, planned, state)
		}
	}
}

func TestSuppliedSecretIsRotated(t *testing.T) {
	for name, numbered := range map[string]bool{"without number": false, "with number": true} {
		t.Run(name, func(t *testing.T) {
			config := func(letter string, n int) tftest.Config {
				if !numbered {
					return suppliedConfig(letter)
				}
				return suppliedConfig(letter).With("secret_wo_version", n)
			}
			f, tf := created(t, config("a", 1))
			tftest.Silent(t, tf, config("a", 1))
			p := tf.Plan(config("b", 2))
			leftOpen(t, tf, p)
			tftest.Says(t, p.Diags.Warnings(), "begins: version 2", "Why: secret_wo has a new value. It is sent.")
			keeps(t, tf, p, nil)
			if numbered {
				wrote(t, f, "PATCH /sec_01 if 1", "POST /sec_01/rotation/begin if 2 sends b")
			} else {
				wrote(t, f, "POST /sec_01/rotation/begin if 1 sends b")
			}
			tf.Expect(tf.State, "version=2", "rotation.phase=staged", "secret_digest="+f.digests[2])
			tftest.Says(t, tftest.Empty(t, tf, config("b", 2)).Diags.Warnings(), "waits to be seen in use")
			f.proven(2)
			keeps(t, tf, tf.Plan(config("b", 2)), nil)
			f.Clock.Advance(day)
			tftest.Silent(t, tf, config("b", 2))

			// Where no acknowledgement is asked for, it is current at once.
			f.Policy.RequireAcknowledgement = false
			keeps(t, tf, tf.Plan(config("c", 3)), nil)
			tf.Expect(tf.State, "version=3", "rotation.phase=draining", "rotation.previous_version=2", "secret_digest="+f.digests[3])
		})
	}
}

// The same value is never sent again, whatever its number says: the platform would have nothing to rotate to.
func TestTheSameValueWithAnotherNumber(t *testing.T) {
	for name, before := range map[string]tftest.Config{"raised": suppliedConfig("a").With("secret_wo_version", 1), "lowered": suppliedConfig("a").With("secret_wo_version", 9), "a first one": suppliedConfig("a")} {
		t.Run(name, func(t *testing.T) {
			f, tf := created(t, before)
			c := suppliedConfig("a").With("secret_wo_version", 2)
			keeps(t, tf, tf.Plan(c), nil)
			wrote(t, f, "PATCH /sec_01")
			tf.Expect(tf.State, "version=1", "rotation.phase=stable", "secret_wo_version=2")
			tftest.Silent(t, tf, c)
			// The number counts from here on: another value alone changes nothing.
			tftest.Silent(t, tf, suppliedConfig("b").With("secret_wo_version", 2))
		})
	}
}

// With a number, a value that is another one on every run makes no plan and no rotation of its own.
func TestWithANumberTheValueMayChange(t *testing.T) {
	c := func(letter string) tftest.Config { return suppliedConfig(letter).With("secret_wo_version", 1) }
	f, tf := created(t, c("a"))
	tftest.Silent(t, tf, c("b"))
	p := tf.Plan(c("c").With("description", "new"))
	closed(t, tf, p)
	keeps(t, tf, p, c("d").With("description", "new"))
	wrote(t, f, "PATCH /sec_01")
	// A lower number is sent too.
	tf.Run(c("e").With("secret_wo_version", 3))
	f.proven(2)
	tf.Run(c("e").With("secret_wo_version", 3))
	f.Clock.Advance(day)
	f.Writes()
	keeps(t, tf, tf.Plan(c("f").With("secret_wo_version", 2)), nil)
	tf.Expect(tf.State, "version=3", "secret_wo_version=2", "secret_digest="+f.digests[3])
}

func TestANewValueWhileARotationIsInProgress(t *testing.T) {
	for name, prepare := range map[string]func(*fake, *tftest.Terraform){
		"staged":   func(*fake, *tftest.Terraform) {},
		"draining": func(f *fake, tf *tftest.Terraform) { f.proven(2); tf.Run(suppliedConfig("b")) },
	} {
		t.Run(name, func(t *testing.T) {
			f, tf := created(t, suppliedConfig("a"))
			tf.Run(suppliedConfig("b"))
			prepare(f, tf)
			f.Writes()
			ends := map[string]string{"staged": "2026-05-08T00:00:00Z", "draining": "2026-05-02T00:00:00Z"}[name]
			for _, c := range []tftest.Config{suppliedConfig("c"), suppliedConfig("c").With("secret_wo_version", 1), suppliedConfig("a")} {
				errs := tf.Plan(c).Diags.Errors()
				tftest.Says(t, errs, `AttributeName("secret_wo")`, "A rotation is in progress", "in phase "+name, ends, "raise minimum_version to 3")
				sayNothingOf(t, errs, whsec("a"), whsec("c"))
			}
			tftest.Empty(t, tf, suppliedConfig("b")) // back to what is on its way

			// The emergency: both are revoked, the new one is sent at once.
			c := suppliedConfig("c").With("minimum_version", 3)
			p := tf.Plan(c)
			leftOpen(t, tf, p)
			tftest.Says(t, p.Diags.Warnings(), "Version 3 of", "will be issued", "The new version is the configured value.")
			keeps(t, tf, p, nil)
			if got := f.Writes(); len(got) != 1 || !strings.HasPrefix(got[0], "PATCH /sec_01 if ") || !strings.HasSuffix(got[0], " sends c") {
				t.Errorf("the platform was asked %q", got)
			}
			tf.Expect(tf.State, "version=3", "rotation.phase=stable", "rotation.current_version=3", "secret_digest="+f.digests[3])
			tftest.Silent(t, tf, c)
			tftest.Says(t, tf.Plan(c.With("minimum_version", 4)).Diags.Errors(), `AttributeName("secret_wo")`, "The same value again")
		})
	}
}

// minimum_version in the middle of a rotation to the configured value: it is current at once, and nothing is sent.
func TestMinimumVersionOfASuppliedSecret(t *testing.T) {
	f, tf := created(t, suppliedConfig("a"))
	tf.Run(suppliedConfig("b"))
	f.Writes()
	c := suppliedConfig("b").With("minimum_version", 2)
	keeps(t, tf, tf.Plan(c), nil)
	wrote(t, f, "PATCH /sec_01 if 2")
	tf.Expect(tf.State, "version=2", "rotation.phase=stable", "secret_digest="+f.digests[2])
	tftest.Silent(t, tf, c)
}

// A value that is not known yet leaves it to the apply; the one that is found there decides.
func TestUnsure(t *testing.T) {
	for name, c := range map[string]struct {
		config  tftest.Config
		applied string
		sent    bool
	}{
		"a new one":                    {baseConfig(), "b", true},
		"the old one":                  {baseConfig(), "a", false},
		"the old one and a change":     {baseConfig().With("description", "new"), "a", false},
		"a new one and a change":       {baseConfig().With("description", "new"), "b", true},
		"unknown number, the old one":  {baseConfig().With("secret_wo_version", tftypes.UnknownValue), "a", false},
		"unknown number, a new one":    {baseConfig().With("secret_wo_version", tftypes.UnknownValue), "b", true},
		"a new number, the old one":    {baseConfig().With("secret_wo_version", 2), "a", false},
		"a new number, a new one":      {baseConfig().With("secret_wo_version", 2), "b", true},
		"unknown trigger, the old one": {baseConfig().With("rotate_when_changed", tftypes.UnknownValue), "a", false},
	} {
		t.Run(name, func(t *testing.T) {
			f, tf := created(t, suppliedConfig("a"))
			p := tf.Plan(c.config.With("secret_wo", tftypes.UnknownValue))
			leftOpen(t, tf, p)
			known := c.config.With("secret_wo", whsec(c.applied))
			for name, v := range map[string]any{"secret_wo_version": 2, "rotate_when_changed": tftest.Triggers("a", "1")} {
				if known[name] == tftypes.UnknownValue {
					known = known.With(name, v)
				}
			}
			keeps(t, tf, p, known)
			if sent := strings.Contains(strings.Join(f.Writes(), "\n"), "sends "+c.applied); sent != c.sent {
				t.Errorf("sent: %v, want %v", sent, c.sent)
			}
			tftest.Empty(t, tf, known)
		})
	}
}

// From a secret that the platform makes to a supplied one and back, in place: each is a rotation.
func TestSuppliedAndIssuedTakeTurns(t *testing.T) {
	one, two := tftest.Triggers("turn", "1"), tftest.Triggers("turn", "2")
	f, tf := created(t, baseConfig().With("rotate_when_changed", one))
	f.Policy.RequireAcknowledgement = false
	p := tf.Plan(suppliedConfig("a").With("rotate_when_changed", one))
	leftOpen(t, tf, p)
	keeps(t, tf, p, nil)
	wrote(t, f, "POST /sec_01/rotation/rotate if 1 sends a")
	f.Clock.Advance(day)
	// Leaving it out rotates nothing, until somebody asks.
	tftest.Silent(t, tf, baseConfig().With("rotate_when_changed", one))
	f.Clock.Advance(90 * day)
	tftest.Says(t, tftest.Empty(t, tf, baseConfig().With("rotate_when_changed", one)).Diags.Warnings(), "Its value is supplied, not made by the platform")
	p = tf.Plan(baseConfig().With("rotate_when_changed", two))
	tf.Expect(p.Planned, "version=3", "rotation.phase=draining", "secret_digest=<unknown>")
	keeps(t, tf, p, nil)
	tf.Expect(tf.State, "secret_digest=<null>")
}

// When a supplied secret is due, or asked for, a plan can only warn.
func TestSuppliedSecretThatIsDue(t *testing.T) {
	c := suppliedConfig("a").With("rotate_when_changed", tftest.Triggers("a", "1"))
	f, tf := created(t, c)
	f.Clock.Advance(90 * day)
	tftest.Says(t, tftest.Empty(t, tf, c).Diags.Warnings(), `A new value for "orders" is due`, "Due since 2026-07-30T00:00:00Z, interval 90d", "configure a new one in secret_wo")
	c = c.With("rotate_when_changed", tftest.Triggers("a", "2"))
	keeps(t, tf, tf.Plan(c), nil)
	wrote(t, f, "PATCH /sec_01")
	tf.Expect(tf.State, "version=1")
}

// A secret that is not there at the plan, and at the apply is: no promise of the plan is broken.
func TestTheSecretComesWithTheApply(t *testing.T) {
	f, tf := created(t, suppliedConfig("a"))
	edited := baseConfig().With("description", "new")
	p := tf.Plan(edited)
	keeps(t, tf, p, edited.With("secret_wo", whsec("a")))
	wrote(t, f, "PATCH /sec_01")
	p = tf.Plan(edited.With("description", "newer"))
	keeps(t, tf, p, suppliedConfig("b").With("description", "newer"))
	wrote(t, f, "PATCH /sec_01 if 2", "POST /sec_01/rotation/begin if 3 sends b")
}
