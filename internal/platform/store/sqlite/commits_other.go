//go:build !unix

package sqlite

import (
	"context"
	"database/sql"
)

// Commits is not there on this system: every look at the database is a query.
type Commits struct{}

// WatchCommits returns a watch that cannot tell.
func WatchCommits(context.Context, *sql.DB, string) (*Commits, error) { return &Commits{}, nil }

// Count cannot tell.
func (*Commits) Count() (n uint32, ok bool) { return 0, false }

// LetGo does nothing.
func (*Commits) LetGo() error { return nil }

// Close does nothing.
func (*Commits) Close() error { return nil }
