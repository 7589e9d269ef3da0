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
