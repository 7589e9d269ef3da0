package platform_test

import (
	"testing"

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

func (o *oauth) sweepOnce() error { return o.world.p.Sweep(o.t.Context()) }
