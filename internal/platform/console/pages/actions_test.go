package pages

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
)

// Each form sends one request to the API, with its key and its reason, and leads back to a page that says what was
// done.
func TestActions(t *testing.T) {
	t.Parallel()
	token := map[string]string{"id": tokenID}
	for name, tc := range map[string]struct {
		page  string
		form  string
		parts map[string]string
		path  string
		body  string
		to    string
	}{
		"quarantine": {
			"/credentials/{id}/quarantine", "reason=odd+use&for=7d", token, "/v1/scoped-tokens/" + tokenID + "/quarantine",
			`{"reason":"odd use","for":"7d"}`, "/credentials/" + tokenID + "?done=quarantine",
		},
		"release": {
			"/credentials/{id}/release-quarantine", "reason=fine", token,
			"/v1/scoped-tokens/" + tokenID + "/release-quarantine", `{"reason":"fine"}`,
			"/credentials/" + tokenID + "?done=release-quarantine",
		},
		"revoke": {
			"/credentials/{id}/revoke", "reason=leak&confirm=true", token, "/v1/scoped-tokens/" + tokenID + "/revoke",
			`{"all":true,"reason":"leak"}`, "/credentials/" + tokenID + "?done=revoke",
		},
		"revoke and hold": {
			"/credentials/{id}/revoke", "reason=leak&confirm=true&hold=true", token,
			"/v1/scoped-tokens/" + tokenID + "/revoke", `{"all":true,"hold":true,"reason":"leak"}`,
			"/credentials/" + tokenID + "?done=revoke",
		},
		"rotate": {
			"/credentials/{id}/rotate", "reason=due", token, "/v1/scoped-tokens/" + tokenID + "/rotation/begin",
			`{"reason":"due"}`, "/credentials/" + tokenID + "?done=rotate",
		},
		"close": {
			"/findings/{id}/close", "reason=a+test",
			map[string]string{"id": findingID},
			"/v1/findings/" + findingID + "/close",
			`{"reason":"a test"}`, "/findings/" + findingID + "?done=close",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := everything("x")
			r := request(f, tc.parts, "")
			r.Form, _ = url.ParseQuery(tc.form + "&key=the-key")
			a := answer(t, r, http.MethodPost, tc.page)
			if want := (posted{tc.path, "the-key", tc.body}); len(f.posts) != 1 || f.posts[0] != want {
				t.Errorf("sent %+v, want %+v", f.posts, want)
			}
			if a.SeeOther != "/console/in/staging"+tc.to {
				t.Errorf("leads to %s", a.SeeOther)
			}
		})
	}
}

func TestActionsThatAreRefused(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ page, id string }{
		"a revocation that is not confirmed": {"/credentials/{id}/revoke", tokenID},
		"a rotation of a connector":          {"/credentials/{id}/rotate", connectorID},
		"no credential":                      {"/credentials/{id}/revoke", "wid_1"},
		"an id that is not there":            {"/credentials/{id}/quarantine", "tok_other"},
	} {
		f := everything("x")
		r := request(f, map[string]string{"id": tc.id}, "")
		r.Form = url.Values{"reason": {"x"}}
		if _, err := pageAt(t, http.MethodPost, tc.page).Serve(r); err == nil || len(f.posts) > 0 {
			t.Errorf("%s: error %v, sent %v", name, err, f.posts)
		}
	}
}

// A page has the forms that the person may send, and no other.
func TestFormsForThoseWhoMay(t *testing.T) {
	t.Parallel()
	const path = "/credentials/{id}"
	for role, want := range map[string]string{
		api.RoleAuditor: "", api.RoleSecurity: "quarantine revoke", api.RoleOperator: "quarantine revoke rotate",
	} {
		f := everything("x")
		token, ok := f.answers["/v1/scoped-tokens/"+tokenID].(api.ScopedToken)
		if !ok {
			t.Fatal("there is no token")
		}
		token.Quarantine, token.Hold = nil, nil
		f.answers["/v1/scoped-tokens/"+tokenID] = token
		r := request(f, map[string]string{"id": tokenID}, "")
		r.Me.Permissions = api.PermissionsOf(role)
		page := serve(t, r, http.MethodGet, path)
		var got []string
		for _, id := range []string{"quarantine", "release", "revoke", "rotate"} {
			if strings.Contains(page, `<form id="`+id+`" method="post"`) {
				got = append(got, id)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s has the forms %v", role, got)
		}
		closes := strings.Contains(serve(t, requestAs(f, role, findingID), http.MethodGet, "/findings/{id}"), `id="close"`)
		if closes != (role != api.RoleAuditor) {
			t.Errorf("%s may close: %v", role, closes)
		}
	}
}

func requestAs(f *fake, role, id string) *Request {
	r := request(f, map[string]string{"id": id}, "")
	r.Me.Permissions = api.PermissionsOf(role)
	return r
}

// A finding about a deleted object, or about a principal, is shown without what would stop.
func TestFindingWithoutACredential(t *testing.T) {
	t.Parallel()
	f := everything("x")
	f.refused = map[string]*problem.Error{"/v1/scoped-tokens/" + tokenID: problem.New(api.CodeNotFound, "", "gone")}
	got := serve(t, request(f, map[string]string{"id": findingID}, ""), http.MethodGet, "/findings/{id}")
	if strings.Contains(got, "What would stop") || !strings.Contains(got, `id="close"`) {
		t.Errorf("the page is %s", got)
	}
	r := request(f, map[string]string{"id": "fin_other"}, "")
	if _, err := findingPage(r); !problem.IsNotFound(err) {
		t.Errorf("another id is %v", err)
	}
}
