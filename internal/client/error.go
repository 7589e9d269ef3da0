package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// Error is a request that did not succeed. It never has a URL, a body or a secret.
type Error struct {
	// Op and Object say what was tried: "create", `connector "notifier"`.
	Op, Object string
	// Permission is what the operation needs.
	Permission string
	// Status is 0 without a response. Cause then says why.
	Status int
	// Code is empty where the response is not a problem of the platform: a proxy's page, a redirect, a broken body. It is
	// a code of package api, or else "unknown".
	Code string
	// Field is a JSON pointer to the member of the request that was refused.
	Field     string
	Detail    string
	RequestID string
	// Reason is one of the api.Taken constants where the code is name_taken and the request a create; it may be empty.
	Reason string
	// RetryAfter is how long the platform asks to wait; 0 for nothing.
	RetryAfter time.Duration
	// Attempts is how often the request was sent.
	Attempts int
	// Write is true where the request changes something. Without a response, it is then unknown whether it did.
	Write bool
	// Step is true where the request was a step of a rotation.
	Step bool
	// Exchanged is true where the client acts as a workload identity: the token was an access token.
	Exchanged bool
	Cause     error
}

// Error says what happened to which object.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s: ", e.Op, e.Object)
	badID := (*IDError)(nil)
	switch {
	case errors.As(e.Cause, &badID):
		b.WriteString(badID.Error())
	case e.Status == 0:
		fmt.Fprintf(&b, "no answer: %v", e.Cause)
	case e.Code == "":
		fmt.Fprintf(&b, "status %d: %s", e.Status, e.Detail)
	default:
		fmt.Fprintf(&b, "%s (status %d)", e.Code, e.Status)
		if e.Field != "" {
			fmt.Fprintf(&b, ", field %s", e.Field)
		}
		if e.Detail != "" {
			fmt.Fprintf(&b, ": %s", e.Detail)
		}
	}
	if e.RequestID != "" {
		fmt.Fprintf(&b, " (request %s)", e.RequestID)
	}
	return b.String()
}

// Unwrap returns the reason why there is no response.
func (e *Error) Unwrap() error { return e.Cause }

// IsNotFound reports whether the platform itself said that the object does not exist: status 404 and a problem of our
// type with this code, under the platform's header. A 404 of a proxy or of another API is not that.
func IsNotFound(err error) bool { return HasCode(err, api.CodeNotFound) }

// IsRunInProgress reports whether another run that is still at work has made the object of a create.
func IsRunInProgress(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == api.CodeInProgress && e.Field != ""
}

// HasCode reports whether err is a problem of the platform with this code.
func HasCode(err error, code string) bool {
	var e *Error
	return errors.As(err, &e) && code != "" && e.Code == code
}

var (
	codePattern      = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)
	requestIDPattern = regexp.MustCompile(`^req_[0-7][0-9A-HJKMNP-TV-Z]{25}$`)
)

// codeUnknown stands for a code that this client does not know, or that came with another status than it has. Nothing
// is decided by it.
const codeUnknown = "unknown"

// problemOf reads the problem of the platform in a response. ok is false where the response is none: any API can answer
// with problems, and only ours have this type. The response may still lack the platform's header.
func problemOf(resp *http.Response) (p api.Problem, ok bool) {
	if mediaType(resp) != api.ProblemContentType {
		return p, false
	}
	err := json.Unmarshal(bodyOf(resp), &p)
	if err != nil || !codePattern.MatchString(p.Code) || p.Type != api.ProblemTypePrefix+p.Code {
		return api.Problem{}, false
	}
	if status, known := api.StatusOf[p.Code]; !known || status != resp.StatusCode {
		p.Code = codeUnknown
	}
	return p, true
}

// fill takes from the response what an error may say: what has a fixed form, and the texts of a problem of the platform
// that repeat no secret.
func (e *Error) fill(resp *http.Response, secrets *known) {
	e.Status = resp.StatusCode
	e.RequestID = requestIDOf(resp)
	p, ok := problemOf(resp)
	if !ok {
		e.Detail = notTheAPI(resp.StatusCode)
		return
	}
	if _, named := platformOf(resp); !named {
		_ = e.refuse(resp, &PlatformError{})
		return
	}
	e.Code = p.Code
	e.Field = secrets.clean(p.Field)
	e.Detail = secrets.clean(p.Detail)
	if codePattern.MatchString(p.Reason) {
		e.Reason = p.Reason
	}
	if requestIDPattern.MatchString(p.RequestID) {
		e.RequestID = p.RequestID
	}
}

// refuse makes the error one about a response of which nothing is read.
func (e *Error) refuse(resp *http.Response, cause error) *Error {
	e.Status, e.RequestID, e.Cause, e.Detail = resp.StatusCode, requestIDOf(resp), cause, cause.Error()
	return e
}

func notTheAPI(status int) string {
	switch {
	case status >= 300 && status < 400:
		return "the response is a redirect, which is not followed because the token must not reach another address: " +
			"set endpoint to the platform's own address"
	default:
		return "the response is not from the platform API: " +
			"check endpoint, and any proxy or load balancer in between"
	}
}

// requestIDOf returns the request id of a response of the platform. Anybody else's is not printed.
func requestIDOf(resp *http.Response) string {
	id := resp.Header.Get("X-Request-Id")
	if _, named := platformOf(resp); !named || !requestIDPattern.MatchString(id) {
		return ""
	}
	return id
}

func mediaType(resp *http.Response) string {
	t, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return t
}
