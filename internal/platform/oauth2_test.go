package platform_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/oidctest"
)

// oauth is a connector whose consumers get access tokens of a real OpenID provider.
type oauth struct {
	*world
	p     *oidctest.Provider
	id    string
	token string // of a consumer
	first string // the refresh token that was supplied
}

// newOAuth makes a connector with a refresh token.
func newOAuth(t *testing.T, settings object) *oauth {
	t.Helper()
	return newWorld(t).withOAuth(settings)
}

func (w *world) withOAuth(settings object) *oauth {
	w.t.Helper()
	p := oidctest.Start(w.t, oidctest.Options{})
	o := &oauth{world: w, p: p, first: p.RefreshToken("openid", "offline_access")}
	o.withCredentials("crm", settings, object{"client_secret": oidctest.WebSecret, "refresh_token": o.first})
	return o
}

func (o *oauth) settings(more object) object {
	out := object{"token_url": o.p.TokenURL(), "client_id": oidctest.WebClient}
	for k, v := range more {
		out[k] = v
	}
	return out
}

func (o *oauth) withCredentials(name string, settings, credentials object) {
	o.t.Helper()
	o.id = o.newConnector(name, object{
		"type": api.TypeOAuth2, "settings": o.settings(settings), "credentials": credentials,
	}).ID
	token := o.newToken("reader-"+name, o.id, object{"scopes": []string{api.ScopeReadCredentials}})
	o.token = o.reveal(token.ID, 1)
}

// refresh makes every refresh that is due.
func (o *oauth) refresh() {
	o.t.Helper()
	if err := o.world.p.Refresh(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
}

func (o *oauth) get() fetched {
	o.t.Helper()
	return decoded[fetched](o.send(o.token, "GET", credentialsOf(o.id), nil).want(200))
}

// status fails the test unless the connector has this status, in a read and in a list. It returns the reason.
func (o *oauth) status(want string) string {
	o.t.Helper()
	c := o.connector(o.id)
	listed := decoded[api.Page[api.Connector]](o.do("GET", pathConnectors, nil).want(200)).Items[0]
	if c.RefreshStatus == nil || *c.RefreshStatus != want || *listed.RefreshStatus != want {
		o.t.Fatalf("the status is %v (%v) and %v in a list, want %s", text(c.RefreshStatus), text(c.RefreshReason),
			text(listed.RefreshStatus), want)
	}
	return text(c.RefreshReason)
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func (o *oauth) rowsIn(from string) (n int) {
	o.t.Helper()
	o.query(`SELECT COUNT(*) FROM `+from, &n)
	return n
}

func (o *oauth) used() int { return len(o.p.Requests(oidctest.TokenPath)) }

// A consumer gets an access token, which the platform renews after 80 % of its life. Each renewal stores the refresh
// token that replaces the used one as a new version, and erases the one before. For the owner of the connector nothing
// has changed.
func TestAccessTokenIsRenewed(t *testing.T) {
	o := newOAuth(t, nil)
	o.p.Lifetime(200)
	if got := o.status(api.RefreshPending); got != "" {
		t.Errorf("before the first refresh, the reason is %q", got)
	}
	before := o.connector(o.id)
	o.refresh()
	o.status(api.RefreshCurrent)
	first := o.get()
	end := epoch.Add(200 * time.Second)
	if first.Credentials["access_token"] == "" || first.Credentials["token_type"] != "Bearer" || first.Version != 1 ||
		len(first.Credentials) > 3 || first.ExpiresAt.Sub(end).Abs() > time.Second {
		t.Errorf("fetched %+v", first)
	}
	for _, hidden := range []string{"refresh_token", "client_secret", "supplied_refresh_token"} {
		if _, has := first.Credentials[hidden]; has {
			t.Errorf("a consumer gets %s", hidden)
		}
	}
	if want := epoch.Add(160 * time.Second); first.FetchAgainAt.Sub(want).Abs() > time.Second {
		t.Errorf("to fetch again at %s, want when it is renewed, %s", first.FetchAgainAt, want)
	}

	for range 3 {
		o.clock.Advance(155 * time.Second)
		o.refresh()
		o.clock.Advance(5 * time.Second)
		o.refresh()
		next := o.get()
		if next.Credentials["access_token"] == first.Credentials["access_token"] || next.Version != 1 {
			t.Errorf("after 80 %% of the life of %+v: %+v", first, next)
		}
		first = next
	}
	if got := o.used(); got != 4 {
		t.Errorf("%d requests for 4 tokens", got)
	}
	after := o.connector(o.id)
	if *after.Version != 5 || after.Etag != before.Etag || *after.CredentialsDigest != *before.CredentialsDigest ||
		!after.CredentialsSetAt.Equal(*before.CredentialsSetAt) || len(after.PreviousInUseBy) != 0 {
		t.Errorf("before the renewals %+v, after them %+v", before, after)
	}
	if got := o.rowsIn(`secrets WHERE credential_id = '` + o.id + `'`); got != 1 {
		t.Errorf("%d refresh tokens are stored", got)
	}
	counted := `quickconnect_oauth2_refreshes_total{outcome="refreshed"} 4`
	if !strings.Contains(string(o.send("", "GET", "/metrics", nil).body), counted) {
		t.Error("the metric does not count them")
	}
}

// Consumers that come at once share one request.
func TestAccessTokenIsGotOnce(t *testing.T) {
	o := newOAuth(t, nil)
	tokens := make(chan string, 40)
	for range cap(tokens) {
		go func() {
			r := o.send(o.token, "GET", credentialsOf(o.id), nil)
			if r.status != http.StatusOK {
				tokens <- fmt.Sprint(r.status)
				return
			}
			tokens <- decoded[fetched](r).Credentials["access_token"]
		}()
	}
	got := map[string]bool{}
	for range cap(tokens) {
		got[<-tokens] = true
	}
	if len(got) != 1 || o.used() != 1 {
		t.Errorf("%d requests, and the answers %v", o.used(), got)
	}
}

// The client's own credentials are a grant without a refresh token.
func TestClientCredentialsGrant(t *testing.T) {
	for _, style := range []string{"", api.AuthStyleBasic, api.AuthStylePost} {
		w := newWorld(t)
		o := &oauth{world: w, p: oidctest.Start(t, oidctest.Options{})}
		settings := object{"client_id": oidctest.ServiceClient, "scopes": "openid"}
		if style != "" {
			settings["auth_style"] = style
		}
		o.withCredentials("crm", settings, object{"client_secret": oidctest.ServiceSecret})
		if got := o.get(); got.Credentials["access_token"] == "" || got.Credentials["scope"] != "openid" {
			t.Errorf("%s: fetched %+v", style, got)
		}
		want := "basic"
		if style == api.AuthStylePost {
			want = "post"
		}
		if got := o.p.Requests(oidctest.TokenPath)[0]; got.Auth != want || got.GrantType != "client_credentials" {
			t.Errorf("%s: the request was %+v", style, got)
		}
		// An answer that is lost has used nothing up.
		o.clock.Advance(5 * time.Minute)
		o.p.Fail(oidctest.Fault{Path: oidctest.TokenPath, Times: 3, Lose: true})
		for range 3 {
			o.refresh()
			o.status(api.RefreshRetrying)
			o.clock.Advance(time.Minute)
		}
		o.refresh()
		o.status(api.RefreshCurrent)
		if got := o.connector(o.id); *got.Version != 1 {
			t.Errorf("the version is %d", *got.Version)
		}
	}
}

// After a lost answer there is one more try with the same refresh token.
func TestLostAnswers(t *testing.T) {
	for name, tc := range map[string]struct {
		rotation string
		lost     int
		status   string
		reason   string
		requests int
	}{
		"the server takes it again":     {oidctest.RotateWithGrace, 1, api.RefreshCurrent, "", 3},
		"the server has replaced it":    {oidctest.RotateStrictly, 1, api.RefreshFailed, "invalid_grant", 3},
		"the second answer is lost too": {oidctest.RotateWithGrace, 2, api.RefreshFailed, "two answers", 3},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOAuth(t, nil)
			o.p.Rotation(tc.rotation)
			o.refresh()
			o.p.Fail(oidctest.Fault{Path: oidctest.TokenPath, Times: tc.lost, Lose: true})
			o.clock.Advance(4 * time.Minute)
			o.refresh()
			o.status(api.RefreshRetrying)
			o.get() // the access token lives for another minute
			for range 3 {
				o.clock.Advance(10 * time.Second)
				o.refresh()
			}
			if got := o.status(tc.status); !strings.Contains(got, tc.reason) {
				t.Errorf("the reason is %q", got)
			}
			if got := o.used(); got != tc.requests {
				t.Errorf("%d requests, want %d", got, tc.requests)
			}
			o.get()
			o.clock.Advance(time.Minute)
			o.refresh()
			if tc.status == api.RefreshCurrent {
				o.get()
				return
			}
			p := o.send(o.token, "GET", credentialsOf(o.id), nil).problem(api.CodeConflict, "")
			if !strings.Contains(p.Detail, tc.reason) {
				t.Errorf("a consumer is told %q", p.Detail)
			}
			o.setAgain(t)
		})
	}
}

// setAgain sets a new refresh token after a failure, which begins anew.
func (o *oauth) setAgain(t *testing.T) {
	t.Helper()
	fresh := o.p.RefreshToken("openid", "offline_access")
	o.patchConnector(o.id, object{
		"credentials": object{"client_secret": oidctest.WebSecret, "refresh_token": fresh},
	})
	o.status(api.RefreshPending)
	o.get()
	o.status(api.RefreshCurrent)
}

// An outage is tried again with growing pauses, as long as it lasts. Consumers have the access token until its end.
func TestOutageOfTheAuthorizationServer(t *testing.T) {
	for name, fault := range map[string]oidctest.Fault{
		"an error":    {Status: http.StatusServiceUnavailable, Body: `{"error":"invalid_grant"}`},
		"too many":    {Status: http.StatusTooManyRequests},
		"a redirect":  {Status: http.StatusFound, Location: "https://example.com/token"},
		"not an API":  {Status: http.StatusNotFound, Body: "<html>canary-of-the-server</html>"},
		"odd refusal": {Status: http.StatusBadRequest, Body: `{"error":"canary-of-the-server"}`},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOAuth(t, nil)
			o.refresh()
			fault.Path = oidctest.TokenPath
			o.p.Fail(fault)
			o.clock.Advance(4 * time.Minute)
			for range 59 { // a second each
				o.refresh()
				o.get()
				o.clock.Advance(time.Second)
			}
			if reason := o.status(api.RefreshRetrying); strings.Contains(reason, "canary") || reason == "" {
				t.Errorf("the reason is %q", reason)
			}
			if got := o.used(); got != 5 { // one, and tries after 0, 5, 15 and 35 s
				t.Errorf("%d requests", got)
			}
			o.clock.Advance(time.Second)
			r := o.send(o.token, "GET", credentialsOf(o.id), nil)
			if r.problem(api.CodeUnavailable, ""); r.header.Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
			o.clock.Advance(time.Hour)
			o.refresh()
			o.status(api.RefreshRetrying)
			o.p.ClearFaults()
			o.clock.Advance(5 * time.Minute)
			o.refresh()
			o.status(api.RefreshCurrent)
			o.get()
		})
	}
}

// An answer that the platform cannot use may have replaced the refresh token.
func TestUnusableAnswers(t *testing.T) {
	for name, fault := range map[string]oidctest.Fault{
		"no JSON":  {Status: http.StatusOK, Body: "token"},
		"too long": {Padding: 100 << 10},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOAuth(t, nil)
			fault.Path, fault.Times = oidctest.TokenPath, 2
			o.p.Rotation(oidctest.RotateWithGrace)
			o.p.Fail(fault)
			o.refresh()
			o.status(api.RefreshRetrying)
			o.clock.Advance(10 * time.Second)
			o.refresh()
			o.status(api.RefreshFailed)
		})
	}
}

// A refusal of the grant or of the client is final at once.
func TestRefusedGrant(t *testing.T) {
	o := newOAuth(t, nil)
	o.refresh()
	versions := o.versions(o.id)
	o.clock.Advance(4 * time.Minute)
	o.p.Fail(oidctest.Fault{Path: oidctest.TokenPath, Status: 401, Body: `{"error":"invalid_client"}`})
	o.refresh()
	if reason := o.status(api.RefreshFailed); !strings.Contains(reason, "invalid_client") {
		t.Errorf("the reason is %q", reason)
	}
	o.get()
	o.clock.Advance(time.Hour)
	o.refresh()
	if got := o.used(); got != 2 {
		t.Errorf("%d requests", got)
	}
	if got := len(o.audited(o.id, "refresh_failed")); got != 1 {
		t.Errorf("%d audit events say so", got)
	}
	// A change of the settings begins anew, with the refresh token that the platform has.
	o.p.ClearFaults()
	o.patchConnector(o.id, object{"settings": o.settings(object{"scopes": "openid"})})
	o.status(api.RefreshPending)
	o.get()
	o.status(api.RefreshCurrent)
	if got := o.versions(o.id); len(got) != len(versions)+1 {
		t.Errorf("versions %+v", got)
	}
}

// A configuration has the refresh token that was supplied. Where something else in it changes, it must not put the used
// one back.
func TestSuppliedRefreshTokenStaysReplaced(t *testing.T) {
	o := newOAuth(t, nil)
	o.refresh()
	o.patchConnector(o.id, object{
		"credentials": object{"client_secret": "wrong", "refresh_token": o.first},
	})
	o.refresh()
	if reason := o.status(api.RefreshFailed); !strings.Contains(reason, "invalid_client") {
		t.Errorf("the reason is %q", reason)
	}
	o.patchConnector(o.id, object{"settings": o.settings(object{"scopes": "openid"})})
	o.patchConnector(o.id, object{
		"credentials": object{"client_secret": oidctest.WebSecret, "refresh_token": o.first},
	})
	o.refresh()
	o.status(api.RefreshCurrent)
	o.get()
}

// Where credentials are set or revoked during a request, its outcome is of no use.
func TestCredentialsSetDuringARefresh(t *testing.T) {
	o := newOAuth(t, nil)
	fresh := o.p.RefreshToken("openid", "offline_access")
	o.p.Fail(oidctest.Fault{Path: oidctest.TokenPath, Times: 1, Hold: true})
	done := make(chan error, 1)
	go func() { done <- o.world.p.Refresh(o.t.Context()) }()
	o.untilHeld()
	o.patchConnector(o.id, object{
		"credentials": object{"client_secret": oidctest.WebSecret, "refresh_token": fresh},
	})
	o.p.ClearFaults()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	o.status(api.RefreshPending)
	if got := o.get(); got.Version != 2 {
		t.Errorf("fetched %+v", got)
	}
	o.lifecycle(o.id, "revoke", object{"all": true, "reason": "leak"})
	if c := o.connector(o.id); c.RefreshStatus != nil {
		t.Errorf("after the revocation: %s", *c.RefreshStatus)
	}
	o.send(o.token, "GET", credentialsOf(o.id), nil).problem(api.CodeConflict, "")
	if got := o.rowsIn(`connector_refreshes`); got != 0 {
		t.Error("the access token of revoked credentials is kept")
	}
}

func (o *oauth) untilHeld() {
	o.t.Helper()
	for {
		for _, r := range o.p.Requests(oidctest.TokenPath) {
			if r.Held {
				return
			}
		}
	}
}

// On hold the platform goes on renewing: the credentials would be lost otherwise. A disabled connector is left alone.
func TestRefreshOfAConnectorAtRest(t *testing.T) {
	o := newOAuth(t, nil)
	o.lifecycle(o.id, "hold", object{"reason": "incident"})
	o.refresh()
	o.status(api.RefreshCurrent)
	o.patchConnector(o.id, object{"enabled": false})
	o.clock.Advance(time.Hour)
	o.refresh()
	if got := o.used(); got != 1 {
		t.Errorf("%d requests", got)
	}
}

func TestTokenURLIsGuarded(t *testing.T) {
	w := newWorld(t)
	body := func(address string) object {
		return object{
			"name": "crm", "owner": "team", "type": api.TypeOAuth2,
			"settings":    object{"client_id": "c", "token_url": address},
			"credentials": object{"client_secret": "s"},
		}
	}
	for _, address := range []string{
		"http://example.com/token", "https://169.254.169.254/token", "https://u:p@example.com/token", "ftp://example.com",
	} {
		w.do("POST", pathConnectors, body(address)).problem(api.CodeInvalid, "/settings/token_url")
	}
	w.do("POST", pathConnectors, body("http://127.0.0.1:9/token")).want(201)
	w.private = false
	w.restart()
	p := w.do("POST", pathConnectors, object{
		"name": "other", "owner": "team", "type": api.TypeOAuth2,
		"settings": object{"client_id": "c", "token_url": "http://127.0.0.1:9/token"},
	}).problem(api.CodeInvalid, "/settings/token_url")
	if !strings.Contains(p.Detail, "https") {
		t.Errorf("the problem says %q", p.Detail)
	}
	// What an older setting allowed, the dialer refuses.
	if err := w.p.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	c := decoded[api.Page[api.Connector]](w.do("GET", pathConnectors, nil).want(200)).Items[0]
	if text(c.RefreshStatus) != api.RefreshRetrying || !strings.Contains(text(c.RefreshReason), "may not connect") {
		t.Errorf("the status is %s: %s", text(c.RefreshStatus), text(c.RefreshReason))
	}
}

// Where the database cannot be written after a refresh token was used, the platform keeps the one that replaces it, and
// stores it as soon as it can.
func TestRefreshTokenIsStoredAfterAnOutage(t *testing.T) {
	o := newOAuth(t, nil)
	o.refresh()
	o.clock.Advance(4 * time.Minute)
	o.p.Fail(oidctest.Fault{Path: oidctest.TokenPath, Times: 1, Hold: true})
	done := make(chan error, 1)
	go func() { done <- o.world.p.Refresh(o.t.Context()) }()
	o.untilHeld()
	mend := o.breakTable("INSERT", "secrets")
	o.p.ClearFaults()
	if err := <-done; err == nil {
		t.Fatal("the replacement was stored in a table that is broken")
	}
	mend()
	if err := o.sweepOnce(); err != nil {
		t.Fatal(err)
	}
	o.refresh()
	o.status(api.RefreshCurrent)
	if got := o.used(); got != 2 {
		t.Errorf("%d requests", got)
	}
	o.clock.Advance(5 * time.Minute)
	o.refresh()
	o.status(api.RefreshCurrent)
}

func (o *oauth) sweepOnce() error { return o.world.p.Sweep(o.t.Context()) }
