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

// Value is a secret from the moment it is read until it is sealed or sent. Printing, formatting, logging and encoding
// give Redacted; only Expose returns the secret.
type Value struct {
	// reveal is a func, so that printing by reflection shows at most an address. fmt prints by reflection if a Value is in
	// an unexported field, where it must not call methods.
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

// Equal compares two secrets in constant time.
func (v Value) Equal(other Value) bool {
	return subtle.ConstantTimeCompare([]byte(v.Expose()), []byte(other.Expose())) == 1
}

// String returns Redacted.
func (v Value) String() string { return Redacted }

// GoString returns Redacted.
func (v Value) GoString() string { return Redacted }

// Format writes Redacted for every verb, so that %x or %q cannot print the secret.
func (v Value) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(Redacted)) }

// LogValue returns Redacted.
func (v Value) LogValue() slog.Value { return slog.StringValue(Redacted) }

// MarshalText returns Redacted, for encoders that use text.
func (v Value) MarshalText() ([]byte, error) { return []byte(Redacted), nil }

// MarshalJSON returns Redacted as a JSON string. The encoder of the client exposes the secrets of a request.
func (v Value) MarshalJSON() ([]byte, error) { return json.Marshal(Redacted) }

// UnmarshalJSON reads a JSON string. Its error does not repeat the string.
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
