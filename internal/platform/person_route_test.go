package platform_test

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/people"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// asPerson sends a request as the console does for the person of a session.
func (o *office) asPerson(s *store.Session, environment, method, path string, body any) (status int, code string) {
	o.t.Helper()
	var payload []byte
	contentType := "application/json"
	switch b := body.(type) {
	case nil:
	case url.Values:
		payload, contentType = []byte(b.Encode()), "application/x-www-form-urlencoded"
	default:
		payload, _ = json.Marshal(b)
	}
	r := httptest.NewRequestWithContext(access.WithPerson(o.t.Context(), &access.Person{
		Session: s, Environment: environment,
	}), method, path, bytes.NewReader(payload))
	if body != nil {
		r.Header.Set("Content-Type", contentType)
	}
	w := httptest.NewRecorder()
	o.world.p.ServeHTTP(w, r)
	var p api.Problem
	_ = json.Unmarshal(w.Body.Bytes(), &p)
	return w.Code, p.Code
}

// session returns the newest session.
func (o *office) session() (s *store.Session) {
	o.t.Helper()
	err := o.store.View(o.t.Context(), func(tx *store.Tx) error {
		all, err := tx.SessionsDue(o.t.Context(), o.clock.Now().Add(time.Hour), 1000)
		for _, one := range all {
			if s == nil || one.ID > s.ID {
				s = one
			}
		}
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return s
}

// TestPersonRoutes sends every request of the API for a person of each role, of another tenant and of another group. A
// person may do what the permissions of the role say, but nothing that gives a value away.
func TestPersonRoutes(t *testing.T) {
	var ids map[string]string
	o := newOffice(t, func(w *world) { ids = w.objects() })
	o.addIssuer(people.NewIssuer{Tenant: "globex"})
	callers := map[string]*store.Session{}
	for _, role := range api.PersonRoles() {
		o.bindGroup("g-"+role, role)
		o.person(role, "g-"+role)
		o.signedIn(role)
		callers[role] = o.session()
	}
	o.person("nobody", "unbound")
	o.signedIn("nobody")
	callers["without a role"] = o.session()
	o.person("outsider", "g-security")
	b := o.browser()
	to := b.get("/console/sign-in?tenant=globex&issuer=corp").want(303).header.Get("Location")
	b.get(b.p.SignIn(to, "outsider").RequestURI()).want(303)
	callers["of another tenant"] = o.session()

	for who, session := range callers {
		for _, r := range routes {
			permissions := []string{""}
			if slices.Contains(api.PersonRoles(), who) {
				permissions = append(permissions, api.PersonPermissions(who)...)
			}
			allowed := r.open(permissions) && len(permissions) > 1
			if allowed && r.method != "GET" {
				continue // what it does is for other tests
			}
			status, code := o.asPerson(session, "staging", r.method, objectOf(r.path, ids), r.body)
			refused := status == 401 || code == api.CodeForbidden
			if refused == allowed && !strings.HasPrefix(r.path, "/v1/principals/") {
				t.Errorf("%s %s as a person %s: status %d %s", r.method, r.path, who, status, code)
			}
		}
	}
}
