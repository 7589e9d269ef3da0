package transit

import (
	"errors"
	"fmt"
)

// Kind says what follows from an error.
type Kind int

// The kinds of an Error.
const (
	// Unreachable passes: the service does not answer, or cannot now. What was unwrapped before may be used meanwhile.
	Unreachable Kind = iota + 1
	// Refused does not pass by itself: the service takes the login or the key no more.
	Refused
	// Unopened is about one ciphertext, which does not open. Others do.
	Unopened
)

// outcomes name the kinds in metrics.
var outcomes = map[Kind]string{Unreachable: "unreachable", Refused: "refused", Unopened: "unopened"}

// Error is the error of a call. It has no text of the server, which may repeat what was sent.
type Error struct {
	Kind Kind
	Host string
	What string // completes the sentence "the key-management service HOST …"
	Do   string // what to do next; empty where there is nothing
}

func (e *Error) Error() string {
	text := fmt.Sprintf("the key-management service %s %s", e.Host, e.What)
	if e.Do != "" {
		text += ": " + e.Do
	}
	return text
}

// IsUnreachable reports whether an error is an outage of the service.
func IsUnreachable(err error) bool { return isOf(err, Unreachable) }

// IsRefused reports whether an error is a refusal that no waiting ends.
func IsRefused(err error) bool { return isOf(err, Refused) }

func isOf(err error, kind Kind) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == kind
}

func outcomeOf(err error) string {
	var e *Error
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, &e):
		return outcomes[e.Kind]
	}
	return "given_up" // the caller did not wait for the answer
}

func (c *connection) fail(kind Kind, what, do string) *Error {
	return &Error{Kind: kind, Host: c.key.Host, What: what, Do: do}
}

const doWait = "is the address of --kek right? A running platform tries again by itself"

// IsError reports whether an error is of the service, of any kind.
func IsError(err error) bool {
	var e *Error
	return errors.As(err, &e)
}
