package postgres

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/outage"
)

// ViolatesUnique reports whether a statement failed because a value must be unique. It ignores primary keys: users do
// not choose ids.
func ViolatesUnique(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.Code == "23505" && !strings.HasSuffix(e.ConstraintName, "_pkey")
}

// ViolatesReference reports whether a statement or a commit failed because a foreign key would break.
func ViolatesReference(err error) bool { return code(err) == "23503" }

// Conflict reports whether a transaction failed because of another one at the same time: the same transaction, begun
// again, may succeed.
func Conflict(err error) bool {
	c := code(err)
	return c == "40001" || c == "40P01" // serialization_failure, deadlock_detected
}

const (
	lockNotAvailable = "55P03"
	adminShutdown    = "57P01"
)

// reasons has the reasons of error codes, and of their classes, which are their first two characters.
var reasons = map[string]outage.Reason{
	"25006":          outage.ReadOnly,    // read_only_sql_transaction
	"53100":          outage.Full,        // disk_full
	"53200":          outage.Memory,      // out_of_memory; that of the locks, as a rule
	"53":             outage.Connections, // insufficient_resources: too_many_connections
	lockNotAvailable: outage.Locked,
	adminShutdown:    outage.Ended,
	"57P02":          outage.Unreachable, // crash_shutdown
	"57P03":          outage.Unreachable, // cannot_connect_now
	"57P05":          outage.Ended,       // idle_session_timeout
	"25P03":          outage.Ended,       // idle_in_transaction_session_timeout
	"08":             outage.Unreachable, // connection_exception; poolers have no other code
	"58":             outage.DiskError,   // system_error
}

// Unavailable returns the reason of an error that is about the database as a whole, and that ends without a change of
// the data; empty for another error.
func Unavailable(err error) outage.Reason {
	connected := !isConnect(err)
	if c := code(err); c != "" {
		switch reason := cmp.Or(reasons[c], reasons[c[:2]]); {
		case reason == outage.Ended && !connected:
			return outage.Unreachable
		case reason != "" || connected:
			return reason
		}
	}
	var network net.Error
	late := errors.As(err, &network) && network.Timeout()
	switch {
	case errors.Is(err, context.Canceled):
		return ""
	case !connected, late:
		return outage.Unreachable
	case network != nil, errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, driver.ErrBadConn),
		errors.Is(err, sql.ErrConnDone), errors.Is(err, pgx.ErrTxClosed):
		return outage.Ended
	}
	return ""
}

// Stale reports whether a transaction did not begin because the server, or the pooler, had closed the connection.
func Stale(err error) bool {
	reason := Unavailable(err)
	return (reason == outage.Unreachable || reason == outage.Ended) && !isConnect(err)
}

// Terminated reports whether the server says that somebody has terminated the session. A process that stood still in a
// transaction loses its session too, but not so: by the time it goes on, its caller may have gone elsewhere.
func Terminated(err error) bool { return code(err) == adminShutdown && !isConnect(err) }

func isConnect(err error) bool {
	var e *pgconn.ConnectError
	return errors.As(err, &e)
}

func code(err error) string {
	var e *pgconn.PgError
	if !errors.As(err, &e) || len(e.Code) < 2 {
		return ""
	}
	return e.Code
}
