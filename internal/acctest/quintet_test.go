package acctest_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// The operations of the API as a fault or a count singles them out.
const (
	opIdentity = "identity"
	opCreate   = "create"
	opRead     = "read"
	opPatch    = "patch"
	opStep     = "step"
	opReveal   = "reveal"
	opRun      = "run"
	opPresent  = "present"
	opDelete   = "delete"
)

// operation says which operation a request is.
func operation(r acctest.Request) string {
	parts := strings.Split(strings.Trim(r.Path, "/"), "/")
	switch {
	case r.Path == "/v1/identity":
		return opIdentity
	case strings.HasPrefix(r.Path, "/v1/runs/"):
		return opRun
	case r.Path == "/v1/claims/present":
		return opPresent
	case strings.HasSuffix(r.Path, "/reveal"):
		return opReveal
	case len(parts) > 3:
		return opStep
	case r.Method == http.MethodPost:
		return opCreate
	case r.Method == http.MethodPatch:
		return opPatch
	case r.Method == http.MethodDelete:
		return opDelete
	}
	return opRead
}

// failOn makes a fault happen to every request of one operation.
func failOn(p *acctest.Platform, op string, f acctest.Fault) {
	p.Fail(func(r acctest.Request) acctest.Fault {
		if operation(r) == op {
			return f
		}
		return acctest.Pass()
	})
}

// requestsOf returns what arrived of one operation.
func requestsOf(p *acctest.Platform, op string) []acctest.Request {
	var of []acctest.Request
	for _, r := range p.Requests() {
		if operation(r) == op {
			of = append(of, r)
		}
	}
	return of
}

// base makes the connector, the endpoint and the policy that a quintet refers to. They are outside Terraform, so that
// the resources of a quintet do not wait for each other, and one fault meets all of them in one apply.
func base(p *acctest.Platform) (connector, endpoint, policy string) {
	by := p.As(api.RoleDeployer)
	by.Create(api.KindRotationPolicies, api.RotationPolicyCreate{Name: "base", Interval: "30d"}).Want(201)
	by.Create(api.KindConnectors, api.ConnectorCreate{
		Name: "base", Owner: "messaging@example.com",
		Type: "slack",
	}).Want(201)
	connector = by.Connector("base").ID
	by.Create(api.KindWebhookEndpoints, api.WebhookEndpointCreate{
		Name: "base", ConnectorID: connector,
		URL: new("https://hooks.example.com"),
	}).Want(201)
	return connector, by.WebhookEndpoint("base").ID, by.RotationPolicy("base").ID
}

const (
	baseSize    = 3
	quintetSize = 5
)

// quintet is one resource of every kind, none of which refers to another.
func quintet(p *acctest.Platform) string {
	connector, endpoint, policy := base(p)
	return fmt.Sprintf(`
variable "description" {
  default = "first"
}

resource "quickconnect_rotation_policy" "quintet" {
  name        = "quintet"
  interval    = "90d"
  description = var.description
}

resource "quickconnect_connector" "quintet" {
  name        = "quintet"
  owner       = "messaging@example.com"
  type        = "slack"
  description = var.description
}

resource "quickconnect_scoped_token" "quintet" {
  name               = "quintet"
  owner              = "team-notifier"
  connector_id       = %[1]q
  scopes             = ["messages:send"]
  rotation_policy_id = %[2]q
  description        = var.description
}

resource "quickconnect_webhook_endpoint" "quintet" {
  name         = "quintet"
  connector_id = %[1]q
  url          = "https://hooks.example.com"
  description  = var.description
}

resource "quickconnect_webhook_signing_secret" "quintet" {
  name               = "quintet"
  owner              = "team-notifier"
  endpoint_id        = %[3]q
  rotation_policy_id = %[2]q
  description        = var.description
}
`, connector, policy, endpoint)
}

// quintetHandover hands the quintet's token to a sink.
func quintetHandover(s *acctest.Sink) string {
	return strings.ReplaceAll(handover(s), "notifier", "quintet")
}

// impatient is a provider that gives up soon.
const impatient = `
provider "quickconnect" {
  max_retries = 1
}
`

var quintetKinds = []string{
	api.KindRotationPolicies, api.KindConnectors, api.KindScopedTokens,
	api.KindWebhookEndpoints, api.KindSigningSecrets,
}

// quintetOn returns the ids of the quintet's objects as the platform has them, by resource type.
func quintetOn(p *acctest.Platform) map[string]string {
	ids := map[string]string{}
	for _, kind := range quintetKinds {
		var o api.Object
		if p.As(api.RoleAuditor).Find(kind, "quintet", &o) {
			ids[typeOf(kind)] = o.ID
		}
	}
	return ids
}

// quintetIn returns the ids of the quintet's objects as the state has them, by resource type.
func quintetIn(t *testing.T, tf *acctest.CLI) map[string]string {
	t.Helper()
	ids := map[string]string{}
	for address, id := range stateIDs(t, stateFile(t, tf)) {
		if resource, _, _ := strings.Cut(address, "."); strings.HasPrefix(resource, "quickconnect_") {
			ids[resource] = id
		}
	}
	return ids
}

// wantSame fails the test unless the state and the platform have the same objects of the quintet: none lost, none
// twice.
func wantSame(t *testing.T, p *acctest.Platform, tf *acctest.CLI, objects int) {
	t.Helper()
	in, on := quintetIn(t, tf), quintetOn(p)
	if !maps.Equal(in, on) || len(on) != objects {
		t.Errorf("the state has %v, the platform has %v, want %d objects in both", in, on, objects)
	}
	wantCounts(t, p, objects)
}

// wantCounts fails the test unless the platform has this many objects, in all kinds, besides those of base.
func wantCounts(t *testing.T, p *acctest.Platform, objects int) {
	t.Helper()
	n := 0
	for _, kind := range quintetKinds {
		n += p.As(api.RoleAuditor).Count(kind)
	}
	if n-baseSize != objects {
		t.Errorf("the platform has %d objects, want %d", n-baseSize, objects)
	}
}

func typeOf(kind string) string {
	return map[string]string{
		api.KindRotationPolicies: "quickconnect_rotation_policy",
		api.KindConnectors:       "quickconnect_connector",
		api.KindScopedTokens:     "quickconnect_scoped_token",
		api.KindWebhookEndpoints: "quickconnect_webhook_endpoint",
		api.KindSigningSecrets:   "quickconnect_webhook_signing_secret",
	}[kind]
}

// stateIDs returns the id of every managed object in a state file, by address, and fails the test if one is tainted or
// deposed. It reads the file, so that a test can look after every command without running another one.
func stateIDs(t *testing.T, data string) map[string]string {
	t.Helper()
	var state struct {
		Resources []struct {
			Mode, Type, Name string
			Instances        []struct {
				IndexKey   any `json:"index_key"`
				Status     string
				Deposed    string
				Attributes map[string]any
			}
		}
	}
	if data == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(data), &state); err != nil {
		t.Fatal(err)
	}
	ids := map[string]string{}
	for _, r := range state.Resources {
		if r.Mode != "managed" {
			continue
		}
		for _, i := range r.Instances {
			address := r.Type + "." + r.Name
			if i.IndexKey != nil {
				address = fmt.Sprintf("%s[%v]", address, i.IndexKey)
			}
			if i.Status != "" || i.Deposed != "" {
				t.Errorf("%s is %s (deposed: %q) in the state", address, i.Status, i.Deposed)
			}
			ids[address], _ = i.Attributes["id"].(string)
		}
	}
	return ids
}

// stateFile returns the state file, empty where there is none.
func stateFile(t *testing.T, tf *acctest.CLI) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(tf.Dir, "terraform.tfstate"))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return string(data)
}
