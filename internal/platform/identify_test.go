package platform_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// identify asks with a token what a value is.
func (w *world) identify(token, value string) api.Identification {
	w.t.Helper()
	return decoded[api.Identification](w.send(token, "POST", "/v1/identify", url.Values{"token": {value}}).want(200))
}

// identified fails the test unless a value is this one, by what an auditor gets.
func (w *world) identified(why, value string, want api.Identification) {
	w.t.Helper()
	if diff := cmp.Diff(want, w.identify(w.tokens[api.RoleAuditor], value)); diff != "" {
		w.t.Errorf("%s (-want +got):\n%s", why, diff)
	}
}

func TestIdentifyTokens(t *testing.T) {
	w := newWorld(t)
	policy := w.newPolicy("monthly", nil)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID,
		object{"rotation_policy_id": policy.ID, "expires_at": nil})
	me := w.me(w.tokens[api.RoleDeployer])
	first := w.reveal(token.ID, 1)
	is := func(version int64, state string) api.Identification {
		return api.Identification{
			Found: true, Kind: "scoped-tokens", ID: token.ID, Name: "notifier", Owner: "team-messaging",
			Version: version, State: state,
		}
	}
	w.identified("current", first+"\n", is(1, "current"))
	w.begun(token.ID)
	second, want := w.reveal(token.ID, 2), is(2, "pending")
	end := epoch.Add(2 * time.Hour)
	want.ExpiresAt = &end
	w.identified("pending", second, want)
	w.step(token.ID, api.StepPromote, object{"force": true, "reason": "test"}).want(200)
	w.identified("promoted", second, is(2, "current"))
	over := epoch.Add(time.Hour)
	want = is(1, "previous")
	want.ExpiresAt = &over
	w.identified("previous", first, want)
	w.clock.Advance(90 * time.Minute)
	want = is(1, "retired")
	want.EndedAt, want.EndReason, want.EndedBy = &over, "overlap_ended", "platform"
	w.identified("rotated away", first, want)
	w.do("POST", pathTokens+"/"+token.ID+"/revoke", object{"all": true, "reason": "leaked in a log"}).want(200)
	now := w.clock.Now()
	want = is(2, "revoked")
	want.EndedAt, want.EndReason, want.EndedBy, want.EndedByName = &now, "leaked in a log", me.PrincipalID, "deployer"
	w.identified("revoked", second, want)

	w.patchToken(token.ID, object{"name": "renamed"}) // and its versions go out of what is read with the object
	for range 12 {
		w.step(token.ID, api.StepReissue, nil).want(200)
		w.do("POST", pathTokens+"/"+token.ID+"/revoke", object{"all": true, "reason": "test"}).want(200)
	}
	if got := w.identify(w.tokens[api.RoleAuditor], first); got.Version != 1 || got.State != "retired" ||
		got.Name != "renamed" {
		t.Errorf("long ago: %+v", got)
	}

	nothing := api.Identification{}
	w.identified("no value", "x", nothing)
	for name, foreign := range w.foreign {
		if got := string(w.send(foreign, "POST", "/v1/identify",
			url.Values{"token": {second}}).want(200).body); strings.TrimSpace(got) != `{"found":false}` {
			t.Errorf("%s: %s", name, got)
		}
	}
	w.do("DELETE", pathTokens+"/"+token.ID, nil).want(204)
	want.ClosedAt, want.Name = &now, "renamed"
	w.identified("of a deleted token", second, want)
	w.as(api.RoleAuditor, "POST", "/v1/identify", url.Values{}).problem(api.CodeInvalid, "")
	w.as(api.RoleRuntime, "POST", "/v1/identify", url.Values{"token": {second}}).problem(api.CodeForbidden, "")
}

// A value in quarantine is refused, whatever the state of its version is, and so is what was made from it.
func TestIdentifyInQuarantine(t *testing.T) {
	w := newWorld(t)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, nil)
	values := []string{w.reveal(token.ID, 1), w.opened(api.RoleDeployer, token.ID, nil).AccessToken}
	want := w.quarantined(api.RoleSecurity, token.ID, object{})
	for _, value := range values {
		if diff := cmp.Diff(want, w.identify(w.tokens[api.RoleAuditor], value).Quarantine); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	w.releases(api.RoleSecurity, token.ID).want(200)
	for _, value := range values {
		if got := w.identify(w.tokens[api.RoleAuditor], value); got.Quarantine != nil {
			t.Errorf("after the release: %+v", got.Quarantine)
		}
	}
	w.quarantined(api.RoleSecurity, token.ID, object{})
	w.lifecycle(token.ID, "revoke", object{"all": true, "reason": "leaked"}).want(200)
	for _, value := range values {
		if got := w.identify(w.tokens[api.RoleAuditor], value); got.State != "revoked" || got.Quarantine != nil {
			t.Errorf("revoked: %+v", got)
		}
	}
}

func TestIdentifyPrincipals(t *testing.T) {
	w := newWorld(t)
	token, id := w.newPrincipal(api.RolePlanner, "ci-plan", time.Hour)
	end := epoch.Add(time.Hour)
	is := func(state string) api.Identification {
		return api.Identification{Found: true, Kind: "principals", ID: id, Name: "ci-plan", State: state, ExpiresAt: &end}
	}
	w.identified("active", token, is("active"))
	w.clock.Advance(time.Hour)
	want := is("expired")
	want.EndedAt, want.EndReason, want.EndedBy = &end, "expired", "platform"
	w.identified("expired", token, want)
	w.as(api.RoleSecurity, "DELETE", pathPrincipals+"/"+id, nil).want(204)
	want = is("revoked")
	want.EndedAt, want.EndReason, want.EndedBy, want.EndedByName = &end, "deleted",
		w.me(w.tokens[api.RoleSecurity]).PrincipalID, "security"
	w.identified("deleted", token, want)
	w.identified("of another environment", w.foreign["acme/production"], api.Identification{})
}

// TestIdentifySigningSecrets finds secrets and public keys, also those whose hashes nobody has kept.
func TestIdentifySigningSecrets(t *testing.T) {
	w := newWorld(t)
	policy := w.newPolicy("monthly", object{"require_acknowledgement": false, "overlap": "0s"})
	e := w.newEndpoint("hooks", w.newConnector("chat", nil).ID, nil)
	supplied := suppliedSecret("C", 32)
	for name, more := range map[string]object{
		"issued": nil, "supplied": {"secret": supplied}, "ed25519": {"algorithm": "ed25519"},
	} {
		s := w.newSecret(name, e.ID, policy.ID, more)
		value := w.reveal(s.ID, 1)
		want := api.Identification{
			Found: true, Kind: "signing-secrets", ID: s.ID, Name: name, Owner: "team-messaging",
			Version: 1, State: "current",
		}
		w.identified(name, " "+value+"\n", want)
		w.tamper(`DELETE FROM value_hashes WHERE credential_id = ?`, s.ID)
		w.identified(name+", hash not kept", value, want)
		w.do("POST", pathSecrets+"/"+s.ID+"/rotation/rotate", object{}).want(200)
		w.identified(name+", hash not kept, ended", value, api.Identification{})
		second := w.reveal(s.ID, 2)
		w.do("POST", pathSecrets+"/"+s.ID+"/rotation/rotate", object{}).want(200)
		if got := w.identify(w.tokens[api.RoleAuditor], second); got.ID != s.ID || got.Version != 2 ||
			got.State != "retired" {
			t.Errorf("%s, rotated away: %+v", name, got)
		}
	}
	again := w.newSecret("again", e.ID, policy.ID, object{"secret": supplied})
	if got := w.identify(w.tokens[api.RoleAuditor], supplied); got.ID != again.ID || got.State != "current" {
		t.Errorf("supplied once more: %+v", got)
	}
	for name, foreign := range w.foreign {
		if got := w.identify(foreign, supplied); got.Found {
			t.Errorf("%s: %+v", name, got)
		}
	}
	w.identified("not whole", supplied[:len(supplied)-1], api.Identification{})
}

// TestIdentifyIsLimited: 60 a minute for each principal.
func TestIdentifyIsLimited(t *testing.T) {
	w := newWorld(t)
	form := url.Values{"token": {"x"}}
	ask := func(role string) *reply { return w.as(role, "POST", "/v1/identify", form) }
	for range 60 {
		ask(api.RoleAuditor).want(200)
	}
	got := ask(api.RoleAuditor)
	got.problem(api.CodeRateLimited, "")
	if after := got.header.Get("Retry-After"); after != "1" {
		t.Errorf("Retry-After: %q", after)
	}
	ask(api.RoleSecurity).want(200)
	w.clock.Advance(time.Second)
	ask(api.RoleAuditor).want(200)
	ask(api.RoleAuditor).problem(api.CodeRateLimited, "")
	w.clock.Advance(time.Minute)
	for range 60 {
		ask(api.RoleAuditor).want(200)
	}
	ask(api.RoleAuditor).problem(api.CodeRateLimited, "")
}
