package acctest_test

import (
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
		in.step(answer.step, answer.texts...)
	}
	in.taken()
}
