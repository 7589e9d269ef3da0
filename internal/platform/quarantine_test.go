package platform_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

const day = 24 * time.Hour

// quarantined puts an object in quarantine as a role.
func (w *world) quarantined(role, id string, body object) *api.Quarantine {
	w.t.Helper()
	body["reason"] = "unusual use"
	r := w.as(role, "POST", pathOf(id)+"/quarantine", body).want(200)
	var out struct {
		Quarantine *api.Quarantine `json:"quarantine"`
	}
	if err := json.Unmarshal(r.body, &out); err != nil {
		w.t.Fatal(err)
	}
	return out.Quarantine
}

func (w *world) releases(role, id string) *reply {
	w.t.Helper()
	return w.as(role, "POST", pathOf(id)+"/release-quarantine", because)
}

// wantActive fails the test unless exactly these of the values can be revealed, and for a token are accepted.
func (w *world) wantActive(id string, values map[int64]string, want ...int64) {
	w.t.Helper()
	for n := range values {
		r := w.do("POST", revealPath(id, n), nil)
		if slices.Contains(want, n) {
			r.want(200)
		} else if r.status != 409 {
			w.t.Errorf("version %d is revealed: %d", n, r.status)
		}
	}
	if pathOf(id) == pathTokens+"/"+id {
		w.accepted(values, want...)
	}
}

// TestQuarantine covers both valid versions, and what is issued meanwhile is active.
func TestQuarantine(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k api.Kind) {
		o := w.createUnder(object{"interval": "10d", "max_stage": "20d"}, k, "suspect")
		w.begun(o.ID)
		values := w.values(o.ID)
		w.wantActive(o.ID, values, 1, 2) // they are in memory from here on

		set := w.quarantined(api.RoleSecurity, o.ID, object{})
		if !set.Until.Equal(w.clock.Now().Add(rotation.DefaultQuarantine)) || !slices.Equal(set.Versions, []int64{1, 2}) ||
			set.Reason != "unusual use" || set.ByName == "" {
			t.Errorf("set: %+v", set)
		}
		w.wantActive(o.ID, values)
		w.do("POST", revealPath(o.ID, 1), nil).problem(api.CodeQuarantined, "")
		w.step(o.ID, api.StepPromote, forced).problem(api.CodeQuarantined, "")
		w.releases(api.RoleDeployer, o.ID).problem(api.CodeForbidden, "")
		w.do("POST", pathOf(o.ID)+"/quarantine", object{"reason": "x", "until": w.clock.Now().Add(91 * day)}).
			problem(api.CodeInvalid, "/until")
		w.do("POST", pathOf(o.ID)+"/quarantine", object{"reason": "x", "until": w.clock.Now().Add(15 * day)}).
			problem(api.CodeConflict, "")
		w.releases(api.RoleSecurity, o.ID).want(200)
		w.wantActive(o.ID, values, 1, 2)
		w.releases(api.RoleSecurity, o.ID).problem(api.CodeConflict, "")

		w.quarantined(api.RoleDeployer, o.ID, object{})
		w.clock.Advance(11 * day)
		if r := w.state(o.ID).Rotation; r.Due != api.DueNone || r.Reason != api.ReasonQuarantined {
			t.Errorf("due is %s (%s)", r.Due, r.Reason)
		}
		fresh := w.change(o.ID, object{"minimum_version": 3})
		if fresh.Version != 3 || fresh.Quarantine == nil || len(fresh.Quarantine.Versions) != 0 {
			t.Errorf("after minimum_version: %+v", fresh)
		}
		values[3] = w.reveal(o.ID, 3)
		w.wantActive(o.ID, values, 3)
		w.clock.Advance(3 * day)
		if after := w.state(o.ID); after.Quarantine != nil || after.Version != 3 {
			t.Errorf("after the end: %+v", after)
		}
		w.wantActive(o.ID, values, 3)
		last := w.actions(o.ID)
		want := []string{"quarantine", "release_quarantine", "end_quarantine"}
		for _, action := range want {
			if !slices.Contains(last, action) {
				t.Errorf("the trail has no %s: %v", action, last)
			}
		}
	})
}

// TestQuarantineEnds revokes what it covers, in the moment that was said, with a read or a sweep.
func TestQuarantineEnds(t *testing.T) {
	w := newWorld(t)
	connector := w.newConnector("chat", object{"credentials": object{"token": "secret-1"}})
	token := w.createUnder(nil, api.ScopedTokens, "ends")
	values := w.values(token.ID)
	until := w.clock.Now().Add(day)
	for _, id := range []string{connector.ID, token.ID} {
		w.quarantined(api.RoleOperator, id, object{"until": until})
	}
	w.clock.Advance(2 * day)
	w.sweep()
	for _, id := range []string{connector.ID, token.ID} {
		v := w.versions(id)[0]
		if v.State != "revoked" || v.EndReason != rotation.ReasonQuarantineEnded || !v.EndedAt.Equal(until) {
			t.Errorf("%s: %+v", id, v)
		}
	}
	w.wantActive(token.ID, values)
	if c := w.connector(connector.ID); c.Quarantine != nil || c.CredentialsStatus != api.CredentialsRevoked {
		t.Errorf("the connector: %+v", c)
	}
	if r := w.state(token.ID).Rotation; r.Due != api.StepReissue {
		t.Errorf("due is %s", r.Due)
	}
}

// TestQuarantineOfConnector gives the credentials to nobody, until there are new ones or it is released.
func TestQuarantineOfConnector(t *testing.T) {
	w := newWorld(t)
	c, value := w.retrievers(nil)
	fetch := func() *reply { return w.send(value, "GET", credentialsOf(c.ID), nil, asConsumer("notifier")) }
	fetch().want(200)
	fetch().want(200)
	w.quarantined(api.RoleOperator, c.ID, object{})
	fetch().problem(api.CodeQuarantined, "")
	w.patchConnector(c.ID, object{"credentials": object{"token": "secret-1"}}) // the same again
	fetch().problem(api.CodeQuarantined, "")
	w.releases(api.RoleOperator, c.ID).want(200)
	fetch().want(200)
	w.quarantined(api.RoleOperator, c.ID, object{})
	w.patchConnector(c.ID, object{"credentials": object{"token": "secret-2"}})
	if got := w.fetch(value, c.ID, "notifier"); got.Version != 2 {
		t.Errorf("the new ones: %+v", got)
	}
}

// TestQuarantineOfAccessTokens: what was made from a version is refused with it.
func TestQuarantineOfAccessTokens(t *testing.T) {
	w := newWorld(t)
	token := w.createUnder(nil, api.ScopedTokens, "parent")
	value := w.reveal(token.ID, 1)
	exchanged := w.exchanged(value).AccessToken
	opened := w.opened(api.RoleDeployer, token.ID, object{})
	active := func(want bool) {
		t.Helper()
		for _, v := range []string{value, exchanged, opened.AccessToken} {
			if got := w.introspect(api.RoleRuntime, v); got.Active != want {
				t.Errorf("active %t, want %t", got.Active, want)
			}
		}
	}
	active(true)
	active(true)
	w.quarantined(api.RoleOperator, token.ID, object{})
	active(false)
	_, all := w.inventory("", "1000")
	if q := all[token.ID].Quarantine; q == nil || q.Reason != "unusual use" || !slices.Equal(q.Versions, []int64{1}) {
		t.Errorf("in the inventory: %+v", q)
	}
	w.opens(api.RoleDeployer, token.ID, object{}).problem(api.CodeQuarantined, "")
	w.exchanges(value).problem(api.CodeInvalidGrant, "")
	w.releases(api.RoleSecurity, token.ID).want(200)
	active(true)
}

// TestQuarantineOfSigner: a key in quarantine signs nothing.
func TestQuarantineOfSigner(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	h.says(with(200))
	other := w.newSecret("other", h.endpoint, h.policy, nil).ID
	key := w.key(other, 1)
	w.quarantined(api.RoleOperator, h.secret, object{})
	h.delivered().signedWith(t, key)
}

// TestQuarantineCannotBeLiftedInTheDatabase: it is bound to its row.
func TestQuarantineCannotBeLiftedInTheDatabase(t *testing.T) {
	w := newWorld(t)
	token := w.createUnder(nil, api.ScopedTokens, "bound")
	value := w.reveal(token.ID, 1)
	w.quarantined(api.RoleOperator, token.ID, object{})
	w.tamper(`UPDATE credentials SET quarantine_reason = NULL`)
	if r := w.as(api.RoleRuntime, "POST", "/v1/introspect", url.Values{"token": {value}}); r.status == 200 {
		t.Errorf("a changed row is accepted: %s", r.body)
	}
}

// TestQuarantineIsNotified: endpoints that name the types hear that one was set, and that it has ended.
func TestQuarantineIsNotified(t *testing.T) {
	w := newWorld(t)
	h := w.newNotified("hooks", "quickconnect.quarantine.*")
	token := w.createUnder(nil, api.ScopedTokens, "told")
	w.quarantined(api.RoleOperator, token.ID, object{})
	n := h.notified(1)[0]
	if n.Type != api.NotifyQuarantineSet || n.Object.ID != token.ID || n.Details["versions"] != "1" {
		t.Errorf("set: %+v", n)
	}
	w.clock.Advance(rotation.DefaultQuarantine)
	if n = h.notified(1)[0]; n.Type != api.NotifyQuarantineEnded || n.Details["step"] != "end_quarantine" {
		t.Errorf("ended: %+v", n)
	}
}
