package export

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2/hclwrite"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

// What is written refers to what is written before it, and has the ids of other objects. Text stays text, and null and
// empty stay apart.
func TestBlocks(t *testing.T) {
	policyID := "pol_elsewhere"
	described := "costs ${amount}"
	e := &exporter{addresses: map[string]string{}}
	lines, _ := connector(&api.Connector{
		Object: api.Object{ID: "con_1", Name: "1st", Description: &described, Labels: map[string]string{}},
		Owner:  "team-a", Type: "custom", Enabled: true, RotationPolicyID: &policyID,
	})
	e.add(api.Connectors, api.Object{ID: "con_1", Name: "1st"}, lines)
	lines, _ = endpoint(&api.WebhookEndpoint{
		Object: api.Object{ID: "wep_1", Name: "new-orders"}, ConnectorID: "con_1", URLHost: "hooks.example.com",
	})
	e.add(api.WebhookEndpoints, api.Object{ID: "wep_1", Name: "new-orders"}, lines)
	file := hclwrite.NewEmptyFile()
	for _, b := range e.blocks {
		e.write(file.Body(), b)
	}
	want := `import {
  to = quickconnect_connector._1st
  id = "con_1"
}

resource "quickconnect_connector" "_1st" {
  name               = "1st"
  description        = "costs $${amount}"
  labels             = {}
  owner              = "team-a"
  type               = "custom"
  rotation_policy_id = "pol_elsewhere"
}
import {
  to = quickconnect_webhook_endpoint.new-orders
  id = "wep_1"
}

variable "new_orders_url_wo" {
  type        = string
  description = "The secret URL, on hooks.example.com, of webhook endpoint new-orders."
  sensitive   = true
  ephemeral   = true
}

resource "quickconnect_webhook_endpoint" "new-orders" {
  name         = "new-orders"
  connector_id = quickconnect_connector._1st.id
  url_wo       = var.new_orders_url_wo
  enabled      = false
}
`
	if got := string(hclwrite.Format(file.Bytes())); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// What is being deleted has no configuration any more.
func TestDeletingIsLeftOut(t *testing.T) {
	now := api.Object{}.CreatedAt
	if _, deleting := policy(&api.RotationPolicy{Deletion: api.Deletion{DeletingSince: &now}}); !deleting {
		t.Error("a policy that is deleting is written")
	}
}

func TestSetFilter(t *testing.T) {
	var f client.Filter
	for _, text := range []string{"owner=team-a", "label=team=a", "orphan=true", "older_than=90d"} {
		if _, err := SetFilter(&f, text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	if want := (client.Filter{Owner: "team-a", Label: "team=a", Orphan: true, OlderThan: "90d"}); f != want {
		t.Errorf("got %+v", f)
	}
	for text, want := range map[string]string{
		"owner": "NAME=VALUE", "owner=": "NAME=VALUE", "colour=red": "names no filter", "orphan=yes": "orphan=true",
		"owner=b": "a second time",
	} {
		if _, err := SetFilter(&f, text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v does not say %q", text, err, want)
		}
	}
}
