package store

import "github.com/pressly/goose/v3"

// dialect is all in which one kind of database differs from another. The SQL of the nouns is the same for all of
// them, with $1, $2 … for its parameters.
type dialect struct {
	migrations goose.Dialect
	// lockRows ends a SELECT of a write transaction that must keep others from changing what it read. SQLite has one
	// writer at a time and needs none.
	lockRows string
	// violated tells which constraint an error of the driver is about. A primary key is none of them: ids are not chosen by users.
	violated func(error) violation
}

// violation is a constraint that a statement broke.
type violation int

const (
	violatesNothing violation = iota
	violatesUnique
	violatesReference
)
