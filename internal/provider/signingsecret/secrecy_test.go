package signingsecret

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	rules "github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// A supplied secret is in no plan, no state, no private state and no diagnostic, whatever becomes of it; nor is one that the platform has made.
func TestSecretsAreNowhere(t *testing.T) {
	f := newFake(t)
	tf := newTerraform(t, f)
	looked := 0
	look := func(when string, d tftest.Diags, p tftest.Plan) {
		t.Helper()
		looked++
		text := tf.State.String() + p.Planned.String() + d.Errors() + d.Warnings() + p.Diags.Errors() + p.Diags.Warnings() + private(t, tf.Private)
		for _, letter := range []string{"a", "b", "c", "x"} {
			for _, form := range []string{whsec(letter), strings.TrimPrefix(whsec(letter), "whsec_"), strings.Repeat(letter, 32)} {
				if strings.Contains(text, form) {
					t.Errorf("%s: the secret %s is in %s", when, letter, text)
				}
			}
		}
		sayNothingOf(t, text, "whsec_canary", "qcp_canary")
	}
	run := func(when string, c tftest.Config) {
		t.Helper()
		p := tf.Plan(c)
		look(when+", planned", nil, p)
		if p.Diags.Errors() != "" {
			return
		}
		d := tf.Apply(p, nil)
		look(when+", applied", d, p)
		look(when+", read", tf.Refresh(), p)
	}
	run("created", suppliedConfig("a"))
	f.Refuse["POST /sec_01/rotation/begin"] = api.Problem{Code: api.CodeConflict, Detail: "no room for " + whsec("b")}
	run("refused", suppliedConfig("b").With("secret_wo_version", 1))
	clear(f.Refuse)
	run("rotated", suppliedConfig("b").With("secret_wo_version", 1))
	run("in the middle of a rotation", suppliedConfig("c").With("secret_wo_version", 2))
	run("in an emergency", suppliedConfig("c").With("secret_wo_version", 2).With("minimum_version", 3))
	f.By(rules.Command{Step: rules.StepBegin}, whsec("x"))
	run("not ours", suppliedConfig("c").With("secret_wo_version", 2).With("minimum_version", 3))
	run("malformed", suppliedConfig("c").With("secret_wo", whsec("a")+whsec("b")))
	run("made by the platform", suppliedConfig("c").With("secret_wo", nil).With("minimum_version", 5))
	look("deleted", tf.Destroy(), tftest.Plan{})
	if looked < 20 || f.values[5] != "whsec_canary5" {
		t.Errorf("the test has not been where it wanted to: %d looks, values %v", looked, f.values)
	}
	other := newTerraform(t, f)
	tf.Run(suppliedConfig("a"))
	tftest.Must(t, other.Import("orders"))
	if text := other.State.String() + private(t, other.Private); strings.Contains(text, whsec("a")) || !strings.Contains(text, "k1:") {
		t.Errorf("imported: %s", text)
	}
}

// private is the private state in clear: each note is base64 in JSON.
func private(t *testing.T, raw []byte) string {
	t.Helper()
	if len(raw) == 0 {
		return ""
	}
	notes := map[string]string{}
	if err := json.Unmarshal(raw, &notes); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for key, note := range notes {
		text, err := base64.StdEncoding.DecodeString(note)
		if err != nil {
			t.Fatal(err)
		}
		out.WriteString(" " + key + "=" + string(text))
	}
	return out.String()
}
