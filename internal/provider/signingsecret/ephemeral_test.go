package signingsecret

import (
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	rules "github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// opens wants these values without a word.
func opens(t *testing.T, tf *tftest.Terraform, want ...string) {
	t.Helper()
	v, d := tf.Open(tftest.Config{"id": secretID})
	if len(d) != 0 {
		t.Fatal(d.Warnings(), d.Errors())
	}
	tf.Expect(v, want...)
}

func TestEphemeralInEachPhase(t *testing.T) {
	for name, c := range map[string]struct {
		config tftest.Config
		prefix string
	}{"hmac-sha256": {baseConfig(), "whsec_canary"}, "ed25519": {ed25519Config(), "whpk_canary"}} {
		t.Run(name, func(t *testing.T) {
			f, tf := created(t, c.config)
			one, two := c.prefix+"1", c.prefix+"2"
			opens(t, tf, "value="+one, "version=1", "other_value=<null>")
			wrote(t, f, "POST /sec_01/versions/1/reveal")
			f.By(rules.Command{Step: rules.StepBegin})
			opens(t, tf, "value="+two, "version=2", "other_value="+one)
			wrote(t, f, "POST /sec_01/versions/2/reveal", "POST /sec_01/versions/1/reveal")
			f.proven(2)
			f.By(rules.Command{Step: rules.StepPromote})
			opens(t, tf, "value="+two, "version=2", "other_value="+one)
			f.By(rules.Command{Step: rules.StepRollback, Reason: "receivers fail"})
			opens(t, tf, "value="+one, "version=1", "other_value="+two) // the receiver may have either
			f.Clock.Advance(day)
			opens(t, tf, "value="+one, "version=1", "other_value=<null>")
		})
	}
	t.Run("supplied", func(t *testing.T) {
		_, tf := created(t, suppliedConfig("a"))
		tf.Run(suppliedConfig("b"))
		opens(t, tf, "value="+whsec("b"), "version=2", "other_value="+whsec("a"))
	})
}

// The plan that reissues, and a destroy, open it too: they must not fail on it.
func TestEphemeralWithoutAValueIsAWarning(t *testing.T) {
	f, tf := created(t, baseConfig())
	f.By(rules.Command{Step: rules.StepRevoke, All: true, Reason: "leak"})
	v, d := tf.Open(tftest.Config{"id": secretID})
	tftest.Must(t, d)
	tf.Expect(v, "value=<null>", "version=1", "other_value=<null>")
	tftest.Says(t, d.Warnings(), `Every version of "orders" is revoked`, "value is null")
	f.Exists = false
	v, d = tf.Open(tftest.Config{"id": secretID})
	tftest.Must(t, d)
	tf.Expect(v, "value=<null>", "version=<null>", "other_value=<null>")
	tftest.Says(t, d.Warnings(), "not found", "the plan creates it anew")
	wrote(t, f) // nothing was revealed
}

// Between its requests the world may move: what is opened is one consistent answer, or an error; never a mixture of before and after.
func TestEphemeralWhoseVersionEndsMeanwhile(t *testing.T) {
	promote := func(f *fake) { f.proven(2); f.By(rules.Command{Step: rules.StepPromote}) }
	for name, c := range map[string]struct {
		prepare, meanwhile func(f *fake)
		at                 string // the request before which it happens
		want               []string
		warns              string
	}{
		"rotated without an overlap": {
			func(f *fake) { f.Policy.RequireAcknowledgement, f.Policy.Overlap = false, 0 }, func(f *fake) { f.By(rules.Command{Step: rules.StepRotate}) },
			"POST /sec_01/versions/1/reveal",
			[]string{"value=whsec_canary2", "version=2", "other_value=<null>"},
			"",
		},
		"cancelled": {
			func(f *fake) { f.By(rules.Command{Step: rules.StepBegin}) }, func(f *fake) { f.By(rules.Command{Step: rules.StepCancel}) },
			"POST /sec_01/versions/2/reveal",
			[]string{"value=whsec_canary1", "version=1", "other_value=<null>"},
			"",
		},
		"the other one ended": {
			func(f *fake) { f.By(rules.Command{Step: rules.StepBegin}); promote(f) }, func(f *fake) { f.Clock.Advance(day) },
			"POST /sec_01/versions/1/reveal",
			[]string{"value=whsec_canary2", "version=2", "other_value=<null>"},
			"",
		},
		"revoked": {
			func(*fake) {}, func(f *fake) { f.By(rules.Command{Step: rules.StepRevoke, All: true, Reason: "leak"}) },
			"POST /sec_01/versions/1/reveal",
			[]string{"value=<null>", "version=1", "other_value=<null>"},
			"value is null",
		},
		"deleted": {
			func(*fake) {}, func(f *fake) { f.Vanish() },
			"POST /sec_01/versions/1/reveal",
			[]string{"value=<null>", "version=<null>", "other_value=<null>"},
			"not found",
		},
	} {
		t.Run(name, func(t *testing.T) {
			f, tf := created(t, baseConfig())
			c.prepare(f)
			once := true
			f.Before = func(line string) {
				if once && line == c.at {
					once = false
					c.meanwhile(f)
				}
			}
			v, d := tf.Open(tftest.Config{"id": secretID})
			tftest.Must(t, d)
			if once {
				t.Fatal("nothing happened meanwhile")
			}
			tf.Expect(v, c.want...)
			if tftest.Says(t, d.Warnings(), c.warns); c.warns == "" && len(d) != 0 {
				t.Error(d.Warnings())
			}
		})
	}
}

// A version that ends every time is an error after the second attempt, not a loop.
func TestEphemeralThatNeverHoldsStill(t *testing.T) {
	f, tf := created(t, baseConfig())
	f.Refuse["POST /sec_01/versions"] = api.Problem{Code: api.CodeConflict, Detail: "that version is not valid"}
	if _, d := tf.Open(tftest.Config{"id": secretID}); d.Errors() == "" {
		t.Error("opened without a value")
	}
	wrote(t, f, "POST /sec_01/versions/1/reveal", "POST /sec_01/versions/1/reveal")
}

func TestEphemeralOfAnotherEnvironmentIsNotRevealed(t *testing.T) {
	f, _ := created(t, baseConfig())
	for name, own := range map[string]func(){"environment": func() { f.secret.Environment = "production" }, "tenant": func() { f.secret.Environment, f.secret.Tenant = "staging", "umbrella" }} {
		own()
		_, d := newTerraform(t, f).Open(tftest.Config{"id": secretID})
		tftest.Says(t, d.Errors(), name, "staging", `"`+f.secret.Tenant+`"`, `"`+f.secret.Environment+`"`, "was not read")
		wrote(t, f)
	}
}

func TestEphemeralNeedsThePermissionToReveal(t *testing.T) {
	f, tf := created(t, baseConfig())
	f.By(rules.Command{Step: rules.StepBegin})
	for _, refused := range []string{"POST /sec_01/versions", "POST /sec_01/versions/1"} {
		f.Refuse = map[string]api.Problem{refused: {Code: api.CodeForbidden, Detail: "missing permission reveal"}}
		_, d := tf.Open(tftest.Config{"id": secretID})
		tftest.Says(t, d.Errors(), "reveal", "planner", "deployer")
		sayNothingOf(t, d.Errors(), "whsec_canary")
	}
	f.Refuse = map[string]api.Problem{"POST /sec_01/versions": {Code: api.CodeNotFound, Detail: "no such version"}}
	if _, d := tf.Open(tftest.Config{"id": secretID}); d.Errors() == "" {
		t.Error("a signing secret whose version cannot be revealed is taken for deleted")
	}
	tftest.Says(t, func() string { _, d := tf.Open(tftest.Config{"id": "orders"}); return d.Errors() }(), "Not an id", "Nothing was sent")
}
