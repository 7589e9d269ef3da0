package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sort"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// writeProblem sends a problem where Huma does not: for unknown routes, in middleware, after a panic.
func writeProblem(w http.ResponseWriter, p *problem.Error) {
	for k, v := range p.GetHeaders() {
		w.Header()[k] = v
	}
	w.Header().Set("Content-Type", api.ProblemContentType)
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}

// problemOf returns what the client may see of an error. An error that it does not know goes to the log only.
func (rt *Router) problemOf(ctx context.Context, err error) *problem.Error {
	id := access.From(ctx).ID
	var known *problem.Error
	var rule *rotation.Error
	var outage *store.UnavailableError
	switch {
	case errors.As(err, &known):
	case errors.As(err, &rule):
		known = problem.New(rule.Code, rule.Field, "%s", rule.Message)
	case errors.Is(err, store.ErrNameTaken): // CheckNameFree has passed: another writer of the database was faster
		known = problem.New(api.CodeNameTaken, "/name", "another object of this kind has just got this name")
	case errors.Is(err, store.ErrReferenced):
		known = problem.New(api.CodeConflict, "", "an object that this one refers to, or that refers to it, "+
			"has just changed; read it again and decide anew")
	case errors.As(err, &outage): // the log has one line when an outage begins, not one for each request
		known = problem.New(api.CodeUnavailable, "", "the database of the platform cannot be used now: %s; to the "+
			"operator of the platform: %s; then send the request again", outage.What(), outage.Remedy())
		known.RetryAfter = outage.RetryAfter()
	case ctx.Err() != nil:
		known = problem.New(api.CodeUnavailable, "", "the request was given up before it was done")
	default:
		rt.log.Error("request failed", "request_id", id, "error", err.Error())
		known = problem.New(api.CodeInternal, "", failedInside)
	}
	if known.Limit != nil {
		rt.refused(ctx, known.Limit)
	}
	out := *known
	out.RequestID = id
	return &out
}

var humaOnce sync.Once

// replaceHumaErrors puts our error model in the place of Huma's, whose details repeat the refused value. Huma keeps its
// model in package variables.
func replaceHumaErrors() {
	humaOnce.Do(func() {
		huma.ValidateStrictCasing = true
		huma.NewError = func(status int, _ string, errs ...error) huma.StatusError { return translate(status, errs) }
		huma.NewErrorWithContext = func(ctx huma.Context, status int, _ string, errs ...error) huma.StatusError {
			out := translate(status, errs)
			out.RequestID = access.From(ctx.Context()).ID
			return out
		}
	})
}

// translate makes a problem of what Huma found wrong with a request.
func translate(status int, errs []error) *problem.Error {
	switch status {
	case http.StatusUnsupportedMediaType:
		return problem.New(api.CodeUnsupportedMedia, "",
			"the body must be JSON: send it as application/json, or a PATCH as application/merge-patch+json")
	case http.StatusRequestEntityTooLarge:
		return problem.New(api.CodeTooLarge, "", "the body must be smaller than %d bytes", api.MaxBodyBytes)
	case http.StatusRequestTimeout, http.StatusInternalServerError:
		return problem.New(api.CodeUnavailable, "", "the body of the request did not arrive whole; send it again")
	}
	details := make([]*huma.ErrorDetail, 0, len(errs))
	for _, err := range errs {
		var d huma.ErrorDetailer
		if errors.As(err, &d) {
			details = append(details, d.ErrorDetail())
		}
	}
	if len(details) == 0 {
		return problem.New(api.CodeInvalid, "", "the request must have a body")
	}
	// Huma visits the members of an object in a random order. The same mistake should get the same answer.
	sort.SliceStable(details, func(i, j int) bool { return details[i].Location < details[j].Location })
	return translateDetail(status, details[0])
}

// translateDetail uses the place of a detail, and its text where that comes from the schema.
func translateDetail(status int, d *huma.ErrorDetail) *problem.Error {
	where, name, _ := strings.Cut(d.Location, ".")
	if where != "body" {
		return problem.New(api.CodeInvalid, "", "%s parameter %s: %s", where, name, d.Message)
	}
	if field, twice := strings.CutPrefix(d.Message, duplicate); twice {
		return problem.New(api.CodeInvalid, field, "the body has a member twice; field names it; send it once")
	}
	if d.Message == notUTF8 {
		return problem.New(api.CodeInvalid, "", "the body is not UTF-8, as all JSON is; send it in that encoding")
	}
	if status == http.StatusBadRequest {
		return problem.New(api.CodeInvalid, "", "the body is not valid JSON")
	}
	if missing, ok := strings.CutPrefix(d.Message, "expected required property "); ok {
		member, _, _ := strings.Cut(missing, " ")
		field := problem.Pointer(append(membersOf(name), member)...)
		return problem.New(api.CodeInvalid, field, "%s is required", member)
	}
	if name == "" {
		return problem.New(api.CodeInvalid, "", "the body must be a JSON object with the members of this operation, "+
			"and numbers must be whole and in range")
	}
	field := problem.Pointer(membersOf(name)...)
	if d.Message == "unexpected property" {
		return problem.New(api.CodeInvalid, field,
			"the body has a member that this operation does not have; field names it")
	}
	return problem.New(api.CodeInvalid, field, "%s: %s", problem.Member(field), d.Message)
}

// membersOf splits Huma's path below the body. A body is at most two levels deep: a member, and the key or index in it.
// A key may contain dots.
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
