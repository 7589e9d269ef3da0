package webhookendpoint

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest/core"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest/fakes"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

const theID = "wep_01ARZ3NDEKTSV4RRFFQ69G5FAV"

var start = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

// fake is the endpoint's part of the platform's API, for one endpoint.
type fake struct {
	url      string
	endpoint *api.WebhookEndpoint
	// secrets is how many signing secrets refer to it.
	secrets int
	// writes are the bodies of POST and PATCH.
	writes []map[string]any
	// refuse answers every write with a problem.
	refuse *api.Problem
}

func newFake(t *testing.T) *fake {
	t.Helper()
	f := &fake{}
	s := httptest.NewServer(fakes.Named(f))
	t.Cleanup(s.Close)
	f.url = s.URL
	return f
}

// ServeHTTP answers one request.
func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body := map[string]any{}
	if raw, _ := io.ReadAll(r.Body); len(raw) > 0 {
		_ = json.Unmarshal(raw, &body)
		f.writes = append(f.writes, maps.Clone(body))
	}
	switch path := strings.TrimPrefix(r.URL.Path, "/v1/webhook-endpoints"); {
	case f.refuse != nil && r.Method != http.MethodGet:
		fakes.Problem(w, *f.refuse)
	case r.Method == http.MethodGet && path == "":
		page := api.Page[api.WebhookEndpoint]{Items: []api.WebhookEndpoint{}}
		if f.endpoint != nil && f.endpoint.Name == r.URL.Query().Get("name") {
			page.Items = append(page.Items, *f.endpoint)
		}
		answer(w, page)
	case r.Method == http.MethodPost && path == "" && f.endpoint != nil:
		fakes.Problem(w, api.Problem{Code: api.CodeNameTaken, Field: "/name", Detail: "taken"})
	case r.Method == http.MethodPost && path == "":
		f.endpoint = &api.WebhookEndpoint{
			Object:  api.Object{ID: theID, Tenant: "acme", Environment: "staging", CreatedAt: start},
			Enabled: true,
		}
		f.merge(body)
		answer(w, f.endpoint)
	case f.endpoint == nil || path != "/"+theID:
		fakes.Problem(w, api.Problem{Code: api.CodeNotFound, Detail: "no such endpoint"})
	case r.Method == http.MethodDelete && f.secrets > 0:
		fakes.Problem(
			w,
			api.Problem{
				Code:   api.CodeConflict,
				Detail: `the webhook endpoint "orders" is in use by 1 signing secret; delete those or point them elsewhere first`,
			},
		)
	case r.Method == http.MethodDelete:
		f.endpoint = nil
		w.WriteHeader(http.StatusNoContent)
	default:
		f.merge(body)
		answer(w, f.endpoint)
	}
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

// merge carries out a body: what is absent stays, and a member is replaced whole.
func (f *fake) merge(body map[string]any) {
	all := map[string]any{}
	raw, _ := json.Marshal(f.endpoint)
	_ = json.Unmarshal(raw, &all)
	maps.Copy(all, body)
	raw, _ = json.Marshal(all)
	out := &api.WebhookEndpoint{}
	_ = json.Unmarshal(raw, out)
	if out.Enabled {
		out.Disabled = nil
	}
	f.endpoint = out
}

// gone is what the platform does with an endpoint that answers 410.
func (f *fake) gone() {
	f.endpoint.Enabled, f.endpoint.Disabled = false, &api.Disabled{
		Reason: api.DisabledGone,
		At:     start.Add(time.Hour),
		By:     "msg_7",
	}
}

// newTerraformIn is one at this URL, in an environment; a timeout of 0 is the client's own.
func newTerraformIn(t *testing.T, url, environment string, timeout time.Duration) *core.Terraform {
	t.Helper()
	return newTerraformOn(t, fakes.NewPlatform(t, url, fakes.Identity(environment), timeout))
}

func newTerraformOn(t *testing.T, p *tfkit.Platform) *core.Terraform {
	t.Helper()
	return core.New(t, fakes.Noun{Platform: p, Resource: NewResource}, core.Config{}, kind.Terraform)
}

func newTerraform(t *testing.T, f *fake) *core.Terraform {
	t.Helper()
	return newTerraformIn(t, f.url, "staging", 0)
}

func base() core.Config {
	return core.Config{"name": "orders", "connector_id": "con_1", "url": "https://hooks.example.com/orders"}
}

// created is an endpoint that has been applied.
func created(t *testing.T, c core.Config) (*fake, *core.Terraform) {
	t.Helper()
	f := newFake(t)
	tf := newTerraform(t, f)
	tf.Run(c)
	f.writes = nil
	return f, tf
}
