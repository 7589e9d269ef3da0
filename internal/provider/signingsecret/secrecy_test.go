package signingsecret_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// A supplied secret is in no plan, no state, no private state and no diagnostic, whatever becomes of it. Nor is one
// that the platform has made.
func TestSecretsAreNowhere(t *testing.T) {
	s := start(t)
	tf := s.tf
	looked := 0
	unwanted := []string{s.Token(api.RoleDeployer)}
	for _, letter := range []string{"a", "b", "c", "x"} {
		unwanted = append(unwanted, whsec(letter), strings.TrimPrefix(whsec(letter), "whsec_"), strings.Repeat(letter, 32))
	}
	look := func(when string, d tftest.Diags, p tftest.Plan) {
		t.Helper()
		looked++
		text := when + ": " + tf.State.String() + p.Planned.String() + private(t, tf.Private)
		saysNothingOf(t, text+d.Errors()+d.Warnings()+p.Diags.Errors()+p.Diags.Warnings(), unwanted...)
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
	numbered := func(letter string, n int) tftest.Config { return supplied(letter).With("secret_wo_version", n) }
	run("created", supplied("a"))
	problem := api.Problem{Code: api.CodeConflict, Detail: "no room for " + whsec("b")}
	s.Fail(acctest.Refuse("POST rotation/begin", problem))
	run("refused", numbered("b", 1))
	s.Fail(nil)
	run("rotated", numbered("b", 1))
	run("in the middle of a rotation", numbered("c", 2))
	run("in an emergency", numbered("c", 2).With("minimum_version", 3))
	s.Begin(whsec("x"))
	run("not ours", numbered("c", 2).With("minimum_version", 3))
	run("malformed", numbered("c", 2).With("secret_wo", whsec("a")+whsec("b")))
	run("made by the platform", base().With("secret_wo_version", 2).With("minimum_version", 5))
	unwanted = append(unwanted, s.Reveal(5))
	run("read again", base().With("secret_wo_version", 2).With("minimum_version", 5))
	other := s.Terraform(api.SigningSecrets.Terraform)
	look("deleted", tf.Destroy(), tftest.Plan{})
	if looked < 22 {
		t.Errorf("looked only %d times", looked)
	}
	tf.Run(supplied("a"))
	tftest.Must(t, other.Import("orders"))
	if text := other.State.String() + private(t, other.Private); strings.Contains(text,
		whsec("a")) || !strings.Contains(text, "k1:") {
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
