package signingsecret

import (
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest/fakes"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

func TestOnlyANotFoundOfThePlatformRemovesTheSecret(t *testing.T) {
	for name, c := range fakes.Faults {
		t.Run(name, func(t *testing.T) {
			f, good := created(t, suppliedConfig("a"))
			url := fakes.Serve(t, c.Answer)
			tf, other := newTerraformOn(t, platformAt(t, url, "staging", c.Timeout)), newTerraformOn(t, platformAt(t, url, "staging", c.Timeout))
			tf.State, tf.Private = good.State, good.Private
			_, opened := tf.Open(tftest.Config{"id": secretID})
			for what, d := range map[string]tftest.Diags{
				"read": tf.Refresh(), "plan": tf.Plan(suppliedConfig("b")).Diags, "delete": tf.Destroy(), "change": tf.Apply(tf.PlanOnly(suppliedConfig("b")), nil),
				"open": opened, "import by id": other.Import(secretID), "import by name": other.Import("orders"),
			} {
				tftest.Says(t, d.Errors(), c.Says)
				sayNothingOf(t, d.Errors()+d.Warnings(), fakes.Token, whsec("a"), whsec("b"))
				if !tf.State.Equal(good.State) || !other.State.IsNull() {
					t.Errorf("%s: the state has changed: %s, %s", what, tf.State, other.State)
				}
			}
			// Afterwards everything goes on as if nothing had been.
			good.State, good.Private = tf.State, tf.Private
			tftest.Silent(t, good, suppliedConfig("a"))
			wrote(t, f)
		})
	}
}

func TestANotFoundOfThePlatformDoes(t *testing.T) {
	f, tf := created(t, baseConfig())
	f.Exists = false
	if tftest.Must(t, tf.Refresh()); !tf.State.IsNull() {
		t.Error("a deleted signing secret stays")
	}
}

// Under another identity the platform answers 404 to everything: it is not even asked.
func TestStateOfAnotherEnvironment(t *testing.T) {
	f, tf := created(t, baseConfig())
	elsewhere := newTerraformOn(t, platformAt(t, f.URL, "production", 0))
	elsewhere.State, elsewhere.Private = tf.State, tf.Private
	f.Before = func(line string) { t.Errorf("the platform was asked %s", line) }
	for what, d := range map[string]tftest.Diags{
		"read": elsewhere.Refresh(), "delete": elsewhere.Destroy(), "plan without a refresh": elsewhere.PlanOnly(baseConfig()).Diags, "plan of the end": elsewhere.PlanDestroy().Diags,
	} {
		if tftest.Says(t, d.Errors(), "staging", "production"); elsewhere.State.IsNull() {
			t.Errorf("%s: a signing secret of another environment is taken for gone", what)
		}
	}
}

// A creation whose answer never came may have made the secret: the error says so, and no half of it is in the state.
func TestCreationWithoutAnAnswer(t *testing.T) {
	tf := newTerraformOn(t, platformAt(t, fakes.Serve(t, fakes.Faults["a broken connection"].Answer), "staging", 0))
	d := tf.Apply(tf.Plan(suppliedConfig("a")), nil)
	tftest.Says(t, d.Errors(), "Whether the object was created is not known")
	sayNothingOf(t, d.Errors(), whsec("a"))
	if !tf.State.IsNull() {
		t.Errorf("the state has something: %s", tf.State)
	}
}

// What the platform refuses names the attribute in the words of the configuration, and never the secret, even where the platform repeats it.
func TestARefusedSecretIsAnErrorOnTheAttribute(t *testing.T) {
	f, tf := created(t, suppliedConfig("a"))
	p := tf.Plan(suppliedConfig("b"))
	f.Refuse["POST /sec_01/rotation/begin"] = api.Problem{Code: api.CodeInvalid, Field: "/secret", Detail: "what is " + whsec("b")}
	d := tf.Apply(p, nil)
	tftest.Says(t, d.Errors(), `AttributeName("secret_wo")`, "withheld")
	sayNothingOf(t, d.Errors()+d.Warnings(), whsec("b"))
	tf.Expect(tf.State, "version=1", "rotation.phase=stable")
}
