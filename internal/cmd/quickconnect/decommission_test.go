package main

import (
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// A connector has a token, an endpoint and a signing secret by hand, and a token that the provider made.
func TestDecommission(t *testing.T) {
	t.Parallel()
	o := newOperator(t, api.RoleDeployer)
	by := o.p.As(api.RoleDeployer).Client()
	policy := acctest.TheFixture().Policies[0]
	connector, err := by.Connectors().Create(t.Context(), api.ConnectorCreate{
		Name: "old", Owner: "team-messaging", Type: "custom",
		Credentials: map[string]secret.Value{"api_key": secret.New("correct-horse-battery")},
	})
	if err != nil {
		t.Fatal(err)
	}
	token := func(c *client.Client, name string, protected bool) string {
		t.Helper()
		made, err := c.ScopedTokens().Create(t.Context(), api.ScopedTokenCreate{
			RotatedCreate: api.RotatedCreate{Name: name, Owner: "team-messaging", DeletionProtection: &protected},
			ConnectorID:   connector.ID, Scopes: []string{"messages:send"}, RotationPolicyID: &policy,
		})
		if err != nil {
			t.Fatal(err)
		}
		return made.ID
	}
	byHand, managed := token(by, "by-hand", false), token(o.provider(), "managed", false)
	protected := token(by, "protected", true)
	url := "https://hooks.example.com/old"
	endpoint, err := by.WebhookEndpoints().Create(t.Context(), api.WebhookEndpointCreate{
		Name: "old", ConnectorID: connector.ID, URL: &url,
	})
	if err != nil {
		t.Fatal(err)
	}
	signing, err := by.SigningSecrets().Create(t.Context(), api.SigningSecretCreate{
		RotatedCreate: api.RotatedCreate{Name: "old", Owner: "team-messaging"}, EndpointID: endpoint.ID,
		RotationPolicyID: policy,
	})
	if err != nil {
		t.Fatal(err)
	}
	value := o.value("by-hand", 1)
	o.p.As(api.RoleRuntime).Introspect(value)

	o.run("decommission old").want(exitRefused, "nothing was done", "there is no terminal", "by-hand 1 runtime",
		"stays: Terraform manages it", "stays: managed hangs on it")
	if _, err := by.ScopedTokens().Get(t.Context(), byHand); err != nil {
		t.Errorf("the token was closed without an answer: %v", err)
	}
	o.run("decommission old --yes").want(exitFailed, byHand+" by-hand closed", signing.ID+" old closed",
		endpoint.ID+" old closed", managed+" managed stays", protected+" protected stays: it could not be closed",
		"3 of 6 were closed", "protected; set deletion_protection to false first", connector.ID+" old stays",
		`resource "quickconnect_scoped_token" with name = "managed"`)
	for _, id := range []string{byHand, signing.ID} {
		o.run("show "+id).want(exitNoChange, "was closed at")
	}
	no := false
	if _, err := by.ScopedTokens().Patch(t.Context(), protected,
		api.ScopedTokenPatch{RotatedPatch: api.RotatedPatch{DeletionProtection: api.Some(no)}}, client.Write{}); err != nil {
		t.Fatal(err)
	}
	o.run("decommission old --yes").want(exitDone, protected+" protected closed", connector.ID+" old stays")
	o.run("decommission old --yes").want(exitNoChange, "nothing was done: Terraform manages")
	if err := o.provider().ScopedTokens().Delete(t.Context(), managed); err != nil { // as an apply does
		t.Fatal(err)
	}
	o.run("decommission old --yes").want(exitDone, connector.ID+" old closed")
	o.run("decommission old --yes").want(exitNoChange, "was closed at")
	o.stdin = value
	o.run("identify").want(exitDone, "closed at")
}
