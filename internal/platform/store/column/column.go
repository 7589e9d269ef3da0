// Package column converts between Go values and the columns of the store, which are portable between databases.
package column

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"
)

// Micros writes a time as microseconds since 1970. The zero time is 0.
func Micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// TimeColumn is a time to read.
type TimeColumn struct{ to *time.Time }

// Time reads a column that Micros wrote.
func Time(to *time.Time) TimeColumn { return TimeColumn{to} }

// Scan implements sql.Scanner.
func (c TimeColumn) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("a time is stored as a %T", src)
	}
	*c.to = time.Time{}
	if n != 0 {
		*c.to = time.UnixMicro(n).UTC()
	}
	return nil
}

// JSONColumn is a map or a list to read or to write.
type JSONColumn[T any] struct{ of *T }

// JSON reads or writes a map or a list as JSON text. Nil is NULL; an empty map or list stays empty.
func JSON[T any](of *T) JSONColumn[T] { return JSONColumn[T]{of} }

// Value implements driver.Valuer.
func (c JSONColumn[T]) Value() (driver.Value, error) {
	data, err := json.Marshal(c.of)
	if err != nil || string(data) == "null" {
		return nil, err
	}
	return string(data), nil
}

// Scan implements sql.Scanner.
func (c JSONColumn[T]) Scan(src any) error {
	var zero T
	*c.of = zero
	switch src := src.(type) {
	case nil:
		return nil
	case string:
		return json.Unmarshal([]byte(src), c.of)
	case []byte:
		return json.Unmarshal(src, c.of)
	}
	return fmt.Errorf("a list or map is stored as a %T", src)
}

// Bool writes a bool as 0 or 1: the only form that every database accepts for a BIGINT.
func Bool(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// NullIfEmpty writes an optional reference. An empty string would violate the foreign key, so it becomes NULL.
func NullIfEmpty(s string) any {
	if s == "" {
		return nil
	}
	return s
}
