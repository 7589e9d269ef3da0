// Package problem has the errors that the API answers with. It depends on the wire contract and on nothing of the
// platform: any package of the platform may refuse a request with one.
package problem

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// Error is an error on its way to the client. It never contains a value that was refused.
type Error struct {
	api.Problem
	RetryAfter int    `json:"-"` // seconds; 0 for none
	Limit      *Limit `json:"-"` // what the request exceeds; nil for none
}

// Limit is a limit as the RateLimit headers show it (draft-ietf-httpapi-ratelimit-headers).
type Limit struct {
	Name   string
	Quota  int64
	Window int64  // seconds in which the quota comes back; 0 for a quota that does not come back by waiting
	Who    string // whose limit it is in the log; empty for the caller's
}

// New returns the problem of a code. The field is a JSON pointer, or empty where no member is to blame.
func New(code, field, format string, args ...any) *Error {
	status := api.StatusOf[code]
	return &Error{Problem: api.Problem{
		Type: api.ProblemTypePrefix + code, Title: http.StatusText(status), Status: status, Code: code,
		Field: field, Detail: fmt.Sprintf(format, args...),
	}}
}

// Refused returns the problem of a member that is wrong. The cause completes the sentence "<member> …".
func Refused(field string, cause error) *Error {
	return New(api.CodeInvalid, field, "%s %v", Member(field), cause)
}

// Deleting refuses a reference to an object that is deleting.
func Deleting(field string, kind api.Kind, name, id string, since time.Time) *Error {
	return New(api.CodeConflict, field, "%s names the %s %q, which was deleted at %s and takes no new users; "+
		"refer to another one, or undelete it first (%s)",
		Member(field), kind.Singular, name, since.UTC().Format(time.RFC3339), CallToUndelete(kind, id))
}

// CallToUndelete describes the call that brings back an object that is deleting.
func CallToUndelete(kind api.Kind, id string) string {
	return "POST " + kind.Route(id, "undelete") + ` with {"name": "…"}, role operator`
}

// Member returns the member that a JSON pointer leads into, for a sentence: /scopes/0 is scopes.
func Member(field string) string {
	member, _, _ := strings.Cut(strings.TrimPrefix(field, "/"), "/")
	return member
}

// Pointer returns a JSON pointer (RFC 6901).
func Pointer(tokens ...string) string {
	var b strings.Builder
	for _, t := range tokens {
		b.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(t))
	}
	return b.String()
}

// Has reports whether an error is a problem with a code.
func Has(err error, code string) bool {
	var p *Error
	return errors.As(err, &p) && p.Code == code
}

// IsNotFound reports whether an error says that an object does not exist.
func IsNotFound(err error) bool { return Has(err, api.CodeNotFound) }

// Error returns the code and the detail.
func (e *Error) Error() string { return e.Code + ": " + e.Detail }

// GetStatus serves Huma.
func (e *Error) GetStatus() int { return e.Status }

// ContentType serves Huma.
func (e *Error) ContentType(string) string { return api.ProblemContentType }

// GetHeaders serves Huma.
func (e *Error) GetHeaders() http.Header {
	h := http.Header{}
	if e.Code == api.CodeUnauthenticated {
		h.Set("WWW-Authenticate", `Bearer realm="quickconnect"`)
	}
	if e.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(e.RetryAfter))
	}
	if l := e.Limit; l != nil {
		policy, left := fmt.Sprintf("%q;q=%d", l.Name, l.Quota), fmt.Sprintf("%q;r=0", l.Name)
		if l.Window > 0 {
			policy += fmt.Sprintf(";w=%d", l.Window)
			left += fmt.Sprintf(";t=%d", e.RetryAfter)
		}
		h.Set("RateLimit-Policy", policy)
		h.Set("RateLimit", left)
	}
	return h
}
