// Package outage has the errors of a database that cannot be used for a time: what is the matter, and what ends it.
package outage

import (
	"errors"
	"fmt"
	"sync"
)

// Reason says why a database cannot be used, as the log names it.
type Reason string

// The reasons. A database gives all but Busy.
const (
	Full      Reason = "full"
	ReadOnly  Reason = "read_only"
	Locked    Reason = "locked"
	DiskError Reason = "disk_error"
	// Unreachable, Connections and Memory are reasons of a database on another machine: nothing can be read either.
	Unreachable Reason = "unreachable"
	Connections Reason = "connections"
	// Memory is the reason of a database server that has no room for more locks.
	Memory Reason = "memory"
	// Ended is the reason of a transaction whose session broke, or was ended. The database itself works, for all that is
	// known: the next transaction has another session, or fails because there is none.
	Ended Reason = "session_ended"
	// TakenOver is the reason of a process that another one has taken the database from.
	TakenOver Reason = "taken_over"
	// Busy is the reason of a write that did not get its turn. The database itself works.
	Busy Reason = "busy"
)

// OfReads reports whether a read that fails for this reason tells of an outage, and not only a write.
func (r Reason) OfReads() bool { return r == Unreachable || r == Connections || r == Memory }

// Lasts reports whether the transactions after this one may fail for the same reason.
func (r Reason) Lasts() bool { return r != Busy && r != Ended }

// texts says what is the matter, and what ends it.
var texts = map[Reason]struct{ what, remedy string }{
	Full:   {"its disk is full", "free space on the disk of the data directory, or of the database server"},
	Locked: {"another process holds its lock", "end that process, or wait until it is done"},
	ReadOnly: {
		"it is read-only", "make the data directory, the database and its file system writable; a standby of PostgreSQL " +
			"must be promoted",
	},
	DiskError: {
		"its disk fails", "free space, and raise quotas and limits on file sizes; if that does not help, replace the disk",
	},
	Unreachable: {
		"it does not answer", "start the database server, or repair the way to it; the platform goes on by itself then",
	},
	Connections: {
		"it takes no more connections", "close others, or raise max_connections, or the limits of the pooler before it",
	},
	Memory: {
		"its server is out of memory for locks", "raise max_pred_locks_per_transaction and max_locks_per_transaction of " +
			"the database server, and start it again",
	},
	TakenOver: {
		"another quickconnectd serves it now", "stop this process, and send requests to the other one",
	},
	Ended: {
		"its session ended in the middle", "if this goes on, find out who ends sessions of the platform, or breaks its " +
			"connections",
	},
	Busy: {"too many writes are waiting for their turn", "wait until they are done"},
}

// ErrUnavailable is every Error.
var ErrUnavailable = errors.New("the database cannot be used now")

// Error is the error of a transaction that failed for a reason outside of it. Such a transaction works again once an
// operator has ended the reason. Nothing of this one is in the database, unless its commit was cut off: then nobody
// knows.
type Error struct {
	Reason Reason
	Err    error // of the driver; nil where the database was not even asked
}

// Error says what happened and what to do.
func (e *Error) Error() string {
	text := fmt.Sprintf("%v: %s; %s", ErrUnavailable, e.What(), e.Remedy())
	if e.Err != nil {
		text += fmt.Sprintf(" (%v)", e.Err)
	}
	return text
}

// What says what is the matter with the database.
func (e *Error) What() string { return texts[e.Reason].what }

// Remedy says what ends it.
func (e *Error) Remedy() string { return texts[e.Reason].remedy }

// RetryAfter is how many seconds a caller should wait before it tries again. Most outages last longer.
func (e *Error) RetryAfter() int {
	if e.Reason == Ended {
		return 1
	}
	return 10
}

// Is makes the error an ErrUnavailable.
func (e *Error) Is(target error) bool { return target == ErrUnavailable }

// Unwrap returns the error of the driver.
func (e *Error) Unwrap() error { return e.Err }

// State is why a database cannot be written, as far as is known. It is safe for concurrent use.
type State struct {
	mu  sync.Mutex
	now *Error
}

// Get returns the reason; nil for none.
func (s *State) Get() *Error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// Set sets the reason; nil for none.
func (s *State) Set(e *Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = e
}
