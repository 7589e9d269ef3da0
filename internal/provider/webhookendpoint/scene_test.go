package webhookendpoint_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// scene is a platform and the Terraform of the webhook endpoint "orders".
type scene struct {
	*acctest.Platform
	t    *testing.T
	tf   *tftest.Terraform
	hook *acctest.Hook
	// answer is how the receiver answers.
	answer int
}

func start(t *testing.T) *scene {
	t.Helper()
	t.Parallel()
	p := acctest.StartFixture(t)
	return &scene{Platform: p, t: t, tf: p.Terraform(api.WebhookEndpoints.Terraform)}
}

func base() tftest.Config {
	return tftest.Config{
		"name": "orders", "connector_id": acctest.TheFixture().Connectors[0], "url": "https://hooks.example.com/orders",
	}
}

// created starts with the endpoint applied.
func created(t *testing.T, c tftest.Config) *scene {
	t.Helper()
	s := start(t)
	s.tf.Run(c)
	s.ForgetRequests()
	return s
}

// received starts with an endpoint that has a receiver and a signing secret, and returns its configuration.
func received(t *testing.T) (*scene, tftest.Config) {
	t.Helper()
	s := start(t)
	s.hook = acctest.StartHook(t, s.Clock)
	s.hook.Answer(func(acctest.HookEvent) int { return s.answer })
	c := base().With("url", s.hook.URL)
	s.tf.Run(c)
	s.signingSecret()
	s.ForgetRequests()
	return s, c
}

// signingSecret makes a signing secret for the endpoint.
func (s *scene) signingSecret() {
	s.t.Helper()
	s.As(api.RoleDeployer).Create(api.KindSigningSecrets, map[string]any{
		"name": "orders", "owner": "team-a", "endpoint_id": s.id(), "rotation_policy_id": acctest.TheFixture().Policies[0],
	}).Want(http.StatusCreated)
}

// delivered has the receiver answer an event with this status, and returns the event's id.
func (s *scene) delivered(status int) string {
	s.t.Helper()
	s.answer = status
	id := s.As(api.RoleDeployer).SendTestEvent("orders", "message.delivered")
	s.Deliver()
	return id
}

func (s *scene) id() string {
	s.t.Helper()
	return s.object().ID
}

func (s *scene) object() api.WebhookEndpoint {
	s.t.Helper()
	return s.As(api.RoleDeployer).WebhookEndpoint("orders")
}

// patch has somebody else change the endpoint.
func (s *scene) patch(change map[string]any) {
	s.t.Helper()
	s.As(api.RoleDeployer).Patch(api.KindWebhookEndpoints, "orders", change).Want(http.StatusOK)
}

// patched fails the test unless one PATCH with these members was sent since the last call.
func (s *scene) patched(want map[string]any) {
	s.t.Helper()
	got := []map[string]any{}
	for _, r := range s.Writes() {
		got = append(got, r.Fields())
	}
	if diff := cmp.Diff([]map[string]any{want}, got); diff != "" {
		s.t.Error(diff)
	}
}
