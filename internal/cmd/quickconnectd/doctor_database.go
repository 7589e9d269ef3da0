package main

import (
	"context"
	"errors"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

type databaseFacts struct {
	exists       bool
	found, known int64 // the versions of its tables and of this build's
	oldest       int64 // the version of tables that a build has to know; 0: any
	err          error
	unreached    bool            // its server does not let it be read
	platform     *store.Platform // nil: it could not be read, or there is none yet
}

// serverFacts is what the server of a PostgreSQL database says of itself and of the database.
type serverFacts struct {
	store.PostgresState

	err error // it cannot be asked, or cannot hold the data of a platform
}

// lookAtServer asks a PostgreSQL server about its database, and changes nothing.
func lookAtServer(ctx context.Context, url secret.Value) (*serverFacts, databaseFacts) {
	var s serverFacts
	var d databaseFacts
	if d.known, d.err = store.SchemaVersion(); d.err != nil {
		return &s, d
	}
	s.PostgresState, s.err = store.LookAtPostgres(ctx, url.Expose())
	d.unreached, d.exists = s.err != nil, s.Schema.Version > 0
	d.found, d.oldest = s.Schema.Version, s.Schema.Oldest
	return &s, d
}

// unconfirmed is about a restore that nobody has confirmed.
func unconfirmed(p *store.Platform) finding {
	return found(stateFail, "restore", "it is not confirmed (incarnation %d): no value is accepted, handed out or "+
		"delivered; see with quickconnectd restore status what is missing, end what must not come back, and run "+
		"quickconnectd restore confirm", p.Incarnation)
}

func checkServer(s serverFacts) finding {
	const about = "database server"
	switch {
	case s.err != nil:
		return found(stateFail, about, "%v", s.err)
	case s.Standby:
		return found(stateFail, about, "%s is a standby of PostgreSQL %s, which takes no writes: name the primary, or "+
			"promote this one", s.Name, s.Version)
	case s.ReadOnly:
		return found(stateFail, about, "%s is read-only: set default_transaction_read_only to off for the database and its "+
			"role", s.Name)
	case s.Schema.Version == 0 && !s.MayCreate:
		return found(stateFail, about, "the role %s may not make tables in %s: make it the owner of the database", s.Role,
			s.Name)
	}
	return found(stateOK, about, "%s is PostgreSQL %s, and the role %s can write", s.Name, s.Version, s.Role)
}

func checkLease(s serverFacts) finding {
	const about = "database lease"
	switch {
	case s.err != nil:
		return found(stateWarn, about, "it is not known who leads: see the check of the database server")
	case s.Holder != "":
		return found(stateOK, about, "%s leads; other processes may serve beside it", s.Holder)
	}
	return found(stateOK, about, "nothing serves the database, or a process is about to take over")
}

func checkDatabase(d databaseFacts) finding {
	const about = "database version"
	var moved *store.MovedError
	switch {
	case errors.As(d.err, &moved):
		return found(stateFail, about, "%v", d.err)
	case d.unreached:
		return found(stateFail, about, "it is not known: see the check of the database server")
	case d.err != nil:
		return found(stateFail, about, "it cannot be read: %v: run doctor as the user that runs serve; if that does not "+
			"help, restore the database from a backup", d.err)
	case !d.exists:
		return found(stateOK, about, "there is none yet; this build makes version %d", d.known)
	case d.oldest > d.known:
		return found(stateFail, about, "it is %d, and this build knows %d: a newer build made it, and this one does not get "+
			"along with it; run that one or a newer one", d.found, d.known)
	case d.found > d.known:
		return found(stateOK, about, "it is %d, and this build knows %d: a newer build has added to it, and this one gets "+
			"along with that", d.found, d.known)
	case d.found < d.known:
		return found(stateWarn, about, "it is %d, and the next start brings it to %d: make a backup first; an older build "+
			"must not run on it afterwards", d.found, d.known)
	}
	return found(stateOK, about, "it is %d, which this build knows", d.found)
}
