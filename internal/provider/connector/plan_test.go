package connector_test

import (
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

const day = 24 * time.Hour

var volatile = []string{
	"version", "credentials_digest", "credentials_set_at", "credentials_due_at",
	"credentials_status",
}

func wantUnknown(t *testing.T, tf *tftest.Terraform, p tftest.Plan, want bool) {
	t.Helper()
	for _, name := range volatile {
		if got := tf.Get(p.Planned, name) == "<unknown>"; got != want {
			t.Errorf("%s unknown: %v, want %v", name, got, want)
		}
	}
}

func wantWarning(t *testing.T, p tftest.Plan, texts ...string) {
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

func TestWithoutNumber(t *testing.T) {
	s := start(t)
	tf := s.tf
	c := configured("one")
	tf.Run(c)
	tf.Expect(tf.State, "version=1", "credentials_status=current", "credentials_wo=<null>", "enabled=true", "id="+s.ID())
	tftest.Silent(t, tf, c)

	// A changed configuration.
	two := configured("two")
	p := tf.Plan(two)
	wantWarning(t, p, "configured credentials changed")
	wantUnknown(t, tf, p, true)
	tftest.Must(t, tf.Apply(p, nil))
	tf.Expect(tf.State, "version=2")
	tftest.Silent(t, tf, two)

	// A change made on the platform.
	s.set("someone's")
	p = tf.Plan(two)
	wantWarning(t, p, "changed on the platform")
	tftest.Must(t, tf.Apply(p, nil))
	tf.Expect(tf.State, "version=4")
	tftest.Silent(t, tf, two)

	// Both.
	s.set("someone's")
	p = tf.Plan(configured("three"))
	wantWarning(t, p, "both in the configuration and on the platform")
	tftest.Must(t, tf.Apply(p, nil))

	// Removing the argument leaves the platform's as they are.
	s.ForgetRequests()
	tftest.Silent(t, tf, base())
	tf.Run(base().With("description", "no credentials here"))
	if s.sent() != 0 || s.object().CredentialsDigest == nil {
		t.Error("removing credentials_wo touched the platform's credentials")
	}
}

// Credentials that somebody sets between plan and apply are theirs: the next plan blames the platform, not the
// configuration.
func TestTheirCredentialsAreNotAdoptedWithAChange(t *testing.T) {
	s := start(t)
	tf := s.tf
	c := configured("one")
	tf.Run(c)
	changed := c.With("description", "new")
	p := tf.Plan(changed)
	s.set("someone's")
	tftest.Must(t, tf.Apply(p, nil))
	wantWarning(t, tf.Plan(changed), "changed on the platform")
}

func TestApplyTimeValueDecides(t *testing.T) {
	for name, tt := range map[string]struct {
		change  bool // something else is planned too
		planned any  // credentials_wo in the plan
		applied string
		sent    int
	}{
		"another value than planned":                  {false, credentials("two"), "three", 1},
		"the old value after all":                     {false, credentials("two"), "one", 0},
		"unknown, then a new one":                     {false, tftest.Unknown, "two", 1},
		"unknown, then the old one":                   {false, tftest.Unknown, "one", 0},
		"an entry unknown, then a new one":            {false, map[string]any{"api_key": tftest.Unknown}, "two", 1},
		"the old one in the plan, then a new one":     {true, credentials("one"), "two", 1},
		"the old one in both":                         {true, credentials("one"), "one", 0},
		"unknown and another change, then the old":    {true, tftest.Unknown, "one", 0},
		"a new one and another change, then the same": {true, credentials("two"), "two", 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			tf := s.tf
			tf.Run(configured("one"))
			c := base()
			if tt.change {
				c = c.With("description", "changed")
			}
			p := tf.Plan(c.With("credentials_wo", tt.planned))
			if errs := p.Diags.Errors(); errs != "" {
				t.Fatal(errs)
			}
			wantUnknown(t, tf, p, true)
			s.ForgetRequests()
			tftest.Must(t, tf.Apply(p, c.With("credentials_wo", credentials(tt.applied))))
			if s.sent() != tt.sent {
				t.Errorf("sent %d times, want %d", s.sent(), tt.sent)
			}
			tf.Expect(tf.State, "version="+text(1+tt.sent))
			tftest.Silent(t, tf, c.With("credentials_wo", credentials(tt.applied)))
		})
	}
}

func TestWithNumber(t *testing.T) {
	s := start(t)
	tf := s.tf
	// A value that is another one in every plan and every apply.
	generation := 0
	config := func(n int) tftest.Config {
		generation++
		return base().With("credentials_wo", credentials("generated "+text(generation))).With("credentials_wo_version", n)
	}
	run := func(n int) tftest.Plan {
		p := tf.Plan(config(n))
		tftest.Must(t, tf.Apply(p, config(n)))
		return p
	}
	run(1)
	tf.Expect(tf.State, "version=1", "credentials_wo_version=1")
	tftest.Silent(t, tf, config(1))
	wantWarning(t, run(2), "credentials_wo_version changed")
	tf.Expect(tf.State, "version=2", "credentials_wo_version=2")
	tftest.Silent(t, tf, config(2))

	// Another change sends nothing, and what it does not touch stays known.
	p := tf.Plan(config(2).With("description", "new"))
	wantUnknown(t, tf, p, false)
	s.ForgetRequests()
	tftest.Must(t, tf.Apply(p, config(2).With("description", "new")))
	if s.sent() != 0 {
		t.Error("a description sent the credentials")
	}
	withText := func(n int) tftest.Config { return config(n).With("description", "new") }
	tftest.Silent(t, tf, withText(2))

	// A lower number.
	p = tf.Plan(withText(1))
	wantWarning(t, p, "lower than at the last apply")
	tftest.Must(t, tf.Apply(p, withText(1)))
	tf.Expect(tf.State, "version=3")

	// A change made on the platform.
	s.set("someone's")
	p = tf.Plan(withText(1))
	wantWarning(t, p, "changed on the platform")
	tftest.Must(t, tf.Apply(p, withText(1)))
	tf.Expect(tf.State, "version=5")
	tftest.Silent(t, tf, withText(1))

	// An unknown number.
	p = tf.Plan(withText(1).With("credentials_wo_version", tftest.Unknown))
	wantUnknown(t, tf, p, true)
	tftest.Must(t, tf.Apply(p, withText(1)))
	tf.Expect(tf.State, "version=5", "credentials_wo_version=1")

	// The number without a value is kept, and the value is sent when it comes.
	s.ForgetRequests()
	tftest.Must(t, tf.Apply(tf.Plan(base().With("description", "new").With("credentials_wo_version", 7)), nil))
	if s.sent() != 0 {
		t.Error("something was sent without a value")
	}
	tftest.Must(t, tf.Apply(tf.Plan(withText(7)), withText(7)))
	tf.Expect(tf.State, "version=6", "credentials_wo_version=7")

	// Back to the comparison: the value differs, so it is sent; from then on it is compared.
	fixed := base().With("description", "new").With("credentials_wo", credentials("fixed"))
	tf.Run(fixed)
	tf.Expect(tf.State, "version=7", "credentials_wo_version=<null>")
	tftest.Silent(t, tf, fixed)
	tf.Run(fixed.With("credentials_wo_version", 1))
	if s.object().CredentialsWOVersion == nil {
		t.Error("the number was not stored")
	}
	tftest.Silent(t, tf, fixed.With("credentials_wo_version", 1))
}

func TestRevokedAndHeld(t *testing.T) {
	for name, c := range map[string]tftest.Config{
		"without a number": configured("one"),
		"with a number":    configured("one").With("credentials_wo_version", 1),
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			tf := s.tf
			tf.Run(c)
			s.Revoke()
			p := tf.Plan(c)
			wantWarning(t, p, "were revoked on the platform")
			tftest.Must(t, tf.Apply(p, nil))
			tf.Expect(tf.State, "version=2", "credentials_status=current")
			tftest.Silent(t, tf, c)

			// On hold nothing is sent, whatever the configuration says; another change goes through.
			s.Revoke()
			s.Hold("incident 42")
			s.ForgetRequests()
			p = tf.Plan(c)
			wantWarning(t, p, "on hold since 2026-05-01T12:00:00Z, by ", " (prn_", "): incident 42",
				"not sent until it is released")
			if p.Changes {
				t.Error("a hold does not stop the plan")
			}
			held := c.With("description", "on hold")
			if c["credentials_wo_version"] != nil {
				held = held.With("credentials_wo_version", 2)
			}
			p = tf.Plan(held)
			wantUnknown(t, tf, p, false)
			tftest.Must(t, tf.Apply(p, nil))
			if writes := len(s.Requests()); s.sent() != 0 {
				t.Errorf("of %d requests some had credentials", writes)
			}

			s.Release()
			p = tf.Plan(held)
			if !p.Changes {
				t.Error("after the release nothing is planned")
			}
			tftest.Must(t, tf.Apply(p, nil))
			tf.Expect(tf.State, "version=3", "credentials_status=current")
			tftest.Silent(t, tf, held)
		})
	}
	t.Run("revoked, and none configured", func(t *testing.T) {
		s := start(t)
		tf := s.tf
		tf.Run(configured("one"))
		s.Revoke()
		p := tf.Plan(base())
		wantWarning(t, p, "has none to send")
		if p.Changes {
			t.Error("there is nothing to change")
		}
	})
}

func TestDueAndOverdueOnlyWarn(t *testing.T) {
	c := configured("one").With("rotation_policy_id", acctest.TheFixture().Policies[0])
	s := created(t, c)
	s.Clock.Advance(60 * day)
	for _, status := range []string{api.CredentialsDue, api.CredentialsOverdue} {
		s.Clock.Advance(30 * day)
		wantWarning(t, tftest.Empty(t, s.tf, c), "Credentials "+status, "2026-07-30T12:00:00Z")
	}
}

func TestPolicyChangesOnlyWhatItChanges(t *testing.T) {
	c := configured("one").With("credentials_wo_version", 1)
	s := created(t, c)
	tf := s.tf
	c = c.With("rotation_policy_id", acctest.TheFixture().Policies[0])
	p := tf.Plan(c)
	tf.Expect(p.Planned, "version=1", "credentials_due_at=<unknown>", "credentials_status=<unknown>")
	tf.Keep(p, nil)
	p = tf.Plan(c.With("name", "renamed"))
	wantUnknown(t, tf, p, false)
	tf.Expect(p.Planned, "id="+s.ID(), "tenant=acme", "environment=staging", "created_at=2026-05-01T12:00:00Z")
	tf.Keep(p, nil)
}

// Without a number the apply decides, so the plan of an edit leaves open what a value brings with it. It says why.
func TestPlanSaysWhyItIsNotQuiet(t *testing.T) {
	const summary = `Version and digest of "mail" are known after the apply`
	s := created(t, configured("first"))
	p := s.tf.Plan(configured("first").With("description", "edited"))
	wantUnknown(t, s.tf, p, true)
	wantWarning(t, p, summary, "With credentials_wo_version set")
	tftest.Silent(t, s.tf, configured("first"))
	for name, c := range map[string]tftest.Config{
		"a number": configured("first").With("credentials_wo_version", 1),
		"no value": base(), "another value": configured("second"),
	} {
		if w := s.tf.Plan(c.With("description", "edited")).Diags.Warnings(); strings.Contains(w, summary) {
			t.Errorf("%s: %s", name, w)
		}
	}
}
