package connector

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest/core"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

var volatile = []string{
	"version",
	"credentials_digest",
	"credentials_set_at",
	"credentials_due_at",
	"credentials_status",
}

func wantUnknown(t *testing.T, tf *core.Terraform, p core.Plan, want bool) {
	t.Helper()
	for _, name := range volatile {
		if got := tf.Get(p.Planned, name) == "<unknown>"; got != want {
			t.Errorf("%s unknown: %v, want %v", name, got, want)
		}
	}
}

func wantQuiet(t *testing.T, tf *core.Terraform, c core.Config) {
	t.Helper()
	p := tf.Plan(c)
	if p.Diags.Errors() != "" || p.Diags.Warnings() != "" || p.Changes {
		t.Errorf("a plan with nothing to do: changes %v, %s%s", p.Changes, p.Diags.Errors(), p.Diags.Warnings())
	}
}

func wantWarning(t *testing.T, p core.Plan, texts ...string) {
	t.Helper()
	if errs := p.Diags.Errors(); errs != "" {
		t.Fatal(errs)
	}
	for _, s := range texts {
		if !strings.Contains(p.Diags.Warnings(), s) {
			t.Errorf("no warning with %q in %q", s, p.Diags.Warnings())
		}
	}
}

func apply(t *testing.T, tf *core.Terraform, p core.Plan, known core.Config) {
	t.Helper()
	if errs := tf.Apply(p, known).Errors(); errs != "" {
		t.Fatal(errs)
	}
}

func TestWithoutNumber(t *testing.T) {
	f := newFake(t)
	tf := newTerraform(t, f)
	c := base().With("credentials_wo", credentials("one"))
	tf.Run(c)
	tf.Expect(tf.State, "version=1", "credentials_status=current", "credentials_wo=<null>", "enabled=true", "id="+theID)
	wantQuiet(t, tf, c)

	// A changed configuration.
	two := base().With("credentials_wo", credentials("two"))
	p := tf.Plan(two)
	wantWarning(t, p, "configured credentials changed")
	wantUnknown(t, tf, p, true)
	apply(t, tf, p, nil)
	tf.Expect(tf.State, "version=2")
	wantQuiet(t, tf, two)

	// A change made on the platform.
	f.set(map[string]string{"api_key": "someone's"})
	p = tf.Plan(two)
	wantWarning(t, p, "changed on the platform")
	apply(t, tf, p, nil)
	tf.Expect(tf.State, "version=4")
	wantQuiet(t, tf, two)

	// Both.
	f.set(map[string]string{"api_key": "someone's"})
	p = tf.Plan(base().With("credentials_wo", credentials("three")))
	wantWarning(t, p, "both in the configuration and on the platform")
	apply(t, tf, p, nil)

	// Removing the argument leaves the platform's as they are.
	sent := f.sent()
	wantQuiet(t, tf, base())
	tf.Run(base().With("description", "no credentials here"))
	if f.sent() != sent || f.con.CredentialsDigest == nil {
		t.Error("removing credentials_wo touched the platform's credentials")
	}
}

// Credentials that somebody sets between plan and apply are theirs: the next plan blames the platform, not the
// configuration.
func TestChangedCredentialsOfThePlatformAreNotAdopted(t *testing.T) {
	f := newFake(t)
	tf := newTerraform(t, f)
	c := base().With("credentials_wo", credentials("one"))
	tf.Run(c)
	changed := c.With("description", "new")
	p := tf.Plan(changed)
	f.set(map[string]string{"api_key": "someone's"})
	apply(t, tf, p, nil)
	wantWarning(t, tf.Plan(changed), "changed on the platform")
}

func TestApplyTimeValueDecides(t *testing.T) {
	for name, tt := range map[string]struct {
		change  bool // something else is planned too
		planned any  // credentials_wo in the plan
		applied string
		sent    int
	}{
		"another value than planned": {false, credentials("two"), "three", 1},
		"the old value after all":    {false, credentials("two"), "one", 0},
		"unknown, then a new one":    {false, tftypes.UnknownValue, "two", 1},
		"unknown, then the old one":  {false, tftypes.UnknownValue, "one", 0},
		"an entry unknown, then a new one": {
			false, map[string]any{"api_key": tftypes.UnknownValue}, "two", 1,
		},
		"the old one in the plan, then a new one":     {true, credentials("one"), "two", 1},
		"the old one in both":                         {true, credentials("one"), "one", 0},
		"unknown and another change, then the old":    {true, tftypes.UnknownValue, "one", 0},
		"a new one and another change, then the same": {true, credentials("two"), "two", 1},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			tf := newTerraform(t, f)
			tf.Run(base().With("credentials_wo", credentials("one")))
			c := base()
			if tt.change {
				c = c.With("description", "changed")
			}
			p := tf.Plan(c.With("credentials_wo", tt.planned))
			if errs := p.Diags.Errors(); errs != "" {
				t.Fatal(errs)
			}
			wantUnknown(t, tf, p, true)
			f.writes = nil
			apply(t, tf, p, c.With("credentials_wo", credentials(tt.applied)))
			if f.sent() != tt.sent {
				t.Errorf("sent %d times, want %d", f.sent(), tt.sent)
			}
			tf.Expect(tf.State, "version="+text(int64(1+tt.sent)))
			wantQuiet(t, tf, c.With("credentials_wo", credentials(tt.applied)))
		})
	}
}

func TestWithNumber(t *testing.T) {
	f := newFake(t)
	tf := newTerraform(t, f)
	// A value that is another one in every plan and every apply.
	generation := 0
	config := func(n int) core.Config {
		generation++
		return base().With("credentials_wo", credentials("generated "+text(int64(generation)))).
			With("credentials_wo_version", n)
	}
	run := func(n int) core.Plan {
		p := tf.Plan(config(n))
		apply(t, tf, p, config(n))
		return p
	}
	run(1)
	tf.Expect(tf.State, "version=1", "credentials_wo_version=1")
	wantQuiet(t, tf, config(1))
	wantWarning(t, run(2), "credentials_wo_version changed")
	tf.Expect(tf.State, "version=2", "credentials_wo_version=2")
	wantQuiet(t, tf, config(2))

	// Another change sends nothing, and what it does not touch stays known.
	p := tf.Plan(config(2).With("description", "new"))
	wantUnknown(t, tf, p, false)
	f.writes = nil
	apply(t, tf, p, config(2).With("description", "new"))
	if f.sent() != 0 {
		t.Error("a description sent the credentials")
	}
	withText := func(n int) core.Config { return config(n).With("description", "new") }
	wantQuiet(t, tf, withText(2))

	// A lower number.
	p = tf.Plan(withText(1))
	wantWarning(t, p, "lower than at the last apply")
	apply(t, tf, p, withText(1))
	tf.Expect(tf.State, "version=3")

	// A change made on the platform.
	f.set(map[string]string{"api_key": "someone's"})
	p = tf.Plan(withText(1))
	wantWarning(t, p, "changed on the platform")
	apply(t, tf, p, withText(1))
	tf.Expect(tf.State, "version=5")
	wantQuiet(t, tf, withText(1))

	// An unknown number.
	p = tf.Plan(withText(1).With("credentials_wo_version", tftypes.UnknownValue))
	wantUnknown(t, tf, p, true)
	apply(t, tf, p, withText(1))
	tf.Expect(tf.State, "version=5", "credentials_wo_version=1")

	// The number without a value is kept, and the value is sent when it comes.
	f.writes = nil
	apply(t, tf, tf.Plan(base().With("description", "new").With("credentials_wo_version", 7)), nil)
	if f.sent() != 0 {
		t.Error("something was sent without a value")
	}
	apply(t, tf, tf.Plan(withText(7)), withText(7))
	tf.Expect(tf.State, "version=6", "credentials_wo_version=7")

	// Back to the comparison: the value differs, so it is sent; from then on it is compared.
	fixed := base().With("description", "new").With("credentials_wo", credentials("fixed"))
	tf.Run(fixed)
	tf.Expect(tf.State, "version=7", "credentials_wo_version=<null>")
	wantQuiet(t, tf, fixed)
	tf.Run(fixed.With("credentials_wo_version", 1))
	if f.con.CredentialsWOVersion == nil {
		t.Error("the number was not stored")
	}
	wantQuiet(t, tf, fixed.With("credentials_wo_version", 1))
}

func TestImport(t *testing.T) {
	elsewhere := func(t *testing.T, n *int64, value string) (*fake, *core.Terraform) {
		t.Helper()
		f := newFake(t)
		newTerraform(t, f).Run(base())
		f.con.CredentialsWOVersion = n
		if value != "" {
			f.set(map[string]string{"api_key": value})
		}
		return f, newTerraform(t, f)
	}
	imported := func(t *testing.T, tf *core.Terraform, id string) {
		t.Helper()
		if errs := tf.Import(id).Errors(); errs != "" {
			t.Fatal(errs)
		}
	}
	t.Run("the same value, without a number, by name and by id", func(t *testing.T) {
		for _, id := range []string{"mail", theID} {
			_, tf := elsewhere(t, nil, "one")
			imported(t, tf, id)
			wantQuiet(t, tf, base().With("credentials_wo", credentials("one")))
			wantQuiet(t, tf, base())
		}
	})
	t.Run("another value, without a number", func(t *testing.T) {
		f, tf := elsewhere(t, nil, "one")
		imported(t, tf, "mail")
		p := tf.Plan(base().With("credentials_wo", credentials("two")))
		wantWarning(t, p, "no earlier apply tells")
		apply(t, tf, p, nil)
		if f.sent() != 1 {
			t.Errorf("sent %d times", f.sent())
		}
	})
	t.Run("the number is adopted", func(t *testing.T) {
		f, tf := elsewhere(t, nil, "one")
		imported(t, tf, "mail")
		c := base().With("credentials_wo", credentials("generated")).With("credentials_wo_version", 3)
		p := tf.Plan(c)
		wantWarning(t, p, "adopted and nothing is sent", "The configured value differs from the platform's and is "+
			"NOT sent; raise credentials_wo_version to send it.")
		wantUnknown(t, tf, p, false)
		apply(t, tf, p, nil)
		if f.sent() != 0 {
			t.Error("an import sent credentials")
		}
		wantQuiet(t, tf, c)
		tf.Run(c.With("credentials_wo_version", 4))
		if f.sent() != 1 {
			t.Error("the next number did not send")
		}
	})
	t.Run("the platform's number is the configuration's", func(t *testing.T) {
		f, tf := elsewhere(t, number(3), "one")
		imported(t, tf, "mail")
		c := base().With("credentials_wo", credentials("generated")).With("credentials_wo_version", 3)
		wantQuiet(t, tf, c)
		tf.Run(c.With("credentials_wo_version", 4))
		if f.sent() != 1 {
			t.Error("the next number did not send")
		}
	})
	t.Run("the number is adopted with the platform's own value", func(t *testing.T) {
		_, tf := elsewhere(t, nil, "one")
		imported(t, tf, "mail")
		p := tf.Plan(base().With("credentials_wo", credentials("one")).With("credentials_wo_version", 3))
		wantWarning(t, p, "adopted and nothing is sent")
		if strings.Contains(p.Diags.Warnings(), "differs") {
			t.Errorf("the same value is said to differ: %s", p.Diags.Warnings())
		}
	})
	t.Run("the first number comes long after the import, with a new value", func(t *testing.T) {
		f, tf := elsewhere(t, nil, "one")
		imported(t, tf, "mail")
		wantQuiet(t, tf, base())
		c := base().With("credentials_wo", credentials("two")).With("credentials_wo_version", 1)
		p := tf.Plan(c)
		wantWarning(t, p, "is NOT sent")
		apply(t, tf, p, nil)
		tf.Run(c.With("credentials_wo_version", 2))
		if f.sent() != 1 {
			t.Errorf("sent %d times, want once: with the raised number", f.sent())
		}
	})
	t.Run("another number than the platform's is a change", func(t *testing.T) {
		f, tf := elsewhere(t, number(3), "one")
		imported(t, tf, "mail")
		p := tf.Plan(base().With("credentials_wo", credentials("two")).With("credentials_wo_version", 4))
		wantWarning(t, p, "credentials_wo_version changed", "are sent")
		apply(t, tf, p, nil)
		if f.sent() != 1 {
			t.Errorf("sent %d times", f.sent())
		}
	})
	t.Run("nothing there", func(t *testing.T) {
		f, tf := elsewhere(t, nil, "")
		imported(t, tf, "mail")
		p := tf.Plan(base().With("credentials_wo", credentials("one")).With("credentials_wo_version", 3))
		wantWarning(t, p, "has no credentials")
		apply(t, tf, p, nil)
		if f.sent() != 1 {
			t.Errorf("sent %d times", f.sent())
		}
	})
	t.Run("no such connector", func(t *testing.T) {
		_, tf := elsewhere(t, nil, "")
		for _, id := range []string{"other", "con_01ARZ3NDEKTSV4RRFFQ69G5XXX", "No Name", ""} {
			if tf.Import(id).Errors() == "" {
				t.Errorf("%q was imported", id)
			}
		}
	})
}

func TestRevokedAndHeld(t *testing.T) {
	for name, c := range map[string]core.Config{
		"without a number": base().With("credentials_wo", credentials("one")),
		"with a number":    base().With("credentials_wo", credentials("one")).With("credentials_wo_version", 1),
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			tf := newTerraform(t, f)
			tf.Run(c)
			f.revoke()
			p := tf.Plan(c)
			wantWarning(t, p, "were revoked on the platform")
			apply(t, tf, p, nil)
			tf.Expect(tf.State, "version=2", "credentials_status=current")
			wantQuiet(t, tf, c)

			// On hold nothing is sent, whatever the configuration says; another change goes through.
			f.revoke()
			f.con.Hold = &api.Hold{Reason: "incident 42", At: start, By: "prn_1", ByName: "jo"}
			f.writes = nil
			p = tf.Plan(c)
			wantWarning(
				t,
				p,
				"on hold since 2026-05-01T12:00:00Z, by jo (prn_1): incident 42",
				"not sent until it is released",
			)
			if p.Changes {
				t.Error("a hold does not stop the plan")
			}
			held := c.With("description", "on hold")
			if c["credentials_wo_version"] != nil {
				held = held.With("credentials_wo_version", 2)
			}
			p = tf.Plan(held)
			wantUnknown(t, tf, p, false)
			apply(t, tf, p, nil)
			if f.sent() != 0 || len(f.writes) != 1 {
				t.Errorf("%d writes, %d with credentials", len(f.writes), f.sent())
			}

			f.con.Hold = nil
			p = tf.Plan(held)
			if !p.Changes {
				t.Error("after the release nothing is planned")
			}
			apply(t, tf, p, nil)
			tf.Expect(tf.State, "version=3", "credentials_status=current")
			wantQuiet(t, tf, held)
		})
	}
	t.Run("revoked, and none configured", func(t *testing.T) {
		f := newFake(t)
		tf := newTerraform(t, f)
		tf.Run(base().With("credentials_wo", credentials("one")))
		f.revoke()
		p := tf.Plan(base())
		wantWarning(t, p, "has none to send")
		if p.Changes {
			t.Error("there is nothing to change")
		}
	})
}

func TestDueAndOverdueOnlyWarn(t *testing.T) {
	for _, status := range []string{api.CredentialsDue, api.CredentialsOverdue} {
		f := newFake(t)
		tf := newTerraform(t, f)
		c := base().With("credentials_wo", credentials("one"))
		tf.Run(c)
		due := start.AddDate(0, 3, 0)
		f.con.CredentialsStatus, f.con.CredentialsDueAt = status, &due
		p := tf.Plan(c)
		wantWarning(t, p, "Credentials "+status, "2026-08-01T12:00:00Z")
		if p.Changes {
			t.Errorf("%s is planned as a change", status)
		}
	}
}

func TestPolicyChangeMovesOnlyDueAndStatus(t *testing.T) {
	f := newFake(t)
	tf := newTerraform(t, f)
	c := base().With("credentials_wo", credentials("one")).With("credentials_wo_version", 1)
	tf.Run(c)
	p := tf.Plan(c.With("rotation_policy_id", "pol_1"))
	tf.Expect(p.Planned, "version=1", "credentials_due_at=<unknown>", "credentials_status=<unknown>")
	apply(t, tf, p, nil)
	p = tf.Plan(c.With("rotation_policy_id", "pol_1").With("name", "renamed"))
	wantUnknown(t, tf, p, false)
	tf.Expect(p.Planned, "id="+theID, "tenant=acme", "environment=staging", "created_at=2026-05-01T12:00:00Z")
	apply(t, tf, p, nil)
}

func TestUnconfiguredProvider(t *testing.T) {
	f := newFake(t)
	tf := newTerraform(t, f)
	c := base().With("credentials_wo", credentials("one"))
	tf.Run(c)

	unknown := newTerraformUnconfigured(t)
	p := unknown.Plan(c)
	if p.Diags.Errors() != "" || !p.Changes {
		t.Errorf("a creation cannot be planned: %s", p.Diags.Errors())
	}
	unknown.State, unknown.Private = tf.State, tf.Private
	if errs := unknown.Plan(c).Diags.Errors(); !strings.Contains(errs, "its attribute token is unknown") {
		t.Errorf("got %q", errs)
	}
	if errs := unknown.Import("mail").Errors(); !strings.Contains(errs, "its attribute token is unknown") {
		t.Errorf("got %q", errs)
	}
}
