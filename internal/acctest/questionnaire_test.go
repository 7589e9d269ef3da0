package acctest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
)

// The commands of the questionnaire, as they are written, show what its answers say.
func TestQuestionnaire(t *testing.T) {
	t.Parallel()
	in := quickstartIncident(t, "ask")
	in.report(in.file("notifier.token"))
	for _, answer := range []struct {
		step  string
		texts []string
	}{
		{"live", []string{"the state has the token", "the value is in neither of them"}},
		{"keys", []string{"STATE", "keyring 1"}},
		{"read", []string{"reveal tok_", `"role":"deployer"`, `"status":403`}},
		{"rotate", []string{"current"}},
		{"logged", []string{"create con_", "create tok_"}},
		{"tamper", []string{acctest.Tenant + "/" + acctest.Environment + ": events 0 to ", "verify"}},
		{"siem", nil},
		{"isolated", []string{"the token is of another tenant or environment"}},
		{"transport", []string{"https"}},
		{"review", []string{"team-notifier"}},
		{"static", []string{"deployer"}},
		{"end", []string{"state current", "all versions are revoked", "state revoked"}},
		{"backup", []string{"keyring"}},
		{"health", []string{"ok"}},
		{"delete", []string{"Destroy complete!", `"owner":"team-notifier"`, "closed tok_", "notifier"}},
	} {
		if answer.step == "live" || answer.step == "logged" {
			in.unsearched(answer.step)
		}
		in.step(answer.step, answer.texts...)
	}
	in.taken()
}

// unsearched fails the test if the commands of a step take a value that they cannot look for as one that is nowhere.
func (in *incident) unsearched(step string) {
	in.t.Helper()
	const file = "notifier.token"
	value := in.file(file)
	script := filepath.Join(in.tf.Dir, "unsearched.sh")
	in.tf.Write("unsearched.sh", strings.ReplaceAll(in.left[step], "/var/lib/quickconnectd", in.p.DataDir))
	if err := os.Remove(filepath.Join(in.tf.Dir, file)); err != nil {
		in.t.Fatal(err)
	}
	in.tf.Script(script).Want(1)
	in.tf.Write(file, value)
	in.tf.Write("unsearched.sh", strings.ReplaceAll(in.left[step], "/var/lib/quickconnectd", "/nowhere/of/the/test"))
	if step == "live" {
		in.tf.Script(script).Want(1).Has("cannot be searched")
	}
}
