package store

import (
	"context"
	"fmt"
)

// NewerError is the error of a database whose tables a newer build has changed in a way that this one does not get
// along with.
type NewerError struct {
	Oldest, Known int64 // the oldest version of tables that a build has to know, and that of this build
}

// Error says what happened and what to do.
func (e *NewerError) Error() string {
	return fmt.Sprintf("a newer build has changed its tables: a build has to know version %d of them, and this one knows "+
		"version %d: run that build or a newer one", e.Oldest, e.Known)
}

var selectOldest = statement(`SELECT oldest FROM compatible WHERE one = 1`)

// checkCompatible returns a NewerError where this build must not work on the tables. Tables that are newer are no
// reason: in an update, processes of two versions serve one database.
func (s *Store) checkCompatible(ctx context.Context) error {
	known, err := SchemaVersion()
	if err != nil {
		return err
	}
	var oldest int64
	err = s.View(ctx, func(tx *Tx) error { return tx.one(ctx, selectOldest, nil, &oldest) })
	switch {
	case err != nil:
		return failed("reading", "which builds may use the tables", "", err)
	case known < oldest:
		return &NewerError{Oldest: oldest, Known: known}
	}
	return nil
}
