package acctest_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// What only the platform can know is refused at apply, at the attribute; the rest of the apply is done, and the next one, put right, is too.
func TestRefusedAtApplyAtTheAttribute(t *testing.T) {
	t.Parallel()
	_, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	for name, tc := range map[string]struct{ wrong, right, says string }{
		"a scope beyond the connector's": {`scopes = ["messages:send", "files:write"]`, `scopes = ["messages:send"]`, `The entry is "files:write".`},
		"a date in the past":             {`expires_at = "2026-04-30T00:00:00Z"`, `expires_at = "2026-06-30T00:00:00Z"`, "future"},
	} {
		for _, existing := range []bool{false, true} {
			right := policy("") + withToken(tc.right) + handover(s)
			if existing {
				tf.Config(right)
				tf.Apply()
			}
			tf.Config(policy("") + withToken(tc.wrong) + handover(s))
			attribute := strings.Fields(tc.wrong)[0]
			run := tf.ApplyFails().Has("Error:", "with "+token, "on main.tf line", tc.wrong, tc.says)
			if at := regexp.MustCompile(`(?m)^ *\d+: +(\w+)`).FindStringSubmatch(run.Output); at == nil || at[1] != attribute {
				t.Errorf("%s: the error is at %v, want %s:\n%s", name, at, attribute, run.Output)
			}
			if objects := tf.Objects(); objects[theConnector].Tainted || objects[token].Tainted {
				t.Errorf("%s: something is tainted", name)
			}
			tf.Config(right)
			if existing {
				tf.Plan(0).Silent()
			}
			tf.Apply()
			tf.Plan(0).Silent()
			tf.Destroy()
		}
	}
}

// withToken is a connector with two allowed scopes and a token that has this line besides what it needs.
func withToken(line string) string {
	if strings.HasPrefix(line, "scopes") {
		return strings.Replace(notifier(""), `scopes             = ["messages:send"]`, line, 1)
	}
	return notifier(line)
}

// A name that exists is never taken over: the error, at the name, has the command that does it on purpose. That command works,
// and the plan after it is clean.
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
		Name: "slack", Owner: "messaging@example.com", Type: "slack", AllowedScopes: []string{"messages:send", "messages:read"},
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
			command := regexp.MustCompile(`terraform import (\S+)\.LABEL (\S+)`).FindStringSubmatch(block)
			line := regexp.MustCompile(`(?m)^ *\d+: +name +=`).FindString(block)
			if address == nil || command == nil || line == "" {
				t.Fatalf("the error has not object, attribute and command:\n%s", block)
			}
			if !strings.HasPrefix(address[1], command[1]+".") {
				t.Errorf("the command for %s is about a %s", address[1], command[1])
			}
			tf.Import(command[1]+strings.TrimPrefix(address[1], command[1]), command[2])
		}
	}
	tf.Plan(2).Has("Plan: 1 to add, 0 to change, 0 to destroy.") // the sink
	tf.Apply()
	tf.Plan(0).Silent()
	if by.ScopedToken("notifier").ConnectorID != connectorID || by.Count(api.KindScopedTokens) != 1 {
		t.Error("something was created twice or changed")
	}
}

// A rename to a name that exists is refused the same way, and nothing is changed.
func TestRenameToATakenName(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	p.As(api.RoleOperator).Create(api.KindConnectors, api.ConnectorCreate{Name: "taken", Owner: "o", Type: "custom"}).Want(201)
	tf.Config(policy("") + notifier(""))
	tf.Apply()
	tf.Config(strings.Replace(policy("")+notifier(""), `= "slack"`, `= "taken"`, 1))
	tf.ApplyFails().Has("Name taken", "with "+theConnector, "on main.tf line", `= "taken"`)
	tf.Config(policy("") + notifier(""))
	tf.Plan(0).Silent()
}

// What others refer to is not deleted: the error says how many there are, and the state keeps it.
func TestDeletionOfWhatIsInUse(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	by := p.As(api.RoleOperator)
	tf.Config(policy("") + notifier(""))
	tf.Apply()
	policyID, connectorID := by.RotationPolicy("monthly").ID, by.Connector("slack").ID
	by.Create(api.KindScopedTokens, api.ScopedTokenCreate{
		RotatedCreate: api.RotatedCreate{Name: "theirs", Owner: "o"},
		ConnectorID:   connectorID, Scopes: []string{"messages:send"}, RotationPolicyID: &policyID,
	}).Want(201)
	run := tf.Run("destroy", "-auto-approve").Want(1).Has("Cannot delete rotation policy", "Cannot delete connector", "1 scoped token")
	if n := strings.Count(run.Output, "Error: "); n != 2 {
		t.Errorf("%d errors, want two", n)
	}
	if objects := tf.Objects(); len(objects) != 2 {
		t.Errorf("%d objects are in the state, want the connector and the policy", len(objects))
	}
	by.Delete(api.KindScopedTokens, "theirs").Want(204)
	tf.Destroy()
}

// Terraform deletes first and changes after, unless the policy says otherwise. The platform refuses, and the error says what to do.
func TestPolicyTakenAwayFromUnderAToken(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	tf.Config(policy("") + notifier("") + handover(s))
	tf.Apply()
	without := strings.Replace(notifier(""), "rotation_policy_id = quickconnect_rotation_policy.monthly.id", `expires_at = "2027-01-01T00:00:00Z"`, 1) + handover(s)
	tf.Config(without)
	tf.ApplyFails().Has("Cannot delete rotation policy", "1 scoped token", "create_before_destroy")
	wantDelivered(t, p, s, 1, 1)
	tf.Config(policy("") + without)
	tf.Apply()
	tf.Config(without)
	tf.Apply()
	tf.Plan(0).Silent()
	wantDelivered(t, p, s, 1, 1)
}
