package httpapi

import "time"

// ValueOr returns what a pointer points to, or another value where it is nil.
func ValueOr[T any](v *T, otherwise T) T {
	if v == nil {
		return otherwise
	}
	return *v
}

// UTC returns a time as it is shown: null for the zero time, which stands for never.
func UTC(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// NumberOrNull returns null for 0, which no version has.
func NumberOrNull(n int64) *int64 {
	if n == 0 {
		return nil
	}
	return &n
}

// TextOrNull returns null for an empty text.
func TextOrNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
