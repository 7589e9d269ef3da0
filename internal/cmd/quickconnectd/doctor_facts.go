package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// lookAt gathers what the checks decide by. It makes nothing, and opens a database only if it would not change it.
func lookAt(ctx context.Context, e examined, c clock.Clock) facts {
	f := facts{dir: lookAtDirectory(e.dir), disk: lookAtDisk(e.dir), tls: lookAtTLS(e.listening)}
	f.files = lookAtFiles(e, f.dir.err == nil)
	if e.url.IsEmpty() {
		f.database = lookAtDatabase(ctx, e.dir)
	} else {
		f.server, f.database = lookAtServer(ctx, e.url)
		f.dir.elsewhere = f.database.exists || f.server.err != nil // the directory needs only the keyring
	}
	reading := c.Read()
	f.clock.now, f.tls.now = reading.Wall, reading.Wall
	served := isServed(e.dir) || f.server != nil && f.server.Holder != ""
	f.ports = append(f.ports, lookAtPort(ctx, "--listen", e.listen, served,
		checkListen(e.listen, e.certFile != "" && e.keyFile != "")))
	if e.metricsListen != "" {
		f.ports = append(f.ports, lookAtPort(ctx, "--metrics-listen", e.metricsListen, served,
			checkHostPort("--metrics-listen", e.metricsListen)))
	}
	f.lookInside(ctx, e.data, reading)
	return f
}

func lookAtDirectory(dir string) (d dirFacts) {
	d.path = dir
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return d
	}
	if d.exists, d.err = err == nil, err; err != nil {
		return d
	}
	if d.isDir = info.IsDir(); !d.isDir {
		return d
	}
	_, err = os.Stat(filepath.Join(dir, databaseName))
	d.platform = err == nil
	_, err = os.Stat(filepath.Join(dir, keyring.FileName))
	d.keyring = err == nil
	probe, err := os.CreateTemp(dir, ".doctor-*")
	if err != nil {
		d.err = err
		return d
	}
	d.err = errors.Join(probe.Close(), os.Remove(probe.Name()))
	return d
}

// lookAtFiles returns the files that exist. It leaves out a directory that cannot be written: it is mounted so, and its
// mode protects nothing.
func lookAtFiles(e examined, written bool) (files []fileFacts) {
	dir := e.dir
	if !written {
		dir = ""
	}
	for _, f := range []fileFacts{
		{path: dir},
		{path: filepath.Join(e.dir, databaseName), fixed: true},
		{path: filepath.Join(e.dir, keyring.FileName), essential: true},
		{path: e.keyFile},
	} {
		if info, err := os.Stat(f.path); err == nil {
			f.mode, f.private = info.Mode(), keyring.Private(info)
			files = append(files, f)
		}
	}
	return files
}

func lookAtDisk(dir string) (d diskFacts) {
	for _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) && filepath.Dir(dir) != dir; _, err = os.Stat(dir) {
		dir = filepath.Dir(dir) // it will be on the same disk
	}
	d.free, d.total, d.err = diskSpace(dir)
	return d
}

// isServed reports whether a server holds the lock of the data directory.
func isServed(dir string) bool {
	path := filepath.Join(dir, lockName)
	if _, err := os.Stat(path); err != nil {
		return false
	}
	lock := flock.New(path, flock.SetFlag(os.O_RDONLY))
	locked, err := lock.TryRLock()
	return errors.Join(err, lock.Close()) == nil && !locked
}

func lookAtPort(ctx context.Context, flag, address string, served bool, invalid error) portFacts {
	p := portFacts{flag: flag, address: address, served: served, err: invalid}
	if invalid != nil {
		return p
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if p.err = err; err == nil {
		p.err = listener.Close()
	}
	return p
}

func lookAtTLS(l listening) (t tlsFacts) {
	config, _, err := loadTLS(l)
	if err != nil || config == nil {
		t.err = err
		return t
	}
	t.configured = true
	pair, err := config.GetCertificate(&tls.ClientHelloInfo{})
	if err == nil {
		t.leaf, err = x509.ParseCertificate(pair.Certificate[0])
	}
	if err == nil {
		t.authorities, err = readClientCA(l.clientCA)
	}
	t.err = err
	return t
}

func lookAtDatabase(ctx context.Context, dir string) (d databaseFacts) {
	if d.known, d.err = store.SchemaVersion(); d.err != nil {
		return d
	}
	path := filepath.Join(dir, databaseName)
	if _, err := os.Stat(path); err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			d.err = err
		}
		return d
	}
	d.exists = true
	s, err := store.SchemaOf(ctx, path)
	d.found, d.oldest, d.err = s.Version, s.Oldest, err
	return d
}

// lookInside looks at the keyring, and at what the database knows of it and of the clock. A database of another version
// stays closed: opening it would bring it to this build's.
func (f *facts) lookInside(ctx context.Context, d data, now clock.Reading) {
	ring := f.openKeyring(d)
	if !f.database.exists || f.database.err != nil || f.database.found != f.database.known {
		f.keyring.unchecked, f.keyring.unreached = f.database.exists, f.database.unreached
		return
	}
	s, err := d.openStore(ctx)
	if err != nil {
		f.database.err, f.keyring.unreached = err, true
		return
	}
	defer func() { f.database.err = errors.Join(f.database.err, s.Close()) }()
	var noted store.Clock
	err = s.View(ctx, func(tx *store.Tx) (err error) {
		if f.keyring.needed, err = tx.HasKeys(ctx); err == nil {
			noted, err = tx.Clock(ctx)
		}
		if err == nil && f.keyring.needed {
			f.database.platform, err = tx.Platform(ctx)
		}
		return err
	})
	if err != nil {
		f.database.err = err
		return
	}
	f.clock.known = !noted.WrittenAt.IsZero()
	f.clock.verdict = clock.Judge(now, clock.Known{Written: noted.WrittenAt, Jumped: noted.JumpedAt})
	if f.keyring.exists && f.keyring.err == nil {
		f.keyring.keys, err = keys.Check(ctx, s, ring)
		if keyring.IsUnreachable(err) || keyring.IsRefused(err) {
			f.keyring.service = err
		} else {
			f.keyring.err = err
		}
	}
}

// openKeyring opens the keyring as serve would, with the login of --kek.
func (f *facts) openKeyring(d data) *keyring.Keyring {
	ring, err := keyring.Open(d.dir)
	if f.keyring.exists = !errors.Is(err, fs.ErrNotExist); !f.keyring.exists {
		return nil
	}
	var named *keyring.OutsideKey
	if err == nil {
		named, err = d.outsideKEK()
	}
	if err == nil {
		ring.Use(keyring.Outside{Clock: clock.System(), Login: named, Outage: keyring.DefaultOutage})
		err = d.checkKEK(ring, named)
	}
	f.keyring.err = err
	return ring
}

// withoutUsage is the text of an error about the command line, without the word that stands before it.
func withoutUsage(err error) string { return strings.TrimPrefix(err.Error(), errUsage.Error()+": ") }
