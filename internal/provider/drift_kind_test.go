package provider_test

import (
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// drifting is a configuration that says something of every attribute that somebody could change, and their changes.
type drifting struct {
	kind
	patches []map[string]any
}

func driftCases(t *testing.T) map[string]drifting {
	t.Helper()
	ids := acctest.TheFixture()
	stage := map[string]any{"stage": "test"}
	common := []map[string]any{
		{"description": "theirs"},
		{"description": nil},
		{"description": ""},
		{"labels": nil},
		{"labels": map[string]any{"stage": "live"}},
		{"labels": map[string]any{}},
		{"name": "renamed"},
	}
	describe := func(c tftest.Config) tftest.Config {
		return c.With("description", "what it is for").With("labels", stage)
	}
	return map[string]drifting{
		"rotation policy": {
			kind{api.RotationPolicies, describe(tftest.Config{
				"name": "orders", "interval": "30d", "overlap": "12h", "max_age": "60d", "quiet_period": "1h",
			})},
			slices.Concat(common, []map[string]any{
				{"interval": "15d"},
				{"overlap": "30d"},
				{"max_age": nil},
				{"require_acknowledgement": false},
				{"quiet_period": nil, "max_stage": "1d", "on_stage_timeout": "promote"},
			}),
		},
		"workload identity": {
			kind{api.WorkloadIdentities, describe(everyKind()["workload identity"].config).With("max_ttl", "5m").
				With("allowed_cidrs", []string{"192.0.2.0/24"})},
			slices.Concat(common, []map[string]any{
				{"owner": "else@example.com"},
				{"role": api.RoleAuditor},
				{"preset": api.PresetCircleCI, "issuer": "https://oidc.circleci.com/org/1"},
				{"issuer": "https://github.example.com/_services/token"},
				{"audience": "theirs"},
				{"claims": map[string]any{"repository_owner_id": "1", "repository_id": "3"}},
				{"max_ttl": nil},
				{"allowed_cidrs": nil},
				{"jwks": acctest.JWKS(t)},
			}),
		},
		"connector": {
			kind{api.Connectors, describe(tftest.Config{
				"name": "orders", "owner": "team-a", "type": "slack", "settings": map[string]any{"team_id": "T0123ABCD"},
				"allowed_scopes": []string{"messages:send", "messages:read"}, "rotation_policy_id": ids.Policies[0],
				"credentials_wo": map[string]any{"bot_token": "xoxb-CANARY"},
			})},
			slices.Concat(common, []map[string]any{
				{"owner": "else@example.com"},
				{"allowed_scopes": nil},
				{"allowed_scopes": []string{"messages:send", "files:*"}},
				{"settings": map[string]any{"team_id": "T9"}},
				{"enabled": false},
				{"rotation_policy_id": nil},
				{"credentials_wo_version": 7},
			}),
		},
		"webhook endpoint": {
			kind{api.WebhookEndpoints, describe(everyKind()["webhook endpoint"].config).With("event_types",
				[]string{"message.sent"})},
			slices.Concat(common, []map[string]any{
				{"url": "https://hooks.example.com/theirs"},
				{"event_types": nil},
				{"event_types": []string{"message.failed"}},
				{"enabled": false},
			}),
		},
	}
}

// Of a policy, a connector or an endpoint, too: whatever somebody changes, the next plan shows exactly that, one apply
// corrects it in place, and nothing else moves.
func TestDriftOfTheOtherKinds(t *testing.T) {
	for name, x := range driftCases(t) {
		t.Run(name, func(t *testing.T) {
			forEach(t, map[string]kind{x.Singular: x.kind}, func(s *scene, k kind) {
				s.create(k.config)
				before := s.object(k)
				for _, patch := range x.patches {
					id, _ := before["id"].(string)
					s.As(api.RoleDeployer).Do(http.MethodPatch, k.Route(id), patch).Want(http.StatusOK)
					p := s.tf.Plan(k.config)
					tftest.Must(s.t, p.Diags)
					got, want := knownChanges(s.t, s.tf.State, p.Planned), slices.Sorted(maps.Keys(patch))
					if p.Replaces || !slices.Equal(got, want) {
						s.t.Errorf("replaces: %t, changes %v, want %v in place", p.Replaces, got, want)
					}
					tftest.Must(s.t, s.tf.Apply(p, nil))
					tftest.Silent(s.t, s.tf, k.config)
					if diff := cmp.Diff(before, s.object(k)); diff != "" {
						s.t.Fatalf("the object is not as it was (-before +after), after %v:\n%s", patch, diff)
					}
				}
			})
		})
	}
}

// object is what the API says of the object, without what counts its changes, and without its claim, which a plan
// presents.
func (s *scene) object(k kind) map[string]any {
	s.t.Helper()
	var o map[string]any
	if !s.As(api.RoleDeployer).Find(k.Path, "orders", &o) {
		s.t.Fatal("the object is not there")
	}
	delete(o, "etag")
	delete(o, "claim")
	return o
}

// knownChanges lists the attributes that a plan changes to something known.
func knownChanges(t *testing.T, before, after tftypes.Value) []string {
	t.Helper()
	var was, is map[string]tftypes.Value
	if err := before.As(&was); err != nil {
		t.Fatal(err)
	}
	if err := after.As(&is); err != nil {
		t.Fatal(err)
	}
	var names []string
	for name := range was {
		if is[name].IsFullyKnown() && !is[name].Equal(was[name]) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
