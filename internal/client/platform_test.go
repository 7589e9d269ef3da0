package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

const anotherPlatform = "plt_01ARZ3NDEKTSV4RRFFQ69G5FAX"

// from answers as a platform does, or with an empty name as behind a proxy that removes the header.
func from(platform string, next http.HandlerFunc) http.HandlerFunc {
	if platform == "" {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Del(api.HeaderPlatform)
			next(w, r)
		}
	}
	return withHeader(api.HeaderPlatform, platform, next)
}

// foreign answers with a problem that is not, or not wholly, the platform's "not found".
func foreign(status int, contentType string, p any) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(p)
	}
}

// Only the platform's own "not found" says that an object is gone, to a read as to a delete.
func TestOnlyThePlatformSaysGone(t *testing.T) {
	ours := api.Problem{Type: api.ProblemTypePrefix + api.CodeNotFound, Code: api.CodeNotFound, Status: 404}
	typed := func(urn string) api.Problem { return api.Problem{Type: urn, Code: api.CodeNotFound, Status: 404} }
	for name, answer := range map[string]http.HandlerFunc{
		"500":                  foreign(500, api.ProblemContentType, ours),
		"403":                  foreign(403, api.ProblemContentType, ours),
		"410":                  foreign(410, api.ProblemContentType, ours),
		"200":                  foreign(200, api.ProblemContentType, ours),
		"code alone":           foreign(404, api.ProblemContentType, map[string]string{"code": "not_found"}),
		"a foreign type":       foreign(404, api.ProblemContentType, typed("https://example.com/probs/not_found")),
		"about:blank":          foreign(404, api.ProblemContentType, typed("about:blank")),
		"another type of ours": foreign(404, api.ProblemContentType, typed(api.ProblemTypePrefix+"no_such_route")),
		"plain JSON":           foreign(404, "application/json", ours),
		"HTML":                 html(404),
		"no such route":        problem(api.CodeNoSuchRoute),
		"no header":            from("", problem(api.CodeNotFound)),
		"a malformed header":   from("plt_01/x", problem(api.CodeNotFound)),
		"another platform":     from(anotherPlatform+"/2", problem(api.CodeNotFound)),
		"another incarnation":  from(here().PlatformID+"/3", problem(api.CodeNotFound)),
		"204 without the header": from("", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNoContent)
		}),
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, serve(t, answer).URL, func(cfg *Config) { cfg.MaxRetries = 0 })
			tokens := c.For(here()).ScopedTokens()
			if _, err := tokens.Get(t.Context(), "tok_01"); err == nil || IsNotFound(err) {
				t.Errorf("read: %v", err)
			}
			if err := tokens.Delete(t.Context(), "tok_01"); err == nil || IsNotFound(err) {
				t.Errorf("delete: %v", err)
			}
		})
	}
	c := newClient(t, serve(t, problem(api.CodeNotFound)).URL, nil)
	tokens := c.For(here()).ScopedTokens()
	if _, err := tokens.Get(t.Context(), "tok_01"); !IsNotFound(err) {
		t.Errorf("the platform's own: %v", err)
	}
	if err := tokens.Delete(t.Context(), "tok_01"); !IsNotFound(err) {
		t.Errorf("the platform's own, at a delete: %v", err)
	}
}

func wantPlatformError(t *testing.T, err error, says ...string) {
	t.Helper()
	var p *PlatformError
	if !errors.As(err, &p) {
		t.Fatalf("got %v", err)
	}
	for _, s := range says {
		if !strings.Contains(err.Error(), s) {
			t.Errorf("%q is not in %s", s, err)
		}
	}
}

// An answer of another platform is none, whatever it says. One without the header is none either.
func TestAnswersAreOfThePlatform(t *testing.T) {
	for name, tt := range map[string]struct {
		platform string
		says     []string
	}{
		"another platform":    {anotherPlatform + "/2", []string{anotherPlatform, here().PlatformID, "one platform only"}},
		"another incarnation": {here().PlatformID + "/3", []string{"restored", "incarnation 2 became 3", "plan again"}},
		"no header":           {"", []string{api.HeaderPlatform, "removed it"}},
	} {
		for answer, step := range map[string]http.HandlerFunc{
			"an object": respondJSON(aConnector()), "a refusal": problem(api.CodeForbidden),
		} {
			t.Run(fmt.Sprintf("%s of %s", answer, name), func(t *testing.T) {
				c := newClient(t, serve(t, from(tt.platform, step)).URL, nil)
				_, err := c.For(here()).Connectors().Get(t.Context(), connectorID)
				wantPlatformError(t, err, tt.says...)
				if HasCode(err, api.CodeForbidden) {
					t.Error("a refusal of nobody knows whom has a code")
				}
			})
		}
	}
}

func TestIdentityIsOfThePlatformThatAnswers(t *testing.T) {
	who := here()
	get := func(identity api.Identity, platform string) error {
		c := newClient(t, serve(t, from(platform, respondJSON(identity))).URL, nil)
		_, err := c.Identity(t.Context())
		return err
	}
	if err := get(who, who.Platform().String()); err != nil {
		t.Error(err)
	}
	wantPlatformError(t, get(who, ""), "removed it")
	wantPlatformError(t, get(who, anotherPlatform+"/2"), anotherPlatform, who.PlatformID)
	wantPlatformError(t, get(who, who.PlatformID+"/3"), "restored")
	who.PlatformID = ""
	if err := get(who, here().Platform().String()); err == nil {
		t.Error("an identity without a platform is taken")
	}
}

// A code that the client does not know decides nothing, and what the platform says of it is still shown.
func TestUnknownCode(t *testing.T) {
	s := serve(t, foreign(418, api.ProblemContentType, api.Problem{
		Type: api.ProblemTypePrefix + "teapot", Code: "teapot", Detail: "this is short and stout",
	}))
	_, err := newClient(t, s.URL, nil).ScopedTokens().Get(t.Context(), "tok_01")
	if err == nil || strings.Contains(err.Error(), "teapot") || !strings.Contains(err.Error(), "short and stout") {
		t.Errorf("got %v", err)
	}
}
