package provider_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// invoked runs an action that succeeds, and returns what it has shown.
func (s *scene) invoked(action string, c tftest.Config) string {
	s.t.Helper()
	name := "quickconnect_" + action
	tftest.Must(s.t, s.tf.PlanAction(name, c))
	shown, d := s.tf.Invoke(name, c)
	tftest.Must(s.t, d)
	return shown
}

// invokedAgain is invoked for an action that has nothing left to change: it only reads.
func (s *scene) invokedAgain(action string, c tftest.Config) string {
	s.t.Helper()
	s.ForgetRequests()
	shown := s.invoked(action, c)
	for _, r := range s.Requests() {
		if r.Method != http.MethodGet {
			s.t.Errorf("%s again: sent %s %s", action, r.Method, r.Path)
		}
	}
	return shown
}

// containedKinds are the kinds with a credential.
func containedKinds() map[string]kind {
	kinds := everyKind()
	delete(kinds, "webhook endpoint")
	delete(kinds, "rotation policy")
	delete(kinds, "workload identity")
	return kinds
}

// A hold, a release and a revocation do once what they say, and say that the second time did nothing.
func TestActionsThatContain(t *testing.T) {
	forEach(t, containedKinds(), func(s *scene, k kind) {
		s.create(k.config)
		id := s.tf.Get(s.tf.State, "id")
		about := tftest.Config{"id": id, "reason": "drill"}

		tftest.Says(s.t, s.invoked("hold", about), `"orders" is on hold.`)
		tftest.Says(s.t, s.invokedAgain("hold", about), "is on hold already", "drill", "Nothing was changed.")
		tftest.Says(s.t, s.invoked("release", about), "has ended")
		tftest.Says(s.t, s.invokedAgain("release", about), "is not on hold", "Nothing was changed.")

		tftest.Says(s.t, s.invoked("revoke", about.With("hold", true)), "Every version of", "nothing is reissued")
		tftest.Says(s.t, s.invokedAgain("revoke", about), "no valid version", "Nothing was changed.")
	})
}

// A revocation below a number leaves the versions from there on valid.
func TestActionRevokesOldVersions(t *testing.T) {
	forEach(t, bothTypes(), func(s *scene, k kind) {
		s.create(k.config)
		s.draining(k.config)
		id := s.tf.Get(s.tf.State, "id")
		tftest.Says(s.t, s.invoked("revoke", tftest.Config{"id": id, "below": 2, "reason": "drill"}), "below 2 is valid")
		tftest.Must(s.t, s.tf.Refresh())
		s.tf.Expect(s.tf.State, "rotation.phase=stable", "rotation.current_version=2")
	})
}

// A test event reaches the receiver; a probe says how the receiver answered.
func TestActionsOfAnEndpoint(t *testing.T) {
	k := rotatedKinds()["signing secret"]
	forEach(t, map[string]kind{"signing secret": k}, func(s *scene, k kind) {
		s.create(k.config)
		h := acctest.StartHook(s.t, s.Clock)
		s.As(api.RoleDeployer).Patch(api.KindWebhookEndpoints, "one", map[string]any{"url": h.URL}).Want(http.StatusOK)
		endpoint := tftest.Config{"endpoint_id": k.config["endpoint_id"]}

		tftest.Says(s.t, s.invoked("probe", endpoint), "has a pending version. Nothing was sent.")
		h.Know(s.credential.Reveal(1))
		shown := s.invoked("send_test_event", endpoint.With("event_type", "message.delivered"))
		tftest.Says(s.t, shown, "is queued")
		s.Deliver()
		if events := h.Events(); len(events) != 1 || !strings.Contains(shown, events[0].ID) {
			s.t.Errorf("the receiver got %v, and the action has said: %s", events, shown)
		}

		s.staged(k.config)
		tftest.Says(s.t, s.invoked("probe", endpoint), "version 2", "not_accepted")
		h.Know(s.credential.Reveal(2))
		tftest.Says(s.t, s.invoked("probe", endpoint), "version 2", "proven")
	})
}

// A role that may not do what an action does is told so in the plan, and nothing is sent.
func TestActionWithoutPermission(t *testing.T) {
	p := acctest.StartFixture(t)
	tf := p.Terraform(api.ScopedTokens.Terraform, func(c tftest.Config) tftest.Config {
		return c.With("token", p.Token(api.RoleAuditor))
	})
	id := acctest.TheFixture().Connectors[0]
	for action, c := range map[string]tftest.Config{
		"hold":            {"id": id, "reason": "drill"},
		"release":         {"id": id, "reason": "drill"},
		"revoke":          {"id": id, "reason": "drill"},
		"probe":           {"endpoint_id": acctest.TheFixture().Endpoints[0]},
		"send_test_event": {"endpoint_id": acctest.TheFixture().Endpoints[0], "event_type": "message.delivered"},
	} {
		d := tf.PlanAction("quickconnect_"+action, c)
		tftest.Says(t, d.Errors(), "Permission missing", "quickconnect_"+action, `"auditor"`)
	}
	if sent := p.Requests(); len(sent) != 0 {
		t.Errorf("sent %v", sent)
	}
}

// What cannot be right is refused by validation, and a missing object by the invocation.
func TestActionsThatAreRefused(t *testing.T) {
	p := acctest.StartFixture(t)
	tf := p.Terraform(api.ScopedTokens.Terraform)
	ids := acctest.TheFixture()
	for _, c := range []struct {
		action string
		config tftest.Config
		want   string
	}{
		{"hold", tftest.Config{"id": ids.Endpoints[0], "reason": "drill"}, "must be the id of a connector"},
		{"revoke", tftest.Config{"id": ids.Connectors[0], "reason": ""}, "must say why"},
		{"revoke", tftest.Config{"id": ids.Connectors[0], "reason": "drill", "below": 1}, "at least 2"},
		{"probe", tftest.Config{"endpoint_id": ids.Connectors[0]}, "must be the id of a webhook endpoint"},
		{"send_test_event", tftest.Config{"endpoint_id": ids.Endpoints[0], "event_type": "Not A Type"}, "event_type"},
	} {
		if d := tf.PlanAction("quickconnect_"+c.action, c.config); !strings.Contains(d.Errors(), c.want) {
			t.Errorf("%s %v: %q does not say %q", c.action, c.config, d.Errors(), c.want)
		}
	}
	_, d := tf.Invoke("quickconnect_hold", tftest.Config{"id": "tok_01J8Z3N6T4", "reason": "drill"})
	tftest.Says(t, d.Errors(), "scoped token tok_01J8Z3N6T4", "no such object")
}
