package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/textproto"
	"net/url"
	"regexp"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

const (
	firstBackoff = 500 * time.Millisecond
	maxBackoff   = 10 * time.Second
	// maxRetryAfter caps the Retry-After of a server: a run should not stand still for an hour.
	maxRetryAfter = 30 * time.Second
)

// checkRetry reports whether an attempt is worth a repetition. The method does not matter, because every write has an
// idempotency key.
func checkRetry(ctx context.Context, resp *http.Response, err error) (bool, error) {
	if ctx.Err() != nil {
		return false, context.Cause(ctx)
	}
	if err != nil {
		return !isFinal(err), nil
	}
	p, ours := ourProblem(resp)
	if !ours {
		p = api.Problem{}
	}
	return passes(resp.StatusCode, p.Code, p.Field), nil
}

// passes reports whether what was answered may be another thing later. The code is empty where the answer is not surely
// of the platform.
func passes(status int, code, field string) bool {
	switch status {
	case http.StatusTooManyRequests:
		return code != api.CodeLimitReached // that limit does not pass by waiting
	case http.StatusServiceUnavailable:
		return code != api.CodeRestored // an operator has to act
	case http.StatusNotImplemented:
		return false
	case http.StatusConflict:
		// With a field, it is another run that is in progress and not this request: CreateClaimed waits for that.
		return code == api.CodeInProgress && field == ""
	}
	return status >= 500
}

// Passes reports whether an error of a request is a fault that may pass: no connection, no answer in time, too many
// requests, or a platform that is out of order. What the platform has refused does not.
func Passes(err error) bool {
	var e *Error
	switch {
	case !errors.As(err, &e), errors.Is(err, context.Canceled):
		return false
	case e.Status != 0:
		return passes(e.Status, e.Code, e.Field)
	}
	// Where the client got no access token, what came of the exchange counts. Without one there is no JWT.
	if workload := (*WorkloadError)(nil); errors.As(e.Cause, &workload) {
		return Passes(workload.Cause)
	}
	badID := (*IDError)(nil)
	return !errors.As(e.Cause, &badID) && !isFinal(e.Cause)
}

// ourProblem reads the problem of a response. ours is false where it is not surely of the platform.
func ourProblem(resp *http.Response) (p api.Problem, ours bool) {
	p, ok := problemOf(resp)
	_, named := platformOf(resp)
	return p, ok && named
}

// isFinal reports whether a transport error will be the same next time.
func isFinal(err error) bool {
	var (
		notSent   *notSentError
		verify    *tls.CertificateVerificationError
		alert     tls.AlertError
		record    tls.RecordHeaderError
		authority x509.UnknownAuthorityError
		hostname  x509.HostnameError
		invalid   x509.CertificateInvalidError
		dns       *net.DNSError
	)
	switch {
	case errors.As(err, &notSent), errors.Is(err, errTooLarge), errors.Is(err, errProxy),
		errors.Is(err, http.ErrSchemeMismatch):
		return true
	case errors.As(err, &verify), errors.As(err, &alert), errors.As(err, &record),
		errors.As(err, &authority), errors.As(err, &hostname), errors.As(err, &invalid), isFinalAlert(alertOf(err)):
		return true
	case errors.As(err, &dns):
		return dns.IsNotFound
	}
	return false
}

// backoff waits as long as the Retry-After of a 429 or 503 says, up to a cap. Otherwise it waits longer after every
// attempt. A part of the wait is random, so that many clients do not come back at once.
func backoff(c clock.Clock, random func() float64) retryablehttp.Backoff {
	return func(_, _ time.Duration, attempt int, resp *http.Response) time.Duration {
		if asked, ok := retryAfter(c, resp); ok {
			// Never earlier than that, and a little later at random.
			return min(asked+time.Duration(random()*float64(asked/10+100*time.Millisecond)), maxRetryAfter)
		}
		d := maxBackoff
		if attempt < 5 {
			d = min(firstBackoff<<attempt, maxBackoff)
		}
		return d/2 + time.Duration(random()*float64(d/2))
	}
}

func retryAfter(c clock.Clock, resp *http.Response) (time.Duration, bool) {
	if resp == nil {
		return 0, false
	}
	switch resp.StatusCode {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusConflict:
	default:
		return 0, false
	}
	return api.RetryAfter(resp.Header, c.Now(), maxRetryAfter)
}

var quotation = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

// transportError has a text that is fit to print. Its cause is for errors.Is and errors.As only.
type transportError struct {
	text  string
	cause error
}

func (e *transportError) Error() string { return e.text }
func (e *transportError) Unwrap() error { return e.cause }

// Describe makes a transport error of a request to another service than the platform fit to print. The request had
// these secrets.
func Describe(err error, secrets ...secret.Value) error {
	k := newKnown()
	for _, s := range secrets {
		k.supplied(s.Expose())
	}
	return describe(err, k)
}

// describe makes a transport error fit to print. It removes the URL, whose query can name objects. It also removes
// every quotation: where the other side does not speak HTTP, net/http quotes what it sent, in whole or in parts.
func describe(err error, secrets *known) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	text := err.Error()
	if malformed := textproto.ProtocolError(""); errors.As(err, &malformed) {
		text = "malformed header" // its text quotes without quotation marks
	}
	return &transportError{secrets.clean(quotation.ReplaceAllString(text, `"…"`)), err}
}
