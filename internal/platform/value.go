package platform

import (
	"strconv"
	"time"
)

// How values are written, and what null and absent stand for.

// or is the value of a pointer, or what counts where there is none.
func or[T any](v *T, otherwise T) T {
	if v == nil {
		return otherwise
	}
	return *v
}

// utc is a time as it is shown; null for zero, which is never.
func utc(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// numberOrNull is null for 0, which no version has.
func numberOrNull(n int64) *int64 {
	if n == 0 {
		return nil
	}
	return &n
}

// textOrNull is null for an empty text.
func textOrNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// itoa writes a number.
func itoa(n int64) string { return strconv.FormatInt(n, 10) }
