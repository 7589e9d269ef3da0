package provider_test

import (
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// patches are the bodies of a PATCH, by kind.
var patches = map[string]any{
	api.KindConnectors:          api.ConnectorPatch{},
	api.KindRotationPolicies:    api.RotationPolicyPatch{},
	api.KindScopedTokens:        api.ScopedTokenPatch{},
	api.KindWebhookEndpoints:    api.WebhookEndpointPatch{},
	api.KindSigningSecrets:      api.SigningSecretPatch{},
	api.WorkloadIdentities.Path: api.WorkloadIdentityPatch{},
}

// takes reports whether a PATCH of the kind has this member.
func (k kind) takes(member string) bool {
	for _, f := range reflect.VisibleFields(reflect.TypeOf(patches[k.Path])) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name == member {
			return true
		}
	}
	return false
}

// rotates and holds report what can be done to an object of the kind.
func (k kind) rotates() bool { return k.Kind == api.ScopedTokens || k.Kind == api.SigningSecrets }
func (k kind) holds() bool   { return k.rotates() || k.Kind == api.Connectors }

// neverNull are the members that a PATCH cannot remove.
var neverNull = []string{
	"name", "owner", "enabled", "url", "connector_id", "type", "interval", "scopes", "role",
	"preset", "audience", "claims",
}

// happenings are what may happen to an object of a kind on the platform: a change of each attribute, there and back,
// and what people and time do to it. What has happened before may be in the way: a hold, or a rotation that runs. It
// fails the test where the platform refuses something for another reason. Each returns why it has not happened; empty
// where it has.
func (s *scene) happenings(k kind, id string) map[string]func() string {
	s.t.Helper()
	out := s.patches(k, id)
	verb := func(what, role, verb string, body any) {
		out[what] = func() string {
			return refusal(s.As(role).Do(http.MethodPost, k.Route(id, verb), body))
		}
	}
	if k.holds() {
		verb("held", api.RoleSecurity, "hold", api.HoldRequest{Reason: "test"})
		verb("released", api.RoleSecurity, "release", api.HoldRequest{Reason: "test"})
		verb("revoked", api.RoleSecurity, "revoke", api.RevokeRequest{All: true, Reason: "leak"})
	}
	if k.rotates() {
		for _, step := range []string{api.StepBegin, api.StepRotate, api.StepPromote, api.StepCancel, api.StepReissue} {
			body := api.StepRequest{Reason: "test", Force: step == api.StepPromote}
			verb("step "+step, api.RoleOperator, "rotation/"+step, body)
		}
	}
	time := func(what string, passes func()) {
		out[what] = func() string { passes(); return "" }
	}
	time("probed", func() { s.Probe() })
	time("a day later", func() { s.Clock.Advance(day) })
	time("months later", func() { s.Clock.Advance(100 * day) })
	time("a clock in doubt", func() { s.Clock.Jump(2 * day) })
	time("a clock set right", func() { s.Clock.Jump(-2 * day) })
	time("its connector deleted", func() {
		route := api.Connectors.Route(acctest.TheFixture().Connectors[0]) + "?when=unused"
		s.As(api.RoleDeployer).Do(http.MethodDelete, route, nil).Want(http.StatusAccepted, http.StatusNoContent)
		s.Clock.Advance(day)
	})
	return out
}

// refusal returns why the platform has refused what it cannot do now.
func refusal(r *acctest.Reply) string {
	if r.Want(http.StatusOK, http.StatusConflict).Status == http.StatusConflict {
		return string(r.Body)
	}
	return ""
}

// inOrder are happenings that are in the way of each other, in an order in which all of them happen. A cancelled
// rotation leaves a hold.
var inOrder = []string{"step begin", "step cancel", "held", "released", "step begin", "step promote"}

// patches are the changes of each attribute.
func (s *scene) patches(k kind, id string) map[string]func() string {
	s.t.Helper()
	ids, out := acctest.TheFixture(), map[string]func() string{}
	patch := func(what, name string, v any, with map[string]any) {
		if !k.takes(name) || v == nil && slices.Contains(neverNull, name) {
			return
		}
		out[what] = func() string {
			body := maps.Clone(with)
			if body == nil {
				body = map[string]any{}
			}
			body[name] = v
			_, secret := body["secret"]
			if k.rotates() && (secret || name == "minimum_version" && v != nil) {
				body["minimum_version"] = s.next(k, id)
			}
			r := s.As(api.RoleDeployer).Do(http.MethodPatch, k.Route(id), body)
			if secret && r.Status == http.StatusUnprocessableEntity {
				return "a token that is revoked issues no version" // not before it is issued anew
			}
			return refusal(r)
		}
	}
	for name, v := range k.config {
		patch(name+" as configured", name, v, nil)
	}
	for _, o := range optionsOfEveryKind(s.t) {
		if o.Kind != k.Kind {
			continue
		}
		for name, option := range o.options {
			with := map[string]any{}
			for needs := slices.Clone(option.needs); len(needs) > 0; needs = needs[1:] {
				member, need := o.member(needs[0]), o.options[needs[0]]
				if _, known := with[member]; !known {
					with[member] = need.value
					needs = append(needs, need.needs...)
				}
			}
			patch(name+" set", o.member(name), option.value, with)
			patch(name+" removed", o.member(name), nil, nil)
		}
	}
	patch("name set", "name", "renamed", nil)
	patch("empty description", "description", "", nil)
	patch("another owner", "owner", "else@example.com", nil)
	patch("other scopes", "scopes", []string{"messages:read", "messages:send"}, nil)
	patch("other scopes allowed", "allowed_scopes", []string{"messages:read", "files:*"}, nil)
	patch("another policy", "rotation_policy_id", ids.Policies[1], nil)
	patch("another interval", "interval", "15d", nil)
	if k.Kind == api.ScopedTokens { // it has the one or the other
		patch("expires_at removed", "expires_at", nil, map[string]any{"rotation_policy_id": ids.Policies[0]})
		patch("rotation_policy_id removed", "rotation_policy_id", nil, map[string]any{"expires_at": "2027-01-31T12:00:00Z"})
	}
	return out
}

// next is the number of the next version.
func (s *scene) next(k kind, id string) int64 {
	s.t.Helper()
	var object struct {
		Rotation api.Rotation `json:"rotation"`
	}
	s.As(api.RoleDeployer).Do(http.MethodGet, k.Route(id), nil).Want(http.StatusOK).Decode(&object)
	return object.Rotation.NextVersion
}

// member is what a PATCH calls an option.
func (o optionsOf) member(name string) string {
	if member := o.options[name].member; member != "" {
		return member
	}
	return name
}
