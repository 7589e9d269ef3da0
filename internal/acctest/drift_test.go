package acctest_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

const (
	thePolicy = "quickconnect_rotation_policy.monthly"
	theSink   = "sink_secret.notifier"
)

// drifting is a configuration that sets every attribute that can change outside Terraform.
func drifting(s *acctest.Sink) string {
	return `
resource "quickconnect_rotation_policy" "monthly" {
  name         = "monthly"
  description  = "How old a token may get."
  labels       = { stage = "test" }
  interval     = "30d"
  overlap      = "12h"
  max_age      = "60d"
  quiet_period = "1h"
}

resource "quickconnect_connector" "slack" {
  name               = "slack"
  description        = "The workspace of the company."
  labels             = { stage = "test" }
  owner              = "messaging@example.com"
  type               = "slack"
  settings           = { team_id = "T0123ABCD" }
  allowed_scopes     = ["messages:send", "messages:read"]
  rotation_policy_id = quickconnect_rotation_policy.monthly.id
  credentials_wo     = { bot_token = "xoxb-of-the-configuration" }
}

resource "quickconnect_scoped_token" "notifier" {
  name                = "notifier"
  description         = "Sends the alerts."
  labels              = { stage = "test" }
  owner               = "team-notifier"
  connector_id        = quickconnect_connector.slack.id
  scopes              = ["messages:send"]
  rotation_policy_id  = quickconnect_rotation_policy.monthly.id
  rotate_when_changed = { incident = "none" }
}
` + handover(s)
}

// An object of every kind changes outside Terraform. The next plan shows exactly that, one apply corrects it in place,
// and nothing else changes: no version moves, and nothing is delivered again.
func TestDriftIsCorrectedInPlace(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	tf.Config(drifting(s))
	tf.Apply()
	patches := map[string]map[string]any{
		token:        {"scopes": []string{"messages:send", "messages:read"}, "deletion_protection": true},
		theConnector: {"enabled": false, "labels": nil},
		thePolicy:    {"interval": "15d", "description": ""},
	}
	p.Credential(api.ScopedTokens, "notifier").Patch(patches[token])
	p.Credential(api.Connectors, "slack").Patch(patches[theConnector])
	p.Credential(api.RotationPolicies, "monthly").Patch(patches[thePolicy])
	tf.SavePlan("correct.tfplan").Has("Plan: 0 to add, 3 to change, 0 to destroy.")
	planned := tf.Changes("correct.tfplan")
	for address, patch := range patches {
		change := planned[address]
		if want := slices.Sorted(maps.Keys(patch)); change.Action() != "update" || !slices.Equal(changed(change), want) {
			t.Errorf("%s: the plan is to %s, changing %v; want an update of %v", address, change.Action(), changed(change), want)
		}
		// Of a connector the apply decides whether its credentials are sent: write-only values may differ between plan and
		// apply.
		if open := unknown(change); address != theConnector && len(open) > 0 {
			t.Errorf("%s: the plan leaves %v open, though nothing of it is to change", address, open)
		}
	}
	tf.ApplyPlan("correct.tfplan")
	wantCredentials(t, p, 1, "xoxb-of-the-configuration")
	wantDelivered(t, p, s, 1, 1)
	tf.Plan(0).Silent()
}

// changed lists the attributes that a plan changes to something known.
func changed(c acctest.Change) []string {
	var names []string
	for name, after := range c.Change.After {
		if !cmp.Equal(c.Change.Before[name], after) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// unknown lists the attributes that a plan leaves open, as a whole or in part.
func unknown(c acctest.Change) []string {
	var open func(v any) bool
	open = func(v any) bool {
		switch v := v.(type) {
		case bool:
			return v
		case map[string]any:
			return slices.ContainsFunc(slices.Collect(maps.Values(v)), open)
		case []any:
			return slices.ContainsFunc(v, open)
		}
		return false
	}
	var names []string
	for name, v := range c.Change.AfterUnknown {
		if open(v) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
