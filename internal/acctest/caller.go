package acctest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// Caller is someone who uses the platform's API by hand: what happens outside Terraform. Its calls go round the faults
// and the log.
type Caller struct {
	t     testing.TB
	p     *Platform
	token string
}

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

// Do sends one request; body may be nil. Any answer will do: add Want to demand one.
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
	contentType := "application/json"
	if method == http.MethodPatch {
		contentType = "application/merge-patch+json"
	}
	return c.send(method, path, contentType, payload)
}

func (c *Caller) form(path string, form url.Values) *Reply {
	c.t.Helper()
	return c.send(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

func (c *Caller) send(method, path, contentType string, body io.Reader) *Reply {
	c.t.Helper()
	r := httptest.NewRequestWithContext(c.t.Context(), method, path, body)
	r.Header.Set("Authorization", "Bearer "+c.token)
	if body != nil {
		r.Header.Set("Content-Type", contentType)
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

// ScopedToken returns the token of this name, which must exist.
func (c *Caller) ScopedToken(name string) api.ScopedToken {
	c.t.Helper()
	return find[api.ScopedToken](c, api.KindScopedTokens, name)
}

// WebhookEndpoint returns the webhook endpoint of this name, which must exist.
func (c *Caller) WebhookEndpoint(name string) api.WebhookEndpoint {
	c.t.Helper()
	return find[api.WebhookEndpoint](c, api.KindWebhookEndpoints, name)
}

// SigningSecret returns the signing secret of this name, which must exist.
func (c *Caller) SigningSecret(name string) api.SigningSecret {
	c.t.Helper()
	return find[api.SigningSecret](c, api.KindSigningSecrets, name)
}

// SendTestEvent queues an event to the webhook endpoint of this name, and returns its id.
func (c *Caller) SendTestEvent(endpoint, eventType string) string {
	c.t.Helper()
	var queued api.TestEvent
	c.Verb(api.KindWebhookEndpoints, endpoint, "test-events",
		map[string]any{"type": eventType, "data": map[string]any{"n": 1}}).Want(http.StatusAccepted).Decode(&queued)
	return queued.ID
}

// Deliveries returns the newest deliveries to the webhook endpoint of this name (up to 1,000).
func (c *Caller) Deliveries(endpoint string) []api.Delivery {
	c.t.Helper()
	var page api.Page[api.Delivery]
	c.Do(http.MethodGet, c.path(api.KindWebhookEndpoints, endpoint)+"/deliveries?page_size=1000",
		nil).Want(http.StatusOK).Decode(&page)
	return page.Items
}

// Connector returns the connector of this name, which must exist.
func (c *Caller) Connector(name string) api.Connector {
	c.t.Helper()
	return find[api.Connector](c, api.KindConnectors, name)
}

// RotationPolicy returns the policy of this name, which must exist.
func (c *Caller) RotationPolicy(name string) api.RotationPolicy {
	c.t.Helper()
	return find[api.RotationPolicy](c, api.KindRotationPolicies, name)
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

// Versions returns the metadata of every version of the scoped token of this name.
func (c *Caller) Versions(name string) []api.Version {
	c.t.Helper()
	var page api.Page[api.Version]
	c.Do(http.MethodGet, c.path(api.KindScopedTokens, name)+"/versions", nil).Want(http.StatusOK).Decode(&page)
	return page.Items
}

// Introspect asks whether a token's value is accepted. Asked by a runtime principal, it is a use.
func (c *Caller) Introspect(value string) api.Introspection {
	c.t.Helper()
	var answer api.Introspection
	c.form("/v1/introspect", url.Values{"token": {value}}).Want(http.StatusOK).Decode(&answer)
	return answer
}

// RevokeValue revokes one token value (RFC 7009).
func (c *Caller) RevokeValue(value string) *Reply {
	c.t.Helper()
	return c.form("/v1/revoke", url.Values{"token": {value}})
}

// Reveal returns the value of a valid version of the scoped token of this name.
func (c *Caller) Reveal(name string, version int64) string {
	c.t.Helper()
	return c.RevealOf(api.KindScopedTokens, name, version)
}

// RevealOf returns the value of a valid version of the object of this kind and name.
func (c *Caller) RevealOf(kind, name string, version int64) string {
	c.t.Helper()
	var answer api.Reveal
	c.Verb(kind, name, "versions/"+strconv.FormatInt(version, 10)+"/reveal", nil).Want(http.StatusOK).Decode(&answer)
	return answer.Value.Expose()
}
