package main

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
)

const (
	// Below leastSpace a start may fail: SQLite needs room for its journal.
	leastSpace  = 64 << 20
	enoughSpace = 1 << 30
	// renewBefore is how long before its end a certificate should be renewed.
	renewBefore = 14 * 24 * time.Hour
)

// facts are what the checks decide by.
type facts struct {
	dir      dirFacts
	files    []fileFacts
	keyring  keyringFacts
	clock    clockFacts
	disk     diskFacts
	ports    []portFacts
	tls      tlsFacts
	server   *serverFacts // nil: the database is a file
	database databaseFacts
}

type dirFacts struct {
	path      string
	exists    bool
	isDir     bool
	platform  bool  // it has a database
	keyring   bool  // it has a keyring
	elsewhere bool  // the database is in PostgreSQL
	err       error // it cannot be looked at, or written
}

type fileFacts struct {
	path      string
	mode      fs.FileMode
	fixed     bool // serve sets its mode by itself
	essential bool // serve refuses it unless it is private
	private   bool // nobody but the user and root can read it
}

type keyringFacts struct {
	exists    bool
	needed    bool  // the database has keys that a keyring sealed
	unchecked bool  // the database stayed closed, so whether it is needed and belongs to it is not known
	unreached bool  // the same, because the server of the database does not let it be read
	err       error // it does not open, or does not open the keys of the database
	service   error // the key-management service cannot be asked whether it opens them
	keys      []keys.KEK
}

type clockFacts struct {
	now     time.Time
	verdict clock.Verdict
	known   bool // the database has a time to compare with
}

type diskFacts struct {
	free, total uint64
	err         error
}

type portFacts struct {
	flag, address string
	served        bool  // a process serves the data directory or the database
	err           error // it is no address to listen on, or it cannot be listened on
}

type tlsFacts struct {
	configured  bool
	leaf        *x509.Certificate
	authorities []*x509.Certificate // of clients' certificates
	err         error
	now         time.Time
}

// diagnose makes every check. A check knows nothing of the others.
func diagnose(f facts) []finding {
	out := []finding{
		checkDirectory(f.dir), checkPermissions(f.files), checkKeyring(f.keyring), checkClock(f.clock), checkDisk(f.disk),
	}
	for _, p := range f.ports {
		out = append(out, checkPort(p))
	}
	out = append(out, checkTLS(f.tls))
	if f.server != nil {
		out = append(out, checkServer(*f.server), checkLease(*f.server))
	}
	out = append(out, checkDatabase(f.database))
	if p := f.database.platform; p != nil && !p.RestoreConfirmed {
		out = append(out, unconfirmed(p))
	}
	return out
}

func checkDirectory(d dirFacts) finding {
	const about = "data directory"
	switch {
	case d.exists && !d.isDir:
		return found(stateFail, about, "%s is no directory: correct --data-dir", d.path)
	case d.err != nil && d.elsewhere && d.keyring:
		return found(stateOK, about, "%s has %s, and cannot be written: change the keyring where it comes from", d.path,
			keyring.FileName)
	case d.err != nil:
		return found(stateFail, about, "%v: run doctor as the user that runs serve, and give the directory to that user",
			d.err)
	case !d.exists:
		return found(stateWarn, about, "%s does not exist: bootstrap and serve make it; if a platform should be there, "+
			"correct --data-dir", d.path)
	case !d.platform && d.keyring && !d.elsewhere:
		return found(stateFail, about, "%s has %s and no %s: give --database if the platform is in PostgreSQL, or put %[3]s "+
			"back from a backup", d.path, keyring.FileName, databaseName)
	case !d.platform && !d.elsewhere:
		return found(stateWarn, about, "%s has no platform yet: bootstrap and serve make it; if one should be there, "+
			"correct --data-dir", d.path)
	}
	return found(stateOK, about, "%s can be written", d.path)
}

// checkPermissions reports the worst file alone: chmod of the others is in the same sentence.
func checkPermissions(files []fileFacts) finding {
	const about = "permissions"
	if len(files) == 0 {
		return found(stateOK, about, "there is no file yet that could be looked at")
	}
	worst := found(stateOK, about, "no other user can read the files")
	for _, f := range files {
		private := "600"
		if f.mode.IsDir() {
			private = "700"
		}
		switch {
		case f.private:
		case f.essential:
			return found(stateFail, about, "%s has mode %04o, so others can read or change it: run chmod %s on it, "+
				"and assume that they know its secrets", f.path, f.mode.Perm(), private)
		case f.fixed:
			worst = found(stateWarn, about, "%s has mode %04o, until a command opens the database, which sets 0%s: "+
				"others may have copied it", f.path, f.mode.Perm(), private)
		default:
			worst = found(stateWarn, about, "%s has mode %04o: run chmod %s on it", f.path, f.mode.Perm(), private)
		}
	}
	return worst
}

func checkKeyring(k keyringFacts) finding {
	const about = "keyring"
	switch {
	case k.err != nil:
		return found(stateFail, about, "%s", withoutUsage(k.err))
	case k.service != nil && keyring.IsRefused(k.service):
		return found(stateFail, about, "%s; no sealed value opens, and serve does not start", keyring.Reason(k.service))
	case k.service != nil:
		return found(stateFail, about, "%s; a server that runs opens what it has in memory, for --kek-outage, and one that "+
			"starts waits for a minute and fails: unseal the service, or make it reachable", keyring.Reason(k.service))
	case k.exists && k.unreached:
		return found(stateWarn, about, "it opens; whether it belongs to the database is known once that can be read")
	case k.unreached:
		return found(stateWarn, about, "there is none; whether the database needs one is known once that can be read")
	case k.exists && k.unchecked:
		return found(stateWarn, about, "it opens; whether it belongs to the database is known once that has the version of "+
			"this build")
	case !k.exists && (k.needed || k.unchecked):
		return found(stateFail, about, "%s is missing, and the database has keys that it sealed: put it back from its "+
			"backup, with mode 0600; nothing else opens the database", keyring.FileName)
	case !k.exists:
		return found(stateOK, about, "there is none yet: bootstrap and serve make it")
	case !k.needed:
		return found(stateOK, about, "it opens; no database has keys that it sealed")
	}
	return checkKeys(about, k.keys)
}

// checkKeys looks at the key-encryption keys, of which the keyring opens those of the database.
func checkKeys(about string, all []keys.KEK) finding {
	current := ""
	for _, k := range all {
		switch {
		case k.Current && k.InFile:
			current = fmt.Sprintf("; key %d seals what is new", k.Number)
		case !k.InFile && (k.Current || len(k.Uses) > 0):
			return found(stateFail, about, "key %d is missing in %s, and the database needs it: restore the newest %s from its "+
				"backup", k.Number, keyring.FileName, keyring.FileName)
		}
	}
	for _, k := range all {
		if !k.Current && len(k.Uses) > 0 {
			return found(stateWarn, about, "it opens the keys of the database%s, and under key %d are still %s: run "+
				"quickconnectd keyring rewrap", current, k.Number, keys.Summary(k.Uses))
		}
	}
	return found(stateOK, about, "it opens the keys of the database%s", current)
}

func checkClock(c clockFacts) finding {
	const about = "clock"
	now := c.now.UTC().Format(time.RFC3339)
	switch {
	case c.verdict.Reason == clock.Backward:
		return found(stateFail, about, "it shows %s, %s before the newest time in the database: set it right, or say "+
			"that it is right with quickconnectd clock accept", now, inWords(c.verdict.By))
	case c.verdict.Reason == clock.Forward:
		return found(stateFail, about, "it shows %s, and jumped forward: set it right, or say that it is right with "+
			"quickconnectd clock accept", now)
	case !c.known:
		return found(stateOK, about, "it shows %s; there is no time in a database to compare it with", now)
	}
	return found(stateOK, about, "it shows %s, not before the newest time in the database", now)
}

func checkDisk(d diskFacts) finding {
	const about = "disk space"
	space := humanize.IBytes(d.free) + " of " + humanize.IBytes(d.total) + " are free"
	switch {
	case d.err != nil:
		return found(stateWarn, about, "it is not known (%v): look yourself", d.err)
	case d.free < leastSpace:
		return found(stateFail, about, "%s: delete what is not the platform's, or enlarge the disk", space)
	case d.free < enoughSpace:
		return found(stateWarn, about, "%s: every write is refused once it is full", space)
	}
	return found(stateOK, about, "%s", space)
}

func checkPort(p portFacts) finding {
	about := "port of " + p.flag
	switch {
	case p.err == nil:
		return found(stateOK, about, "%s is free", p.address)
	case errors.Is(p.err, errUsage):
		return found(stateFail, about, "%s", withoutUsage(p.err))
	case errors.Is(p.err, syscall.EADDRINUSE) && p.served:
		return found(stateOK, about, "%s is in use, and a process serves this platform", p.address)
	case errors.Is(p.err, syscall.EADDRINUSE):
		return found(stateFail, about, "%s is in use by another program: stop that, or choose another %s", p.address, p.flag)
	}
	return found(stateFail, about, "%v: choose another %s", p.err, p.flag)
}

func checkTLS(t tlsFacts) finding {
	const about = "TLS files"
	switch {
	case t.err != nil:
		return found(stateFail, about, "%s", withoutUsage(t.err))
	case !t.configured:
		return found(stateOK, about, "none: serve speaks plain HTTP, on a loopback address only")
	case t.now.Before(t.leaf.NotBefore):
		return found(stateFail, about, "the certificate is valid from %s: use one that is valid now, or set the clock right",
			t.leaf.NotBefore.UTC().Format(time.RFC3339))
	}
	left, ends := t.leaf.NotAfter.Sub(t.now), t.leaf.NotAfter.UTC().Format(time.RFC3339)
	switch {
	case left <= 0:
		return found(stateFail, about, "the certificate expired at %s: renew it, and send SIGHUP to a server that runs", ends)
	case left < renewBefore:
		return found(stateWarn, about, "the certificate expires at %s, in %s: renew it, and send SIGHUP to a server that "+
			"runs", ends, inWords(left))
	}
	for _, a := range t.authorities {
		if end := a.NotAfter; end.Sub(t.now) < renewBefore {
			return found(stateWarn, about, "a certificate in --client-ca ends at %s: clients whose certificate is of it are "+
				"refused from then on; add the new one, and send SIGHUP to a server that runs", end.UTC().Format(time.RFC3339))
		}
	}
	if len(t.authorities) > 0 {
		return found(stateOK, about, "certificate and key belong together; it expires at %s; clients must show a "+
			"certificate of one of %d in --client-ca", ends, len(t.authorities))
	}
	return found(stateOK, about, "certificate and key belong together; it expires at %s", ends)
}
