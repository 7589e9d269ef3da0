package platform_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/oidctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/people"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// publicURL is where browsers find the platform of a test. Its server has another address: a browser of a test sends
// its cookies there by hand.
const publicURL = "https://platform.example.com"

const (
	pathBindings = "/v1/role-bindings"

	cookieSession = "__Host-qc-session"
	cookieSignIn  = "__Host-qc-sign-in"
)

// office is a world whose tenant acme has the issuer corp: a real OpenID provider. The clock is right, as the
// provider's is.
type office struct {
	*world
	p *oidctest.Provider
}

func newOffice(tb testing.TB, before ...func(*world)) *office {
	tb.Helper()
	o := &office{newWorld(tb), oidctest.Start(tb, oidctest.Options{})}
	for _, do := range before {
		do(o.world)
	}
	o.clock.Advance(clock.System().Now().Sub(epoch))
	o.trusted = []string{o.p.Issuer}
	o.restart()
	o.addIssuer(people.NewIssuer{})
	return o
}

// addIssuer adds an issuer. What is empty is that of corp.
func (o *office) addIssuer(n people.NewIssuer) {
	o.t.Helper()
	if n.URL == "" {
		n.URL = o.p.Issuer
	}
	o.world.addIssuer(n)
}

func (w *world) addIssuer(n people.NewIssuer) {
	w.t.Helper()
	for to, or := range map[*string]string{
		&n.Tenant: "acme", &n.Name: "corp", &n.URL: "https://id.example.com", &n.ClientID: oidctest.ConsoleClient,
		&n.GroupsClaim: people.DefaultGroupsClaim,
	} {
		if *to == "" {
			*to = or
		}
	}
	n.Secret = secret.New(oidctest.ConsoleSecret)
	if _, err := people.AddIssuer(w.t.Context(), w.store, w.keyring, w.clock, n); err != nil {
		w.t.Fatal(err)
	}
}

// newBinding gives the role auditor to a group of the issuer directory of the caller's tenant, which it adds first
// where it is missing.
func (w *world) newBinding(group string) api.RoleBinding {
	w.t.Helper()
	tenant := w.me(w.tokens[api.RoleAuditor]).Tenant
	known, err := people.ListIssuers(w.t.Context(), w.store, w.keyring, w.clock, tenant)
	if err != nil {
		w.t.Fatal(err)
	}
	if len(known) == 0 {
		w.addIssuer(people.NewIssuer{Tenant: tenant, Name: "directory"})
	}
	body := object{"issuer": "directory", "group": group, "role": api.RoleAuditor}
	return decoded[api.RoleBinding](w.do("POST", pathBindings, body).want(201))
}

// bindGroup gives a role in acme/staging to a group of the issuer corp.
func (o *office) bindGroup(group, role string) api.RoleBinding {
	o.t.Helper()
	by := api.RoleSecurity
	if !api.MayGrant(by, role) {
		by = api.RoleDeployer
	}
	body := object{"issuer": "corp", "group": group, "role": role}
	return decoded[api.RoleBinding](o.as(by, "POST", pathBindings, body).want(201))
}

// person makes a user of the provider with a verified address and groups.
func (o *office) person(name string, groups ...string) oidctest.User {
	o.t.Helper()
	u := oidctest.User{Username: name, Claims: map[string]any{
		"email": name + "@example.com", "email_verified": true, "groups": append([]string{}, groups...),
	}}
	o.p.PutUser(u)
	return u
}

// browser is a browser at the console.
type browser struct {
	*office
	cookies map[string]string
	header  http.Header // of every request
}

func (o *office) browser() *browser { return &browser{o, map[string]string{}, http.Header{}} }

// signedIn returns a browser in which a person is signed in.
func (o *office) signedIn(name string) *browser {
	o.t.Helper()
	b := o.browser()
	b.signIn(name)
	return b
}

// signIn signs a person in, and ends at the first page.
func (b *browser) signIn(name string) {
	b.t.Helper()
	back := b.p.SignIn(b.begin("/console"), name)
	if to := b.get(back.RequestURI()).want(303).header.Get("Location"); to != "/console" {
		b.t.Fatalf("after the sign-in, the browser goes to %s", to)
	}
}

// begin begins a sign-in, and returns where the browser goes.
func (b *browser) begin(returnTo string) string {
	b.t.Helper()
	query := url.Values{"tenant": {"acme"}, "issuer": {"corp"}, "return_to": {returnTo}}
	return b.get("/console/sign-in?" + query.Encode()).want(303).header.Get("Location")
}

func (b *browser) get(path string) *reply {
	b.t.Helper()
	return b.send("GET", path, nil)
}

func (b *browser) post(path string, form url.Values) *reply {
	b.t.Helper()
	return b.send("POST", path, form)
}

// send sends a request with the cookies of the browser, keeps those of the answer, and follows no redirect.
func (b *browser) send(method, path string, form url.Values) *reply {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header = b.header.Clone()
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	resp, err := b.server.Client().Transport.RoundTrip(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range resp.Cookies() {
		if b.cookies[c.Name] = c.Value; c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
		if !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
			b.t.Errorf("the cookie %s is not as it must be: %+v", c.Name, c)
		}
	}
	return &reply{t: b.t, what: method + " " + path, status: resp.StatusCode, header: resp.Header, body: body}
}

// shows fails the test unless the page has the texts.
func (r *reply) shows(texts ...string) *reply {
	r.t.Helper()
	for _, s := range texts {
		if !strings.Contains(string(r.body), s) {
			r.t.Errorf("%s: %q is not on the page: %s", r.what, s, r.body)
		}
	}
	return r
}
