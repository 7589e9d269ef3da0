package store

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"
)

// The functions below convert between Go values and columns: around a pointer to read, around a value to write.

// micros writes a time as microseconds since 1970. The zero time is 0.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

type timeColumn struct{ to *time.Time }

// moment reads a column that micros wrote.
func moment(to *time.Time) timeColumn { return timeColumn{to} }

// Scan implements sql.Scanner.
func (m timeColumn) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("a time is stored as a %T", src)
	}
	*m.to = time.Time{}
	if n != 0 {
		*m.to = time.UnixMicro(n).UTC()
	}
	return nil
}

type jsonColumn[T any] struct{ of *T }

// textJSON reads or writes a map or a list as JSON. Nil is NULL; an empty map or list stays empty.
func textJSON[T map[string]string | []string | []SignedBy | []RevokedSecret](of *T) jsonColumn[T] {
	return jsonColumn[T]{of}
}

// Value implements driver.Valuer.
func (c jsonColumn[T]) Value() (driver.Value, error) {
	data, err := json.Marshal(c.of)
	if err != nil || string(data) == "null" {
		return nil, err
	}
	return string(data), nil
}

// Scan implements sql.Scanner.
func (c jsonColumn[T]) Scan(src any) error {
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

// truth writes a bool as 0 or 1: the only form that every database accepts for a BIGINT.
func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// nullIfEmpty writes an optional reference. An empty string would violate the foreign key, so it becomes NULL.
func nullIfEmpty(s string) any {
	if s == "" {
		return nil
	}
	return s
}

type emptyColumn struct{ to *string }

// emptyIfNull reads a column that nullIfEmpty wrote.
func emptyIfNull(to *string) emptyColumn { return emptyColumn{to} }

// Scan implements sql.Scanner.
func (c emptyColumn) Scan(src any) error {
	switch src := src.(type) {
	case nil:
		*c.to = ""
	case string:
		*c.to = src
	case []byte:
		*c.to = string(src)
	default:
		return fmt.Errorf("a reference is stored as a %T", src)
	}
	return nil
}

// noteColumns is an optional note (a hold, evidence, why an endpoint is disabled) in three columns. The first one is
// NULL if there is no note.
type noteColumns struct {
	what *string
	at   time.Time
	by   string
}
