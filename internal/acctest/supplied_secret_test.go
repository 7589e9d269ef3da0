package acctest_test

import (
	"encoding/base64"
	"fmt"
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

// wantSupplied fails the test unless the version that a consumer should hold has this number and this value, in this
// phase.
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

// A secret of the user's own is rotated by configuring another one, with two valid in between, and promoted once it was
// seen in use. Its variable is ephemeral: a saved plan gets it again, and the value at the apply counts.
func TestSuppliedSecretRotation(t *testing.T) {
	p, tf := acctest.Start(t)
	h := acctest.StartHook(t, p.Clock)
	tf.Config(policy(`overlap = "24h"`) + supplied(h.URL, ""))
	tf.Var("signing_secret", whsec("a"))
	tf.Apply()
	tf.Plan(0).Silent()
	wantSupplied(t, p, 1, api.PhaseStable, whsec("a"))
	h.Know(whsec("a"))
	deliver(t, p, h, 1)

	tf.Var("signing_secret", whsec("b"))
	tf.SavePlan("new.tfplan").Has(theSigning+" will be updated in-place",
		`Rotation of "orders" begins: version 2 will be issued`, "Why: secret_wo has a new value. It is sent.")
	tf.Var("signing_secret", whsec("c"))
	tf.ApplyPlan("new.tfplan")
	wantSupplied(t, p, 2, api.PhaseStaged, whsec("c"))
	deliver(t, p, h, 1, 2)
	tf.Plan(0).Has("waits to be seen in use")
	h.Know(whsec("c"))
	p.Probe()
	tf.Plan(2).Has("version 2 will be current")
	tf.Apply()
	wantSupplied(t, p, 2, api.PhaseDraining, whsec("c"))
	deliver(t, p, h, 2, 1)
	p.Clock.Advance(day)
	tf.Plan(0).Silent()
	deliver(t, p, h, 2)
}

// A value that is known only at the apply leaves everything open in the plan, and the apply does what the value calls
// for.
func TestSuppliedSecretUnknownInThePlan(t *testing.T) {
	p, tf := acctest.Start(t)
	// The output is known after the apply whenever the resource is replaced, and is then what input says.
	config := func(letter, generation string) {
		signing := hooks("https://hooks.example.com", "secret_wo = ephemeral.sink_generated.late.value\n")
		tf.Config(policy("") + signing + fmt.Sprintf(`
resource "terraform_data" "late" {
  input            = %q
  triggers_replace = %q
}

ephemeral "sink_generated" "late" {
  fixed = "whsec_${base64encode(join("", [for i in range(32) : terraform_data.late.output]))}"
}
`, letter, generation))
	}
	config("a", "1")
	tf.Apply()
	wantSupplied(t, p, 1, api.PhaseStable, whsec("a"))
	tf.Plan(0).Silent()

	// Another generation of the same value is no rotation.
	config("a", "2")
	tf.Apply()
	wantSupplied(t, p, 1, api.PhaseStable, whsec("a"))

	config("b", "3")
	tf.SavePlan("late.tfplan").Has("~ version", "(known after apply)")
	tf.ApplyPlan("late.tfplan")
	wantSupplied(t, p, 2, api.PhaseStaged, whsec("b"))
	tf.Plan(0).Has("waits to be seen in use")
}
