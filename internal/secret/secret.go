// Package secret holds values that must not be printed.
package secret

import (
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"log/slog"
)

// Redacted is what a secret shows instead of itself.
const Redacted = "[redacted]"

// Value is a secret from the moment it is read until it is sealed or sent. Whatever prints, formats, logs or encodes
// it gets Redacted; Expose is the one way out.
type Value struct {
	// A func, not a string: printing by reflection (%+v of a struct that holds a Value in an unexported field, where fmt may
	// not call methods) then shows an address at the most.
	reveal func() string
}

// New wraps s.
func New(s string) Value { return Value{reveal: func() string { return s }} }

// Expose returns the secret itself. The linter names the files that may call it.
func (v Value) Expose() string {
	if v.reveal == nil {
		return ""
	}
	return v.reveal()
}

// IsEmpty reports whether there is no secret, or an empty one.
func (v Value) IsEmpty() bool { return v.Expose() == "" }

// Equal compares two secrets in a time that does not depend on where they differ.
func (v Value) Equal(other Value) bool {
	return subtle.ConstantTimeCompare([]byte(v.Expose()), []byte(other.Expose())) == 1
}

// String returns Redacted.
func (v Value) String() string { return Redacted }

// GoString returns Redacted.
func (v Value) GoString() string { return Redacted }

// Format writes Redacted for every verb, so that %x or %q cannot spell the secret out.
func (v Value) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(Redacted)) }

// LogValue returns Redacted.
func (v Value) LogValue() slog.Value { return slog.StringValue(Redacted) }

// MarshalText returns Redacted; it serves encoders that know text only.
func (v Value) MarshalText() ([]byte, error) { return []byte(Redacted), nil }

// MarshalJSON returns Redacted as a JSON string. The encoder of the client exposes the secrets of a request.
func (v Value) MarshalJSON() ([]byte, error) { return json.Marshal(Redacted) }

// UnmarshalJSON reads a JSON string. Its error does not repeat what it read.
func (v *Value) UnmarshalJSON(data []byte) error {
	var s *string
	if err := json.Unmarshal(data, &s); err != nil {
		return fmt.Errorf("a secret must be a JSON string")
	}
	if s == nil {
		*v = Value{}
		return nil
	}
	*v = New(*s)
	return nil
}
