package egress

import (
	"context"
	"errors"
	"net"
)

// Refused is the reason why the platform does not connect to an endpoint. Nothing was sent.
type Refused struct { //nolint:errname // the name says what happened: *egress.Refused
	// Reason completes the sentence "the endpoint is refused: …". A tenant may see it: it contains neither the URL nor an
	// address that a name resolved to.
	Reason string
}

func (r *Refused) Error() string { return "the endpoint is refused: " + r.Reason }

// Kind is how an exchange with an endpoint failed.
type Kind string

// The kinds of failure.
const (
	// TimedOut: the timeout ended before the response was complete.
	TimedOut Kind = "timeout"
	// Unresolved: the host's name has no address.
	Unresolved Kind = "unresolved"
	// Unconnected: none of the host's addresses took a connection.
	Unconnected Kind = "unconnected"
	// Untrusted: the host's certificate was not accepted.
	Untrusted Kind = "untrusted"
	// Handshake: no TLS connection came about, for another reason than the host's certificate.
	Handshake Kind = "handshake"
	// Broken: the connection ended before the response was complete, or the response was not HTTP.
	Broken Kind = "broken"
)

var sentences = map[Kind]string{
	TimedOut:    "the endpoint did not answer within the time allowed",
	Unresolved:  "the endpoint's host name could not be resolved",
	Unconnected: "the endpoint's host did not accept a connection",
	Untrusted:   "the endpoint's TLS certificate was not accepted",
	Handshake:   "the endpoint and the platform could not agree on a TLS connection",
	Broken:      "the connection to the endpoint ended before its answer was complete",
}

// Failure is a failed exchange. Its message says only what a tenant may see. The cause may name an address inside the
// platform's network, such as that of its DNS server.
type Failure struct { //nolint:errname // the name says what happened: *egress.Failure
	Kind  Kind
	text  string // more exact than the sentence of the kind; empty where there is no more to say
	cause error
}

func (f *Failure) Error() string {
	if f.text != "" {
		return f.text
	}
	return sentences[f.Kind]
}

// Unwrap returns the cause. Show it to the operator, not to a tenant.
func (f *Failure) Unwrap() error { return f.cause }

// Timeout reports whether the exchange timed out.
func (f *Failure) Timeout() bool { return f.Kind == TimedOut }

// failure classifies an error from any part of an exchange. If the caller's own context has ended, it returns that
// context's error.
func (e *exchange) failure(err error) error {
	if err := e.caller.Err(); err != nil {
		return err
	}
	var refused *Refused
	if errors.As(err, &refused) {
		return refused
	}
	var timeout net.Error
	var known *Failure
	switch {
	// This comes before the dialer's kind: if a name server or a host was too slow, the timeout says more.
	case errors.Is(e.limited.Err(), context.DeadlineExceeded),
		errors.Is(err, context.DeadlineExceeded),
		errors.As(err, &timeout) && timeout.Timeout():
		return &Failure{Kind: TimedOut, cause: err}
	case errors.As(err, &known):
		return known
	}
	kind, text := e.reason(err)
	return &Failure{Kind: kind, text: text, cause: err}
}
