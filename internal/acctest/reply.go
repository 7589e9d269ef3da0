package acctest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// Reply is an answer of the platform.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte

	t    testing.TB
	what string
}

// Want fails the test unless the status is one of these.
func (r *Reply) Want(statuses ...int) *Reply {
	r.t.Helper()
	for _, s := range statuses {
		if r.Status == s {
			return r
		}
	}
	r.t.Fatalf("%s: status %d, want %v: %s", r.what, r.Status, statuses, r.Body)
	return r
}

// WantProblem fails the test unless the answer is an error with this code.
func (r *Reply) WantProblem(code string) api.Problem {
	r.t.Helper()
	var p api.Problem
	if ct := r.Header.Get("Content-Type"); ct != api.ProblemContentType {
		r.t.Fatalf("%s: status %d with content type %q, want a problem %s", r.what, r.Status, ct, code)
	}
	r.Decode(&p)
	if p.Code != code {
		r.t.Fatalf("%s: problem %s (%s), want %s", r.what, p.Code, p.Detail, code)
	}
	return p
}

// Decode reads the body.
func (r *Reply) Decode(v any) {
	r.t.Helper()
	if err := json.Unmarshal(r.Body, v); err != nil {
		r.t.Fatalf("%s: %v", r.what, err)
	}
}

// Do sends one request that the client does not make: with any body, for any status. A nil body is none.
func (c *Caller) Do(method, path string, body any) *Reply {
	c.t.Helper()
	var payload io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			c.t.Fatal(err)
		}
		payload = bytes.NewReader(data)
	}
	r := httptest.NewRequestWithContext(c.t.Context(), method, path, payload)
	r.Header.Set("Authorization", "Bearer "+c.token)
	r.Header.Set("Content-Type", "application/json")
	if method == http.MethodPatch {
		r.Header.Set("Content-Type", "application/merge-patch+json")
	}
	w := httptest.NewRecorder()
	c.p.handler().ServeHTTP(w, r)
	return &Reply{Status: w.Code, Header: w.Header(), Body: w.Body.Bytes(), t: c.t, what: method + " " + path}
}

// Find returns the object of this kind and name in out, and reports whether there is one.
func (c *Caller) Find(kind, name string, out any) bool {
	c.t.Helper()
	var page api.Page[json.RawMessage]
	c.Do(http.MethodGet, "/v1/"+kind+"?name="+url.QueryEscape(name), nil).Want(http.StatusOK).Decode(&page)
	if len(page.Items) == 0 {
		return false
	}
	if err := json.Unmarshal(page.Items[0], out); err != nil {
		c.t.Fatal(err)
	}
	return true
}

// Count returns how many objects of a kind there are (up to 1,000).
func (c *Caller) Count(kind string) int {
	c.t.Helper()
	var page api.Page[json.RawMessage]
	c.Do(http.MethodGet, "/v1/"+kind+"?page_size=1000", nil).Want(http.StatusOK).Decode(&page)
	return len(page.Items)
}

func find[T any](c *Caller, kind, name string) T {
	c.t.Helper()
	var v T
	if !c.Find(kind, name, &v) {
		c.t.Fatalf("the platform has no %s named %s", kind, name)
	}
	return v
}

// Create creates an object.
func (c *Caller) Create(kind string, body any) *Reply {
	c.t.Helper()
	return c.Do(http.MethodPost, "/v1/"+kind, body)
}

// Patch changes the object of this name.
func (c *Caller) Patch(kind, name string, body any) *Reply {
	c.t.Helper()
	return c.Do(http.MethodPatch, c.path(kind, name), body)
}

// Delete deletes the object of this name.
func (c *Caller) Delete(kind, name string) *Reply {
	c.t.Helper()
	return c.Do(http.MethodDelete, c.path(kind, name), nil)
}

// Verb posts to a path below the object of this name, such as revoke, hold or rotation/begin.
func (c *Caller) Verb(kind, name, verb string, body any) *Reply {
	c.t.Helper()
	if body == nil {
		body = struct{}{}
	}
	return c.Do(http.MethodPost, c.path(kind, name)+"/"+verb, body)
}

// Step takes a rotation step of the scoped token of this name, and wants success.
func (c *Caller) Step(name, step string, body api.StepRequest) {
	c.t.Helper()
	c.Verb(api.KindScopedTokens, name, "rotation/"+step, body).Want(http.StatusOK)
}

func (c *Caller) path(kind, name string) string {
	c.t.Helper()
	return "/v1/" + kind + "/" + find[api.Object](c, kind, name).ID
}
