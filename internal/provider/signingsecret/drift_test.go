package signingsecret_test

import (
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// bothWays are the two ways to configure a secret; the value is the same in both.
var bothWays = map[string]func(letter string) tftest.Config{
	"without number": supplied,
	"with number":    func(letter string) tftest.Config { return supplied(letter).With("secret_wo_version", 1) },
}

// Somebody else's value is on its way: no plan is an error for it. It waits for the end of that, and then puts the
// configured value back.
func TestRotatedOutsideTerraform(t *testing.T) {
	for name, config := range bothWays {
		t.Run(name, func(t *testing.T) {
			c := config("a")
			s, tf := created(t, c)
			s.Begin(whsec("x"))
			tftest.Says(t, tftest.Empty(t, tf, c).Diags.Warnings(), `"orders" does not have the configured value`,
				"The phase ends at 2026-05-08T12:00:00Z")
			// Another change is not kept waiting.
			c = c.With("description", "new")
			tf.Keep(tf.Plan(c), nil)
			s.wrote("PATCH")
			s.Acknowledge(2)
			tf.Keep(tf.Plan(c), nil) // theirs is promoted: one step at a time
			tf.Expect(tf.State, "version=2", "rotation.phase=draining")
			tftest.Empty(t, tf, c)
			s.Clock.Advance(day)
			s.ForgetRequests()
			p := tf.Plan(c)
			tftest.Says(t, p.Diags.Warnings(), "begins: version 3",
				"the platform does not have the configured value of secret_wo")
			tf.Keep(p, nil)
			s.wrote("POST rotation/begin if 5 sends a")
			tf.Expect(tf.State, "secret_digest="+s.digest("a"))
		})
	}
}

// The platform has rotated to a secret of its own, by hand: that counts as a change of the platform's, too.
func TestValueIssuedOutsideTerraform(t *testing.T) {
	for name, config := range bothWays {
		t.Run(name, func(t *testing.T) {
			c := config("a")
			s, tf := created(t, c)
			s.Begin()
			tftest.Says(t, tftest.Empty(t, tf, c).Diags.Warnings(), `"orders" does not have the configured value`)
			s.Cancel()
			tftest.Silent(t, tf, c)
		})
	}
}

// Between the plan of a change and its apply, somebody rotates. That the change went through must not make their value
// ours.
func TestTheirValueIsNotAdoptedWithAChange(t *testing.T) {
	for name, config := range bothWays {
		t.Run(name, func(t *testing.T) {
			s, tf := created(t, config("a"))
			c := config("a").With("description", "new")
			p := tf.Plan(c)
			s.Begin(whsec("x"))
			tftest.Must(t, tf.Apply(p, nil))
			tftest.Says(t, tftest.Empty(t, tf, c).Diags.Warnings(), `"orders" does not have the configured value`)
			tf.Expect(tf.State, "version=2", "secret_digest="+s.digest("x"))
		})
	}
}

// After a rollback the state has the digest of the version that is current again. The one that is promoted once more
// may be of another kind.
func TestPromotedOnceMoreAfterARollback(t *testing.T) {
	for name, c := range map[string]struct {
		before   tftest.Config
		supplied []string
	}{
		"from an issued to a supplied secret":  {base(), []string{whsec("x")}},
		"from a supplied to an issued secret":  {supplied("a"), nil},
		"from a supplied to a supplied secret": {supplied("a"), []string{whsec("x")}},
		"from an issued to an issued secret":   {base(), nil},
		"from a key pair to a key pair":        {keyPair(), nil},
	} {
		t.Run(name, func(t *testing.T) {
			s, tf := created(t, c.before)
			s.Begin(c.supplied...)
			s.Acknowledge(2)
			s.Promote()
			s.Rollback("receivers fail")
			s.Release()
			p := tf.Plan(c.before.With("secret_wo", nil).With("minimum_version", 2))
			tf.Expect(tf.State, "version=1", "rotation.phase=staged", "rotation.pending_version=2")
			tf.Expect(p.Planned, "version=2", "rotation.phase=stable", "rotation.current_version=2", "rotation.next_version=3")
			tf.Keep(p, nil)
		})
	}
}

// A number that comes without a secret sends nothing; when the secret comes, it is sent.
func TestNumberBeforeItsSecret(t *testing.T) {
	for name, c := range map[string]struct {
		before []tftest.Config // applied in this order, after the secret a with the number 1
		number int             // that the secret b comes with
		sent   bool
	}{
		"raised": {[]tftest.Config{base().With("secret_wo_version", 2)}, 2, true},
		"raised, then an edit": {[]tftest.Config{
			base().With("secret_wo_version", 2),
			base().With("secret_wo_version", 2).With("description", "new"),
		}, 2, true},
		"taken away, then the same": {[]tftest.Config{base()}, 1, true},
		"the number of before": {
			[]tftest.Config{base().With("secret_wo_version", 1).With("description", "new")},
			1,
			false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, tf := created(t, supplied("a").With("secret_wo_version", 1))
			for _, config := range c.before {
				tf.Keep(tf.Plan(config), nil)
				s.wrote("PATCH")
			}
			config := supplied("b").With("secret_wo_version", c.number)
			tf.Keep(tf.Plan(config), nil)
			if sent := strings.Contains(strings.Join(s.lines(), " "), "sends b"); sent != c.sent {
				t.Errorf("sent: %v", sent)
			}
			tftest.Empty(t, tf, config)
		})
	}
}

// On hold nothing is sent, whatever the configuration says; another change goes through, and promises that it sends
// nothing.
func TestNothingIsSentOnHold(t *testing.T) {
	for name, config := range bothWays {
		t.Run(name, func(t *testing.T) {
			s, tf := created(t, config("a"))
			s.RevokeAndHold()
			tftest.Says(t, tftest.Empty(t, tf, config("a")).Diags.Warnings(), "on hold",
				"secret_wo has a value that was revoked; it is not sent again by itself")
			c := config("b").With("description", "new")
			p := tf.Plan(c)
			s.closed(p)
			tf.Keep(p, c.With("secret_wo", whsec("c")))
			s.wrote("PATCH")
			s.Release()
			tf.Keep(tf.Plan(c), nil)
			s.wrote("POST rotation/reissue if 4 sends b")
			tftest.Silent(t, tf, c)
		})
	}
}

// A write-only value may be another one when the plan is applied. What counts is the one at the apply.
func TestValueChangesBetweenPlanAndApply(t *testing.T) {
	plain, edited, raised := supplied, func(l string) tftest.Config { return supplied(l).With("description", "new") },
		func(l string) tftest.Config { return supplied(l).With("secret_wo_version", 2) }
	for name, c := range map[string]struct {
		config      func(string) tftest.Config
		plan, apply string
		writes      []string
	}{
		"new, and another new one":           {plain, "b", "c", []string{"POST rotation/begin if 1 sends c"}},
		"new, and the old one after all":     {plain, "b", "a", nil},
		"old, and a new one, with an edit":   {edited, "a", "b", []string{"PATCH if 1", "POST rotation/begin if 2 sends b"}},
		"new, and the old one, with an edit": {edited, "b", "a", []string{"PATCH"}},
		"new number, another value":          {raised, "b", "c", []string{"PATCH if 1", "POST rotation/begin if 2 sends c"}},
		"new number, the old value":          {raised, "b", "a", []string{"PATCH"}},
		"new number, then a new value":       {raised, "a", "b", []string{"PATCH if 1", "POST rotation/begin if 2 sends b"}},
	} {
		t.Run(name, func(t *testing.T) {
			s, tf := created(t, supplied("a"))
			p := tf.Plan(c.config(c.plan))
			s.leftOpen(p)
			tf.Keep(p, c.config(c.apply))
			s.wrote(c.writes...)
			tftest.Empty(t, tf, c.config(c.apply))
		})
	}
}

func TestImportOfASuppliedSecret(t *testing.T) {
	for name, c := range map[string]struct {
		number any // on the platform
		config tftest.Config
		says   string // empty: silent
		not    string
		writes []string
	}{
		"the same value": {nil, supplied("a"), "", "", nil},
		"no value":       {nil, base(), "", "", nil},
		"another value": {
			nil, supplied("b"), "Why: secret_wo has a new value", "",
			[]string{"POST rotation/begin if 1 sends b"},
		},
		"the number is adopted": {
			nil, supplied("b").With("secret_wo_version", 3),
			"differs from the platform's and is NOT sent", "",
			[]string{"PATCH"},
		},
		"adopted with the same value": {
			nil, supplied("a").With("secret_wo_version", 3),
			"secret_wo_version is adopted and nothing is sent", "differs",
			[]string{"PATCH"},
		},
		"the number is the platform's": {3, supplied("b").With("secret_wo_version", 3), "", "", nil},
		"another number and value": {
			3, supplied("b").With("secret_wo_version", 4), "Why: secret_wo has a new value",
			"",
			[]string{"PATCH if 2", "POST rotation/begin if 3 sends b"},
		},
		"another number, the same value": {3, supplied("a").With("secret_wo_version", 4), "", "", []string{"PATCH"}},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := created(t, supplied("a"))
			s.Patch(map[string]any{"secret_wo_version": c.number})
			s.ForgetRequests()
			tf := s.Terraform(api.SigningSecrets.Terraform)
			tftest.Must(t, tf.Import("orders"))
			p := tf.Plan(c.config)
			if c.says == "" && p.Diags.Warnings() != "" {
				t.Errorf("not silent: %s", p.Diags.Warnings())
			}
			tftest.Says(t, p.Diags.Warnings(), c.says)
			if c.not != "" {
				saysNothingOf(t, p.Diags.Warnings(), c.not)
			}
			tf.Keep(p, nil)
			s.wrote(c.writes...)
			if c.config["secret_wo_version"] == 3 && len(c.writes) > 0 { // from the adopted number on it is like any other
				tf.Run(supplied("c").With("secret_wo_version", 4))
				s.wrote("PATCH if 2", "POST rotation/begin if 3 sends c")
				return
			}
			tftest.Empty(t, tf, c.config)
		})
	}
}
