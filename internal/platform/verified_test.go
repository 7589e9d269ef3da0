package platform_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
)

// TestChangeCountsInTheNextRequest: what the platform has in memory of a token ends with whatever changes the answer.
func TestChangeCountsInTheNextRequest(t *testing.T) {
	revoke := func(w *world, id string) { w.lifecycle(id, "revoke", object{"all": true, "reason": "leak"}).want(200) }
	for name, change := range map[string]func(w *world, t api.ScopedToken, value string){
		"revoked": func(w *world, t api.ScopedToken, _ string) { revoke(w, t.ID) },
		"revoked by its value": func(w *world, _ api.ScopedToken, value string) {
			w.revokeValue(w.tokens[api.RoleSecurity], value)
		},
		"deleted": func(w *world, t api.ScopedToken, _ string) { w.do("DELETE", pathTokens+"/"+t.ID, nil).want(204) },
		"the connector is disabled": func(w *world, t api.ScopedToken, _ string) {
			w.patchConnector(t.ConnectorID, object{"enabled": false})
		},
		"other addresses": func(w *world, t api.ScopedToken, _ string) {
			w.patchToken(t.ID, object{"allowed_cidrs": []string{"198.51.100.0/24"}})
		},
		"an earlier end": func(w *world, t api.ScopedToken, _ string) {
			w.patchToken(t.ID, object{"expires_at": w.clock.Now().Add(time.Second).Format(time.RFC3339)})
			w.clock.Advance(time.Second)
		},
		"a higher minimum": func(w *world, t api.ScopedToken, _ string) { w.patchToken(t.ID, object{"minimum_version": 2}) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			token := w.newToken("notifier", w.newConnector("chat", nil).ID, nil)
			value := w.reveal(token.ID, 1)
			for range 2 { // the second one is answered from memory
				if !w.introspect(api.RoleRuntime, value).Active {
					t.Fatal("it is not accepted before the change")
				}
			}
			change(w, token, value)
			if got := w.introspect(api.RoleRuntime, value); got.Active {
				t.Errorf("it is accepted after the change: %+v", got)
			}
		})
	}
}

// TestScopesCountInTheNextRequest: a token that loses a scope does not keep it.
func TestScopesCountInTheNextRequest(t *testing.T) {
	w := newWorld(t)
	connector := w.newConnector("chat", nil)
	token := w.newToken("notifier", connector.ID, object{"scopes": []string{"a:read", "b:read"}})
	value := w.reveal(token.ID, 1)
	for _, x := range []struct {
		allowed []string
		want    string
	}{{nil, "a:read b:read"}, {[]string{"a:read"}, "a:read"}, {[]string{"b:*"}, "b:read"}} {
		w.patchConnector(connector.ID, object{"allowed_scopes": x.allowed})
		for range 2 {
			if got := w.introspect(api.RoleRuntime, value).Scope; got != x.want {
				t.Errorf("allowed are %v: the scopes are %q, want %q", x.allowed, got, x.want)
			}
		}
	}
}

// TestRetrievalCountsChanges: a service gets the present credentials with the next request, and none once its token or
// its connector is not accepted any more.
func TestRetrievalCountsChanges(t *testing.T) {
	w := newWorld(t)
	c, value := w.retrievers(nil)
	fetch := func() *reply {
		return w.send(value, http.MethodGet, credentialsOf(c.ID), nil, asConsumer("mail"))
	}
	for range 3 { // the first one is written, the others are answered from memory
		fetch().want(200)
	}
	w.patchConnector(c.ID, object{"credentials": object{"token": "secret-2"}})
	if got := w.fetch(value, c.ID, "mail"); got.Version != 2 {
		t.Errorf("version %d, want the new one", got.Version)
	}
	w.patchConnector(c.ID, object{"enabled": false})
	fetch().problem(api.CodeUnauthenticated, "")
	w.patchConnector(c.ID, object{"enabled": true})
	fetch().want(200)
	w.patchConnector(c.ID, object{"allowed_scopes": []string{"messages:send"}})
	fetch().problem(api.CodeForbidden, "")
	w.patchConnector(c.ID, object{"allowed_scopes": nil})
	fetch().want(200)
	w.revokeValue(w.tokens[api.RoleSecurity], value)
	fetch().problem(api.CodeUnauthenticated, "")
}

// TestRetrievalDuringARetirement: a request that looked for changes just before a key was retired gets the credentials,
// although the data key of what is in memory is gone.
func TestRetrievalDuringARetirement(t *testing.T) {
	w := newWorld(t)
	c, value := w.retrievers(nil)
	for range 2 { // the second one is answered from memory
		w.fetch(value, c.ID, "mail")
	}
	var looked int64
	if err := w.beside().QueryRowContext(t.Context(), `SELECT number FROM access_changes`).Scan(&looked); err != nil {
		t.Fatal(err)
	}
	k := w.keysBeside()
	if _, err := k.RotateKEK(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.rewrap()
	if err := k.RetireKEK(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if _, err := w.beside().ExecContext(t.Context(), `UPDATE access_changes SET number = $1`, looked); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(10 * time.Minute) // no data key stays in memory that long
	if got := w.fetch(value, c.ID, "mail"); got.Credentials["token"] != "secret-1" {
		t.Errorf("got version %d", got.Version)
	}
}

// TestDeadlineIsExact: what is in memory does not outlive a deadline by a microsecond.
func TestDeadlineIsExact(t *testing.T) {
	w := newWorld(t)
	end := w.clock.Now().Add(time.Hour)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, object{"expires_at": end.Format(time.RFC3339)})
	value := w.reveal(token.ID, 1)
	w.introspect(api.RoleRuntime, value)
	w.clock.Advance(time.Hour - time.Microsecond)
	if !w.introspect(api.RoleRuntime, value).Active {
		t.Error("it ends too early")
	}
	w.clock.Advance(time.Microsecond)
	if w.introspect(api.RoleRuntime, value).Active {
		t.Error("it ends too late")
	}
}

// TestPrincipalEndedElsewhere: a principal that another process ends, as quickconnectd token revoke does, is refused in
// the next request.
func TestPrincipalEndedElsewhere(t *testing.T) {
	w := newWorld(t)
	id := w.me(w.tokens[api.RoleAuditor]).PrincipalID
	w.as(api.RoleAuditor, http.MethodGet, "/v1/identity", nil).want(200)

	other, err := w.openStoreBeside()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	ring, err := keyring.Open(w.dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := access.RevokePrincipal(t.Context(), other, ring, w.clock, id, false, nil); err != nil {
		t.Fatal(err)
	}
	w.as(api.RoleAuditor, http.MethodGet, "/v1/identity", nil).problem(api.CodeUnauthenticated, "")
}
