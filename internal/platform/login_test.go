package platform_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/oidctest"
)

// login is a sign-in of a command in acme/staging.
type login struct {
	*office
	form     url.Values
	userCode string
}

type loginAnswer struct {
	DeviceCode string `json:"device_code"`
	UserCode   string `json:"user_code"`
	URL        string `json:"verification_uri"`
	Status     string `json:"status"`
	Interval   int    `json:"interval"`
	Token      string `json:"token"`
	Name       string `json:"name"`
	Code       string `json:"code"`
	Detail     string `json:"detail"`
	Ended      bool   `json:"ended"`
	ActorID    string `json:"principal_id"`
	Active     bool   `json:"active"`
	Found      bool   `json:"found"`
}

// send sends a form or nothing with a bearer token, and returns the answer.
func (o *office) send(method, path, bearer string, form url.Values) (status int, out loginAnswer) {
	o.t.Helper()
	r, err := http.NewRequestWithContext(o.t.Context(), method, o.server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		o.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	resp, err := o.server.Client().Do(r)
	if err != nil {
		o.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		o.t.Fatal(err)
	}
	_ = json.Unmarshal(body, &out)
	return resp.StatusCode, out
}

func (o *office) beginLogin() *login {
	o.t.Helper()
	form := url.Values{"tenant": {"acme"}, "environment": {"staging"}, "issuer": {"corp"}}
	status, got := o.send("POST", "/v1/logins", "", form)
	if status != 200 || got.UserCode == "" || !strings.HasPrefix(got.URL, o.p.Issuer) {
		o.t.Fatalf("status %d: %+v", status, got)
	}
	form.Set("device_code", got.DeviceCode)
	return &login{o, form, got.UserCode}
}

func (l *login) poll() (int, loginAnswer) {
	l.t.Helper()
	return l.send("POST", "/v1/logins/poll", "", l.form)
}

// commandOf signs a command in as a person, and returns its token.
func (o *office) commandOf(name string) string {
	o.t.Helper()
	l := o.beginLogin()
	l.p.AnswerDevice(l.userCode, name)
	status, got := l.poll()
	if status != 200 || got.Status != api.LoginSignedIn || !api.WellFormedToken(api.PrefixCommand, got.Token) {
		o.t.Fatalf("status %d: %+v", status, got)
	}
	return got.Token
}

// TestLoginOfACommand: a token comes when the person has answered, once, and the API takes it as that person.
func TestLoginOfACommand(t *testing.T) {
	o := newOffice(t)
	o.bindGroup("team", api.RoleOperator)
	o.person("jo", "team")
	l := o.beginLogin()
	if status, got := l.poll(); status != 200 || got.Status != api.LoginPending || got.Token != "" || got.Interval <= 0 {
		t.Fatalf("before the person answers: status %d, %+v", status, got)
	}
	o.p.Fail(oidctest.Fault{Path: oidctest.TokenPath, Times: 1, Status: 400, Body: `{"error":"slow_down"}`})
	if status, got := l.poll(); status != 200 || got.Status != api.LoginPending || got.Interval < 10 {
		t.Errorf("slow_down: status %d, %+v", status, got)
	}
	l.p.AnswerDevice(l.userCode, "jo")
	other := *l
	other.form = url.Values{"device_code": {"guessed"}, "tenant": {"acme"}, "environment": {"staging"}, "issuer": {"corp"}}
	if status, got := other.poll(); status != 400 || got.Token != "" {
		t.Errorf("another caller: status %d, %+v", status, got)
	}
	status, got := l.poll()
	if status != 200 || got.Token == "" || got.Name != "jo@example.com" {
		t.Fatalf("status %d: %+v", status, got)
	}
	if status, me := o.send("GET", "/v1/identity", got.Token, nil); status != 200 ||
		!strings.HasPrefix(me.ActorID, "per_") || me.Name != "jo@example.com" {
		t.Errorf("identity: status %d, %+v", status, me)
	}
	if status, _ := o.send("GET", "/v1/connectors", got.Token, nil); status != 200 {
		t.Errorf("a read as the person: status %d", status)
	}
}

// TestLoginIsRefused: whom the issuer refuses, and what has expired, gives no token.
func TestLoginIsRefused(t *testing.T) {
	o := newOffice(t)
	l := o.beginLogin()
	l.p.AnswerDevice(l.userCode, "")
	status, got := l.poll()
	if status != 400 || got.Code != api.CodeInvalidGrant || !strings.Contains(got.Detail, "refused") {
		t.Errorf("denied: status %d, %+v", status, got)
	}
	o.p.Fail(oidctest.Fault{Path: oidctest.TokenPath, Times: 1, Status: 400, Body: `{"error":"expired_token"}`})
	status, got = l.poll()
	if status != 400 || got.Code != api.CodeInvalidGrant || !strings.Contains(got.Detail, "expired") {
		t.Errorf("expired: status %d, %+v", status, got)
	}
	unknown := url.Values{"tenant": {"acme"}, "environment": {"staging"}, "issuer": {"none"}}
	if status, got := o.send("POST", "/v1/logins", "", unknown); status != 400 || got.Code != api.CodeInvalidGrant {
		t.Errorf("no such issuer: status %d, %+v", status, got)
	}
}

// TestCommandTokenIsForTheAPIAlone: it opens no console, is exchanged for nothing and introspected as nothing, and the
// value of a browser is no token.
func TestCommandTokenIsForTheAPIAlone(t *testing.T) {
	o := newOffice(t)
	o.bindGroup("team", api.RoleOperator)
	o.person("jo", "team")
	token := o.commandOf("jo")
	b := o.browser()
	b.cookies[cookieSession] = token
	if b.isSignedIn() {
		t.Error("the token of a command opens the console")
	}
	browser := o.signedIn("jo").cookies[cookieSession]
	if status, _ := o.send("GET", "/v1/identity", browser, nil); status != 401 {
		t.Errorf("the value of a browser as a token: status %d", status)
	}
	exchange := url.Values{
		"grant_type": {api.GrantTokenExchange}, "subject_token": {token}, "subject_token_type": {api.TokenTypeAccessToken},
	}
	if status, _ := o.send("POST", "/v1/token", "", exchange); status != 400 {
		t.Errorf("exchanged: status %d", status)
	}
	if status, _ := o.send("POST", "/v1/introspect", token, url.Values{"token": {token}}); status != 403 {
		t.Errorf("a person introspects: status %d", status)
	}
	status, got := o.send("POST", "/v1/introspect", o.tokens[api.RoleRuntime], url.Values{"token": {token}})
	if status != 200 || got.Active {
		t.Errorf("introspected: status %d, %+v", status, got)
	}
}

// TestCommandIsSignedOut: by itself, after an hour without use, and with the person.
func TestCommandIsSignedOut(t *testing.T) {
	o := newOffice(t)
	o.bindGroup("team", api.RoleOperator)
	o.person("jo", "team")
	works := func(token string) bool {
		status, _ := o.send("GET", "/v1/identity", token, nil)
		return status == 200
	}
	first := o.commandOf("jo")
	for _, want := range []bool{true, false} {
		if _, got := o.send("POST", "/v1/logins/end", "", url.Values{"token": {first}}); got.Ended != want {
			t.Errorf("ended: %v, want %v", got.Ended, want)
		}
	}
	if works(first) {
		t.Error("a token counts after its end")
	}
	idle := o.commandOf("jo")
	o.clock.Advance(59 * time.Minute)
	if !works(idle) {
		t.Error("a token has ended within the hour")
	}
	o.clock.Advance(59 * time.Minute)
	if !works(idle) {
		t.Error("a use does not count")
	}
	o.clock.Advance(time.Hour)
	if works(idle) {
		t.Error("a token lasts that nobody has used for an hour")
	}
}

// TestCommandOfADisabledPerson: the issuer is asked about commands as about browsers.
func TestCommandOfADisabledPerson(t *testing.T) {
	o := newOffice(t)
	o.bindGroup("team", api.RoleOperator)
	u := o.person("jo", "team")
	token := o.commandOf("jo")
	u.Disabled = true
	o.p.PutUser(u)
	o.check(5 * time.Minute)
	if status, _ := o.send("GET", "/v1/identity", token, nil); status != 401 {
		t.Errorf("a disabled person: status %d", status)
	}
}
