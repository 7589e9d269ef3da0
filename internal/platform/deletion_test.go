package platform_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

const whenUnused = "?when=" + api.WhenUnused

// deleting deletes an object that is in use, and returns what the answer says of it.
func (w *world) deleting(id string, headers ...header) api.Deletion {
	w.t.Helper()
	return deletionIn(w.do("DELETE", pathOf(id)+whenUnused, nil, headers...).want(202))
}

// deletionIn reads the deletion out of an answer about an object of any kind.
func deletionIn(r *reply) api.Deletion {
	r.t.Helper()
	switch id := idOf(r); {
	case strings.HasPrefix(id, api.Connectors.IDPrefix):
		return decoded[api.Connector](r).Deletion
	case strings.HasPrefix(id, api.WebhookEndpoints.IDPrefix):
		return decoded[api.WebhookEndpoint](r).Deletion
	}
	return decoded[api.RotationPolicy](r).Deletion
}

// usesIn reads out of an answer about an object of any kind what is deleting behind it.
func usesIn(r *reply) []api.Deleting {
	r.t.Helper()
	switch id := idOf(r); {
	case strings.HasPrefix(id, api.Connectors.IDPrefix):
		return decoded[api.Connector](r).UsesDeleting
	case strings.HasPrefix(id, api.WebhookEndpoints.IDPrefix):
		return decoded[api.WebhookEndpoint](r).UsesDeleting
	case strings.HasPrefix(id, api.SigningSecrets.IDPrefix):
		return decoded[api.SigningSecret](r).UsesDeleting
	}
	return decoded[api.ScopedToken](r).UsesDeleting
}

// references are a connector with a policy, and everything that can refer to either.
type references struct{ policy, other, connector, token, endpoint, secret string }

func (w *world) newReferences() (r references) {
	r.policy, r.other = w.newPolicy("old", nil).ID, w.newPolicy("other", nil).ID
	r.connector = w.newConnector("crm", object{"rotation_policy_id": r.policy}).ID
	r.token = w.newToken("notifier", r.connector, object{"rotation_policy_id": r.policy}).ID
	r.endpoint = w.newEndpoint("hooks", r.connector, nil).ID
	r.secret = w.newSecret("signing", r.endpoint, r.policy, nil).ID
	return r
}

// TestDeletedWithItsLastUser: an object that is deleting stays as it was until its last user leaves, and goes in the
// same request.
func TestDeletedWithItsLastUser(t *testing.T) {
	for name, c := range map[string]struct {
		deleted func(references) string
		leave   func(*world, references)
		users   []string // by their names
	}{
		"a policy, which its users leave for another one or none": {
			func(r references) string { return r.policy },
			func(w *world, r references) {
				other := object{"rotation_policy_id": r.other}
				w.do("PATCH", pathOf(r.connector), object{"rotation_policy_id": nil}).want(200)
				w.do("PATCH", pathOf(r.secret), other).want(200)
				w.do("GET", pathOf(r.policy), nil).want(200)
				w.do("PATCH", pathOf(r.token), other).want(200)
			},
			[]string{"crm", "notifier", "signing"},
		},
		"a policy, whose users are deleted": {
			func(r references) string { return r.policy },
			func(w *world, r references) {
				for _, id := range []string{r.secret, r.token, r.endpoint} {
					w.do("DELETE", pathOf(id), nil).want(204)
				}
				w.do("GET", pathOf(r.policy), nil).want(200)
				w.do("DELETE", pathOf(r.connector)+whenUnused, nil).want(204)
			},
			[]string{"crm", "notifier", "signing"},
		},
		"a connector": {
			func(r references) string { return r.connector },
			func(w *world, r references) {
				for _, id := range []string{r.secret, r.endpoint} {
					w.do("DELETE", pathOf(id), nil).want(204)
				}
				w.do("GET", pathOf(r.connector), nil).want(200)
				w.do("DELETE", pathOf(r.token), nil).want(204)
			},
			[]string{"notifier", "hooks"},
		},
		"a webhook endpoint": {
			func(r references) string { return r.endpoint },
			func(w *world, r references) { w.do("DELETE", pathOf(r.secret), nil).want(204) },
			[]string{"signing"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			r := w.newReferences()
			id := c.deleted(r)
			w.do("DELETE", pathOf(id), nil).problem(api.CodeConflict, "")
			w.do("DELETE", pathOf(id)+"?when=later", nil).problem(api.CodeInvalid, "")
			got := w.deleting(id)
			var users []string
			for _, u := range got.InUseBy {
				users = append(users, u.Name)
			}
			if !got.DeletingSince.Equal(epoch) || got.InUseCount != len(users) || !slices.Equal(users, c.users) {
				t.Errorf("%+v", got)
			}
			if diff := cmp.Diff(got, deletionIn(w.do("GET", pathOf(id), nil).want(200))); diff != "" {
				t.Errorf("a read (-delete +read):\n%s", diff)
			}
			c.leave(w, r)
			w.do("GET", pathOf(id), nil).problem(api.CodeNotFound, "")
			want := []string{"create", "delete_when_unused", "delete"}
			if got := w.actions(id); !slices.Equal(got, want) && id != r.connector {
				t.Errorf("audited %q, want %q", got, want)
			}
			gone := w.audited(id, "delete")
			if len(gone) != 1 || gone[0].RequestID == "" || gone[0].Detail["deleting_since"] == "" {
				t.Errorf("audited %+v", gone)
			}
		})
	}
}

// TestDeletedInAChain: what has its last user in an object that is deleting goes with that one.
func TestDeletedInAChain(t *testing.T) {
	w := newWorld(t)
	r := w.newReferences()
	w.do("PATCH", pathOf(r.token), object{"rotation_policy_id": r.other}).want(200)
	w.do("PATCH", pathOf(r.secret), object{"rotation_policy_id": r.other}).want(200)
	w.do("DELETE", pathOf(r.token), nil).want(204)
	for _, id := range []string{r.policy, r.connector, r.endpoint} {
		w.deleting(id)
	}
	w.do("DELETE", pathOf(r.secret), nil).want(204)
	for _, id := range []string{r.policy, r.connector, r.endpoint} {
		w.do("GET", pathOf(id), nil).problem(api.CodeNotFound, "")
	}
	w.wantRows("credentials", 0)
	w.do("GET", pathOf(r.other), nil).want(200)
}

// TestUsersOfADeletedObjectGoOn: its users work as before, and it takes no new ones.
func TestUsersOfADeletedObjectGoOn(t *testing.T) {
	w := newWorld(t)
	r := w.newReferences()
	value := w.reveal(r.token, 1)
	w.deleting(r.policy)
	w.deleting(r.connector)
	w.deleting(r.endpoint)

	w.accepted(map[int64]string{1: value}, 1)
	w.step(r.token, "begin", nil).want(200)
	w.do("PATCH", pathOf(r.token), object{"description": "as before", "rotation_policy_id": r.policy}).want(200)
	w.do("PATCH", pathOf(r.token), object{"scopes": []string{"messages:send", "messages:read"}}).want(200)
	w.do("POST", pathOf(r.connector)+"/revoke", object{"reason": "leaked", "all": true}).want(200)

	w.do("POST", pathConnectors, object{
		"name": "new", "owner": "team", "type": "custom", "rotation_policy_id": r.policy,
	}).problem(api.CodeConflict, "/rotation_policy_id")
	other := w.newConnector("other", nil).ID
	w.do("PATCH", pathOf(other), object{"rotation_policy_id": r.policy}).problem(api.CodeConflict, "/rotation_policy_id")
	w.do("POST", pathTokens, tokenBody("new", r.connector, nil)).problem(api.CodeConflict, "/connector_id")
	w.do("POST", pathTokens, tokenBody("new", other, object{"rotation_policy_id": r.policy})).
		problem(api.CodeConflict, "/rotation_policy_id")
	w.do("POST", pathEndpoints, object{"name": "new", "connector_id": r.connector, "url": "https://hooks.example.com/"}).
		problem(api.CodeConflict, "/connector_id")
	w.do("POST", pathSecrets, object{
		"name": "new", "owner": "team", "endpoint_id": r.endpoint, "rotation_policy_id": r.other,
	}).problem(api.CodeConflict, "/endpoint_id")

	for id, change := range map[string]object{
		r.policy: {"interval": "2d"}, r.connector: {"enabled": false}, r.endpoint: {"enabled": false},
	} {
		p := w.do("PATCH", pathOf(id), change).problem(api.CodeConflict, "")
		if !strings.Contains(p.Detail, "undelete it first (POST "+pathOf(id)+"/undelete") {
			t.Errorf("%s", p.Detail)
		}
	}
}

// TestNameOfADeletedObjectIsFree: a create gets a new object, which continues the numbers of the name.
func TestNameOfADeletedObjectIsFree(t *testing.T) {
	w := newWorld(t)
	i := w.instance()
	body := object{"name": "crm", "owner": "team", "type": "custom", "credentials": object{"key": "one"}}
	old, _ := i.makes(api.Connectors, body)
	w.newToken("notifier", old, nil)
	w.deleting(old)
	for _, path := range []string{pathConnectors, pathConnectors + "?name=crm", pathConnectors + "?owner=team"} {
		if got := decoded[api.Page[api.Connector]](w.do("GET", path, nil).want(200)).Items; len(got) != 0 {
			t.Errorf("GET %s lists %+v", path, got)
		}
	}

	w.lapse()
	made, _ := w.instance().makes(api.Connectors, body) // it would adopt the old one, if that were not deleting
	got := decoded[api.Connector](w.do("GET", pathOf(made), nil).want(200))
	if made == old || *got.Version != 2 {
		t.Errorf("%s is the new one, with version %d", made, *got.Version)
	}
	before := decoded[api.Connector](w.do("GET", pathOf(old), nil).want(200))
	if *before.Version != 1 || *before.CredentialsDigest == *got.CredentialsDigest {
		t.Errorf("the old one: %+v", before)
	}

	undelete := pathOf(old) + "/undelete"
	w.do("POST", undelete, object{"name": "crm"}).problem(api.CodeNameTaken, "/name")
	w.do("POST", undelete, object{"name": "Not A Name"}).problem(api.CodeInvalid, "/name")
	w.as(api.RolePlanner, "POST", undelete, object{"name": "crm-old"}).problem(api.CodeForbidden, "")
	back := decoded[api.Connector](w.as(api.RoleOperator, "POST", undelete, object{"name": "crm-old"}).want(200))
	if back.Name != "crm-old" || back.DeletingSince != nil || back.InUseBy != nil || back.Etag == before.Etag {
		t.Errorf("%+v", back)
	}
	again := decoded[api.Connector](w.do("PATCH", pathOf(old), object{"credentials": object{"key": "two"}}).want(200))
	if *again.Version != 2 {
		t.Errorf("under its new name, the next version is %d", *again.Version)
	}
	w.do("POST", undelete, object{"name": "once-more"}).problem(api.CodeConflict, "")
	events := w.audited(old, "undelete")
	if len(events) != 1 || events[0].Detail["previous_name"] != "crm" || events[0].Detail["name"] != "crm-old" {
		t.Errorf("audited %+v", events)
	}
}

// TestUndeletedUnderAUsedName: the numbers of the name are continued, as after a PATCH of the name.
func TestUndeletedUnderAUsedName(t *testing.T) {
	w := newWorld(t)
	used := w.newConnector("used", object{"credentials": object{"key": "one"}}).ID
	w.do("PATCH", pathOf(used), object{"credentials": object{"key": "two"}}).want(200)
	w.do("DELETE", pathOf(used), nil).want(204)
	c := w.newConnector("crm", object{"credentials": object{"key": "one"}}).ID
	w.newToken("notifier", c, nil)
	w.deleting(c)
	w.do("POST", pathOf(c)+"/undelete", object{"name": "used"}).want(200)
	got := decoded[api.Connector](w.do("PATCH", pathOf(c), object{"credentials": object{"key": "three"}}).want(200))
	if *got.Version != 3 {
		t.Errorf("the next version is %d", *got.Version)
	}
}

// TestRepeatedDeletion: a repetition has the first answer, and a second DELETE changes nothing.
func TestRepeatedDeletion(t *testing.T) {
	w := newWorld(t)
	r := w.newReferences()
	w.do("DELETE", pathOf(r.policy)+whenUnused, nil, ifMatch("7")).problem(api.CodePreconditionFailed, "")
	first := w.deleting(r.policy, key("k"), ifMatch("1"))
	etag := w.do("GET", pathOf(r.policy), nil).want(200).header.Get("ETag")
	w.clock.Advance(time.Minute)
	for name, again := range map[string]api.Deletion{
		"same key": w.deleting(r.policy, key("k"), ifMatch("1")), "no key": w.deleting(r.policy),
	} {
		if diff := cmp.Diff(first, again); diff != "" {
			t.Errorf("%s (-first +again):\n%s", name, diff)
		}
	}
	if now := w.do("GET", pathOf(r.policy), nil).want(200).header.Get("ETag"); now != etag || etag != `"2"` {
		t.Errorf("etag %s, then %s", etag, now)
	}
	if got := w.audited(r.policy, "delete_when_unused"); len(got) != 1 {
		t.Errorf("audited %+v", got)
	}
	undelete := pathOf(r.policy) + "/undelete"
	for range 2 {
		w.do("POST", undelete, object{"name": "old"}, key("u"), ifMatch("2")).want(200)
	}
	w.deleting(r.policy)
	w.do("PATCH", pathOf(r.connector), object{"rotation_policy_id": nil}).want(200)
	w.do("PATCH", pathOf(r.secret), object{"rotation_policy_id": r.other}).want(200)
	w.do("PATCH", pathOf(r.token), object{"rotation_policy_id": r.other}).want(200)
	w.do("DELETE", pathOf(r.policy)+whenUnused, nil, key("k"), ifMatch("1")).problem(api.CodeNotFound, "")
}

// TestLongDeletingIsAnOrphan: after an hour it is listed, and its users show it.
func TestLongDeletingIsAnOrphan(t *testing.T) {
	w := newWorld(t)
	r := w.newReferences()
	w.deleting(r.policy)
	w.deleting(r.connector)
	orphans := func() []api.Orphan {
		t.Helper()
		return decoded[api.Page[api.Orphan]](w.as(api.RoleAuditor, "GET", "/v1/orphans", nil).want(200)).Items
	}
	w.clock.Advance(api.DeletingAge - time.Second)
	if got := orphans(); len(got) != 0 {
		t.Errorf("too early: %+v", got)
	}
	if got := usesIn(w.do("GET", pathOf(r.endpoint), nil)); len(got) != 1 || got[0].ID != r.connector || got[0].Orphaned {
		t.Errorf("too early: %+v", got)
	}
	w.clock.Advance(time.Second)
	w.sweep()
	found := orphans()
	if len(found) != 2 || found[0].ID != r.connector && found[1].ID != r.connector {
		t.Fatalf("%+v", found)
	}
	for _, o := range found {
		if !o.DeletingSince.Equal(epoch) || o.DeletedByName != api.RoleDeployer || o.InUseCount == 0 || o.Name == "" ||
			len(o.InUseBy) != o.InUseCount || o.CreatedAt != nil {
			t.Errorf("%+v", o)
		}
	}
	for user, want := range map[string][]string{
		r.token: {r.connector, r.policy}, r.connector: {r.policy}, r.endpoint: {r.connector}, r.secret: {r.policy},
	} {
		var got []string
		for _, d := range usesIn(w.do("GET", pathOf(user), nil).want(200)) {
			got = append(got, d.ID)
			if !d.Orphaned || !d.DeletingSince.Equal(epoch) || d.Name == "" {
				t.Errorf("%+v", d)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s uses %q, want %q", user, got, want)
		}
	}
	moved := w.patchToken(r.token, object{"rotation_policy_id": r.other})
	if len(moved.UsesDeleting) != 1 || moved.UsesDeleting[0].ID != r.connector {
		t.Errorf("after the move it uses %+v", moved.UsesDeleting)
	}
	for name, token := range w.foreign {
		w.send(token, "POST", pathOf(r.policy)+"/undelete", object{"name": "mine"}).problem(api.CodeNotFound, "")
		if got := w.send(token, "GET", "/v1/orphans", nil).want(200); !strings.Contains(string(got.body), `"items":[]`) {
			t.Errorf("%s sees %s", name, got.body)
		}
	}
}

// TestUnclaimedDeletingIsListedOnce: it is deleting, and no state could import it.
func TestUnclaimedDeletingIsListedOnce(t *testing.T) {
	w := newWorld(t)
	id, _ := w.instance().makes(api.RotationPolicies, aPolicy)
	w.newConnector("crm", object{"rotation_policy_id": id})
	w.clock.Advance(api.OrphanAge)
	w.deleting(id)
	w.clock.Advance(api.DeletingAge)
	got := decoded[api.Page[api.Orphan]](w.do("GET", "/v1/orphans", nil).want(200)).Items
	if len(got) != 1 || got[0].DeletingSince == nil || got[0].RunID != "" {
		t.Errorf("%+v", got)
	}
}

// TestSweepRemovesWhatIsLeft: two transactions at once can leave an object that is deleting without a user.
func TestSweepRemovesWhatIsLeft(t *testing.T) {
	w := newWorld(t)
	left, used := w.newPolicy("left", nil).ID, w.newReferences()
	w.deleting(used.policy)
	w.tamper(`UPDATE rotation_policies SET deleting_since = 1 WHERE name = 'left'`)
	w.sweep()
	w.do("GET", pathOf(left), nil).problem(api.CodeNotFound, "")
	w.do("GET", pathOf(used.policy), nil).want(200)
	if got := w.audited(left, "delete"); len(got) != 1 || got[0].Actor != "platform" {
		t.Errorf("audited %+v", got)
	}
}

// TestManyUsers: an answer names the first users and counts all.
func TestManyUsers(t *testing.T) {
	w := newWorld(t)
	policy := w.newPolicy("p", nil).ID
	c := w.newConnector("crm", nil).ID
	for i := range api.MaxUsersShown + 3 {
		w.newToken("t-"+itoa(int64(i)), c, object{"rotation_policy_id": policy})
	}
	got := w.deleting(policy)
	if len(got.InUseBy) != api.MaxUsersShown || got.InUseCount != api.MaxUsersShown+3 {
		t.Errorf("%d of %d are named", len(got.InUseBy), got.InUseCount)
	}
}
