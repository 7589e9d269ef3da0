package platform_test

import (
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// TestSignIn: a person whom the issuer signs in sees the roles that its groups and its verified address give, and is
// signed out by a form.
func TestSignIn(t *testing.T) {
	o := newOffice(t)
	o.bindGroup("platform-team", api.RoleOperator)
	o.bindGroup("platform-team", api.RoleApprover)
	o.bindGroup("others", api.RoleSecurity)
	o.person("jo", "platform-team")
	b := o.browser()
	if to := b.get("/console").want(303).header.Get("Location"); to != "/console/sign-in?return_to=%2Fconsole" {
		t.Errorf("nobody is signed in, and the browser goes to %s", to)
	}
	b.get("/console/sign-in?tenant=acme").want(200).shows("corp", "/console/sign-in?issuer=corp")
	b.get("/console/sign-in?tenant=other").want(200).shows("No sign-in is set up")
	b.signIn("jo")
	b.get("/console").want(200).shows("jo@example.com", "acme", "staging", "operator, approver", "approve")
	if b.cookies[cookieSignIn] != "" {
		t.Error("the browser still has the value of the sign-in")
	}
	session := b.cookies[cookieSession]
	if to := b.post("/console/sign-out", nil).want(303).header.Get("Location"); to != "/console/sign-in" {
		t.Errorf("after the sign-out, the browser goes to %s", to)
	}
	b.cookies[cookieSession] = session
	b.get("/console").want(303)

	var did []string
	for _, e := range o.audit() {
		if e.Kind == api.KindPersons {
			did = append(did, e.Action+" as "+e.Role)
			if e.Actor != e.ObjectID || e.Detail["name"] != "jo@example.com" {
				t.Errorf("%+v", e)
			}
		}
	}
	if len(did) != 2 || did[0] != "sign_in as operator, approver" || did[1] != "sign_out as operator, approver" {
		t.Errorf("the audit trail has %q", did)
	}
}

// TestSessionIsNoToken: neither the value of a session nor a token of a machine is taken in the other's place.
func TestSessionIsNoToken(t *testing.T) {
	o := newOffice(t)
	o.bindGroup("platform-team", api.RoleAuditor)
	o.person("jo", "platform-team")
	b := o.signedIn("jo")
	value := b.cookies[cookieSession]
	o.world.send(value, "GET", "/v1/identity", nil).problem(api.CodeUnauthenticated, "")
	b.get("/v1/identity").problem(api.CodeUnauthenticated, "")
	for _, path := range []string{"/v1/introspect", "/v1/connector-credentials"} {
		if got := o.world.send(value, "POST", path, nil).status; got != 401 && got != 404 {
			t.Errorf("POST %s with the value of a session: status %d", path, got)
		}
	}
	for role, token := range o.tokens {
		b.cookies[cookieSession] = token
		b.header.Set("Authorization", "Bearer "+token)
		if to := b.get("/console").want(303).header.Get("Location"); to != "/console/sign-in?return_to=%2Fconsole" {
			t.Errorf("with a token of role %s, the browser goes to %s", role, to)
		}
	}
}
