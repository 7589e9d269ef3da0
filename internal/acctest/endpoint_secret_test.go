package acctest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

const secretEndpoint = `
variable "url" {
  type      = string
  ephemeral = true
}

variable "api_key" {
  type      = string
  ephemeral = true
}

resource "quickconnect_connector" "shop" {
  name  = "shop"
  owner = "messaging@example.com"
  type  = "custom"
}

resource "quickconnect_rotation_policy" "monthly" {
  name     = "monthly"
  interval = "30d"
}

resource "quickconnect_webhook_endpoint" "orders" {
  name         = "orders"
  connector_id = quickconnect_connector.shop.id
  url_wo       = var.url
  headers_wo   = { "X-Api-Key" = var.api_key }
  event_types  = ["message.*"]
  %s
}

resource "quickconnect_webhook_signing_secret" "orders" {
  name               = "orders"
  owner              = "team-orders"
  endpoint_id        = quickconnect_webhook_endpoint.orders.id
  rotation_policy_id = quickconnect_rotation_policy.monthly.id
}
`

// A URL and a header that are secrets: created, changed, imported, numbered. Events arrive with them, and they are in
// nothing that the CLI, the provider or the platform writes.
func TestEndpointSecrets(t *testing.T) {
	p, tf, token := startProcess(t, "--allow-private-endpoints")
	tf.StartPrograms() // for their trace logs
	logs := t.TempDir()
	tf.Set("TF_LOG", "TRACE")
	tf.Set("TF_LOG_PATH", filepath.Join(logs, "trace.log"))
	h := acctest.StartHook(t, clock.System())
	h.Answer(func(acctest.HookEvent) int { return http.StatusNoContent })
	paths := []string{"canary-of-a-path-88bb01", "canary-of-a-path-88bb02"}
	apiKeys := []string{"canary-of-a-header-99cc01", "canary-of-a-header-99cc02"}
	canaries := acctest.NewCanaries(t, map[string]string{
		"a path": paths[0], "another path": paths[1], "a header": apiKeys[0], "another header": apiKeys[1],
	})
	var runs []*acctest.Run
	run := func(r *acctest.Run) { runs = append(runs, r) }
	set := func(i int) {
		tf.Var("url", h.URL+"/in/"+paths[i])
		tf.Var("api_key", apiKeys[i])
	}
	endpoints := p.Client(token).WebhookEndpoints()
	event := api.TestEventRequest{Type: anEvent, Data: json.RawMessage(`{}`)}
	arrives := func(apiKey string) {
		t.Helper()
		before := len(h.Events())
		_, err := endpoints.SendTestEvent(t.Context(), fmt.Sprint(tf.State(theEndpoint)["id"]), event, client.Write{})
		ok(t, err)
		acctest.WaitFor(t, "the event arrives", func() bool { return len(h.Events()) > before })
		if got := h.Events()[before].Header.Get("X-Api-Key"); got != apiKey {
			t.Errorf("an event arrived with the header %q", got)
		}
	}

	tf.Config(fmt.Sprintf(secretEndpoint, ""))
	for i := range paths {
		set(i)
		file := fmt.Sprintf("%d.tfplan", i)
		run(tf.SavePlan(file))
		run(tf.Run("show", "-json", file).Want(0))
		run(tf.ApplyPlan(file))
		tf.Plan(0).Silent()
		arrives(apiKeys[i])
	}
	set(0)
	run(tf.Plan(2).Has("url_wo will be sent", "headers_wo will be sent", "changed since the last apply"))
	set(1)
	tf.Run("state", "rm", theEndpoint).Want(0)
	tf.Import(theEndpoint, "orders")
	tf.Plan(0).Silent()
	// With numbers the values may be made anew on every run.
	tf.Config(fmt.Sprintf(secretEndpoint, "url_wo_version = 1\n  headers_wo_version = 1"))
	tf.Apply()
	set(0)
	tf.Plan(0).Silent()
	arrives(apiKeys[1])
	tf.Config(fmt.Sprintf(secretEndpoint, "url_wo_version = 2\n  headers_wo_version = 2"))
	run(tf.Apply())
	tf.Plan(0).Silent()
	arrives(apiKeys[0])
	tf.Var("url", "https://user:"+paths[0]+"@hooks.example.com")
	run(tf.ApplyFails())
	run(tf.Run("state", "pull").Want(0))

	records := p.Read(token, "/v1/webhook-endpoints/"+fmt.Sprint(tf.State(theEndpoint)["id"])+"/deliveries")
	p.Stop()
	canaries.Absent("the records", records)
	for _, r := range runs {
		canaries.Absent("the output of "+r.Args[0], []byte(r.Output))
	}
	canaries.Absent("the platform's log", []byte(p.Log()))
	canaries.AbsentBelow(tf.Dir)
	canaries.AbsentBelow(p.DataDir)
	canaries.AbsentBelow(logs)
}
