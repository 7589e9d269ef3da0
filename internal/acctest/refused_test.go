package acctest_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// What only the platform can know is refused at apply, at the attribute. The rest of the apply is done.
func TestRefusedAtApplyAtTheAttribute(t *testing.T) {
	t.Parallel()
	_, tf := acctest.Start(t)
	const wrong = `scopes             = ["messages:send", "files:write"]`
	tf.Config(policy("") + strings.Replace(notifier(""), `scopes             = ["messages:send"]`, wrong, 1))
	run := tf.ApplyFails().Has("Error:", "with "+token, "on main.tf line", wrong, `The entry is "files:write".`)
	if at := regexp.MustCompile(`(?m)^ *\d+: +(\w+)`).FindStringSubmatch(run.Output); at == nil || at[1] != "scopes" {
		t.Errorf("the error is at %v, want scopes:\n%s", at, run.Output)
	}
	if objects := tf.Objects(); objects[theConnector].Tainted || len(objects) != 2 {
		t.Errorf("the state has %d objects, want the connector and the policy, neither tainted", len(objects))
	}
	tf.Config(policy("") + notifier(""))
	tf.Apply().Has("Resources: 1 added, 0 changed, 0 destroyed")
}

// A name that exists is never taken over: the error, at the name, has the command that does it on purpose. That command
// works, and the plan after it is clean.
func TestNameTakenSaysHowToImport(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	by := p.As(api.RoleOperator)
	configuration := policy("") + notifier("") + handover(s)
	tf.Config(configuration)
	// Everything exists already, as the configuration wants it.
	by.Create(api.KindRotationPolicies, api.RotationPolicyCreate{Name: "monthly", Interval: "30d"}).Want(201)
	policyID := by.RotationPolicy("monthly").ID
	by.Create(api.KindConnectors, api.ConnectorCreate{
		Name: "slack", Owner: "messaging@example.com", Type: "slack", AllowedScopes: []string{
			"messages:send",
			"messages:read",
		},
	}).Want(201)
	connectorID := by.Connector("slack").ID
	by.Create(api.KindScopedTokens, api.ScopedTokenCreate{
		RotatedCreate: api.RotatedCreate{Name: "notifier", Owner: "team-notifier"},
		ConnectorID:   connectorID, Scopes: []string{"messages:send"}, RotationPolicyID: &policyID,
	}).Want(201)

	// The token is reached only once what it refers to is imported.
	for round, wanted := range [][]string{{theConnector, thePolicy}, {token}} {
		run := tf.ApplyFails().Has("Name taken")
		if n := strings.Count(run.Output, "Error: "); n != len(wanted) {
			t.Fatalf("round %d: %d errors, want %d:\n%s", round, n, len(wanted), run.Output)
		}
		for _, block := range strings.Split(run.Output, "Error: ")[1:] {
			address := regexp.MustCompile(`with (\S+),`).FindStringSubmatch(block)
			command := regexp.MustCompile(`terraform import ADDRESS (\S+)`).FindStringSubmatch(block)
			line := regexp.MustCompile(`(?m)^ *\d+: +name +=`).FindString(block)
			if address == nil || command == nil || line == "" {
				t.Fatalf("the error has not object, attribute and command:\n%s", block)
			}
			tf.Import(address[1], command[1])
		}
	}
	tf.Plan(2).Has("Plan: 1 to add, 0 to change, 0 to destroy.") // the sink
	tf.Apply()
	tf.Plan(0).Silent()
	if by.ScopedToken("notifier").ConnectorID != connectorID || by.Count(api.KindScopedTokens) != 1 {
		t.Error("something was created twice or changed")
	}
}
