package platform_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/oidctest"
)

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
