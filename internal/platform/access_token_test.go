package platform_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
)

// TestWhatEndsAnAccessToken: an access token ends in the next request with whatever ends the version that it was made
// from, and by itself.
func TestWhatEndsAnAccessToken(t *testing.T) {
	for name, end := range map[string]func(w *world, t api.ScopedToken, opened keys.OpenedAccessToken, value string){
		"the scoped token is revoked": func(w *world, t api.ScopedToken, _ keys.OpenedAccessToken, _ string) {
			w.lifecycle(t.ID, "revoke", object{"all": true, "reason": "leak"})
		},
		"the version is revoked by its value": func(w *world, _ api.ScopedToken, _ keys.OpenedAccessToken, value string) {
			w.revokeValue(w.tokens[api.RoleSecurity], value)
		},
		"a higher minimum": func(w *world, t api.ScopedToken, _ keys.OpenedAccessToken, _ string) {
			w.patchToken(t.ID, object{"minimum_version": 2})
		},
		"the scoped token is deleted": func(w *world, t api.ScopedToken, _ keys.OpenedAccessToken, _ string) {
			w.do("DELETE", pathTokens+"/"+t.ID, nil).want(204)
		},
		"the scoped token ends": func(w *world, t api.ScopedToken, _ keys.OpenedAccessToken, _ string) {
			w.patchToken(t.ID, object{"expires_at": w.clock.Now().Add(time.Second).Format(time.RFC3339)})
			w.clock.Advance(time.Second)
		},
		"the connector is disabled": func(w *world, t api.ScopedToken, _ keys.OpenedAccessToken, _ string) {
			w.patchConnector(t.ConnectorID, object{"enabled": false})
		},
		"other addresses": func(w *world, t api.ScopedToken, _ keys.OpenedAccessToken, _ string) {
			w.patchToken(t.ID, object{"allowed_cidrs": []string{"198.51.100.0/24"}})
		},
		"it is revoked by its id": func(w *world, _ api.ScopedToken, opened keys.OpenedAccessToken, _ string) {
			w.as(api.RolePlanner, "POST", pathAccess+"/"+opened.ID+"/revoke", nil).want(200)
		},
		"it is revoked by another principal": func(w *world, _ api.ScopedToken, opened keys.OpenedAccessToken, _ string) {
			w.as(api.RoleSecurity, "POST", pathAccess+"/"+opened.ID+"/revoke", nil).want(200)
		},
		"it is revoked by its value": func(w *world, _ api.ScopedToken, opened keys.OpenedAccessToken, _ string) {
			w.revokeValue(w.tokens[api.RoleSecurity], opened.AccessToken)
		},
		"it revokes itself": func(w *world, _ api.ScopedToken, opened keys.OpenedAccessToken, _ string) {
			w.revokeValue(opened.AccessToken, opened.AccessToken)
		},
		"its time is over": func(w *world, _ api.ScopedToken, _ keys.OpenedAccessToken, _ string) {
			w.clock.Advance(15 * time.Minute)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			token := w.newToken("notifier", w.newConnector("chat", nil).ID, nil)
			opened := w.opened(api.RolePlanner, token.ID, nil)
			for range 2 { // the second one is answered from memory
				if !w.introspect(api.RoleRuntime, opened.AccessToken).Active {
					t.Fatal("it is not accepted before")
				}
			}
			end(w, token, opened, w.reveal(token.ID, 1))
			wantInactive(t, name, w.introspect(api.RoleRuntime, opened.AccessToken))
			if r := w.extends(api.RolePlanner, opened.ID, "1h"); name != "other addresses" {
				r.problem(api.CodeConflict, "")
			}
			wantInactive(t, "an extension revived it", w.introspect(api.RoleRuntime, opened.AccessToken))
		})
	}
}

// TestHoldLeavesAccessTokens: a hold stops rotations and ends no version, so it ends no access token.
func TestHoldLeavesAccessTokens(t *testing.T) {
	w := newWorld(t)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, nil)
	opened := w.opened(api.RolePlanner, token.ID, nil)
	w.lifecycle(token.ID, "hold", object{"reason": "test"})
	if !w.introspect(api.RoleRuntime, opened.AccessToken).Active {
		t.Error("the hold ended it")
	}
}

// TestExtension: an access token is extended by the principal that opened it, for 12 hours at most, and never beyond
// its version. What has ended stays so.
func TestExtension(t *testing.T) {
	w := newWorld(t)
	c := w.newConnector("chat", nil)
	token := w.newToken("notifier", c.ID, nil)
	opened := w.opened(api.RolePlanner, token.ID, object{"ttl": "10m", "scopes": []string{"messages:send"}})
	if want := epoch.Add(12 * time.Hour); !opened.EndsAtLatest.Equal(want) || opened.ExpiresIn != 600 {
		t.Errorf("%+v", opened)
	}
	w.extends(api.RoleDeployer, opened.ID, "1h").problem(api.CodeForbidden, "")
	for _, ttl := range []string{"9s", "61m", "x"} {
		w.extends(api.RolePlanner, opened.ID, ttl).problem(api.CodeInvalid, "/ttl")
	}
	life := func() api.AccessTokenLife {
		t.Helper()
		return decoded[api.AccessTokenLife](w.extends(api.RolePlanner, opened.ID, "1h").want(200))
	}
	shorter := decoded[api.AccessTokenLife](w.extends(api.RolePlanner, opened.ID, "10s").want(200))
	if !shorter.ExpiresAt.Equal(opened.ExpiresAt) {
		t.Errorf("the extension shortened it: %+v", shorter)
	}
	for range 13 {
		if got, want := life().ExpiresAt, w.clock.Now().Add(time.Hour); got.After(epoch.Add(12*time.Hour)) ||
			got.Before(want) && !got.Equal(epoch.Add(12*time.Hour)) {
			t.Errorf("at %s it ends at %s", w.clock.Now(), got)
		}
		w.clock.Advance(54 * time.Minute)
		if !w.introspect(api.RoleRuntime, opened.AccessToken).Active {
			t.Fatalf("it has ended at %s", w.clock.Now())
		}
	}
	w.clock.Advance(epoch.Add(12 * time.Hour).Sub(w.clock.Now()))
	wantInactive(t, "after 12 hours", w.introspect(api.RoleRuntime, opened.AccessToken))
	w.extends(api.RolePlanner, opened.ID, "1h").problem(api.CodeConflict, "")

	end := w.clock.Now().Add(20 * time.Minute)
	w.patchToken(token.ID, object{"expires_at": end.Format(time.RFC3339)})
	short := w.opened(api.RolePlanner, token.ID, object{"ttl": "1h"})
	if !short.ExpiresAt.Equal(end) || !short.EndsAtLatest.Equal(end) {
		t.Errorf("it ends after its version: %+v", short)
	}
}

// TestAccessTokensAreNoEvidence: the exchange proves that a pending version is in use; what a principal opened never
// does, and it is made from the version that is current.
func TestAccessTokensAreNoEvidence(t *testing.T) {
	w := newWorld(t)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, object{
		"rotation_policy_id": w.newPolicy("monthly", nil).ID, "expires_at": nil,
	})
	w.begun(token.ID)
	opened := w.opened(api.RolePlanner, token.ID, nil)
	if got := w.introspect(api.RoleRuntime, opened.AccessToken); got.Version != 1 {
		t.Errorf("made from version %d", got.Version)
	}
	if w.token(token.ID).Rotation.Acknowledged {
		t.Error("an access token that a principal opened is evidence")
	}
	pending := w.exchanged(w.reveal(token.ID, 2))
	if got := w.versions(token.ID)[1].Evidence; got == nil || got.Kind != "exchange" || got.Actor != token.ID {
		t.Errorf("the exchange of the pending version is no evidence: %+v", got)
	}
	// A use is one of the version, so that nothing is retired that access tokens still need.
	w.clock.Advance(time.Minute)
	w.introspect(api.RoleRuntime, opened.AccessToken)
	if got := w.versions(token.ID)[0].LastUsedAt; got == nil || !got.Equal(w.clock.Now()) {
		t.Errorf("last used at %v", got)
	}
	w.step(token.ID, api.StepCancel, object{"reason": "test"}).want(200)
	wantInactive(t, "the pending version was cancelled", w.introspect(api.RoleRuntime, pending.AccessToken))
	if !w.introspect(api.RoleRuntime, opened.AccessToken).Active {
		t.Error("that of the current version has ended too")
	}
}

// TestAccessTokensShareTheRate: the uses of a scoped token and of its access tokens are counted together.
func TestAccessTokensShareTheRate(t *testing.T) {
	w := newWorld(t)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, object{"rate_limit_per_minute": 2})
	value := w.reveal(token.ID, 1)
	w.asks(api.RoleRuntime, value).want(200)
	w.asks(api.RoleRuntime, w.exchanged(value).AccessToken).want(200)
	w.asks(api.RoleRuntime, w.exchanged(value).AccessToken).problem(api.CodeTokenRateLimited, "")
}

// TestAccessTokenRetrieves: with the scope for it, an access token fetches the credentials of its connector; opening it
// takes more than the permission to reveal.
func TestAccessTokenRetrieves(t *testing.T) {
	w := newWorld(t)
	c, value := w.retrievers(nil)
	a := w.exchanged(value)
	for range 2 { // the second one is answered from memory
		if got := w.fetch(a.AccessToken, c.ID, "mail"); got.Version != 1 {
			t.Errorf("%+v", got)
		}
	}
	both := w.newToken("both", c.ID, object{"scopes": []string{api.ScopeReadCredentials, "messages:send"}})
	if p := w.opens(api.RolePlanner, both.ID, nil).problem(api.CodeForbidden, "/scopes"); !strings.Contains(p.Detail,
		api.PermissionWrite) {
		t.Error(p.Detail)
	}
	narrow := w.opened(api.RolePlanner, both.ID, object{"scopes": []string{"messages:send"}})
	w.send(narrow.AccessToken, "GET", credentialsOf(c.ID), nil).problem(api.CodeForbidden, "")
	w.fetch(w.opened(api.RoleDeployer, both.ID, nil).AccessToken, c.ID, "deployer")
	w.revokeValue(a.AccessToken, a.AccessToken)
	w.send(a.AccessToken, "GET", credentialsOf(c.ID), nil).problem(api.CodeUnauthenticated, "")
}

// TestAccessTokenIsBoundToItsRow: a change of its row in the database gives it nothing.
func TestAccessTokenIsBoundToItsRow(t *testing.T) {
	for name, change := range map[string]string{
		"a later end":         `UPDATE access_tokens SET expires_at = expires_at + 1`,
		"another version":     `UPDATE access_tokens SET parent_version = 2`,
		"more scopes":         `UPDATE access_tokens SET scopes = '["a:*"]'`,
		"another environment": `UPDATE access_tokens SET environment = 'production'`,
		"another opener":      `UPDATE access_tokens SET opened_by = 'prn_x'`,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			opened := w.openedAlone(api.RolePlanner)
			w.tamper(change)
			w.asks(api.RoleRuntime, opened.AccessToken).problem(api.CodeInternal, "")
		})
	}
}

// TestAccessTokensAndLookupKeys: a lookup key is kept as long as a live access token is found by it, which ends by
// itself. The sweep forgets it a day later, and /v1/identify recognises it until then.
func TestAccessTokensAndLookupKeys(t *testing.T) {
	w := newWorld(t)
	opened := w.openedAlone(api.RolePlanner)
	k := w.keysBeside()
	if _, err := k.RotateLookup(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.rewrap()
	if !w.introspect(api.RoleRuntime, opened.AccessToken).Active {
		t.Error("it is not found by the older key")
	}
	wantInUse(t, k.RetireLookup(t.Context(), 1, true), "access tokens: 1", "none lives longer than 12 hours")
	w.clock.Advance(15 * time.Minute)
	var used *keys.InUseError
	if err := k.RetireLookup(
		t.Context(),
		1,
		true,
	); errors.As(err, &used) &&
		strings.Contains(err.Error(), "access tokens: 1") {
		t.Errorf("an expired one keeps the key: %v", err)
	}
	if got := w.identify(w.tokens[api.RoleAuditor], opened.AccessToken); got.State != api.PrincipalExpired ||
		got.ID != opened.ID || got.Kind != api.KindAccessTokens || got.Version != 1 {
		t.Errorf("%+v", got)
	}
	w.clock.Advance(24*time.Hour + time.Minute)
	if err := w.p.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := w.identify(w.tokens[api.RoleAuditor], opened.AccessToken); got.Found {
		t.Errorf("its row was kept: %+v", got)
	}
}
