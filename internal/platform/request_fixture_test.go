package platform_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// reply is a response of the platform.
type reply struct {
	t      testing.TB
	what   string
	status int
	header http.Header
	body   []byte
}

// header is one header of a request.
type header struct{ name, value string }

func ifMatch(etag string) header { return header{"If-Match", `"` + etag + `"`} }

func key(k string) header { return header{"Idempotency-Key", k} }

// as sends a request with the token of a role in acme/staging.
func (w *world) as(role, method, path string, body any, headers ...header) *reply {
	w.t.Helper()
	token, known := w.tokens[role]
	if !known {
		w.t.Fatalf("no token of role %s", role)
	}
	return w.send(token, method, path, body, headers...)
}

// do sends a request as a deployer of acme/staging.
func (w *world) do(method, path string, body any, headers ...header) *reply {
	w.t.Helper()
	return w.as(api.RoleDeployer, method, path, body, headers...)
}

// send sends a request. A string body is sent as it is, url.Values as a form, anything else as JSON.
func (w *world) send(token, method, path string, body any, headers ...header) *reply {
	w.t.Helper()
	var payload io.Reader
	contentType := "application/json"
	switch b := body.(type) {
	case nil:
	case string:
		payload = strings.NewReader(b)
	case url.Values:
		payload, contentType = strings.NewReader(b.Encode()), "application/x-www-form-urlencoded"
	default:
		data, err := json.Marshal(b)
		if err != nil {
			w.t.Fatal(err)
		}
		payload = bytes.NewReader(data)
	}
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.server.URL+path, payload)
	if err != nil {
		w.t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if body != nil {
		r.Header.Set("Content-Type", contentType)
	}
	for _, h := range headers {
		r.Header.Set(h.name, h.value)
	}
	resp, err := w.server.Client().Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return &reply{t: w.t, what: method + " " + path, status: resp.StatusCode, header: resp.Header, body: data}
}

// want fails the test unless the status is this.
func (r *reply) want(status int) *reply {
	r.t.Helper()
	if r.status != status {
		r.t.Fatalf("%s: status %d, want %d: %s", r.what, r.status, status, r.body)
	}
	return r
}

// problem fails the test unless the answer is a problem with this code and field.
func (r *reply) problem(code, field string) api.Problem {
	r.t.Helper()
	var p api.Problem
	if ct := r.header.Get("Content-Type"); ct != api.ProblemContentType {
		r.t.Fatalf("%s: status %d with content type %q, want a problem %s: %s", r.what, r.status, ct, code, r.body)
	}
	r.decode(&p)
	if p.Code != code || p.Field != field {
		r.t.Fatalf("%s: problem %s at %q (%s), want %s at %q", r.what, p.Code, p.Field, p.Detail, code, field)
	}
	if p.Status != r.status || p.Status != api.StatusOf[code] || p.Type != api.ProblemTypePrefix+code || p.Title == "" ||
		p.Detail == "" {
		r.t.Errorf("%s: incomplete problem: %s", r.what, r.body)
	}
	if p.RequestID == "" || p.RequestID != r.header.Get("X-Request-Id") {
		r.t.Errorf("%s: request id %q in the body, %q in the header", r.what, p.RequestID, r.header.Get("X-Request-Id"))
	}
	return p
}

func (r *reply) decode(v any) *reply {
	r.t.Helper()
	d := json.NewDecoder(bytes.NewReader(r.body))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		r.t.Fatalf("%s: %v: %s", r.what, err, r.body)
	}
	return r
}

func decoded[T any](r *reply) (v T) {
	r.t.Helper()
	r.decode(&v)
	return v
}
