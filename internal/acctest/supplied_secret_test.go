package acctest_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// whsec makes a secret of a user's own that is easy to tell from the others.
func whsec(letter string) string {
	return "whsec_" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat(letter, 32)))
}

// supplied is a signing secret whose value comes from an ephemeral variable; more is what else its block says.
func supplied(url, more string) string {
	return `
variable "signing_secret" {
  type      = string
  ephemeral = true
}
` + hooks(url, "secret_wo = var.signing_secret\n"+more)
}

const (
	secretNumber1 = "  secret_wo_version = 1\n"
	secretNumber2 = "  secret_wo_version = 2\n"
)

// wantSupplied fails the test unless the version that a consumer should hold has this number and this value, in this phase.
func wantSupplied(t *testing.T, p *acctest.Platform, version int64, phase, value string) {
	t.Helper()
	by := p.As(api.RoleDeployer)
	s := by.SigningSecret("orders")
	if s.Version != version || s.Rotation.Phase != phase {
		t.Fatalf("version %d in phase %s, want %d in %s", s.Version, s.Rotation.Phase, version, phase)
	}
	if got := by.RevealOf(api.KindSigningSecrets, "orders", version); got != value {
		t.Errorf("version %d has another value than the configured one", version)
	}
}

// A secret of the user's own is rotated by configuring another one: with two valid in between, promoted once it was seen in use.
func TestSuppliedSecretRotation(t *testing.T) {
	for name, numbers := range map[string][2]string{"without number": {"", ""}, "with number": {secretNumber1, secretNumber2}} {
		t.Run(name, func(t *testing.T) {
			p, tf := acctest.Start(t)
			h := acctest.StartHook(t, p.Clock)
			tf.Config(policy(`overlap = "24h"`) + supplied(h.URL, numbers[0]))
			tf.Var("signing_secret", whsec("a"))
			tf.Apply()
			tf.Plan(0).Silent()
			p.Restart()
			tf.Plan(0).Silent()
			wantSupplied(t, p, 1, api.PhaseStable, whsec("a"))
			h.Know(whsec("a"))
			deliver(t, p, h, 1)

			tf.Var("signing_secret", whsec("b"))
			tf.Config(policy(`overlap = "24h"`) + supplied(h.URL, numbers[1]))
			tf.SavePlan("new.tfplan").Has(theSigning+" will be updated in-place", `Rotation of "orders" begins: version 2 will be issued`, "Why: secret_wo has a new value. It is sent.")
			tf.ApplyPlan("new.tfplan")
			wantSupplied(t, p, 2, api.PhaseStaged, whsec("b"))
			deliver(t, p, h, 1, 2)
			tf.Plan(0).Has("waits to be seen in use")
			h.Know(whsec("b"))
			p.Probe()
			tf.Plan(2).Has("version 2 will be current")
			tf.Apply()
			wantSupplied(t, p, 2, api.PhaseDraining, whsec("b"))
			tf.Plan(0).Silent()
			deliver(t, p, h, 2, 1)
			p.Clock.Advance(day)
			tf.Plan(0).Silent()
			deliver(t, p, h, 2)
		})
	}
}

// While one rotation is in progress another value is an error of the plan, which says until when; in an emergency minimum_version sends it at once.
func TestSuppliedSecretWhileAnotherRotates(t *testing.T) {
	p, tf := acctest.Start(t)
	h := acctest.StartHook(t, p.Clock)
	config := func(more string) { tf.Config(policy(`max_stage = "2d"`) + supplied(h.URL, more)) }
	config("")
	tf.Var("signing_secret", whsec("a"))
	tf.Apply()
	tf.Var("signing_secret", whsec("b"))
	tf.Apply()
	tf.Var("signing_secret", whsec("c"))
	tf.Plan(1).Has("A rotation is in progress", "in phase staged", "until 2026-05-03T12:00:00Z", "raise minimum_version to 3")
	wantSupplied(t, p, 2, api.PhaseStaged, whsec("b"))

	// Back to what is on its way: nothing to do.
	tf.Var("signing_secret", whsec("b"))
	tf.Plan(0).Has("waits to be seen in use")

	// The emergency: both are revoked, the new one is sent at once.
	tf.Var("signing_secret", whsec("c"))
	config("minimum_version = 3")
	tf.Plan(2).Has("Version 3 of", "will be issued", "The new version is the configured value.")
	tf.Apply()
	wantSupplied(t, p, 3, api.PhaseStable, whsec("c"))
	tf.Plan(0).Silent()

	// Raised without a new value it would revoke what the configuration says, and then send it again.
	config("minimum_version = 4")
	tf.Plan(1).Has("The same value again", "secret_wo still has the value that would be revoked")
	wantSupplied(t, p, 3, api.PhaseStable, whsec("c"))
}

// The platform cannot make the next value of a supplied secret: when it is due, or asked for, the plan can only warn.
func TestSuppliedSecretThatIsDueWarns(t *testing.T) {
	p, tf := acctest.Start(t)
	h := acctest.StartHook(t, p.Clock)
	config := func(more string) { tf.Config(policy(`max_age = "60d"`) + supplied(h.URL, more)) }
	config(`rotate_when_changed = { incident = "1" }`)
	tf.Var("signing_secret", whsec("a"))
	tf.Apply()
	p.Clock.Advance(30 * day)
	tf.Plan(0).Has(`A new value for "orders" is due`, "Due since 2026-05-31T12:00:00Z, interval 30d", "configure a new one in secret_wo")
	p.Clock.Advance(30 * day)
	tf.Plan(0).Has("Overdue: the max_age of the rotation policy has passed")
	tf.Apply().Has("0 changed")
	config(`rotate_when_changed = { incident = "2" }`)
	tf.Plan(2).Has(`A new value for "orders" is due`)
	tf.Apply()
	wantSupplied(t, p, 1, api.PhaseStable, whsec("a"))
	tf.Plan(0).Has(`A new value for "orders" is due`)

	// The new value answers all of it.
	tf.Var("signing_secret", whsec("b"))
	tf.Plan(2).Has("begins: version 2 will be issued")
	tf.Apply()
	wantSupplied(t, p, 2, api.PhaseStaged, whsec("b"))
}

// From a supplied secret to one that the platform makes and back, in place: each is a rotation.
func TestSuppliedAndIssuedTakeTurns(t *testing.T) {
	p, tf := acctest.Start(t)
	h := acctest.StartHook(t, p.Clock)
	h.Answer(func(_ acctest.HookEvent) int { return http.StatusNoContent })
	rules := policy("require_acknowledgement = false\noverlap = \"1h\"")
	tf.Config(rules + supplied(h.URL, `rotate_when_changed = { turn = "1" }`))
	tf.Var("signing_secret", whsec("a"))
	tf.Apply()
	// Without the argument nothing happens until somebody asks.
	tf.Config(rules + hooks(h.URL, `rotate_when_changed = { turn = "1" }`))
	tf.Plan(0).Silent()
	p.Clock.Advance(30 * day)
	tf.Plan(0).Has("Its value is supplied, not made by the platform")
	tf.Config(rules + hooks(h.URL, `rotate_when_changed = { turn = "2" }`))
	tf.Plan(2).Has("~ version = 1 -> 2")
	tf.Apply()
	if s := p.As(api.RoleAuditor).SigningSecret("orders"); s.Version != 2 || s.SecretDigest != nil || s.Rotation.Phase != api.PhaseDraining {
		t.Errorf("%+v", s)
	}
	tf.Plan(0).Silent()
	p.Clock.Advance(day)
	tf.Config(rules + supplied(h.URL, `rotate_when_changed = { turn = "2" }`))
	tf.Plan(2).Has("Why: secret_wo has a new value")
	tf.Apply()
	wantSupplied(t, p, 3, api.PhaseDraining, whsec("a"))
	tf.Plan(0).Silent()
}

// What somebody does on the platform is put right by the configured value, when the phase allows it; until then the plan warns and is never an error.
func TestSuppliedSecretDrift(t *testing.T) {
	p, tf := acctest.Start(t)
	h := acctest.StartHook(t, p.Clock)
	tf.Config(policy(`max_stage = "2d"`) + supplied(h.URL, ""))
	tf.Var("signing_secret", whsec("a"))
	tf.Apply()
	security, operator := p.As(api.RoleSecurity), p.As(api.RoleOperator)

	// Revoked: not sent again, because it may have leaked. A new one is.
	security.Verb(api.KindSigningSecrets, "orders", "revoke", everyVersion).Want(200)
	tf.Plan(0).Has(`A new value for "orders" is due`, "still has a value that was revoked")
	tf.Var("signing_secret", whsec("n"))
	tf.Plan(2).Has("Version 2 of", "will be issued", "make sure that it is not a value that had to go")
	tf.Apply()
	wantSupplied(t, p, 2, api.PhaseStable, whsec("n"))
	tf.Plan(0).Silent()

	// Somebody else's value is on its way: the plan waits for the end of that, one way or the other.
	operator.Verb(api.KindSigningSecrets, "orders", "rotation/begin", map[string]any{"secret": whsec("x")}).Want(200)
	tf.Plan(0).Has(`"orders" does not have the configured value`, "The phase ends at 2026-05-03T12:00:00Z")
	p.Clock.Advance(2 * day)
	tf.Plan(0).Silent()

	// A new value that is rolled back: on hold nothing is planned; released, the plan waits for the deadline and then sends the value again.
	tf.Var("signing_secret", whsec("b"))
	tf.Apply()
	h.Know(whsec("b"))
	p.Probe()
	tf.Apply()
	security.Verb(api.KindSigningSecrets, "orders", "rotation/rollback", nil).Want(200)
	tf.Plan(0).Has("is on hold", "it is not sent until the hold is released")
	security.Verb(api.KindSigningSecrets, "orders", "release", api.HoldRequest{Reason: "done"}).Want(200)
	tf.Plan(0).Has("does not have the configured value")
	p.Clock.Advance(day)
	tf.Plan(2).Has("begins: version 5 will be issued", "the platform does not have the configured value of secret_wo")
	tf.Apply()
	wantSupplied(t, p, 5, api.PhaseStaged, whsec("b"))
}

// A secret that is malformed is an error of the plan that says what is accepted and never shows it; so is one for ed25519.
func TestSuppliedSecretThatIsRefused(t *testing.T) {
	_, tf := acctest.Start(t)
	canaries := acctest.NewCanaries(t, map[string]string{})
	for i, bad := range []string{
		"correct horse battery staple", "whsec_Y2FuYXJ5Y2FuYXJ5Y2Fu", whsec("a") + "\n", "whsk_" + strings.TrimPrefix(whsec("b"), "whsec_"),
		"whsec_" + strings.Repeat("-_-_", 11), "whsec_" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("c", 65))),
	} {
		canaries.Add(fmt.Sprint("secret ", i), strings.TrimSpace(bad))
		tf.Config(policy("") + supplied("https://hooks.example.com", ""))
		tf.Var("signing_secret", bad)
		run := tf.Plan(1).Has("Invalid secret_wo", "must be whsec_ followed by 24 to 64 bytes in standard base64")
		canaries.Absent("the output", []byte(run.Output))
	}
	tf.Var("signing_secret", whsec("d"))
	tf.Config(policy("") + supplied("https://hooks.example.com", `algorithm = "ed25519"`))
	tf.Plan(1).Has("secret_wo belongs to the algorithm hmac-sha256")
}

// A write-only value may be another one when the plan is applied. What counts is the one at the apply, and no plan breaks on it.
func TestSuppliedSecretMayFlipBetweenPlanAndApply(t *testing.T) {
	const edit = "\ndescription = \"Edited.\"\n"
	a, b, c := whsec("a"), whsec("b"), whsec("c")
	for name, tc := range map[string]struct {
		before, then       string
		start, plan, apply string
		version            int64
		phase, value       string
		code               int // of the plan that is saved
	}{
		"new, and another new one":           {start: a, plan: b, apply: c, version: 2, phase: api.PhaseStaged, value: c, code: 2},
		"new, and the old one after all":     {start: a, plan: b, apply: a, version: 1, phase: api.PhaseStable, value: a, code: 2},
		"old, and a new one, nothing else":   {start: a, plan: a, apply: b, version: 1, phase: api.PhaseStable, value: a, code: 0},
		"old, and a new one, with an edit":   {then: edit, start: a, plan: a, apply: b, version: 2, phase: api.PhaseStaged, value: b, code: 2},
		"new, and the old one, with an edit": {then: edit, start: a, plan: b, apply: a, version: 1, phase: api.PhaseStable, value: a, code: 2},
		"number and edit":                    {before: secretNumber1, then: secretNumber1 + edit, start: a, plan: a, apply: b, version: 1, phase: api.PhaseStable, value: a, code: 2},
		"new number":                         {before: secretNumber1, then: secretNumber2, start: a, plan: b, apply: c, version: 2, phase: api.PhaseStaged, value: c, code: 2},
		"new number, same value":             {before: secretNumber1, then: secretNumber2, start: a, plan: a, apply: a, version: 1, phase: api.PhaseStable, value: a, code: 2},
		"a first number, same value":         {then: secretNumber1, start: a, plan: a, apply: a, version: 1, phase: api.PhaseStable, value: a, code: 2},
	} {
		t.Run(name, func(t *testing.T) {
			p, tf := acctest.Start(t)
			tf.Config(policy("") + supplied("https://hooks.example.com", tc.before))
			tf.Var("signing_secret", tc.start)
			tf.Apply()
			tf.Config(policy("") + supplied("https://hooks.example.com", tc.then))
			tf.Var("signing_secret", tc.plan)
			tf.Plan(tc.code, "-out=flip.tfplan")
			tf.Var("signing_secret", tc.apply)
			tf.ApplyPlan("flip.tfplan")
			wantSupplied(t, p, tc.version, tc.phase, tc.value)
			tf.Plan(map[bool]int{true: 2, false: 0}[tc.value != tc.apply && tc.then == ""])
		})
	}
}
