package acctest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// Under a prefix the new token exists before the old one ends, the sink has its value in the same apply, and an import
// of it plans clean.
func TestCreateBeforeDestroyUnderAPrefix(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	second := `
resource "quickconnect_connector" "second" {
  name_prefix = "second-"
  owner       = "messaging@example.com"
  type        = "custom"
}
`
	configuration := strings.Replace(policy("")+notifier(`
  lifecycle {
    create_before_destroy = true
  }`)+handover(s)+second, `name               = "notifier"`, `name_prefix        = "notifier-"`, 1)
	tf.Config(configuration)
	tf.Apply()
	tf.Plan(0).Silent()
	auditor, deployer := p.As(api.RoleAuditor), p.As(api.RoleDeployer)
	received := func(deliveries int, version int64) (name, value string) {
		t.Helper()
		name, _ = tf.State(token)["name"].(string)
		got, value := s.Last()
		if !strings.HasPrefix(name, "notifier-") || len(s.All()) != deliveries || got != version ||
			value != deployer.Reveal(name, version) || !auditor.Introspect(value).Active {
			t.Errorf("%s: the sink has %d values, the last one of version %d", name, len(s.All()), got)
		}
		return name, value
	}
	for i, replacement := range []func() *acctest.Run{
		func() *acctest.Run { return tf.Apply("-replace=" + token) },
		func() *acctest.Run {
			moved := strings.Replace(configuration, "connector.slack.id", "connector.second.id", 1)
			tf.Config(moved)
			return tf.Apply()
		},
	} {
		name, old := received(i+1, int64(i+1))
		replacement().Has(token+": Creation complete", "1 added", "1 destroyed")
		if now, _ := received(i+2, int64(i+2)); now == name || auditor.Introspect(old).Active {
			t.Errorf("%s, then %s; the old value is accepted: %v", name, now, auditor.Introspect(old).Active)
		}
		tf.Plan(0).Silent()
	}
	if n := auditor.Count(api.KindScopedTokens); n != 1 {
		t.Errorf("%d tokens are left", n)
	}

	name, _ := tf.State(token)["name"].(string)
	tf.Run("state", "rm", token).Want(0)
	tf.Import(token, name)
	tf.Plan(0).Silent()
}

// Whatever refers to an object that is replaced can be replaced with it in one apply.
func TestConnectorIsReplacedWithItsTokens(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	configuration := strings.Replace(policy("")+notifier(`
  lifecycle {
    replace_triggered_by = [quickconnect_connector.slack.id]
  }`)+handover(s), `  name           = "slack"`, `  name_prefix    = "slack-"
  lifecycle {
    create_before_destroy = true
  }`, 1)
	tf.Config(configuration)
	tf.Apply()
	tf.Apply("-replace=" + theConnector)
	wantDelivered(t, p, s, 2, 2)
	if n := p.As(api.RoleAuditor).Count(api.KindConnectors); n != 1 {
		t.Errorf("%d connectors are left", n)
	}
	tf.Plan(0).Silent()
}

// What Terraform writes into the configuration of an import has a name, and is accepted as it is.
func TestGeneratedConfigurationHasAName(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	p.As(api.RoleDeployer).Create(api.KindRotationPolicies,
		map[string]any{"name_prefix": "by-hand-", "interval": "30d", "labels": map[string]any{"a": "b"}}).Want(201)
	var policies api.Page[api.RotationPolicy]
	p.As(api.RoleAuditor).Do("GET", api.RotationPolicies.Route(), nil).Want(200).Decode(&policies)
	imports := fmt.Sprintf(`
import {
  to = quickconnect_rotation_policy.found
  id = %q
}
`, policies.Items[0].Name)
	tf.Config(imports)
	tf.Plan(2, "-generate-config-out=found.tf").Has("1 to import, 0 to add, 0 to change", policies.Items[0].Name)
	tf.Apply()
	tf.Plan(0).Silent()
}

// Each way in which a name can be taken within a configuration, and the way out that the error names.
func TestNameTakenWithinOneConfiguration(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	connectors := func(left, right string) string {
		out := ""
		for label, name := range map[string]string{"left": left, "right": right} {
			out += fmt.Sprintf(`
resource "quickconnect_connector" %q {
  name  = %q
  owner = "messaging@example.com"
  type  = "custom"
}
`, label, name)
		}
		return out
	}
	tf.Config(connectors("a", "b"))
	tf.Apply()
	ids := map[string]string{"a": p.As(api.RoleAuditor).Connector("a").ID, "b": p.As(api.RoleAuditor).Connector("b").ID}
	tf.Config(connectors("b", "a"))
	run := tf.ApplyFails().Has("Name taken", "swapped", "two applies").HasNot("terraform import")
	if n := strings.Count(run.Output, "Error: "); n != 2 {
		t.Errorf("%d errors, want one for each", n)
	}
	tf.Config(connectors("between", "b"))
	tf.Apply()
	tf.Config(connectors("between", "a"))
	tf.Apply()
	tf.Config(connectors("b", "a"))
	tf.Apply()
	if now := p.As(api.RoleAuditor).Connector("a").ID; now != ids["b"] {
		t.Error("the names are not swapped")
	}

	// A block gets another label. Its creation may come before or after the deletion: here, before.
	renamed := strings.ReplaceAll(connectors("b", "a"), `"left"`, `"first"`)
	p.Fail(func(r acctest.Request) acctest.Fault {
		if r.Method == http.MethodDelete {
			return acctest.Refuse(http.MethodDelete, api.Problem{Code: api.CodeConflict, Detail: "not now"})(r)
		}
		return acctest.Pass()
	})
	tf.Config(renamed)
	tf.ApplyFails().Has("Name taken", "moved { from = OLD_ADDRESS, to =", "ADDRESS").HasNot("terraform import")
	p.Fail(nil)
	tf.Config(renamed + `
moved {
  from = quickconnect_connector.left
  to   = quickconnect_connector.first
}
`)
	tf.Apply().Has("Resources: 0 added, 0 changed, 0 destroyed")
	tf.Plan(0).Silent()

	// Two new blocks with one name.
	tf.Config(renamed + strings.ReplaceAll(strings.ReplaceAll(connectors("c", "c"), `"left"`, `"x"`), `"right"`, `"y"`) + `
moved {
  from = quickconnect_connector.left
  to   = quickconnect_connector.first
}
`)
	tf.ApplyFails().Has("Name taken", "Two blocks of this configuration").HasNot("terraform import")
}
