package platform_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// rotated is what scoped tokens and signing secrets share. Tests of the shared routes run on both kinds.
type rotated struct {
	api.Object
	api.Rotated
}

func (r *reply) rotated() (v rotated) {
	r.t.Helper()
	if err := json.Unmarshal(r.body, &v); err != nil {
		r.t.Fatalf("%s: %v: %s", r.what, err, r.body)
	}
	return v
}

// eachKind runs a test on both kinds whose versions replace each other.
func eachKind(t *testing.T, test func(t *testing.T, w *world, k api.Kind)) {
	t.Helper()
	for _, k := range []api.Kind{api.ScopedTokens, api.SigningSecrets} {
		t.Run(k.Singular, func(t *testing.T) { test(t, newWorld(t), k) })
	}
}

// create creates an object of a kind, with a connector of its own.
func (w *world) create(k api.Kind, name, policyID string, more object) rotated {
	w.t.Helper()
	*w.created++
	parent := fmt.Sprintf("parent-%d", *w.created)
	connector := w.newConnector(parent, nil).ID
	body := object{"name": slug(name), "owner": "team-messaging", "rotation_policy_id": policyID}
	if k == api.ScopedTokens {
		body["connector_id"], body["scopes"] = connector, []string{"messages:send"}
	} else {
		body["endpoint_id"] = w.newEndpoint(parent, connector, nil).ID
	}
	maps.Copy(body, more)
	return w.do("POST", "/v1/"+k.Path, body).want(201).rotated()
}

// createUnder creates an object of a kind and a policy for it.
func (w *world) createUnder(policy object, k api.Kind, name string) rotated {
	w.t.Helper()
	return w.create(k, name, w.newPolicy(slug(name), policy).ID, nil)
}

// state reads an object.
func (w *world) state(id string) rotated {
	w.t.Helper()
	return w.do("GET", pathOf(id), nil).want(200).rotated()
}

// change patches an object.
func (w *world) change(id string, body object, headers ...header) rotated {
	w.t.Helper()
	return w.do("PATCH", pathOf(id), body, headers...).want(200).rotated()
}

func (w *world) delete(id string) {
	w.t.Helper()
	w.do("DELETE", pathOf(id), nil).want(204)
}

// values reveals every version that is valid.
func (w *world) values(id string) map[int64]string {
	w.t.Helper()
	values := map[int64]string{}
	for _, n := range w.validVersions(id) {
		values[n] = w.reveal(id, n)
	}
	return values
}

// wantValid fails the test unless exactly these versions are valid. For a token it also introspects their values.
func (w *world) wantValid(id string, values map[int64]string, want ...int64) {
	w.t.Helper()
	if got := w.validVersions(id); fmt.Sprint(got) != fmt.Sprint(want) {
		w.t.Errorf("valid are %v, want %v", got, want)
	}
	if pathOf(id) == pathTokens+"/"+id {
		w.accepted(values, want...)
	}
}

// The phases, each reached from stable.

func (w *world) begun(id string) {
	w.t.Helper()
	w.step(id, api.StepBegin, nil).want(200)
}

func (w *world) drained(id string) {
	w.t.Helper()
	w.begun(id)
	w.step(id, api.StepPromote, forced).want(200)
}

func (w *world) rolledBack(id string) {
	w.t.Helper()
	w.drained(id)
	w.step(id, api.StepRollback, nil).want(200)
	w.lifecycle(id, "release", because)
}

func (w *world) revoked(id string) {
	w.t.Helper()
	w.lifecycle(id, "revoke", object{"all": true, "reason": "test"})
}

// cancelled is stable again, after a begin and a cancel.
func (w *world) cancelled(id string) {
	w.t.Helper()
	w.begun(id)
	w.step(id, api.StepCancel, nil).want(200)
	w.lifecycle(id, "release", because)
}
