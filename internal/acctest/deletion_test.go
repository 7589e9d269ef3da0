package acctest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

// Terraform deletes first and changes after. A policy leaves in the apply in which its users get a date or another
// policy, and a plan afterwards is empty.
func TestPolicyTakenAwayFromUnderAToken(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	tf.Config(policy("") + notifier("") + handover(s))
	tf.Apply()
	id := p.As(api.RoleDeployer).RotationPolicy("monthly").ID
	tf.Config(strings.Replace(notifier(""), byMonthly, `expires_at = "2027-01-01T00:00:00Z"`, 1) + handover(s))
	tf.SavePlan("leave.tfplan")
	tf.ApplyPlan("leave.tfplan").Has(`Rotation policy "monthly": deleted as soon as 1 object stops using it`,
		`scoped token "notifier"`)
	wantDelivered(t, p, s, 1, 1)
	tf.Plan(0).Silent()
	wantGone(t, p, id)
}

// A policy and a connector leave in one apply. The connector has a token that another state manages: it works on, and
// the connector goes with it.
func TestPolicyAndConnectorLeaveWithTheirUsers(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	const kept = `
resource "quickconnect_connector" "kept" {
  name               = "kept"
  owner              = "messaging@example.com"
  type               = "custom"
  rotation_policy_id = quickconnect_rotation_policy.monthly.id
}
`
	tf.Config(policy("") + notifier("") + handover(s) + kept)
	tf.Apply()
	by := p.As(api.RoleDeployer)
	monthly, slack := by.RotationPolicy("monthly").ID, by.Connector("slack").ID
	by.Create(api.KindScopedTokens, map[string]any{
		"name": "elsewhere", "owner": "team-b", "connector_id": slack, "scopes": []string{"messages:send"},
		"expires_at": "2027-01-01T00:00:00Z",
	}).Want(http.StatusCreated)
	value := by.Reveal("elsewhere", 1)

	_, rest, _ := strings.Cut(notifier(""), "\n}\n") // without its connector
	moved := strings.NewReplacer("quickconnect_connector.slack.id", "quickconnect_connector.kept.id",
		"policy.monthly.id", "policy.weekly.id").Replace(rest + kept)
	weekly := strings.NewReplacer(`"monthly"`, `"weekly"`, `"30d"`, `"7d"`).Replace(policy(""))
	tf.Config(weekly + moved + handover(s))
	tf.Apply().Has(`Rotation policy "monthly": deleted as soon as`, `connector "kept"`,
		`Connector "slack": deleted as soon as 1 object stops using it`, `scoped token "elsewhere"`,
		"Until then its credentials still work")
	tf.Plan(0).Silent()
	wantGone(t, p, monthly)

	if !p.As(api.RoleAuditor).Introspect(value).Active {
		t.Error("a token of the connector that is deleting is not accepted")
	}
	if got, err := by.Client().Connectors().Get(t.Context(), slack); err != nil || got.DeletingSince == nil {
		t.Errorf("the connector in use: %+v, %v", got, err)
	}
	by.Delete(api.KindScopedTokens, "elsewhere").Want(http.StatusNoContent)
	wantGone(t, p, slack)
	wantDelivered(t, p, s, 2, 2)
}

// A token of another state still uses a policy after an hour. Its plans warn, and the policy can be brought back.
func TestUsersOfADeletedPolicyAreWarned(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	const shared = `
variable "policy" {}
`
	by := p.As(api.RoleDeployer)
	by.Create(api.KindRotationPolicies, map[string]any{"name": "shared", "interval": "90d"}).Want(http.StatusCreated)
	id := by.RotationPolicy("shared").ID
	tf.Var("policy", id)
	tf.Config(shared + strings.Replace(notifier(""), byMonthly, "rotation_policy_id = var.policy", 1))
	tf.Apply()
	policies := p.As(api.RoleOperator).Client().RotationPolicies()
	if _, err := policies.DeleteWhenUnused(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	tf.Plan(0).Silent()
	p.Clock.Advance(api.DeletingAge)
	tf.Plan(0).Has(`Scoped token "notifier" uses a rotation policy that was deleted`, id, "undelete")
	if orphans, err := by.Client().Runs().Orphans(t.Context()); err != nil || len(orphans) != 1 || orphans[0].ID != id {
		t.Errorf("orphans: %+v, %v", orphans, err)
	}
	if _, err := policies.Undelete(t.Context(), id, "shared"); err != nil {
		t.Fatal(err)
	}
	tf.Plan(0).Silent()
}

// wantGone fails the test unless the platform says that an object does not exist.
func wantGone(t *testing.T, p *acctest.Platform, id string) {
	t.Helper()
	var err error
	c := p.As(api.RoleAuditor).Client()
	if strings.HasPrefix(id, api.Connectors.IDPrefix) {
		_, err = c.Connectors().Get(t.Context(), id)
	} else {
		_, err = c.RotationPolicies().Get(t.Context(), id)
	}
	if !client.IsNotFound(err) {
		t.Errorf("%s is still there: %v", id, err)
	}
}
