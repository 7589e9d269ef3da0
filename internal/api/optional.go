package api

import "encoding/json"

// Optional is a member of a merge patch (RFC 7396): absent (no change), null (remove) or a value (replace). It needs
// the tag `omitzero`.
type Optional[T any] struct {
	Set   bool
	Value *T
}

// Some is a member that replaces with v.
func Some[T any](v T) Optional[T] { return Optional[T]{Set: true, Value: &v} }

// Null is a member that removes.
func Null[T any]() Optional[T] { return Optional[T]{Set: true} }

// FromPointer is Null for nil and Some otherwise.
func FromPointer[T any](v *T) Optional[T] { return Optional[T]{Set: true, Value: v} }

// IsZero reports whether the member is absent, for `omitzero`.
func (o Optional[T]) IsZero() bool { return !o.Set }

// MarshalJSON writes the value or null.
func (o Optional[T]) MarshalJSON() ([]byte, error) { return json.Marshal(o.Value) }

// UnmarshalJSON marks the member as set: encoding/json calls it only for a member that is present.
func (o *Optional[T]) UnmarshalJSON(data []byte) error {
	o.Set, o.Value = true, nil
	return json.Unmarshal(data, &o.Value)
}
