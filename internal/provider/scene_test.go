package provider_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

const day = 24 * time.Hour

// kind is a kind of object and a configuration of the one that a test is about, whose name is "orders".
type kind struct {
	api.Kind
	config tftest.Config
}

// rotatedKinds are the kinds of object whose value the platform makes and rotates. What they share is tested here,
// once.
func rotatedKinds() map[string]kind {
	ids := acctest.TheFixture()
	signing := tftest.Config{
		"name": "orders", "owner": "team-a", "endpoint_id": ids.Endpoints[0], "rotation_policy_id": ids.Policies[0],
	}
	return map[string]kind{
		"scoped token": {api.ScopedTokens, tftest.Config{
			"name": "orders", "owner": "team-a", "connector_id": ids.Connectors[0], "scopes": []string{"messages:send"},
			"rotation_policy_id": ids.Policies[0],
		}},
		"signing secret": {api.SigningSecrets, signing},
		"key pair":       {api.SigningSecrets, signing.With("algorithm", api.AlgorithmEd25519)},
	}
}

// bothTypes is one configuration of each resource type that is rotated, for tables with many cases.
func bothTypes() map[string]kind {
	kinds := rotatedKinds()
	delete(kinds, "signing secret")
	return kinds
}

// everyKind is one configuration of each kind of object.
func everyKind() map[string]kind {
	ids := acctest.TheFixture()
	kinds := rotatedKinds()
	delete(kinds, "key pair")
	kinds["connector"] = kind{api.Connectors, tftest.Config{
		"name": "orders", "owner": "team-a", "type": "custom", "credentials_wo": map[string]any{"api_key": "CANARY"},
	}}
	kinds["webhook endpoint"] = kind{api.WebhookEndpoints, tftest.Config{
		"name": "orders", "connector_id": ids.Connectors[0], "url": "https://hooks.example.com/orders",
	}}
	kinds["rotation policy"] = kind{api.RotationPolicies, tftest.Config{"name": "orders", "interval": "90d"}}
	kinds["workload identity"] = kind{api.WorkloadIdentities, tftest.Config{
		"name": "orders", "owner": "team-a", "role": api.RoleDeployer, "preset": api.PresetGitHubActions,
		"audience": "https://quickconnect.example.com",
		"claims":   map[string]any{"repository_owner_id": "1", "repository_id": "2"},
	}}
	return kinds
}

// parent is the attribute that names what an object of the kind is for. Another one replaces the object.
func (k kind) parent() string {
	if k.Kind == api.SigningSecrets {
		return "endpoint_id"
	}
	return "connector_id"
}

// otherParent is another value of parent.
func (k kind) otherParent() string {
	if k.Kind == api.SigningSecrets {
		return acctest.TheFixture().Endpoints[1]
	}
	return acctest.TheFixture().Connectors[1]
}

// scene is a platform and the Terraform of one object.
type scene struct {
	*acctest.Platform
	t  *testing.T
	tf *tftest.Terraform
	// credential is the same object over the API, beside Terraform.
	credential *acctest.Credential
}

// create applies a configuration to the empty state.
func (s *scene) create(c tftest.Config) {
	s.t.Helper()
	s.tf.Run(c)
	s.ForgetRequests()
}

// forEach runs a test for each kind, in parallel, on a platform of its own.
func forEach(t *testing.T, kinds map[string]kind, test func(*scene, kind)) {
	t.Helper()
	t.Parallel()
	for name, k := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := acctest.StartFixture(t)
			test(&scene{p, t, p.Terraform(k.Terraform), p.Credential(k.Kind, "orders")}, k)
		})
	}
}

// rules changes the rotation policy of the object.
func (s *scene) rules(change map[string]any) {
	s.t.Helper()
	s.As(api.RoleDeployer).Patch(api.KindRotationPolicies, "one", change).Want(200)
}

// warns fails the test unless the plan has no error and these texts in its warnings.
func (s *scene) warns(p tftest.Plan, texts ...string) {
	s.t.Helper()
	tftest.Must(s.t, p.Diags)
	tftest.Says(s.t, p.Diags.Warnings(), texts...)
}

// due lets the next rotation fall due.
func (s *scene) due() { s.Clock.Advance(90 * day) }

// staged leaves a rotation whose pending version is not proven.
func (s *scene) staged(c tftest.Config) {
	s.t.Helper()
	s.due()
	s.tf.Run(c)
	s.ForgetRequests()
}

// proven leaves a rotation whose promotion is due.
func (s *scene) proven(c tftest.Config) {
	s.t.Helper()
	s.staged(c)
	s.credential.Acknowledge(2)
}

// draining leaves a rotation whose end is due, because nobody has used the previous version for an hour.
func (s *scene) draining(c tftest.Config) {
	s.t.Helper()
	s.rules(map[string]any{"quiet_period": "1h"})
	s.proven(c)
	s.tf.Run(c)
	s.Clock.Advance(2 * time.Hour)
	s.ForgetRequests()
}

// saysNothingOf fails the test if one of these is in the text.
func saysNothingOf(t *testing.T, text string, unwanted ...string) {
	t.Helper()
	for _, u := range unwanted {
		if strings.Contains(text, u) {
			t.Errorf("%q is in:\n%s", u, text)
		}
	}
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
