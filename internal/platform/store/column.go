package store

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"
)

// The types below are how values stand in columns. Each is wrapped around a pointer for reading and around a value for writing.

// micros is a moment as microseconds since 1970; the zero time is 0.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

type momentColumn struct{ to *time.Time }

// moment reads a column that micros wrote.
func moment(to *time.Time) momentColumn { return momentColumn{to} }

// Scan implements sql.Scanner.
func (m momentColumn) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("a moment is stored as a %T", src)
	}
	*m.to = time.Time{}
	if n != 0 {
		*m.to = time.UnixMicro(n).UTC()
	}
	return nil
}

type jsonColumn[T any] struct{ of *T }

// textJSON reads or writes a map or a list as JSON. SQL NULL is nil; an empty one stays empty.
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

// truth is a truth value as 0 or 1: the one form that every database takes for a BIGINT.
func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// nullIfEmpty is for references: an absent one is NULL, because the empty string would have to refer to something.
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
