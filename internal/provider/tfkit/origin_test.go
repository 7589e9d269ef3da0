package tfkit

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

const (
	platformA = "plt_01ARZ3NDEKTSV4RRFFQ69G5FAV"
	platformB = "plt_01ARZ3NDEKTSV4RRFFQ69G5FAX"
)

// on is the access of a resource to a platform in one of its incarnations.
func on(t *testing.T, id string, incarnation int64, confirmed bool) *access {
	t.Helper()
	c, err := client.New(client.Config{Endpoint: "http://127.0.0.1:1", Token: secret.New("qcp_test")})
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewSession(c, api.Identity{
		Tenant: "acme", Environment: "staging",
		PlatformID: id, Incarnation: incarnation, RestoreConfirmed: confirmed,
	})
	if err != nil {
		t.Fatal(err)
	}
	return &access{p}
}

// noted is the private state of an object that was last seen there; an empty id is no note.
func noted(t *testing.T, id string, incarnation int64) notes {
	t.Helper()
	n := notes{}
	if id != "" {
		var diags diag.Diagnostics
		on(t, id, incarnation, true).NotePlatform(t.Context(), n, &diags)
	}
	return n
}

// A platform with the same tenant and environment names is not the one that the object was seen on.
func TestObjectOfAnotherPlatform(t *testing.T) {
	for name, tt := range map[string]struct {
		note, accepted string
		ok             bool
	}{
		"the same":             {note: platformA, ok: true},
		"no note":              {note: "", ok: true},
		"another":              {note: platformB},
		"another, accepted":    {note: platformB, accepted: platformA, ok: true},
		"the old one accepted": {note: platformB, accepted: platformB},
		"accepted for ever":    {note: platformA, accepted: platformA, ok: true},
	} {
		t.Run(name, func(t *testing.T) {
			a := on(t, platformA, 1, true)
			a.session.Accept(tt.accepted)
			var diags diag.Diagnostics
			c := a.ClientFor(t.Context(), noted(t, tt.note, 1), types.StringValue("acme"), types.StringValue("staging"), &diags)
			if (c != nil) != tt.ok || diags.HasError() == tt.ok {
				t.Fatalf("client %v, %v", c != nil, diags)
			}
			for _, s := range []string{platformA, platformB, `accept_platform_id = "` + platformA + `"`} {
				if !tt.ok && !strings.Contains(fmt.Sprint(diags), s) {
					t.Errorf("%q is not in %v", s, diags)
				}
			}
		})
	}
}

// The next answer about the object on the accepted platform moves its note there.
func TestNoteIsRewritten(t *testing.T) {
	n := noted(t, platformB, 7)
	var diags diag.Diagnostics
	on(t, platformA, 2, true).NotePlatform(t.Context(), n, &diags)
	got := LoadPrivate[api.PlatformRef](t.Context(), n, platformKey, &diags)
	if want := (api.PlatformRef{ID: platformA, Incarnation: 2}); got == nil || *got != want || diags.HasError() {
		t.Errorf("got %v, %v", got, diags)
	}
	(&access{NotConfigured("endpoint")}).NotePlatform(t.Context(), n, &diags)
	if after := LoadPrivate[api.PlatformRef](t.Context(), n, platformKey, &diags); after == nil || *after != *got {
		t.Error("a provider that knows no platform has changed the note")
	}
}

// After a restore, "not found" removes an object only once the restore is confirmed, or if it was seen since.
func TestGoneAfterARestore(t *testing.T) {
	notFound := problem(api.CodeNotFound)
	for name, tt := range map[string]struct {
		note        string
		incarnation int64
		confirmed   bool
		err         error
		want        bool
	}{
		"never restored":               {platformA, 2, true, notFound, true},
		"no note":                      {"", 0, true, notFound, true},
		"seen before, confirmed":       {platformA, 1, true, notFound, true},
		"seen before, not confirmed":   {platformA, 1, false, notFound, false},
		"seen since, not confirmed":    {platformA, 2, false, notFound, true},
		"never seen, not confirmed":    {"", 0, false, notFound, false},
		"elsewhere, not confirmed":     {platformB, 2, false, notFound, false},
		"another code":                 {platformA, 2, true, problem(api.CodeForbidden), false},
		"not an error of the platform": {platformA, 2, true, errors.New("not_found"), false},
		"no error":                     {platformA, 2, true, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			var diags diag.Diagnostics
			a := on(t, platformA, 2, tt.confirmed)
			if got := a.Gone(t.Context(), tt.err, noted(t, tt.note, tt.incarnation), &diags); got != tt.want {
				t.Errorf("gone: %v", got)
			}
		})
	}
}

func TestReportNotFoundAfterARestore(t *testing.T) {
	var diags diag.Diagnostics
	on(t, platformA, 3, false).Report(&diags, problem(api.CodeNotFound), Subject{})
	for _, s := range []string{platformA, "incarnation 3", "it stays in the state", "quickconnectd restore confirm"} {
		if !strings.Contains(fmt.Sprint(diags), s) {
			t.Errorf("%q is not in %v", s, diags)
		}
	}
}

func TestReportAnswersOfOthers(t *testing.T) {
	ref := func(id string, n int64) api.PlatformRef { return api.PlatformRef{ID: id, Incarnation: n} }
	for name, tt := range map[string]struct {
		cause error
		says  []string
	}{
		"another object": {
			&client.OtherAnswerError{Asked: "tok_1", Came: "tok_2"}, []string{"another object", "mixes"},
		},
		"another platform": {
			&client.PlatformError{Want: ref(platformA, 1), Came: ref(platformB, 1)}, []string{"another platform"},
		},
		"no header": {
			&client.PlatformError{}, []string{"without the platform's header (status 404)", "removed it"},
		},
		"another incarnation": {
			&client.PlatformError{Want: ref(platformA, 1), Came: ref(platformA, 2)}, []string{"restored during"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var diags diag.Diagnostics
			e := &client.Error{
				Op: "delete", Object: "scoped token tok_1", Status: http.StatusNotFound, Write: true, Attempts: 1, Cause: tt.cause,
			}
			on(t, platformA, 1, true).Report(&diags, e, Subject{})
			for _, s := range append(tt.says, "the state stays as it is", "not known", "scoped token tok_1") {
				if !strings.Contains(fmt.Sprint(diags), s) {
					t.Errorf("%q is not in %v", s, diags)
				}
			}
		})
	}
}
