package platform_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/oidctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/people"
)

// callback sends the browser back with a query, and fails the test where that signs somebody in.
func (b *browser) refusesCallback(what string, query url.Values) {
	b.t.Helper()
	before := b.cookies[cookieSession]
	if got := b.get("/console/callback?" + query.Encode()); got.status != 403 {
		b.t.Errorf("%s: status %d: %s", what, got.status, got.body)
	}
	if b.cookies[cookieSession] != before {
		b.t.Errorf("%s: the browser has a session", what)
	}
}

// TestSignInAttacks: no answer counts but the one that the issuer gave to this browser for this sign-in, once.
func TestSignInAttacks(t *testing.T) {
	o := newOffice(t)
	o.bindGroup("platform-team", api.RoleOperator)
	o.person("jo", "platform-team")
	o.person("mallory", "platform-team")

	b := o.browser()
	value := func() string { return b.cookies[cookieSignIn] }
	query := b.p.SignIn(b.begin("/console"), "jo").Query()
	kept := value()
	b.get("/console/callback?" + query.Encode()).want(303)
	delete(b.cookies, cookieSession)
	b.refusesCallback("a replay without the value", query)
	b.cookies[cookieSignIn] = kept
	b.refusesCallback("a replay with the value", query)

	planted := o.browser()
	attacker := b.p.SignIn(planted.begin("/console"), "mallory").Query()
	b.begin("/console")
	b.refusesCallback("the answer of another browser", attacker)
	b.begin("/console")
	attacker.Set("state", stateOf(b.begin("/console")))
	b.refusesCallback("the code of another sign-in under the own state", attacker)
	for what, change := range map[string]func(url.Values){
		"another state":                 func(q url.Values) { q.Set("state", "x") },
		"no state":                      func(q url.Values) { q.Del("state") },
		"no code":                       func(q url.Values) { q.Del("code") },
		"an error":                      func(q url.Values) { q.Set("error", "access_denied") },
		"an answer of another issuer":   func(q url.Values) { q.Set("iss", "https://evil.example.com") },
		"an answer that names two ones": func(q url.Values) { q["iss"] = []string{o.p.Issuer, "https://evil.example.com"} },
	} {
		query := b.p.SignIn(b.begin("/console"), "jo").Query()
		change(query)
		b.refusesCallback(what, query)
	}
	query = b.p.SignIn(b.begin("/console"), "jo").Query()
	o.clock.Advance(10 * time.Minute)
	b.refusesCallback("an answer after ten minutes", query)
}

func stateOf(authorization string) string {
	u, err := url.Parse(authorization)
	if err != nil {
		panic(err)
	}
	return u.Query().Get("state")
}

// TestSessionFixation: a sign-in makes a new session, and ends the one that was planted in the browser before.
func TestSessionFixation(t *testing.T) {
	o := newOffice(t)
	o.bindGroup("platform-team", api.RoleOperator)
	o.person("jo", "platform-team")
	o.person("mallory", "platform-team")
	attacker := o.signedIn("mallory")
	planted := attacker.cookies[cookieSession]
	for _, value := range []string{planted, "qcs_chosen"} {
		victim := o.browser()
		victim.cookies[cookieSession] = value
		victim.signIn("jo")
		if victim.cookies[cookieSession] == value {
			t.Error("the session of the attacker became that of the victim")
		}
		victim.get("/console").want(200).shows("jo@example.com")
	}
	attacker.get("/console").want(303)
}

// TestForgedIDTokens: an ID token counts only if this issuer has signed it, for this client and this sign-in, now.
func TestForgedIDTokens(t *testing.T) {
	o := newOffice(t)
	o.person("jo")
	now := o.clock.Now()
	b := o.browser()
	dropped := o.p.RotateKey("RS256")
	o.p.RotateKey("RS256")
	o.p.DropKey(dropped)
	const asItIs = "as it is"
	for what, change := range map[string]func(c object, token *oidctest.JWT){
		asItIs:                     func(object, *oidctest.JWT) {},
		"another issuer":           func(c object, _ *oidctest.JWT) { c["iss"] = "https://evil.example.com" },
		"another audience":         func(c object, _ *oidctest.JWT) { c["aud"] = "evil" },
		"another party":            func(c object, _ *oidctest.JWT) { c["azp"] = "evil" },
		"two audiences":            func(c object, _ *oidctest.JWT) { c["aud"] = []string{oidctest.ConsoleClient, "evil"} },
		"another nonce":            func(c object, _ *oidctest.JWT) { c["nonce"] = "x" },
		"no nonce":                 func(c object, _ *oidctest.JWT) { delete(c, "nonce") },
		"no subject":               func(c object, _ *oidctest.JWT) { delete(c, "sub") },
		"expired":                  func(c object, _ *oidctest.JWT) { c["exp"] = now.Add(-time.Hour).Unix() },
		"no expiry":                func(c object, _ *oidctest.JWT) { delete(c, "exp") },
		"of the future":            func(c object, _ *oidctest.JWT) { c["iat"] = now.Add(time.Hour).Unix() },
		"a key that was withdrawn": func(_ object, token *oidctest.JWT) { token.Key = dropped },
		"not signed":               func(_ object, token *oidctest.JWT) { token.Algorithm = "none" },
		"signed with the public key": func(_ object, token *oidctest.JWT) {
			token.Algorithm = "HS256"
		},
		"a logout token": func(_ object, token *oidctest.JWT) { token.Header = object{"typ": "logout+jwt"} },
	} {
		authorization := b.begin("/console")
		query := b.p.SignIn(authorization, "jo").Query()
		u, _ := url.Parse(authorization)
		claims := object{
			"iss": o.p.Issuer, "aud": oidctest.ConsoleClient, "sub": "jo", "nonce": u.Query().Get("nonce"),
			"iat": now.Unix(), "exp": now.Add(time.Hour).Unix(), "email": "jo@example.com", "groups": []string{},
		}
		token := oidctest.JWT{Claims: claims}
		change(claims, &token)
		o.p.Fail(oidctest.Fault{Path: oidctest.TokenPath, Times: 1, Status: 200, Body: `{"access_token":"a",` +
			`"token_type":"Bearer","id_token":"` + o.p.SignJWT(token) + `"}`})
		if what == asItIs {
			b.get("/console/callback?" + query.Encode()).want(303)
			delete(b.cookies, cookieSession)
			continue
		}
		b.refusesCallback(what, query)
	}
}

// TestReturnsToOwnPages: whatever a link to sign in says, the browser ends at a page of the console.
func TestReturnsToOwnPages(t *testing.T) {
	o := newOffice(t)
	o.person("jo")
	for returnTo, want := range map[string]string{
		"/console/staging/inventory?owner=a": "/console/staging/inventory?owner=a",
		"https://evil.example.com/console":   "/console", "//evil.example.com/console": "/console",
		"/console//evil.example.com": "/console", "/\\evil.example.com": "/console", "/console/../v1": "/console",
		"/console/%2e%2e/v1": "/console", "javascript:alert(1)": "/console", "/console\r\nSet-Cookie: a=b": "/console",
		"/v1/identity": "/console", "/consoles": "/console", "/console/sign-out": "/console", "": "/console",
		"https:/console": "/console", "/console/callback": "/console",
	} {
		b := o.browser()
		back := b.p.SignIn(b.begin(returnTo), "jo")
		if got := b.get(back.RequestURI()).want(303).header.Get("Location"); got != want {
			t.Errorf("%q leads to %q, want %q", returnTo, got, want)
		}
	}
}

// TestOtherSitesCannotAct: another site can neither send a form of the console nor show its pages in a frame.
func TestOtherSitesCannotAct(t *testing.T) {
	o := newOffice(t)
	o.person("jo")
	b := o.signedIn("jo")
	for _, h := range []header{
		{"Sec-Fetch-Site", "cross-site"},
		{"Sec-Fetch-Site", "same-site"},
		{"Origin", "https://evil.example.com"},
		{"Origin", "null"},
	} {
		b.header = http.Header{h.name: {h.value}}
		b.post("/console/sign-out", url.Values{}).want(403)
	}
	b.header = http.Header{}
	got := b.get("/console").want(200).header
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; " +
			"frame-ancestors 'none'; base-uri 'none'",
		"X-Frame-Options": "DENY", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
		"Referrer-Policy": "no-referrer",
	} {
		if got.Get(name) != want {
			t.Errorf("%s is %q", name, got.Get(name))
		}
	}
}

// TestStrongerSignIn: where an issuer must report a second factor, a sign-in without it does not count.
func TestStrongerSignIn(t *testing.T) {
	o := newOffice(t)
	o.addIssuer(people.NewIssuer{Name: "strong", RequiredACR: []string{"mfa"}, RequiredAMR: []string{"pwd"}})
	u := o.person("jo")
	b := o.browser()
	begin := func() string {
		return b.get("/console/sign-in?tenant=acme&issuer=strong").want(303).header.Get("Location")
	}
	b.refusesCallback("no acr", b.p.SignIn(begin(), "jo").Query())
	u.Claims["acr"] = "mfa"
	o.p.PutUser(u)
	b.get(b.p.SignIn(begin(), "jo").RequestURI()).want(303)
	if b.cookies[cookieSession] == "" {
		t.Error("a sign-in with a second factor is refused")
	}
}
