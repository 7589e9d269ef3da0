package acctest_test

import (
	"net/http"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// Destroyed together they go in the right order. With a secret that another state has, the endpoint is deleting, and
// what the endpoint uses too. All of it goes with that secret.
func TestEndpointDeletedWithItsSecret(t *testing.T) {
	s := startSigning(t, "", "")
	s.staged()
	endpoint := s.p.As(api.RoleAuditor).WebhookEndpoint("orders").ID
	s.p.As(api.RoleOperator).Create(api.KindSigningSecrets, map[string]any{
		"name": "theirs", "owner": "o", "endpoint_id": endpoint,
		"rotation_policy_id": s.p.As(api.RoleAuditor).RotationPolicy("monthly").ID,
	}).Want(http.StatusCreated)
	s.tf.Destroy().Has(`Webhook endpoint "orders": deleted as soon as 1 object stops`, `signing secret "theirs"`)
	if left := s.tf.Objects(); len(left) != 0 {
		t.Errorf("%d objects are left in the state", len(left))
	}
	client := s.p.As(api.RoleAuditor).Client()
	if got, err := client.WebhookEndpoints().Get(t.Context(), endpoint); err != nil || got.DeletingSince == nil {
		t.Errorf("the endpoint in use: %+v, %v", got, err)
	}
	s.p.As(api.RoleOperator).Delete(api.KindSigningSecrets, "theirs").Want(http.StatusNoContent)
	if _, err := client.WebhookEndpoints().Get(t.Context(), endpoint); err == nil {
		t.Error("the endpoint is still there, without a user")
	}

	// In again: the numbers of the secret's name go on.
	s.tf.Apply()
	s.want(3, nil)
	s.tf.Config(policy(""))
	s.tf.Plan(2).Has("0 to add, 0 to change, 3 to destroy")
	s.tf.Apply()
	for _, kind := range []string{api.KindWebhookEndpoints, api.KindSigningSecrets, api.KindConnectors} {
		if n := s.p.As(api.RoleAuditor).Count(kind); n != 0 {
			t.Errorf("%d %s are left", n, kind)
		}
	}
}
