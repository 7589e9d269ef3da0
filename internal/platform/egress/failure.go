package egress

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
)

// Refused is why no connection was made, or would be made, to an endpoint. Nothing was sent.
type Refused struct { //nolint:errname // read as what happened: *egress.Refused
	// Reason completes the sentence "the endpoint is refused: …". It holds neither the URL nor an address that a name resolved to, so that
	// a tenant can be shown it.
	Reason string
}

func (r *Refused) Error() string { return "the endpoint is refused: " + r.Reason }

// Kind says how an exchange with an endpoint failed.
type Kind string

// The kinds of failure.
const (
	// TimedOut: there was no whole answer within the time allowed.
	TimedOut Kind = "timeout"
	// Unresolved: the host's name has no address.
	Unresolved Kind = "unresolved"
	// Unconnected: none of the host's addresses took a connection.
	Unconnected Kind = "unconnected"
	// Untrusted: the host's certificate was not accepted.
	Untrusted Kind = "untrusted"
	// Broken: the connection ended, or what came was not HTTP, before the answer was complete.
	Broken Kind = "broken"
)

var sentences = map[Kind]string{
	TimedOut:    "the endpoint did not answer within the time allowed",
	Unresolved:  "the endpoint's host name could not be resolved",
	Unconnected: "the endpoint's host did not accept a connection",
	Untrusted:   "the endpoint's TLS certificate was not accepted",
	Broken:      "the connection to the endpoint ended before its answer was complete",
}

// Failure is an exchange that was tried and came to nothing. Its message says only what a tenant may see: what lies beneath may name an address
// inside the platform's network, such as that of its DNS server.
type Failure struct { //nolint:errname // likewise, *egress.Failure
	Kind  Kind
	cause error
}

func (f *Failure) Error() string { return sentences[f.Kind] }

// Unwrap returns what lies beneath, for the operator and not for a tenant.
func (f *Failure) Unwrap() error { return f.cause }

// Timeout reports whether the time was up.
func (f *Failure) Timeout() bool { return f.Kind == TimedOut }

// failure gives an error from anywhere in an exchange its kind. Where the caller's own context has ended, the caller gave up, and gets that
// back. limited is the same context with the time allowed.
func failure(caller, limited context.Context, err error) error {
	if err := caller.Err(); err != nil {
		return err
	}
	var refused *Refused
	if errors.As(err, &refused) {
		return refused
	}
	kind := Broken
	var timeout net.Error
	var known *Failure
	var certificate *tls.CertificateVerificationError
	switch {
	// Before the kind that the dialer gave: of a name server or a host that was too slow, the time says more.
	case errors.Is(limited.Err(), context.DeadlineExceeded), errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		kind = TimedOut
	case errors.As(err, &known):
		return known
	case errors.As(err, &certificate):
		kind = Untrusted
	}
	return &Failure{Kind: kind, cause: err}
}
