package platform_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// TestConsent: a person grants a part of what was asked for. The record says who agreed to what, when and in which
// words, and is found by it.
func TestConsent(t *testing.T) {
	w, ada := consented(t)
	c := w.newConsent("users:read", "messages:send")
	if c.State != api.ConsentRequested || c.TextVersion != api.ScopeCatalogueVersion() || c.Link == nil ||
		*c.Link != publicURL+"/console/in/staging/consents/"+c.ID || c.RequestedByName == "" ||
		len(c.Scopes) != 2 || c.Scopes[0].Text != "Send messages." || c.Scopes[1].Access != api.AccessRead {
		t.Errorf("asked: %+v", c)
	}
	decide := pathConsents + "/" + c.ID + "/decide"
	ada.asks("POST", decide, object{"decision": "grant", "scopes": []string{}}).problem(api.CodeInvalid, "/scopes")
	ada.asks("POST", decide, object{"decision": "grant", "scopes": []string{"users:write"}}).
		problem(api.CodeInvalid, "/scopes")
	ada.asks("POST", decide, object{"decision": "refuse", "scopes": []string{"users:read"}}).
		problem(api.CodeInvalid, "/scopes")

	w.clock.Advance(time.Hour)
	granted := ada.grants(c, "messages:send")
	if granted.State != api.ConsentGranted || !slices.Equal(granted.GrantedScopes, []string{"messages:send"}) ||
		granted.DecidedByName != "ada@example.com" || !granted.DecidedAt.Equal(epoch.Add(time.Hour)) {
		t.Errorf("granted: %+v", granted)
	}
	ada.asks("POST", decide, object{"decision": "refuse"}).problem(api.CodeConflict, "")
	ada.revokes(c)
	ada.revokes(c) // no error, and nothing changes
	if got := w.actions(c.ID); !slices.Equal(got, []string{"create", "grant", "revoke"}) {
		t.Errorf("the audit has %q", got)
	}

	other := w.newConsent("files:read")
	for query, want := range map[string][]string{
		"": {c.ID, other.ID}, "state=revoked": {c.ID}, "state=requested": {other.ID}, "scope=files:read": {other.ID},
		"decided_by=" + *granted.DecidedBy: {c.ID}, "connector_type=slack": nil,
	} {
		var got []string
		for _, found := range decoded[api.Page[api.Consent]](w.do("GET", pathConsents+"?"+query, nil).want(200)).Items {
			got = append(got, found.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q finds %q, want %q", query, got, want)
		}
	}
	w.clock.Advance(api.ConsentRequestLife)
	ada.asks("POST", pathConsents+"/"+other.ID+"/decide", object{"decision": "refuse"}).problem(api.CodeConflict, "")
	ada.asks("POST", pathConsents+"/"+other.ID+"/revoke", nil).problem(api.CodeConflict, "")
}

// TestConsentIsAskedForInWords: nobody can be asked for what has no words, and nobody but a consenter decides.
func TestConsentIsAskedForInWords(t *testing.T) {
	w, _ := consented(t)
	for _, wrong := range []object{
		{"scopes": []string{}},
		{"scopes": []string{"messages:*"}},
		{"scopes": []string{"messages:snd"}},
		{"scopes": []string{"messages:send", "messages:send"}},
		{"purpose": ""},
		{"purpose": "two\nlines"},
		{"connector_type": "fax"},
	} {
		body := object{"connector_type": "custom", "scopes": []string{"messages:send"}, "purpose": "Send reminders."}
		for k, v := range wrong {
			body[k] = v
		}
		if got := w.do("POST", pathConsents, body).want(422); !strings.Contains(string(got.body), `"code":"invalid"`) {
			t.Errorf("%v: %s", wrong, got.body)
		}
	}
	c := w.newConsent("messages:send")
	decision := object{"decision": "grant", "scopes": []string{"messages:send"}}
	bob := w.newHuman("bob", api.RoleOperator)
	bob.asks("POST", pathConsents+"/"+c.ID+"/decide", decision).problem(api.CodeForbidden, "")
	w.as(api.RoleSecurity, "POST", pathConsents+"/"+c.ID+"/decide", decision).problem(api.CodeForbidden, "")
}

// TestConsentNarrowsTokens: a token may do what it has, what its connector allows and what was consented to have in
// common. A revoked consent makes it inactive in the next request and ends no version, so the same value is accepted
// under another consent.
func TestConsentNarrowsTokens(t *testing.T) {
	w, ada := consented(t)
	asked := []string{"messages:send", "messages:read", api.ScopeReadCredentials}
	consent := ada.grants(w.newConsent(asked...), asked...)
	connector := w.newConnector("chat", object{"consent_id": consent.ID, "credentials": object{"api_key": "k"}})
	if connector.ConsentID == nil || *connector.ConsentID != consent.ID {
		t.Fatalf("the connector has the consent %v", connector.ConsentID)
	}
	token := w.newToken("notifier", connector.ID, object{
		"scopes": []string{"messages:send", "files:read", api.ScopeReadCredentials},
	})
	value := w.reveal(token.ID, 1)
	short := w.opened(api.RoleDeployer, token.ID, nil)
	is := func(scope string) {
		t.Helper()
		for range 2 { // the second time from memory
			for _, v := range []string{value, short.AccessToken} {
				if got := w.introspect(api.RoleAuditor, v); got.Active != (scope != "") || got.Scope != scope {
					t.Fatalf("got %+v, want the scope %q", got, scope)
				}
			}
		}
	}
	is(api.ScopeReadCredentials + " messages:send")
	w.fetch(value, connector.ID, "notifier")

	ada.revokes(consent)
	is("")
	w.send(value, "GET", credentialsOf(connector.ID), nil).want(401)
	w.exchanges(value).problem(api.CodeInvalidGrant, "")
	w.opens(api.RoleDeployer, token.ID, nil).problem(api.CodeConflict, "")
	w.extends(api.RoleDeployer, short.ID, "30m").problem(api.CodeConflict, "")
	for _, v := range []string{value, short.AccessToken} {
		if got := w.identify(w.tokens[api.RoleAuditor], v); got.InactiveReason != "consent_revoked" ||
			!slices.Contains([]string{"current", api.PrincipalActive}, got.State) {
			t.Errorf("identified as %+v", got)
		}
	}
	w.patchConnector(connector.ID, object{"owner": "team-b"}) // what is there already is not refused

	narrow := ada.grants(w.newConsent("messages:read"), "messages:read")
	w.patchConnector(connector.ID, object{"consent_id": narrow.ID})
	is("")
	if got := w.identify(w.tokens[api.RoleAuditor], value); got.InactiveReason != "not_consented" {
		t.Errorf("identified as %+v", got)
	}
	again := ada.grants(w.newConsent("messages:send"), "messages:send")
	w.patchConnector(connector.ID, object{"consent_id": again.ID})
	is("messages:send")
	w.send(value, "GET", credentialsOf(connector.ID), nil).want(403)
	if got := w.versions(token.ID); len(got) != 1 || got[0].State != "current" {
		t.Errorf("the rotation has moved: %+v", got)
	}
	w.patchConnector(connector.ID, object{"consent_id": nil})
	if got := w.introspect(api.RoleAuditor, value).Scope; got != api.ScopeReadCredentials+" files:read messages:send" {
		t.Errorf("without a consent, the scope is %q", got)
	}
}

// TestConsentOfConnector: a connector takes only a consent that was granted for its type, and require_consent makes it
// take one.
func TestConsentOfConnector(t *testing.T) {
	w, ada := consented(t)
	with := func(kind, consent string) object {
		return object{"name": "chat", "owner": "team", "type": kind, "consent_id": consent}
	}
	requested := w.newConsent("messages:send")
	refused := w.newConsent("messages:send")
	ada.asks("POST", pathConsents+"/"+refused.ID+"/decide", object{"decision": "refuse"}).want(200)
	revoked := ada.grants(w.newConsent("messages:send"), "messages:send")
	ada.revokes(revoked)
	granted := ada.grants(w.newConsent("messages:send"), "messages:send")
	for _, body := range []object{
		with("custom", "cns_unknown"), with("custom", requested.ID), with("custom", refused.ID),
		with("custom", revoked.ID), with("discord", granted.ID),
	} {
		w.do("POST", pathConnectors, body).problem(api.CodeInvalid, "/consent_id")
	}
	w.governed(object{"require_consent": true})
	body := with("custom", granted.ID)
	delete(body, "consent_id")
	if p := w.do("POST", pathConnectors, body).problem(api.CodeGuardrailViolation, "/consent_id"); p.Rule !=
		api.RuleRequireConsent {
		t.Errorf("%+v", p)
	}
	w.do("POST", pathConnectors, with("custom", granted.ID)).want(201)
}

// TestConsentIsBoundToItsRow: a consent that was changed in the database allows nothing.
func TestConsentIsBoundToItsRow(t *testing.T) {
	w, ada := consented(t)
	consent := ada.grants(w.newConsent("messages:send", "users:read"), "users:read")
	connector := w.newConnector("chat", object{"consent_id": consent.ID})
	value := w.reveal(w.newToken("notifier", connector.ID, nil).ID, 1)
	w.tamper(`UPDATE consents SET granted = '["messages:send"]'`)
	w.restart()
	w.as(api.RoleAuditor, "POST", "/v1/introspect", url.Values{"token": {value}}).problem(api.CodeInternal, "")
}
