package acctest_test

import (
	"net/http"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// Destroyed together they go in the right order. The endpoint alone cannot go while a secret refers to it, and the
// error says so.
func TestEndpointDeletedWithItsSecret(t *testing.T) {
	s := startSigning(t, "", "")
	s.staged()
	endpoint := s.p.As(api.RoleAuditor).WebhookEndpoint("orders").ID
	s.p.As(api.RoleOperator).Create(api.KindSigningSecrets, map[string]any{
		"name": "theirs", "owner": "o", "endpoint_id": endpoint,
		"rotation_policy_id": s.p.As(api.RoleAuditor).RotationPolicy("monthly").ID,
	}).Want(http.StatusCreated)
	s.tf.Run("destroy", "-auto-approve").Want(1).Has("Cannot delete webhook endpoint", "1 signing secret")
	if left := s.tf.Objects(); len(left) != 3 {
		t.Errorf("%d objects are left in the state, want endpoint, connector and policy", len(left))
	}
	s.p.As(api.RoleOperator).Delete(api.KindSigningSecrets, "theirs").Want(http.StatusNoContent)
	s.tf.Destroy()

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
