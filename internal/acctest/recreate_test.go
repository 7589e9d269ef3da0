package acctest_test

import (
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// What somebody deleted outside is created again, numbers go on where they were, and the sink has the new value after the same apply.
func TestDeletedOutsideIsCreatedAgain(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	operator := p.As(api.RoleOperator)
	tf.Config(drifting(s))
	tf.Apply()

	operator.Delete(api.KindScopedTokens, "notifier").Want(204)
	tf.SavePlan("again.tfplan").Has(token + " will be created")
	if planned := tf.Changes("again.tfplan"); planned[theConnector].Action() != "no-op" || planned[thePolicy].Action() != "no-op" || planned[theSink].Action() != "update" {
		t.Errorf("the plan touches what is still there: connector %s, policy %s, sink %s", planned[theConnector].Action(), planned[thePolicy].Action(), planned[theSink].Action())
	}
	tf.ApplyPlan("again.tfplan")
	wantDelivered(t, p, s, 2, 2)
	wantRotation(t, tf, 2, map[string]any{"phase": "stable", "current_version": 2.0, "next_version": 3.0})
	tf.Plan(0).Silent()

	deleteEverything(operator)
	tf.Plan(2).Has(token+" will be created", theConnector+" will be created", thePolicy+" will be created")
	tf.Apply()
	wantDelivered(t, p, s, 3, 3)
	if c := p.As(api.RoleAuditor).Connector("slack"); c.CredentialsStatus != api.CredentialsCurrent || *c.Version != 2 {
		t.Errorf("the connector's credentials are %s, version %d; want current, version 2", c.CredentialsStatus, *c.Version)
	}
	tf.Plan(0).Silent()
}

// What tokens refer to cannot be deleted, so there is nothing for Terraform to put right.
func TestReferredObjectsCannotBeDeletedOutside(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	operator := p.As(api.RoleOperator)
	tf.Config(drifting(s))
	tf.Apply()
	for kind, name := range map[string]string{api.KindConnectors: "slack", api.KindRotationPolicies: "monthly"} {
		problem := operator.Delete(kind, name).WantProblem(api.CodeConflict)
		if !strings.Contains(problem.Detail, "1") {
			t.Errorf("%s: the refusal does not say how many refer to it: %s", kind, problem.Detail)
		}
	}
	wantDelivered(t, p, s, 1, 1)
	tf.Plan(0).Silent()
}

// A token that Terraform itself makes anew continues its numbers too: a sink that follows them cannot miss it.
func TestReplacedTokenContinuesItsNumbers(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	auditor := p.As(api.RoleAuditor)
	second := `
resource "quickconnect_connector" "second" {
  name  = "second"
  owner = "messaging@example.com"
  type  = "custom"
}
`
	configuration := policy("") + notifier("") + handover(s) + second
	tf.Config(configuration)
	tf.Apply()
	id := auditor.ScopedToken("notifier").ID
	_, first := s.Last()

	// Of another connector: a replacement.
	moved := strings.Replace(configuration, "= quickconnect_connector.slack.id", "= quickconnect_connector.second.id", 1)
	tf.Config(moved)
	tf.Plan(2).Has(token+" must be replaced", "connector_id", "forces replacement", theSink+" will be updated in-place")
	tf.Apply()
	wantDelivered(t, p, s, 2, 2)
	tf.Plan(0).Silent()
	if now := auditor.ScopedToken("notifier").ID; now == id {
		t.Error("the token is the same object still")
	}
	if auditor.Introspect(first).Active {
		t.Error("the value of the replaced token is accepted")
	}

	// On demand.
	tf.Apply("-replace=" + token)
	wantDelivered(t, p, s, 3, 3)
	wantRotation(t, tf, 3, map[string]any{"phase": "stable", "current_version": 3.0, "next_version": 4.0})
	tf.Plan(0).Silent()

	// In the middle of a rotation.
	p.Clock.Advance(30 * day)
	tf.Apply()
	wantDelivered(t, p, s, 4, 4)
	tf.Apply("-replace=" + token)
	wantDelivered(t, p, s, 5, 5)
	wantRotation(t, tf, 5, map[string]any{"phase": "stable", "current_version": 5.0, "pending_version": nil, "next_version": 6.0})
	tf.Plan(0).Silent()

	// Taken out of the configuration, and put in again.
	tf.Config(policy("") + second)
	tf.Apply()
	if n := auditor.Count(api.KindScopedTokens); n != 0 {
		t.Fatalf("%d tokens are left", n)
	}
	tf.Config(moved)
	tf.Apply()
	wantDelivered(t, p, s, 1, 6) // the sink is a new one too
	tf.Plan(0).Silent()

	// And everything.
	tf.Destroy()
	tf.Apply()
	wantDelivered(t, p, s, 1, 7)
	tf.Plan(0).Silent()
}

// A name that had higher numbers before takes the token to them: the plan does not know it, the next one does.
func TestRenamedTokenTakesTheNumbersOfItsName(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	operator := p.As(api.RoleOperator)
	tf.Config(policy(`require_acknowledgement = false`) + notifier("") + handover(s))
	tf.Apply()
	connector, minimum, expiry := operator.Connector("slack").ID, int64(7), "2027-01-01T00:00:00Z"
	operator.Create(api.KindScopedTokens, api.ScopedTokenCreate{
		RotatedCreate: api.RotatedCreate{Name: "pager", Owner: "team-pager", MinimumVersion: &minimum},
		ConnectorID:   connector, Scopes: []string{"messages:send"}, ExpiresAt: &expiry,
	}).Want(201)
	operator.Delete(api.KindScopedTokens, "pager").Want(204)

	tf.Config(strings.Replace(policy(`require_acknowledgement = false`)+notifier("")+handover(s), `= "notifier"`, `= "pager"`, 1))
	tf.Plan(2).Has(`~ name = "notifier" -> "pager"`).HasNot("known after apply", theSink+" will be")
	tf.Apply()
	tf.Plan(0).Silent()
	p.Clock.Advance(30 * day)
	tf.Plan(2).Has("~ version = 1 -> 8")
	tf.Apply()
	wantDelivered(t, p, s, 2, 8)
	tf.Plan(0).Silent()
}

// A replacement that makes the new token first would need its name twice. It fails before anything is lost, and says so.
func TestCreateBeforeDestroyOfOneNameLosesNothing(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	tf.Config(policy("") + notifier(`
  lifecycle {
    create_before_destroy = true
  }`) + handover(s))
	tf.Apply()
	tf.ApplyFails("-replace=" + token).Has("Name taken")
	wantDelivered(t, p, s, 1, 1)
	tf.Plan(0).Silent()
}
