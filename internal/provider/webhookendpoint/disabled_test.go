package webhookendpoint_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

const enablesAgain = "This plan enables it again"

// A receiver that answers 410 has its endpoint disabled by the platform. The plan shows it, says why, and enables it
// again.
func TestGoneIsEnabledAgain(t *testing.T) {
	for name, enabled := range map[string]any{"by default": nil, "explicitly": true} {
		t.Run(name, func(t *testing.T) {
			s, c := received(t)
			c = c.With("enabled", enabled)
			event := s.delivered(http.StatusGone)
			p := s.tf.Plan(c)
			s.tf.Expect(s.tf.State, "enabled=false")
			s.tf.Expect(p.Planned, "enabled=true", "id="+s.id())
			tftest.Says(t, p.Diags.Warnings(), `AttributeName("enabled")`, `"orders" was disabled`, "At 2026-05-01T12:00:00Z",
				event, "410", enablesAgain, "set enabled = false")
			if !p.Changes || p.Replaces {
				t.Errorf("changes: %v, replaces: %v", p.Changes, p.Replaces)
			}
			s.tf.Keep(p, nil)
			s.patched(map[string]any{"enabled": true})
			tftest.Silent(t, s.tf, c)
			// That is over: an endpoint that somebody disables by hand was not gone.
			s.patch(map[string]any{"enabled": false})
			if p := s.tf.Plan(c); !p.Changes || p.Diags.Warnings() != "" {
				t.Errorf("changes: %v, %s", p.Changes, p.Diags.Warnings())
			}
		})
	}
}

// With enabled = false in the configuration the matter is settled: the plan has nothing to do, and is silent.
func TestGoneAndLeftDisabled(t *testing.T) {
	s, c := received(t)
	s.delivered(http.StatusGone)
	off := c.With("enabled", false)
	tftest.Silent(t, s.tf, off)
	// Enabled later, the plan says why it was disabled.
	p := s.tf.Plan(c)
	tftest.Says(t, p.Diags.Warnings(), enablesAgain)
	s.tf.Keep(p, nil)
	tftest.Silent(t, s.tf, c)
	s.tf.Run(off)
	tftest.Silent(t, s.tf, off)
	s.tf.Expect(s.tf.State, "enabled=false")
}

func TestGoneWhileEnabledIsUnknown(t *testing.T) {
	s, c := received(t)
	s.delivered(http.StatusGone)
	p := s.tf.Plan(c.With("enabled", tftest.Unknown))
	if s.tf.Expect(p.Planned, "enabled=<unknown>"); len(p.Diags) != 0 {
		t.Errorf("%s%s", p.Diags.Errors(), p.Diags.Warnings())
	}
	s.tf.Keep(p, c.With("enabled", true))
	s.tf.Expect(s.tf.State, "enabled=true")
	tftest.Silent(t, s.tf, c)
}

// The change goes through, the state has what was planned, and the next read finds the endpoint disabled.
func TestGoneBetweenPlanAndApply(t *testing.T) {
	s, c := received(t)
	c = c.With("description", "new")
	p := s.tf.Plan(c)
	s.delivered(http.StatusGone)
	tftest.Must(t, s.tf.Apply(p, nil))
	s.patched(map[string]any{"description": "new"})
	s.tf.Expect(s.tf.State, "enabled=true", "description=new")
	if p := s.tf.PlanOnly(c); p.Changes || strings.Contains(p.Diags.Warnings(), enablesAgain) {
		t.Errorf("without a refresh nothing is to be enabled: %s", p.Diags.Warnings())
	}
	p = s.tf.Plan(c)
	s.tf.Expect(s.tf.State, "enabled=false")
	tftest.Says(t, p.Diags.Warnings(), enablesAgain)
	s.tf.Keep(p, nil)
	tftest.Silent(t, s.tf, c)
}

// The answer to the change that enables it says that it is gone no more, so no refresh is needed to forget that.
func TestEnabledAgainIsForgotten(t *testing.T) {
	s, c := received(t)
	s.delivered(http.StatusGone)
	s.tf.Run(c)
	tftest.Must(t, s.tf.Apply(s.tf.PlanOnly(c.With("enabled", false)), nil))
	p := s.tf.PlanOnly(c)
	if s.tf.Expect(p.Planned, "enabled=true"); len(p.Diags) != 0 {
		t.Error(p.Diags.Warnings())
	}
}

func TestImportOfOneThatIsGone(t *testing.T) {
	s, c := received(t)
	event := s.delivered(http.StatusGone)
	tf := s.Terraform(api.WebhookEndpoints.Terraform)
	tftest.Must(t, tf.Import("orders"))
	tftest.Says(t, tf.Plan(c).Diags.Warnings(), event, enablesAgain)
	tftest.Silent(t, tf, c.With("enabled", false))
}

// While nothing is accepted every plan says so, and has nothing to do. A change of the URL, or enabled = false, settles
// it.
func TestFailingIsWarnedOf(t *testing.T) {
	s, c := received(t)
	s.delivered(http.StatusUnauthorized)
	tftest.Says(t, tftest.Empty(t, s.tf, c).Diags.Warnings(), `AttributeName("url")`,
		`Deliveries to "orders" are not accepted`,
		"None was accepted since 2026-05-01T12:00:00Z", "the endpoint answered 401",
		"/v1/webhook-endpoints/"+s.id()+"/deliveries")
	for name, v := range map[string]any{"url": "https://other.example.com/", "enabled": false} {
		if w := s.tf.Plan(c.With(name, v)).Diags.Warnings(); w != "" {
			t.Errorf("%s: %s", name, w)
		}
	}
	s.delivered(http.StatusNoContent)
	tftest.Silent(t, s.tf, c)
}
