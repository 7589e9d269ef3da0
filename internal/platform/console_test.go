package platform_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/htmlcheck"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/console/consents"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/console/pages"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/people"
)

// What a person may see and do at the pages of an environment, in a browser that is signed in.
func TestConsoleOfAnEnvironment(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.bindGroup("platform-team", api.RoleOperator)
	o.bindGroup("auditors", api.RoleAuditor)
	o.person("jo", "platform-team")
	o.person("kim", "auditors")
	o.person("sam", "nobody")
	token := o.newToken("notifier", o.newConnector("crm", nil).ID, nil)
	page := consoleBase + "/credentials/" + token.ID

	jo := o.signedIn("jo")
	jo.get("/console").want(200).shows(`<a href="`+consoleBase+`/inventory">staging</a>`, "Sign out")
	jo.get(consoleBase+"/inventory").want(200).shows(
		`<a href="`+page+`">notifier</a>`, `<a href="`+consoleBase+`/inventory" aria-current="page">Inventory</a>`,
		"jo@example.com", "acme/staging", `<link rel="stylesheet" href="/console/style.css">`)
	for _, p := range pages.All() {
		if p.Nav != "" {
			faultless(t, p.Path, jo.get(consoleBase+p.Path).want(200))
		}
	}
	for _, path := range []string{"/console", "/console/sign-in", page} {
		faultless(t, path, jo.get(path).want(200))
	}
	faultless(t, "a failure", jo.get(consoleBase+"/credentials/tok_1").want(404))
	file := jo.get(consoleBase + "/inventory.csv").want(200)
	named := strings.HasPrefix(file.header.Get("Content-Disposition"), "attachment; filename=inventory-acme-staging-")
	if !named || file.header.Get("Content-Type") != "text/csv; charset=utf-8" {
		t.Errorf("the file comes with %v", file.header)
	}

	form := url.Values{"reason": {"unusual volume"}, "for": {"7d"}, "key": {"1"}}
	kim := o.signedIn("kim")
	kim.get(page).want(200).shows("notifier")
	kim.post(page+"/quarantine", form).want(403).shows("contain")
	sam := o.signedIn("sam")
	sam.get(consoleBase + "/inventory").want(403).shows("You have no role in an environment of this name")
	jo.get("/console/in/production/inventory").want(403).shows("You have no role in an environment of this name")
	anybody := o.browser()
	anybody.post(page+"/quarantine", form).want(303)
	jo.header.Set("Origin", "https://evil.example.com")
	jo.post(page+"/quarantine", form).want(403)
	jo.header.Del("Origin")
	if o.token(token.ID).Quarantine != nil {
		t.Fatal("somebody who may not has put it in quarantine")
	}
	to := jo.post(page+"/quarantine", form).want(303).header.Get("Location")
	if page := jo.get(to).want(200); strings.Contains(string(page.body), "It is in quarantine") {
		t.Error("a link makes a page say that something was done")
	}
	jo.header.Set("Sec-Fetch-Site", "same-origin")
	jo.get(to).want(200).shows("It is in quarantine", "unusual volume")
	if q := o.token(token.ID).Quarantine; q == nil || !strings.HasPrefix(q.By, "per_") || q.Reason != "unusual volume" {
		t.Errorf("the quarantine is %+v", q)
	}
	jo.post(page+"/quarantine", url.Values{"reason": {strings.Repeat("x", 70_000)}}).want(422)
}

// faultless fails the test unless an answer is a page without a fault, under the policy of the console.
func faultless(t *testing.T, what string, r *reply) {
	t.Helper()
	for _, fault := range htmlcheck.Find(r.body) {
		t.Errorf("%s: %s", what, fault)
	}
	if policy := r.header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") ||
		r.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%s comes with %v", what, r.header)
	}
}

// Every page of an environment asks who is not signed in to sign in, and refuses a token of a machine in place of a
// session. A person without a role in the environment is refused.
func TestPagesAreForPeople(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.person("sam", "nobody")
	without := o.signedIn("sam")
	for _, p := range slices.Concat(pages.All(), consents.Pages()) {
		path := consoleBase + strings.NewReplacer("{id}", "tok_1", "{index}", "1", "{delivery}", "msg_1").Replace(p.Path)
		without.send(p.Method, path, url.Values{}).want(403).shows("You have no role in an environment of this name")
		for name, cookie := range map[string]string{"nobody": "", "a machine": o.tokens[api.RoleDeployer]} {
			b := o.browser()
			if cookie != "" {
				b.cookies[cookieSession] = cookie
			}
			r := b.send(p.Method, path, url.Values{})
			if to := r.header.Get("Location"); r.status != http.StatusSeeOther || !strings.HasPrefix(to, "/console/sign-in?") {
				t.Errorf("%s %s for %s: status %d, to %s", p.Method, path, name, r.status, to)
			}
		}
	}
}

// A JWT that is tried is checked as in an exchange, and is nowhere afterwards: not in the answer, the log or the audit
// trail.
func TestTryAToken(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.bindGroup("auditors", api.RoleAuditor)
	o.person("kim", "auditors")
	s := newSigner(t, "k1")
	o.newIdentity("ci", object{"jwks": s.jwks()})
	o.newIdentity("other", object{"jwks": s.jwks(), "claims": object{"repository_owner_id": "1", "repository_id": "3"}})
	jwt := s.sign(o.gitHubClaims(nil))
	before := len(o.audit())
	kim := o.signedIn("kim")
	kim.get(consoleBase+"/workload-identities").want(200).shows("Try a token", "repository_id: 3")
	r := kim.post(consoleBase+"/workload-identities/try", url.Values{"jwt": {jwt}}).want(200)
	faultless(t, "the answer", r)
	r.shows("good, checked with the uploaded jwks", "</span> yes", "</span> no", "repository_id")
	if strings.Contains(string(r.body)+o.log.String(), jwt[len(jwt)-40:]) {
		t.Error("the JWT is in the answer or in the log")
	}
	for _, e := range o.audit()[before:] {
		if e.Kind != api.KindPersons {
			t.Errorf("trying a token is an event: %+v", e)
		}
	}
	kim.post(consoleBase+"/workload-identities/try", url.Values{"jwt": {" "}}).want(422)
	kim.post(consoleBase+"/workload-identities/try", url.Values{"jwt": {"no.jwt.x"}}).want(200).shows("</span> no")
}

// A person of another tenant, whose environment has the same name, finds nothing of this one there.
func TestConsoleOfAnotherTenant(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	token := o.newToken("notifier", o.newConnector("crm", nil).ID, nil)
	o.addIssuer(people.NewIssuer{Tenant: "globex"})
	binding := object{"issuer": "corp", "group": "auditors", "role": api.RoleAuditor}
	o.world.send(o.foreign["globex/staging"], "POST", pathBindings, binding).want(201)
	o.person("gwen", "auditors")
	b := o.browser()
	query := url.Values{"tenant": {"globex"}, "issuer": {"corp"}, "return_to": {"/console"}}
	back := o.p.SignIn(b.get("/console/sign-in?"+query.Encode()).want(303).header.Get("Location"), "gwen")
	b.get(back.RequestURI()).want(303)
	if page := b.get(consoleBase + "/inventory").want(200); strings.Contains(string(page.body), "notifier") {
		t.Error("the inventory has a credential of another tenant")
	}
	b.get(consoleBase + "/credentials/" + token.ID).want(404)
	for _, p := range pages.All() {
		path := strings.NewReplacer("{id}", token.ID, "{index}", "0", "{delivery}", "msg_1").Replace(p.Path)
		r := b.send(p.Method, consoleBase+path, url.Values{"reason": {"x"}, "confirm": {"true"}, "key": {"1"}})
		if strings.Contains(string(r.body), "crm") || strings.Contains(string(r.body), token.ID) ||
			p.Method == http.MethodPost && r.status < http.StatusBadRequest {
			t.Errorf("%s %s: status %d, %s", p.Method, path, r.status, r.body)
		}
	}
}
