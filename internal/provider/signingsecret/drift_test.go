package signingsecret

import (
	"testing"

	rules "github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// byBoth are the two ways to configure a secret; the value is the same in both.
var byBoth = map[string]func(letter string) tftest.Config{
	"without number": suppliedConfig,
	"with number":    func(letter string) tftest.Config { return suppliedConfig(letter).With("secret_wo_version", 1) },
}

// Somebody else's value is on its way: no plan is an error for it. It waits for the end of that, and then puts the configured value back.
func TestSomebodyElseRotated(t *testing.T) {
	for name, config := range byBoth {
		t.Run(name, func(t *testing.T) {
			c := config("a")
			f, tf := created(t, c)
			f.By(rules.Command{Step: rules.StepBegin}, whsec("x"))
			tftest.Says(t, tftest.Empty(t, tf, c).Diags.Warnings(), `"orders" does not have the configured value`, "The phase ends at 2026-05-08T00:00:00Z")
			// Another change is not kept waiting.
			c = c.With("description", "new")
			keeps(t, tf, tf.Plan(c), nil)
			wrote(t, f, "PATCH /sec_01")
			f.proven(2)
			keeps(t, tf, tf.Plan(c), nil) // theirs is promoted: one step at a time
			tf.Expect(tf.State, "version=2", "rotation.phase=draining")
			tftest.Empty(t, tf, c)
			f.Clock.Advance(day)
			f.Writes()
			p := tf.Plan(c)
			tftest.Says(t, p.Diags.Warnings(), "begins: version 3", "the platform does not have the configured value of secret_wo")
			keeps(t, tf, p, nil)
			wrote(t, f, "POST /sec_01/rotation/begin if 5 sends a")
			tf.Expect(tf.State, "secret_digest="+f.digests[3])
		})
	}
}

// The platform has rotated to a secret of its own, by hand: that counts as a change of the platform's, too.
func TestSomebodyElseLetThePlatformMakeOne(t *testing.T) {
	for name, config := range byBoth {
		t.Run(name, func(t *testing.T) {
			c := config("a")
			f, tf := created(t, c)
			f.By(rules.Command{Step: rules.StepBegin})
			tftest.Says(t, tftest.Empty(t, tf, c).Diags.Warnings(), `"orders" does not have the configured value`)
			f.By(rules.Command{Step: rules.StepCancel})
			f.By(rules.Command{Step: rules.StepRelease})
			tftest.Silent(t, tf, c)
		})
	}
}

// Between the plan of a change and its apply, somebody rotates. That the change went through must not make their value ours.
func TestTheirValueIsNotAdoptedWithAChange(t *testing.T) {
	for name, config := range byBoth {
		t.Run(name, func(t *testing.T) {
			f, tf := created(t, config("a"))
			c := config("a").With("description", "new")
			p := tf.Plan(c)
			f.By(rules.Command{Step: rules.StepBegin}, whsec("x"))
			tftest.Must(t, tf.Apply(p, nil))
			tftest.Says(t, tftest.Empty(t, tf, c).Diags.Warnings(), `"orders" does not have the configured value`)
			tf.Expect(tf.State, "version=2", "secret_digest="+f.digests[2])
		})
	}
}

// After a rollback the state has the digest of the version that is current again. The one that is promoted once more may be of another kind.
func TestPromotedOnceMoreAfterARollback(t *testing.T) {
	for name, c := range map[string]struct {
		before   tftest.Config
		supplied []string
	}{
		"from an issued to a supplied secret":  {baseConfig(), []string{whsec("x")}},
		"from a supplied to an issued secret":  {suppliedConfig("a"), nil},
		"from a supplied to a supplied secret": {suppliedConfig("a"), []string{whsec("x")}},
		"from an issued to an issued secret":   {baseConfig(), nil},
		"from a key pair to a key pair":        {ed25519Config(), nil},
	} {
		t.Run(name, func(t *testing.T) {
			f, tf := created(t, c.before)
			f.By(rules.Command{Step: rules.StepBegin}, c.supplied...)
			f.proven(2)
			f.By(rules.Command{Step: rules.StepPromote})
			f.By(rules.Command{Step: rules.StepRollback, Reason: "receivers fail"})
			f.By(rules.Command{Step: rules.StepRelease})
			p := tf.Plan(c.before.With("secret_wo", nil).With("minimum_version", 2))
			tf.Expect(tf.State, "version=1", "rotation.phase=staged", "rotation.pending_version=2")
			tf.Expect(p.Planned, "version=2", "rotation.phase=stable", "rotation.current_version=2", "rotation.next_version=3")
			keeps(t, tf, p, nil)
		})
	}
}

// A number that comes without a secret sends nothing; when the secret comes, it is sent.
func TestTheNumberComesBeforeItsSecret(t *testing.T) {
	for name, c := range map[string]struct {
		before []tftest.Config // applied in this order, after the secret a with the number 1
		number int             // that the secret b comes with
		sent   bool
	}{
		"raised":                    {[]tftest.Config{baseConfig().With("secret_wo_version", 2)}, 2, true},
		"raised, then an edit":      {[]tftest.Config{baseConfig().With("secret_wo_version", 2), baseConfig().With("secret_wo_version", 2).With("description", "new")}, 2, true},
		"taken away, then the same": {[]tftest.Config{baseConfig()}, 1, true},
		"the number of before":      {[]tftest.Config{baseConfig().With("secret_wo_version", 1).With("description", "new")}, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			f, tf := created(t, suppliedConfig("a").With("secret_wo_version", 1))
			for _, config := range c.before {
				keeps(t, tf, tf.Plan(config), nil)
				wrote(t, f, "PATCH /sec_01")
			}
			config := suppliedConfig("b").With("secret_wo_version", c.number)
			keeps(t, tf, tf.Plan(config), nil)
			if sent := f.digests[2] != ""; sent != c.sent {
				t.Errorf("sent: %v", sent)
			}
			tftest.Empty(t, tf, config)
		})
	}
}

// On hold nothing is sent, whatever the configuration says; another change goes through, and promises that it sends nothing.
func TestNothingIsSentOnHold(t *testing.T) {
	for name, config := range byBoth {
		t.Run(name, func(t *testing.T) {
			f, tf := created(t, config("a"))
			f.By(rules.Command{Step: rules.StepRevoke, All: true, Hold: true, Reason: "incident"})
			tftest.Says(t, tftest.Empty(t, tf, config("a")).Diags.Warnings(), "on hold", "secret_wo has a value that was revoked; it is not sent again by itself")
			c := config("b").With("description", "new")
			p := tf.Plan(c)
			closed(t, tf, p)
			keeps(t, tf, p, c.With("secret_wo", whsec("c")))
			wrote(t, f, "PATCH /sec_01")
			f.By(rules.Command{Step: rules.StepRelease})
			keeps(t, tf, tf.Plan(c), nil)
			wrote(t, f, "POST /sec_01/rotation/reissue if 4 sends b")
			tftest.Silent(t, tf, c)
		})
	}
}

// A write-only value may be another one when the plan is applied. What counts is the one at the apply.
func TestTheValueFlipsBetweenPlanAndApply(t *testing.T) {
	plain, edited, raised := suppliedConfig, func(l string) tftest.Config { return suppliedConfig(l).With("description", "new") },
		func(l string) tftest.Config { return suppliedConfig(l).With("secret_wo_version", 2) }
	for name, c := range map[string]struct {
		config      func(string) tftest.Config
		plan, apply string
		writes      []string
	}{
		"new, and another new one":           {plain, "b", "c", []string{"POST /sec_01/rotation/begin if 1 sends c"}},
		"new, and the old one after all":     {plain, "b", "a", nil},
		"old, and a new one, with an edit":   {edited, "a", "b", []string{"PATCH /sec_01 if 1", "POST /sec_01/rotation/begin if 2 sends b"}},
		"new, and the old one, with an edit": {edited, "b", "a", []string{"PATCH /sec_01"}},
		"new number, another value":          {raised, "b", "c", []string{"PATCH /sec_01 if 1", "POST /sec_01/rotation/begin if 2 sends c"}},
		"new number, the old value":          {raised, "b", "a", []string{"PATCH /sec_01"}},
		"new number, then a new value":       {raised, "a", "b", []string{"PATCH /sec_01 if 1", "POST /sec_01/rotation/begin if 2 sends b"}},
	} {
		t.Run(name, func(t *testing.T) {
			f, tf := created(t, suppliedConfig("a"))
			p := tf.Plan(c.config(c.plan))
			leftOpen(t, tf, p)
			keeps(t, tf, p, c.config(c.apply))
			wrote(t, f, c.writes...)
			tftest.Empty(t, tf, c.config(c.apply))
		})
	}
}

func TestImportOfASuppliedSecret(t *testing.T) {
	three := int64(3)
	for name, c := range map[string]struct {
		number *int64 // on the platform
		config tftest.Config
		says   string // empty: silent
		not    string
		writes []string
	}{
		"the same value":                 {nil, suppliedConfig("a"), "", "", nil},
		"no value":                       {nil, baseConfig(), "", "", nil},
		"another value":                  {nil, suppliedConfig("b"), "Why: secret_wo has a new value", "", []string{"POST /sec_01/rotation/begin if 1 sends b"}},
		"the number is adopted":          {nil, suppliedConfig("b").With("secret_wo_version", 3), "differs from the platform's and is NOT sent", "", []string{"PATCH /sec_01"}},
		"adopted with the same value":    {nil, suppliedConfig("a").With("secret_wo_version", 3), "secret_wo_version is adopted and nothing is sent", "differs", []string{"PATCH /sec_01"}},
		"the number is the platform's":   {&three, suppliedConfig("b").With("secret_wo_version", 3), "", "", nil},
		"another number and value":       {&three, suppliedConfig("b").With("secret_wo_version", 4), "Why: secret_wo has a new value", "", []string{"PATCH /sec_01 if 1", "POST /sec_01/rotation/begin if 2 sends b"}},
		"another number, the same value": {&three, suppliedConfig("a").With("secret_wo_version", 4), "", "", []string{"PATCH /sec_01"}},
	} {
		t.Run(name, func(t *testing.T) {
			f, _ := created(t, suppliedConfig("a"))
			f.secret.SecretWOVersion = c.number
			tf := newTerraform(t, f)
			tftest.Must(t, tf.Import("orders"))
			p := tf.Plan(c.config)
			if c.says == "" && p.Diags.Warnings() != "" {
				t.Errorf("not silent: %s", p.Diags.Warnings())
			}
			tftest.Says(t, p.Diags.Warnings(), c.says)
			if c.not != "" {
				sayNothingOf(t, p.Diags.Warnings(), c.not)
			}
			keeps(t, tf, p, nil)
			wrote(t, f, c.writes...)
			if c.config["secret_wo_version"] == 3 && len(c.writes) > 0 { // from the adopted number on it is like any other
				tf.Run(suppliedConfig("c").With("secret_wo_version", 4))
				wrote(t, f, "PATCH /sec_01 if 2", "POST /sec_01/rotation/begin if 3 sends c")
				return
			}
			tftest.Empty(t, tf, c.config)
		})
	}
}
