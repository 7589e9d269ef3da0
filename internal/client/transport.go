package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

// maxResponse bounds a response. A full page of the largest objects is well below it.
const maxResponse = 16 << 20

// transport makes one attempt: it waits for its turn, sends, and reads the whole response. A connection that breaks in
// the middle of a body then fails the attempt, which is retried.
type transport struct {
	next    http.RoundTripper
	pace    *pace
	clock   clock.Clock
	timeout time.Duration
	log     func(context.Context, Event)
}

// notSentError is the reason why an attempt was not sent.
type notSentError struct{ cause error }

func (e *notSentError) Error() string { return e.cause.Error() }
func (e *notSentError) Unwrap() error { return e.cause }

// timeoutError is an attempt without a response in time.
type timeoutError struct{ after time.Duration }

func (e *timeoutError) Error() string { return fmt.Sprintf("no answer within %s", e.after) }

var errTooLarge = errors.New("the response is larger than any response of the platform")

// RoundTrip sends one attempt.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	r := requestOf(ctx)
	if err := t.pace.turn(ctx); err != nil {
		closeBody(req)
		return nil, &notSentError{err}
	}
	// The timeout begins after the turn, because the wait for a turn is not the platform's fault.
	if !r.attempts.begin() {
		closeBody(req)
		return nil, &notSentError{context.Canceled}
	}
	resp, err := t.send(req)
	event := Event{Method: req.Method, Route: r.route, Attempt: r.attempts.count}
	if err != nil {
		event.Failure = describe(err, r.known).Error()
	} else {
		event.Status, event.RequestID = resp.StatusCode, requestIDOf(resp)
		t.pace.heed(t.clock, resp)
	}
	r.attempts.end(event.Status)
	t.log(ctx, event)
	return resp, err
}

func (t *transport) send(req *http.Request) (*http.Response, error) {
	parent := req.Context()
	ctx, cancel := context.WithTimeout(parent, t.timeout)
	defer cancel()
	resp, err := t.next.RoundTrip(req.WithContext(ctx))
	var body []byte
	if err == nil {
		body, err = io.ReadAll(io.LimitReader(resp.Body, maxResponse+1))
		resp.Body.Close()
		if err == nil && len(body) > maxResponse {
			err = errTooLarge
		}
	}
	if err != nil {
		if ctx.Err() != nil && parent.Err() == nil {
			err = &timeoutError{t.timeout}
		}
		return nil, err
	}
	resp.Body = &readBody{Reader: bytes.NewReader(body), all: body}
	return resp, nil
}

// readBody is a body that was read to its end. It can be read more than once.
type readBody struct {
	*bytes.Reader
	all []byte
}

func (*readBody) Close() error { return nil }

func bodyOf(resp *http.Response) []byte {
	if b, ok := resp.Body.(*readBody); ok {
		return b.all
	}
	return nil
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		req.Body.Close()
	}
}
