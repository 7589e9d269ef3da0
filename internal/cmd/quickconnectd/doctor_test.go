package main

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

var errBroken = errors.New("broken")

// TestChecks: each check decides by its facts alone.
func TestChecks(t *testing.T) {
	cert := func(from, to time.Duration) *x509.Certificate {
		return &x509.Certificate{NotBefore: epoch.Add(from), NotAfter: epoch.Add(to)}
	}
	const day = 24 * time.Hour
	busy := fmt.Errorf("listen: %w", syscall.EADDRINUSE)
	for name, c := range map[string]struct {
		got   finding
		state state
		says  string
	}{
		"directory": {
			checkDirectory(dirFacts{path: "d", exists: true, isDir: true, platform: true}), stateOK, "can be written",
		},
		"new directory": {checkDirectory(dirFacts{path: "d"}), stateWarn, "does not exist"},
		"empty":         {checkDirectory(dirFacts{path: "d", exists: true, isDir: true}), stateWarn, "no platform yet"},
		"keyring alone": {
			checkDirectory(dirFacts{path: "d", exists: true, isDir: true, keyring: true}), stateFail, "no quickconnect.db",
		},
		"a file": {checkDirectory(dirFacts{path: "d", exists: true}), stateFail, "--data-dir"},
		"read-only": {
			checkDirectory(dirFacts{path: "d", exists: true, isDir: true, platform: true, err: errBroken}), stateFail,
			"give the directory to that user",
		},

		"a mounted keyring": {
			checkDirectory(dirFacts{path: "d", exists: true, isDir: true, keyring: true, elsewhere: true, err: errBroken}),
			stateOK, "change the keyring where it comes from",
		},
		"no keyring, read-only": {
			checkDirectory(dirFacts{path: "d", exists: true, isDir: true, elsewhere: true, err: errBroken}), stateFail, "broken",
		},
		"a keyring for elsewhere": {
			checkDirectory(dirFacts{path: "d", exists: true, isDir: true, keyring: true, elsewhere: true}), stateOK, "written",
		},

		"no files": {checkPermissions(nil), stateOK, "no file yet"},
		"private": {
			checkPermissions([]fileFacts{{path: "d", private: true}, {path: "k", private: true}}), stateOK, "no other",
		},
		"open directory": {
			checkPermissions([]fileFacts{{path: "d", mode: fs.ModeDir | 0o755}}), stateWarn, "d has mode 0755: run chmod 700",
		},
		"open database": {checkPermissions([]fileFacts{{path: "b", mode: 0o644, fixed: true}}), stateWarn, "sets 0600"},
		"open keyring": {
			checkPermissions([]fileFacts{{path: "d", mode: fs.ModeDir | 0o755}, {path: "k", mode: 0o640, essential: true}}),
			stateFail, "k has mode 0640",
		},

		"keyring":            {checkKeyring(keyringFacts{exists: true, needed: true}), stateOK, "opens the keys"},
		"rotated keyring":    {checkKeyring(rotated(true, nil)), stateOK, "key 2 seals what is new"},
		"before rewrap":      {checkKeyring(rotated(true, values)), stateWarn, "under key 1 are still values: 7"},
		"older keyring":      {checkKeyring(rotated(false, values)), stateFail, "key 1 is missing"},
		"keyring, no keys":   {checkKeyring(keyringFacts{exists: true}), stateOK, "no database has keys"},
		"no keyring yet":     {checkKeyring(keyringFacts{}), stateOK, "none yet"},
		"lost keyring":       {checkKeyring(keyringFacts{needed: true}), stateFail, "put it back"},
		"lost, not known":    {checkKeyring(keyringFacts{unchecked: true}), stateFail, "put it back"},
		"keyring, not known": {checkKeyring(keyringFacts{exists: true, unchecked: true}), stateWarn, "is known once"},
		"damaged keyring":    {checkKeyring(keyringFacts{exists: true, err: errBroken}), stateFail, "broken"},

		"clock":     {checkClock(clockFacts{now: epoch, known: true}), stateOK, "2026-05-01T12:00:00Z, not before"},
		"new clock": {checkClock(clockFacts{now: epoch}), stateOK, "no time in a database"},
		"backward": {
			checkClock(clockFacts{now: epoch, verdict: clock.Verdict{Reason: clock.Backward, By: 90 * time.Minute}}), stateFail,
			"1 hour 30 minutes before",
		},
		"forward": {
			checkClock(clockFacts{now: epoch, verdict: clock.Verdict{Reason: clock.Forward}}), stateFail, "clock accept",
		},

		"disk":         {checkDisk(diskFacts{free: 2 << 30, total: 4 << 30}), stateOK, "2.0 GiB of 4.0 GiB are free"},
		"enough":       {checkDisk(diskFacts{free: enoughSpace, total: 4 << 30}), stateOK, ""},
		"small disk":   {checkDisk(diskFacts{free: enoughSpace - 1, total: 4 << 30}), stateWarn, "once it is full"},
		"least":        {checkDisk(diskFacts{free: leastSpace, total: 4 << 30}), stateWarn, ""},
		"full disk":    {checkDisk(diskFacts{free: leastSpace - 1, total: 4 << 30}), stateFail, "enlarge the disk"},
		"unknown disk": {checkDisk(diskFacts{err: errBroken}), stateWarn, "look yourself"},

		"port":       {checkPort(portFacts{flag: "--listen", address: "a"}), stateOK, "a is free"},
		"our server": {checkPort(portFacts{flag: "--listen", address: "a", served: true, err: busy}), stateOK, "in use"},
		"another program": {
			checkPort(portFacts{flag: "--listen", address: "a", err: busy}), stateFail, "choose another --listen",
		},
		"no port": {
			checkPort(portFacts{flag: "--listen", err: usagef("must be HOST:PORT")}), stateFail, "must be HOST:PORT",
		},
		"foreign address": {checkPort(portFacts{flag: "--listen", err: errBroken}), stateFail, "broken: choose"},

		"plain":       {checkTLS(tlsFacts{now: epoch}), stateOK, "plain HTTP"},
		"certificate": {checkTLS(tlsFacts{configured: true, now: epoch, leaf: cert(0, 15*day)}), stateOK, "2026-05-16"},
		"soon":        {checkTLS(tlsFacts{configured: true, now: epoch, leaf: cert(0, 13*day)}), stateWarn, "in 13 days"},
		"expired":     {checkTLS(tlsFacts{configured: true, now: epoch, leaf: cert(-day, 0)}), stateFail, "renew it"},
		"too early":   {checkTLS(tlsFacts{configured: true, now: epoch, leaf: cert(1, day)}), stateFail, "valid from"},
		"clients": {
			checkTLS(tlsFacts{
				configured: true, now: epoch, leaf: cert(0, 15*day), authorities: []*x509.Certificate{cert(0, 15*day)},
			}),
			stateOK, "one of 1 in --client-ca",
		},
		"clients, soon": {
			checkTLS(tlsFacts{
				configured: true, now: epoch, leaf: cert(0, 15*day), authorities: []*x509.Certificate{cert(0, 13*day)},
			}),
			stateWarn, "a certificate in --client-ca ends at 2026-05-14",
		},
		"no key": {checkTLS(tlsFacts{err: usagef("--tls-key is missing")}), stateFail, "--tls-key is missing"},

		"database":    {checkDatabase(databaseFacts{exists: true, found: 7, known: 7}), stateOK, "it is 7"},
		"no database": {checkDatabase(databaseFacts{known: 7}), stateOK, "makes version 7"},
		"older":       {checkDatabase(databaseFacts{exists: true, found: 6, known: 7}), stateWarn, "brings it to 7"},
		"newer":       {checkDatabase(databaseFacts{exists: true, found: 8, oldest: 7, known: 7}), stateOK, "has added"},
		"too new":     {checkDatabase(databaseFacts{exists: true, found: 8, oldest: 8, known: 7}), stateFail, "newer build"},
		"unreached":   {checkDatabase(databaseFacts{unreached: true}), stateFail, "check of the database server"},
		"moved": {
			checkDatabase(databaseFacts{exists: true, err: &store.MovedError{Place: "x at y"}}), stateFail, "came from x at y",
		},

		"server": {checkServer(server(nil)), stateOK, "n at h is PostgreSQL 15.18, and the role r can write"},
		"no server": {
			checkServer(serverFacts{err: errBroken}), stateFail, "broken",
		},
		"standby":   {checkServer(server(func(s *serverFacts) { s.Standby, s.ReadOnly = true, true })), stateFail, "promote"},
		"read only": {checkServer(server(func(s *serverFacts) { s.ReadOnly = true })), stateFail, "default_transaction_read"},
		"may not create": {
			checkServer(server(func(s *serverFacts) { s.Schema.Version, s.MayCreate = 0, false })), stateFail,
			"make it the owner",
		},
		"need not create": {checkServer(server(func(s *serverFacts) { s.MayCreate = false })), stateOK, "can write"},
		"served":          {checkLease(server(func(s *serverFacts) { s.Holder = "process 7" })), stateOK, "process 7"},
		"not served":      {checkLease(server(nil)), stateOK, "nothing serves"},
		"lease unknown":   {checkLease(serverFacts{err: errBroken}), stateWarn, "not known"},
		"keyring, database not read": {
			checkKeyring(keyringFacts{exists: true, unreached: true}), stateWarn, "once that can be read",
		},
		"no keyring, database not read": {checkKeyring(keyringFacts{unreached: true}), stateWarn, "there is none"},
		"no database?":                  {checkDatabase(databaseFacts{exists: true, err: errBroken}), stateFail, "broken"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.got.state != c.state || !strings.Contains(c.got.text, c.says) || strings.Contains(c.got.text, "usage") {
				t.Errorf("%+v, want %s with %q", c.got, c.state, c.says)
			}
		})
	}
}

// server is one that can be written, with changes.
func server(change func(*serverFacts)) serverFacts {
	var s serverFacts
	s.Name, s.Version, s.Role, s.MayCreate, s.Schema.Version = "n at h", "15.18", "r", true, 7
	if change != nil {
		change(&s)
	}
	return s
}

// examination is what doctor says: the state and the text of each check.
func examination(t *testing.T, c clock.Clock, args ...string) (code int, lines map[string]string) {
	t.Helper()
	code, out, _ := call(t, c, append([]string{"doctor"}, args...)...)
	lines = map[string]string{}
	for line := range strings.Lines(out) {
		for _, about := range []string{
			"data directory", "permissions", "keyring", "clock", "disk space", "port of --listen", "port of --metrics-listen",
			"TLS files", "database server", "database lease", "database version",
		} {
			if state, text, found := strings.Cut(line, "  "+about+"  "); found {
				lines[about] = strings.TrimSpace(state) + " " + strings.TrimSpace(text)
			}
		}
	}
	if n := strings.Count(out, "\n"); n != len(lines) {
		t.Fatalf("%d lines of %d:\n%s", len(lines), n, out)
	}
	return code, lines
}

func TestDoctor(t *testing.T) {
	c := clock.NewFake(epoch)
	dir := filepath.Join(t.TempDir(), "data")
	port := freePort(t)
	says := func(want int, args []string, checks map[string]string) {
		t.Helper()
		code, lines := examination(t, c, append([]string{"--data-dir", dir, "--listen", port}, args...)...)
		if code != want {
			t.Errorf("exit code %d, want %d: %q", code, want, lines)
		}
		for about, prefix := range checks {
			if !strings.HasPrefix(lines[about], prefix) {
				t.Errorf("%s: %q, want %q", about, lines[about], prefix)
			}
		}
	}
	says(exitOK, nil, map[string]string{
		"data directory": "warn " + dir, "keyring": "ok there", "database version": "ok there",
	})
	if _, err := os.Stat(dir); err == nil {
		t.Error("doctor makes a data directory")
	}
	bootstrapped(t, c, dir)
	says(exitOK, nil, map[string]string{
		"data directory": "ok", "permissions": "ok", "keyring": "ok it opens the keys", "clock": "ok",
		"port of --listen": "ok " + port + " is free", "TLS files": "ok none", "database version": "ok it is",
	})
	s := start(t, c, "--data-dir", dir, "--listen", port)
	says(exitOK, nil, map[string]string{"port of --listen": "ok " + port + " is in use, and a process serves"})
	s.stop()

	busy, err := new(net.ListenConfig).Listen(t.Context(), "tcp", port)
	if err != nil {
		t.Fatal(err)
	}
	says(exitError, []string{"--metrics-listen", port}, map[string]string{
		"port of --listen": "fail " + port, "port of --metrics-listen": "fail " + port,
	})
	_ = busy.Close()
	certificate(t, filepath.Dir(dir))
	pem := func(name string) string { return filepath.Join(filepath.Dir(dir), name) }
	says(exitError, []string{"--tls-cert", pem("cert.pem")}, map[string]string{
		"TLS files": "fail --tls-cert and --tls-key",
	})
	says(exitError, []string{"--tls-cert", pem("cert.pem"), "--tls-key", pem("key.pem")}, map[string]string{
		"TLS files": "fail the certificate is valid from", // it was made by the machine's clock
	})
	says(exitError, []string{"--listen", "0.0.0.0:0"}, map[string]string{
		"port of --listen": "fail --listen is not a loopback",
	})
	c.Jump(-time.Hour)
	says(exitError, nil, map[string]string{"clock": "fail it shows 2026-05-01T11:00:00Z, 1 hour before"})
	c.Jump(time.Hour)

	path := filepath.Join(dir, keyring.FileName)
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	says(exitError, nil, map[string]string{"permissions": "fail " + path, "keyring": "fail keyring " + path})
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	says(exitError, nil, map[string]string{"keyring": "fail " + keyring.FileName + " is missing"})
	if _, err := keyring.Create(dir); err != nil {
		t.Fatal(err)
	}
	says(exitError, nil, map[string]string{"keyring": "fail the lookup key in the database does not open"})
	if err := os.WriteFile(filepath.Join(dir, databaseName), []byte("no database at all"), 0o600); err != nil {
		t.Fatal(err)
	}
	says(exitError, nil, map[string]string{"database version": "fail it cannot be read"})
}

// An older database stays as it is: doctor does not migrate.
func TestDoctorDoesNotMigrate(t *testing.T) {
	dir := t.TempDir()
	old, err := os.ReadFile("../../acctest/testdata/older_build/" + databaseName)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, databaseName)
	if err := os.WriteFile(path, old, 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		code, lines := examination(t, clock.NewFake(epoch), "--data-dir", dir, "--listen", "127.0.0.1:0")
		if code != exitError || !strings.HasPrefix(lines["database version"], "warn it is ") ||
			!strings.HasPrefix(lines["keyring"], "fail "+keyring.FileName+" is missing") {
			t.Errorf("exit code %d: %q", code, lines)
		}
	}
}
