package store

import "github.com/pressly/goose/v3"

// dialect is what differs between databases. The statements are the same for all of them, with $1, $2 … as parameters.
type dialect struct {
	migrations goose.Dialect
	// lockRows is the end of a SELECT that locks the rows it reads, in a write transaction. It is empty for SQLite,
	// which has one writer at a time.
	lockRows string
	// violated returns the constraint that a driver's error is about. It ignores primary keys: users do not choose ids.
	violated func(error) violation
}

// violation is the kind of constraint that a statement violated.
type violation int

const (
	violatesNothing violation = iota
	violatesUnique
	violatesReference
)
