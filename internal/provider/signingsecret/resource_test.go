package signingsecret_test

import (
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

func TestEveryAttributeThereAndBack(t *testing.T) {
	s := start(t)
	tf := s.tf
	full := supplied("a").With("description", "").With("labels", tftest.Triggers()).With("secret_wo_version", 7).
		With("rotate_when_changed", tftest.Triggers("a", "1")).With("minimum_version", 3).With("deletion_protection", true)
	p := tf.Plan(full)
	tf.Expect(p.Planned, "version=<unknown>", "rotation=<unknown>", "id=<unknown>", "secret_digest=<unknown>",
		"public_keys=<unknown>", "secret_wo=<null>", "algorithm=hmac-sha256")
	tf.Keep(p, nil)
	s.wrote("POST sends a")
	tftest.Silent(t, tf, full)
	tf.Expect(tf.State, "description=", "version=3", "rotation.phase=stable", "rotation.next_version=4",
		"public_keys=<null>", "secret_wo=<null>", "secret_wo_version=7",
		"tenant=acme", "environment=staging", "created_at=2026-05-01T12:00:00Z", "secret_digest="+s.digest("a"))

	// Null and empty are not the same, in both directions. The secret stays: leaving it out takes nothing away.
	bare := base().With("deletion_protection", false)
	tf.Run(bare)
	s.wrote("PATCH")
	tftest.Silent(t, tf, base())
	tf.Expect(tf.State, "description=<null>", "labels=<null>", "rotate_when_changed=<null>", "minimum_version=<null>",
		"secret_wo_version=<null>", "deletion_protection=false", "secret_digest="+s.digest("a"))

	changed := base().With("name", "other").With("owner", "team-b").With("rotation_policy_id",
		acctest.TheFixture().Policies[1])
	tf.Run(changed)
	tftest.Silent(t, tf, changed)
	tftest.Must(t, tf.Destroy())
	if s.Exists() || !tf.State.IsNull() {
		t.Error("not destroyed")
	}
}

func TestInvalidConfigurationIsAnErrorOnTheAttribute(t *testing.T) {
	tf := start(t).tf
	for name, c := range map[string]struct {
		config    tftest.Config
		attribute string
	}{
		"name":                  {base().With("name", "Not A Name"), "name"},
		"owner":                 {base().With("owner", "a@"), "owner"},
		"a secret as endpoint":  {base().With("endpoint_id", "sec_01J8Z3N6T4"), "endpoint_id"},
		"a connector as policy": {base().With("rotation_policy_id", "con_01J8Z3N6T4"), "rotation_policy_id"},
		"no policy":             {base().With("rotation_policy_id", nil), "rotation_policy_id"},
		"algorithm":             {base().With("algorithm", "rsa"), "algorithm"},
		"secret":                {base().With("secret_wo", "whsec_canary"), "secret_wo"},
		"empty secret":          {base().With("secret_wo", ""), "secret_wo"},
		"secret for a key pair": {keyPair().With("secret_wo", whsec("a")), "secret_wo"},
		"number":                {base().With("secret_wo_version", 0), "secret_wo_version"},
		"minimum_version":       {base().With("minimum_version", 0), "minimum_version"},
		"null trigger":          {base().With("rotate_when_changed", map[string]any{"a": nil}), "rotate_when_changed"},
	} {
		t.Run(name, func(t *testing.T) {
			errs := tf.Plan(c.config).Diags.Errors()
			tftest.Says(t, errs, `AttributeName("`+c.attribute+`")`)
			saysNothingOf(t, errs, "whsec_canary", whsec("a"))
		})
	}
	for name, c := range map[string]tftest.Config{
		"unknown endpoint":                 base().With("endpoint_id", tftest.Unknown),
		"unknown policy":                   base().With("rotation_policy_id", tftest.Unknown),
		"unknown algorithm":                supplied("a").With("algorithm", tftest.Unknown),
		"unknown secret":                   base().With("secret_wo", tftest.Unknown),
		"unknown number":                   supplied("a").With("secret_wo_version", tftest.Unknown),
		"what may be none, for a key pair": keyPair().With("secret_wo", tftest.Unknown),
	} {
		t.Run(name, func(t *testing.T) { tftest.Must(t, tf.Plan(c).Diags) })
	}
}

// An unknown secret may turn out to be empty. Sent as none, it would have the platform make a secret that the
// configuration knows nothing of.
func TestEmptySecretAtTheApplyIsRefused(t *testing.T) {
	tf := start(t).tf
	p := tf.Plan(base().With("secret_wo", tftest.Unknown))
	tftest.Says(t, tf.Apply(p, base().With("secret_wo", "")).Errors(), `AttributeName("secret_wo")`)
}

func TestAnotherAlgorithmReplaces(t *testing.T) {
	s, tf := created(t, supplied("a"))
	s.Clock.Advance(90 * day) // a rotation is due: not for a secret that goes
	p := tf.Plan(keyPair())
	s.warns(p, "add a second signing secret")
	saysNothingOf(t, p.Diags.Warnings(), "Rotation")
	if !p.Replaces {
		t.Fatal("not replaced")
	}
	tf.Expect(p.Planned, "version=<unknown>", "rotation=<unknown>", "id=<unknown>", "secret_digest=<unknown>",
		"public_keys=<unknown>")
	tf.Keep(p, nil)
	tf.Expect(tf.State, "version=2", "secret_digest=<null>")

	// In the middle of a rotation both versions end, and the numbers go on.
	s.Begin()
	tf.Keep(tf.Plan(supplied("b")), nil)
	tf.Expect(tf.State, "version=4", "rotation.phase=stable", "rotation.pending_version=<null>",
		"secret_digest="+s.digest("b"))
}

// What the platform refuses is an error on the attribute, which never shows the secret, even where the platform repeats
// it.
func TestRefusedSecretIsAnErrorOnTheAttribute(t *testing.T) {
	s, tf := created(t, supplied("a"))
	p := tf.Plan(supplied("b"))
	s.Fail(acctest.Refuse("POST rotation/begin", api.Problem{
		Code: api.CodeInvalid, Field: "/secret",
		Detail: "what is " + whsec("b"),
	}))
	d := tf.Apply(p, nil)
	tftest.Says(t, d.Errors(), `AttributeName("secret_wo")`, "withheld")
	saysNothingOf(t, d.Errors()+d.Warnings(), whsec("b"))
	tf.Expect(tf.State, "version=1", "rotation.phase=stable")
}

// A change went through and its step did not: the number is stored, and its secret is not. The next plan knows both.
func TestStepFailsAfterTheNumberWasStored(t *testing.T) {
	s, tf := created(t, supplied("a").With("secret_wo_version", 1))
	c := supplied("b").With("secret_wo_version", 2).With("description", "new")
	p := tf.Plan(c)
	s.Fail(acctest.Refuse("POST rotation/begin", api.Problem{Code: api.CodeConflict}))
	d := tf.Apply(p, nil)
	tftest.Says(t, d.Errors(), "plan again")
	tftest.Says(t, d.Warnings(), "begin was not taken")
	tf.Expect(tf.State, "description=new", "secret_wo_version=2", "version=1", "rotation.phase=stable",
		"secret_digest="+s.digest("a"))
	s.Fail(nil)
	s.ForgetRequests()
	tf.Keep(tf.PlanOnly(c), nil)
	s.wrote("POST rotation/begin if 2 sends b")
	tf.Expect(tf.State, "version=2", "rotation.phase=staged")
	tftest.Empty(t, tf, c)
}

// Somebody else moves the rotation between plan and apply: the secret is not sent, and the error says what to do.
func TestRotationMovedOutsideTerraform(t *testing.T) {
	for name, x := range map[string]struct {
		config tftest.Config
		other  func(*scene)
	}{
		"a new secret, and they began":            {supplied("b"), func(s *scene) { s.Begin() }},
		"a new number and secret, and they began": {supplied("b").With("secret_wo_version", 1), func(s *scene) { s.Begin() }},
		"minimum_version and a secret, and they revoked": {
			supplied("b").With("minimum_version", 2), func(s *scene) { s.Revoke() },
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, tf := created(t, base())
			p := tf.Plan(x.config)
			before := tf.State
			x.other(s)
			next := s.NextVersion()
			d := tf.Apply(p, nil)
			tftest.Says(t, d.Errors(), "Changed since the plan", "plan again")
			saysNothingOf(t, d.Errors(), whsec("b"))
			if !tf.State.Equal(before) || s.NextVersion() != next {
				t.Errorf("something was issued, or the state has changed: %s", tf.State)
			}
		})
	}
}
