package platform_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/oidctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/people"
)

// ended returns why sessions were ended, in order.
func (o *office) ended() (reasons []string) {
	o.t.Helper()
	for _, e := range o.audit() {
		if e.Action == "sign_out" {
			reasons = append(reasons, e.Detail["reason"])
		}
	}
	return reasons
}

// check lets time pass, and the platform ask the issuers.
func (o *office) check(after time.Duration) {
	o.t.Helper()
	o.clock.Advance(after)
	if err := o.world.p.CheckSessions(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
}

func (b *browser) isSignedIn() bool {
	b.t.Helper()
	return b.get("/console").status == 200
}

// TestSessionIsIdle: a session ends when nobody has used it for 30 minutes.
func TestSessionIsIdle(t *testing.T) {
	o := newOffice(t)
	o.person("jo")
	b := o.signedIn("jo")
	o.clock.Advance(30*time.Minute - time.Second)
	if !b.isSignedIn() {
		t.Error("signed out within 30 minutes")
	}
	o.clock.Advance(30 * time.Minute)
	if b.isSignedIn() {
		t.Error("signed in after 30 minutes without a request")
	}
}

// TestSessionIsAbsolute: a session that is used all the time ends after 12 hours.
func TestSessionIsAbsolute(t *testing.T) {
	o := newOffice(t)
	o.person("jo")
	b := o.signedIn("jo")
	for range 12*60/29 - 1 {
		o.clock.Advance(29 * time.Minute)
		if !b.isSignedIn() {
			t.Fatal("signed out although it is used")
		}
	}
	o.clock.Advance(29 * time.Minute)
	if !b.isSignedIn() {
		t.Error("signed out within 12 hours")
	}
	o.clock.Advance(29 * time.Minute)
	if b.isSignedIn() {
		t.Error("signed in for more than 12 hours")
	}
}

// TestDisabledPersonIsOut: the issuer is asked every five minutes. What it says of groups counts at once, and whom it
// no longer knows is out.
func TestDisabledPersonIsOut(t *testing.T) {
	o := newOffice(t)
	o.bindGroup("platform-team", api.RoleOperator)
	o.bindGroup("everybody", api.RoleAuditor)
	u := o.person("jo", "platform-team", "everybody")
	b := o.signedIn("jo")
	b.get("/console").shows("auditor, operator")
	u.Claims["groups"] = []string{"everybody"}
	o.p.PutUser(u)
	o.check(5*time.Minute - time.Second)
	b.get("/console").shows("auditor, operator")
	o.check(time.Second)
	b.get("/console").want(200).shows("<td>auditor</td>")

	u.Disabled = true
	o.p.PutUser(u)
	o.check(5 * time.Minute)
	if got := o.ended(); b.isSignedIn() || len(got) != 1 || got[0] != "not_confirmed" {
		t.Errorf("a disabled person is signed in: %v; sessions ended because of %q", b.isSignedIn(), got)
	}
}

// TestIssuerIsOut: a session lasts for 15 minutes while its issuer cannot be asked.
func TestIssuerIsOut(t *testing.T) {
	o := newOffice(t)
	o.bindGroup("everybody", api.RoleAuditor)
	o.person("jo", "everybody")
	b := o.signedIn("jo")
	o.p.Fail(oidctest.Fault{Status: 503})
	for range 3 {
		o.check(5 * time.Minute)
		if !b.isSignedIn() {
			t.Error("an outage of the issuer ends the session at once")
		}
	}
	o.p.ClearFaults()
	o.check(5 * time.Minute)
	o.p.Fail(oidctest.Fault{Status: 503})
	for range 4 {
		o.check(5 * time.Minute)
	}
	if b.isSignedIn() {
		t.Error("signed in although the issuer could not be asked for 15 minutes")
	}
	if got := o.ended(); len(got) != 1 || got[0] != "issuer_unreachable" {
		t.Errorf("sessions ended because of %q", got)
	}
}

// TestIssuerIsRemoved: whom an issuer signed in is signed out when it is removed, and its bindings count for nobody.
func TestIssuerIsRemoved(t *testing.T) {
	o := newOffice(t)
	o.bindGroup("platform-team", api.RoleOperator)
	o.person("jo", "platform-team")
	b := o.signedIn("jo")
	sessions, bindings, err := people.RemoveIssuer(t.Context(), o.store, o.keyring, o.clock, "acme", "corp", nil)
	if err != nil || sessions != 1 || len(bindings) != 1 {
		t.Errorf("%d sessions and %d bindings: %v", sessions, len(bindings), err)
	}
	if b.isSignedIn() {
		t.Error("signed in by an issuer that was removed")
	}
	b.get("/console/sign-in?tenant=acme&issuer=corp").want(403)
	if _, err := people.AddIssuer(t.Context(), o.store, o.keyring, o.clock, people.NewIssuer{
		Tenant: "acme", Name: "corp", URL: "https://evil.example.com", ClientID: "x", GroupsClaim: "groups",
	}); err == nil {
		t.Error("another issuer has got the name, and with it the role bindings")
	}
}

// TestBackChannelLogout: an issuer signs out whom it names, by a token that only it can make, once.
func TestBackChannelLogout(t *testing.T) {
	o := newOffice(t)
	o.bindGroup("platform-team", api.RoleOperator)
	for _, name := range []string{"jo", "mo"} {
		u := o.person(name, "platform-team")
		u.Claims["sid"] = "sid-of-" + name
		o.p.PutUser(u)
	}
	now := o.clock.Now()
	send := func(change func(claims object, token *oidctest.JWT)) int {
		claims := object{
			"iss": o.p.Issuer, "aud": oidctest.ConsoleClient, "iat": now.Unix(), "jti": "1", "sub": "jo",
			"events": object{"http://schemas.openid.net/event/backchannel-logout": object{}},
		}
		token := oidctest.JWT{Claims: claims, Header: object{"typ": "logout+jwt"}}
		change(claims, &token)
		return o.browser().post("/console/backchannel-logout", url.Values{"logout_token": {o.p.SignJWT(token)}}).status
	}
	jo, mo := o.signedIn("jo"), o.signedIn("mo")
	for what, change := range map[string]func(c object, token *oidctest.JWT){
		"another issuer":   func(c object, _ *oidctest.JWT) { c["iss"] = "https://evil.example.com" },
		"another audience": func(c object, _ *oidctest.JWT) { c["aud"] = "evil" },
		"a nonce":          func(c object, _ *oidctest.JWT) { c["nonce"] = "x" },
		"no id":            func(c object, _ *oidctest.JWT) { delete(c, "jti") },
		"no time":          func(c object, _ *oidctest.JWT) { delete(c, "iat") },
		"an old one":       func(c object, _ *oidctest.JWT) { c["iat"] = now.Add(-10 * time.Minute).Unix() },
		"another event":    func(c object, _ *oidctest.JWT) { c["events"] = object{"x": object{}} },
		"nobody":           func(c object, _ *oidctest.JWT) { delete(c, "sub") },
		"not signed":       func(_ object, token *oidctest.JWT) { token.Algorithm = "none" },
		"an access token":  func(_ object, token *oidctest.JWT) { token.Header = object{"typ": "at+jwt"} },
	} {
		if got := send(change); got != 400 {
			t.Errorf("%s: status %d", what, got)
		}
	}
	if !jo.isSignedIn() {
		t.Fatal("a refused token has signed somebody out")
	}
	if got := send(func(object, *oidctest.JWT) {}); got != 200 || jo.isSignedIn() || !mo.isSignedIn() {
		t.Errorf("status %d; jo is signed in: %v, mo: %v", got, jo.isSignedIn(), mo.isSignedIn())
	}
	jo.signIn("jo")
	if got := send(func(object, *oidctest.JWT) {}); got != 400 || !jo.isSignedIn() {
		t.Errorf("the same token a second time: status %d", got)
	}
	if got := send(func(c object, _ *oidctest.JWT) {
		c["jti"], c["sid"] = "2", "sid-of-mo"
		delete(c, "sub")
	}); got != 200 || !jo.isSignedIn() || mo.isSignedIn() {
		t.Errorf("by the session: status %d", got)
	}
}
