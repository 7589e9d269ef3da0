package platform_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// fetched is the answer to a retrieval of credentials.
type fetched struct {
	Version      int64             `json:"version"`
	Credentials  map[string]string `json:"credentials"`
	FetchAgainAt time.Time         `json:"fetch_again_at"`
	ExpiresAt    *time.Time        `json:"expires_at"`
}

func credentialsOf(connectorID string) string {
	return pathConnectors + "/" + connectorID + "/credentials"
}

func asConsumer(name string) header { return header{api.HeaderConsumer, name} }

// retrievers makes a connector with credentials, and a token that may fetch them.
func (w *world) retrievers(allowed []string) (api.Connector, string) {
	w.t.Helper()
	c := w.newConnector("chat", object{"credentials": object{"token": "secret-1"}, "allowed_scopes": allowed})
	token := w.newToken("notifier", c.ID, object{"scopes": []string{api.ScopeReadCredentials}})
	return c, w.reveal(token.ID, 1)
}

func (w *world) fetch(value, connectorID, consumer string) fetched {
	w.t.Helper()
	return decoded[fetched](w.send(value, "GET", credentialsOf(connectorID), nil, asConsumer(consumer)).want(200))
}

// A service with a scoped token fetches the credentials. The platform knows who has which version, and says when nobody
// has the old ones any more.
func TestRetrieval(t *testing.T) {
	w := newWorld(t)
	c, value := w.retrievers(nil)
	got := w.fetch(value, c.ID, "notifier-eu")
	if got.Version != 1 || got.Credentials["token"] != "secret-1" || !got.FetchAgainAt.Equal(epoch.Add(5*time.Minute)) {
		t.Errorf("%+v", got)
	}
	w.fetch(value, c.ID, "notifier-us")
	if c = w.connector(c.ID); len(c.PreviousInUseBy) != 0 || c.SafeToRevokePrevious != nil {
		t.Errorf("before the first replacement: %+v", c)
	}

	w.patchConnector(c.ID, object{"credentials": object{"token": "secret-2"}})
	w.clock.Advance(time.Minute)
	if got := w.fetch(value, c.ID, "notifier-eu"); got.Version != 2 || got.Credentials["token"] != "secret-2" {
		t.Errorf("after the replacement: %+v", got)
	}
	c = w.connector(c.ID)
	if *c.SafeToRevokePrevious || len(c.PreviousInUseBy) != 1 || c.PreviousInUseBy[0].Consumer != "notifier-us" ||
		c.PreviousInUseBy[0].ScopedTokenName != "notifier" || c.PreviousInUseBy[0].Version != 1 {
		t.Errorf("one consumer has not moved: %+v", c)
	}
	listed := decoded[api.Page[api.Connector]](w.do("GET", pathConnectors, nil).want(200)).Items[0]
	if len(listed.PreviousInUseBy) != 1 || listed.Etag != c.Etag || c.Etag != "2" {
		t.Errorf("a list shows %+v; a retrieval must not move the etag", listed)
	}
	w.fetch(value, c.ID, "notifier-us")
	if c = w.connector(c.ID); *c.SafeToRevokePrevious || len(c.PreviousInUseBy) != 0 {
		t.Errorf("an instance of a consumer may have the old ones until it was told to come back: %+v", c)
	}
	w.clock.Advance(6 * time.Minute) // what was promised, and a minute's margin
	if c = w.connector(c.ID); !*c.SafeToRevokePrevious {
		t.Error("all consumers have moved, and still it is not safe")
	}
	// The use of a version by a consumer that has moved is kept for a week.
	w.clock.Advance(8 * 24 * time.Hour)
	w.sweep()
	if c = w.connector(c.ID); c.SafeToRevokePrevious != nil {
		t.Error("the hint does not end")
	}
}

// The first retrieval of each consumer, version and hour is audited. The rest is counted.
func TestRetrievalsAreCounted(t *testing.T) {
	w := newWorld(t)
	c, value := w.retrievers(nil)
	for range 3 {
		w.fetch(value, c.ID, "notifier")
	}
	w.sweep()
	w.fetch(value, c.ID, "other")
	w.clock.Advance(time.Hour)
	w.fetch(value, c.ID, "notifier")
	events := w.audited(c.ID, "retrieve")
	var got []string
	for _, e := range events {
		got = append(got, e.Detail["consumer"]+" "+e.Detail["version"]+" "+e.Detail["retrievals"])
		if !strings.HasPrefix(e.Actor, "tok_") {
			t.Errorf("the actor is %s", e.Actor)
		}
	}
	if want := []string{"notifier 1 1", "other 1 1", "notifier 1 3"}; !slices.Equal(got, want) {
		t.Errorf("audited %q, want %q", got, want)
	}
	if w.versions(w.tokenNamed("notifier").ID)[0].LastUsedAt == nil {
		t.Error("a retrieval is no use of the token")
	}
	w.patchConnector(c.ID, object{"credentials": object{"token": "secret-2"}})
	if in := w.connector(c.ID).PreviousInUseBy; len(in) != 2 || in[0].Retrievals != 4 {
		t.Errorf("counted %+v", in)
	}
}

func (w *world) tokenNamed(name string) api.ScopedToken {
	w.t.Helper()
	return decoded[api.Page[api.ScopedToken]](w.do("GET", pathTokens+"?name="+name, nil).want(200)).Items[0]
}

func TestRetrievalRefused(t *testing.T) {
	w := newWorld(t)
	w.govern(object{}) // no wildcard covers the scope, where there may be one
	c, value := w.retrievers([]string{api.ScopeReadCredentials, "credentials:*"})
	other := w.newConnector("mail", object{"credentials": object{"k": "v"}})
	tokenWith := func(name, scope string, cidrs any) string {
		more := object{"scopes": []string{scope}, "allowed_cidrs": cidrs}
		return w.reveal(w.newToken(name, c.ID, more).ID, 1)
	}
	wild := tokenWith("wild", "credentials:*", nil)
	far := tokenWith("far", api.ScopeReadCredentials, []string{"192.0.2.0/24"})
	path := credentialsOf(c.ID)
	for name, tc := range map[string]struct {
		token, path, code string
	}{
		"a principal":               {w.tokens[api.RoleDeployer], path, api.CodeUnauthenticated},
		"no token":                  {"", path, api.CodeUnauthenticated},
		"no such token":             {"qct_" + strings.Repeat("a", 36), path, api.CodeUnauthenticated},
		"another connector":         {value, credentialsOf(other.ID), api.CodeForbidden},
		"a connector that is none":  {value, credentialsOf("con_none"), api.CodeForbidden},
		"a wildcard":                {wild, path, api.CodeForbidden},
		"an address that is not in": {far, path, api.CodeUnauthenticated},
	} {
		r := w.send(tc.token, "GET", tc.path, nil)
		if p := r.problem(tc.code, ""); strings.Contains(p.Detail, "secret-1") {
			t.Errorf("%s: %s", name, p.Detail)
		}
	}
	if r := w.send(value, "GET", path, nil, asConsumer("two words")); r.status != http.StatusUnprocessableEntity {
		t.Errorf("a name with a space: status %d", r.status)
	}
	if r := w.send(value, "GET", path, nil).want(200); r.header.Get("Cache-Control") != "no-store" {
		t.Error("a cache may keep the answer")
	}
	w.patchConnector(c.ID, object{"allowed_scopes": []string{"credentials:*"}})
	w.send(value, "GET", path, nil).problem(api.CodeForbidden, "")
	w.patchConnector(c.ID, object{"allowed_scopes": nil, "enabled": false})
	w.send(value, "GET", path, nil).problem(api.CodeUnauthenticated, "")
	w.patchConnector(c.ID, object{"enabled": true})
	w.lifecycle(c.ID, "revoke", object{"all": true, "reason": "leaked"})
	w.send(value, "GET", path, nil).problem(api.CodeConflict, "")
}

// The value of a token that may fetch credentials is revealed to writers only.
func TestRevealingARetrieverNeedsWrite(t *testing.T) {
	w := newWorld(t)
	c, _ := w.retrievers(nil)
	retriever, plain := w.tokenNamed("notifier"), w.newToken("sender", c.ID, nil)
	w.as(api.RolePlanner, "POST", revealPath(plain.ID, 1), nil).want(200)
	p := w.as(api.RolePlanner, "POST", revealPath(retriever.ID, 1), nil).problem(api.CodeForbidden, "")
	if !strings.Contains(p.Detail, `names the scope credentials:read`) {
		t.Errorf("the problem says %q", p.Detail)
	}
	w.newConnector("narrow", object{"allowed_scopes": []string{"credentials:*"}})
	w.do("POST", pathTokens, tokenBody("beyond", w.connectorNamed("narrow").ID,
		object{"scopes": []string{api.ScopeReadCredentials}})).problem(api.CodeInvalid, "/scopes/0")
}

func (w *world) connectorNamed(name string) api.Connector {
	w.t.Helper()
	return decoded[api.Page[api.Connector]](w.do("GET", pathConnectors+"?name="+name, nil).want(200)).Items[0]
}

// A retrieval with the pending version of a token proves that the service has it.
func TestRetrievalIsEvidence(t *testing.T) {
	w := newWorld(t)
	policy := w.newPolicy("monthly", nil)
	c := w.newConnector("chat", object{"credentials": object{"k": "v"}})
	token := w.newToken("notifier", c.ID, object{
		"scopes": []string{api.ScopeReadCredentials}, "rotation_policy_id": policy.ID,
	})
	w.step(token.ID, "begin", nil).want(200)
	w.fetch(w.reveal(token.ID, 2), c.ID, "notifier")
	if r := w.token(token.ID).Rotation; !r.Acknowledged {
		t.Errorf("%+v", r)
	}
	if e := w.versions(token.ID)[1].Evidence; e == nil || e.Kind != "retrieval" || e.Actor != token.ID {
		t.Errorf("evidence %+v", e)
	}
}

// Values that end at the third party are due an overlap before that.
func TestCredentialsExpire(t *testing.T) {
	w := newWorld(t)
	end := epoch.Add(30 * 24 * time.Hour).Format(time.RFC3339)
	c := w.newConnector("chat", object{"credentials": object{"k": "v"}, "credentials_expire_at": end})
	if *c.CredentialsExpireAt != end || !c.CredentialsDueAt.Equal(epoch.Add(29*24*time.Hour)) {
		t.Errorf("%+v", c)
	}
	w.clock.Advance(29 * 24 * time.Hour)
	if got := w.connector(c.ID).CredentialsStatus; got != api.CredentialsDue {
		t.Errorf("a day before the end they are %s", got)
	}
	w.clock.Advance(24 * time.Hour)
	if got := w.connector(c.ID).CredentialsStatus; got != api.CredentialsOverdue {
		t.Errorf("at the end they are %s", got)
	}
	if c = w.patchConnector(c.ID, object{"credentials_expire_at": nil}); c.CredentialsStatus != api.CredentialsCurrent {
		t.Errorf("without an end they are %s", c.CredentialsStatus)
	}
	w.do("PATCH", pathConnectors+"/"+c.ID, object{"credentials_expire_at": "soon"}).
		problem(api.CodeInvalid, "/credentials_expire_at")
}

// One token cannot fill the database with names of consumers.
func TestConsumersAreLimited(t *testing.T) {
	w := newWorld(t)
	c, value := w.retrievers(nil)
	w.fetch(value, c.ID, "first")
	w.tamper(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 999)
		INSERT INTO retrievals SELECT tenant, environment, connector_id, token_id, 'c' || i, version, retrieved, first_at,
		last_at, fetch_again_at, audited_at, audited_count FROM retrievals, n`)
	w.send(value, "GET", credentialsOf(c.ID), nil, asConsumer("one-more")).problem(api.CodeConflict, "")
	w.fetch(value, c.ID, "first")
}

// While nothing can be written, a consumer that has fetched this version is served and counted. A new one is not.
func TestRetrievalInAnOutage(t *testing.T) {
	eachOutage(t, func(t *testing.T, w *world, o outage) {
		c, value := w.retrievers(nil)
		w.fetch(value, c.ID, "notifier")
		end := o.begin(w)
		w.notice()
		w.clock.Advance(time.Hour)
		if got := w.fetch(value, c.ID, "notifier"); got.Credentials["token"] != "secret-1" {
			t.Errorf("%+v", got)
		}
		w.send(value, "GET", credentialsOf(c.ID), nil, asConsumer("new")).problem(api.CodeUnavailable, "")
		end()
		w.sweep()
		if events := w.audited(c.ID, "retrieve"); len(events) != 2 || !events[1].At.Equal(epoch.Add(time.Hour)) {
			t.Errorf("audited %+v", events)
		}
		w.patchConnector(c.ID, object{"credentials": object{"token": "secret-2"}})
		if in := w.connector(c.ID).PreviousInUseBy; len(in) != 1 || in[0].Retrievals != 2 {
			t.Errorf("counted %+v", in)
		}
	})
}
