package platform

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sort"
	"strconv"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// problem is an error on its way to the client. Nothing of it is ever made from a value that was refused.
type problem struct {
	api.Problem
	retryAfter int // seconds; 0 for none
}

func newProblem(code, field, format string, args ...any) *problem {
	status := api.StatusOf[code]
	return &problem{Problem: api.Problem{
		Type: api.ProblemTypePrefix + code, Title: http.StatusText(status), Status: status, Code: code,
		Field: field, Detail: fmt.Sprintf(format, args...),
	}}
}

// refused says that a member is wrong. The cause completes the sentence "<member> …".
func refused(field string, cause error) *problem {
	return newProblem(api.CodeInvalid, field, "%s %v", memberOf(field), cause)
}

// memberOf names the member of a JSON pointer for a sentence: /scopes/0 is scopes.
func memberOf(field string) string {
	member, _, _ := strings.Cut(strings.TrimPrefix(field, "/"), "/")
	return member
}

// pointer makes a JSON pointer (RFC 6901).
func pointer(tokens ...string) string {
	var b strings.Builder
	for _, t := range tokens {
		b.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(t))
	}
	return b.String()
}

// isNotFound tells whether an error says that an object does not exist.
func isNotFound(err error) bool {
	var p *problem
	return errors.As(err, &p) && p.Code == api.CodeNotFound
}

// Error returns the detail.
func (p *problem) Error() string { return p.Code + ": " + p.Detail }

// GetStatus serves Huma.
func (p *problem) GetStatus() int { return p.Status }

// ContentType serves Huma.
func (p *problem) ContentType(string) string { return api.ProblemContentType }

// GetHeaders serves Huma.
func (p *problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.Code == api.CodeUnauthenticated {
		h.Set("WWW-Authenticate", `Bearer realm="quickconnect"`)
	}
	if p.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(p.retryAfter))
	}
	return h
}

// write sends the problem where Huma does not: unknown routes, middleware, panics.
func (p *problem) write(w http.ResponseWriter) {
	for k, v := range p.GetHeaders() {
		w.Header()[k] = v
	}
	w.Header().Set("Content-Type", api.ProblemContentType)
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}

// problemOf turns any error into what the client may see of it. What it does not know is logged, not told.
func (p *Platform) problemOf(ctx context.Context, err error) *problem {
	c := callOf(ctx)
	var out *problem
	var rule *rotation.Error
	switch {
	case errors.As(err, &out):
	case errors.As(err, &rule):
		out = newProblem(rule.Code, rule.Field, "%s", rule.Message)
	case errors.Is(err, store.ErrNameTaken): // nameFree has looked; on a database of several writers another may have been faster
		out = newProblem(api.CodeNameTaken, "/name", "another object of this kind has just got this name")
	case errors.Is(err, store.ErrReferenced):
		out = newProblem(api.CodeConflict, "", "an object that this one refers to, or that refers to it, has just changed; read it again and decide anew")
	case ctx.Err() != nil:
		out = newProblem(api.CodeUnavailable, "", "the request was given up before it was done")
	default:
		p.log.Error("request failed", "request_id", c.id, "error", err.Error())
		out = newProblem(api.CodeInternal, "", "something failed inside the platform; its log has the cause under this request id")
	}
	answer := *out
	answer.RequestID = c.id
	return &answer
}

var humaOnce sync.Once

// replaceHumaErrors puts our error model in the place of Huma's, whose details repeat the refused value. Huma keeps it
// in a package variable.
func replaceHumaErrors() {
	humaOnce.Do(func() {
		huma.ValidateStrictCasing = true
		huma.NewError = func(status int, _ string, errs ...error) huma.StatusError { return translate(status, errs) }
		huma.NewErrorWithContext = func(ctx huma.Context, status int, _ string, errs ...error) huma.StatusError {
			out := translate(status, errs)
			out.RequestID = callOf(ctx.Context()).id
			return out
		}
	})
}

// translate makes a problem of what Huma found wrong with a request. Of Huma's details only the place is used, and the
// text where it comes from the schema.
func translate(status int, errs []error) *problem {
	switch status {
	case http.StatusUnsupportedMediaType:
		return newProblem(api.CodeUnsupportedMedia, "", "the body must be JSON: send it as application/json, or a PATCH as application/merge-patch+json")
	case http.StatusRequestEntityTooLarge:
		return newProblem(api.CodeTooLarge, "", "the body must be smaller than %d bytes", api.MaxBodyBytes)
	case http.StatusRequestTimeout, http.StatusInternalServerError:
		return newProblem(api.CodeUnavailable, "", "the body of the request did not arrive whole; send it again")
	}
	details := make([]*huma.ErrorDetail, 0, len(errs))
	for _, err := range errs {
		var d huma.ErrorDetailer
		if errors.As(err, &d) {
			details = append(details, d.ErrorDetail())
		}
	}
	if len(details) == 0 {
		return newProblem(api.CodeInvalid, "", "the request must have a body")
	}
	// Huma visits the members of an object in a random order; the same mistake should get the same answer.
	sort.SliceStable(details, func(i, j int) bool { return details[i].Location < details[j].Location })
	d := details[0]
	where, name, _ := strings.Cut(d.Location, ".")
	if where != "body" {
		return newProblem(api.CodeInvalid, "", "%s parameter %s: %s", where, name, d.Message)
	}
	if status == http.StatusBadRequest {
		return newProblem(api.CodeInvalid, "", "the body is not valid JSON")
	}
	if missing, ok := strings.CutPrefix(d.Message, "expected required property "); ok {
		member, _, _ := strings.Cut(missing, " ")
		return newProblem(api.CodeInvalid, pointer(append(membersOf(name), member)...), "%s is required", member)
	}
	if name == "" {
		return newProblem(api.CodeInvalid, "", "the body must be a JSON object with the members of this operation, and numbers must be whole and in range")
	}
	field := pointer(membersOf(name)...)
	if d.Message == "unexpected property" {
		return newProblem(api.CodeInvalid, field, "the body has a member that this operation does not know; field names it")
	}
	return newProblem(api.CodeInvalid, field, "%s: %s", memberOf(field), d.Message)
}

// membersOf splits Huma's path below the body. Bodies are two levels deep at the most: a member, and the key or index in
// it, which may hold dots of its own.
func membersOf(path string) []string {
	if path == "" {
		return nil
	}
	i := strings.IndexAny(path, ".[")
	switch {
	case i < 0:
		return []string{path}
	case path[i] == '[':
		return []string{path[:i], strings.TrimSuffix(path[i+1:], "]")}
	}
	return []string{path[:i], path[i+1:]}
}
