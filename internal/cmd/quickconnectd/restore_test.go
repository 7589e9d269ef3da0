package main

import (
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

// calls fails the test unless a command ends with an exit code and prints these words.
func calls(t *testing.T, c clock.Clock, want int, words string, args ...string) (out string) {
	t.Helper()
	code, out, log := call(t, c, args...)
	if code != want || !strings.Contains(out+log, words) {
		t.Errorf("%v: exit code %d, want %d with %q:\n%s%s", args, code, want, words, out, log)
	}
	return out
}

// A database that was restored by a tool of its own is marked, and confirmed beside the server.
func TestRestoreMark(t *testing.T) {
	c := clock.NewFake(epoch)
	dir := t.TempDir()
	token := bootstrapped(t, c, dir)
	in := func(args ...string) []string { return append(args, "--data-dir", dir) }
	calls(t, c, exitOK, "it was never restored", in("restore", "status")...)
	calls(t, c, exitError, "nothing was done (platform plt_", in("restore", "confirm")...)
	s := start(t, c, "--data-dir", dir, "--listen", "127.0.0.1:0")
	calls(t, c, exitError, "another quickconnectd serves this data directory", in("restore", "mark")...)
	s.stop()

	calls(t, c, exitOK, "incarnation 2, with the data of "+epoch.Format("2006-01-02"), in("restore", "mark")...)
	calls(t, c, exitOK, "and not confirmed.\nUntil quickconnectd restore confirm", in("restore", "status")...)
	calls(t, c, exitError, "fail  restore ", in("doctor", "--listen", "127.0.0.1:0")...)
	s = start(t, c, "--data-dir", dir, "--listen", "127.0.0.1:0")
	if status, who := identity(t, http.DefaultClient, s.url, token); status != 200 || who.RestoreConfirmed {
		t.Errorf("%d %+v", status, who)
	}
	says := func(words string) {
		for !strings.Contains(s.log.String(), words) { // the server looks once a second
			runtime.Gosched()
		}
	}
	says("a restore is not confirmed")
	calls(t, c, exitOK, "serves and delivers as incarnation 2", in("restore", "confirm")...)
	says("the restore is confirmed")
	if got := readiness(t, s.url); got != "ready" {
		t.Error(got)
	}
	calls(t, c, exitOK, "and confirmed at 2", in("restore", "status")...)
	calls(t, c, exitError, "nothing was done", in("restore", "confirm")...)
	s.stop()
	calls(t, c, exitOK, "incarnation 10,", in("restore", "mark", "--last-incarnation", "9")...)
}

// A backup beside the server becomes a platform in another directory, which is served once it is confirmed. A restore
// that was killed leaves nothing that is served, and is run again.
func TestBackupAndRestore(t *testing.T) {
	c := clock.NewFake(epoch)
	dir, to := t.TempDir(), t.TempDir()
	token := bootstrapped(t, c, dir)
	file := filepath.Join(t.TempDir(), "platform.age")
	s := start(t, c, "--data-dir", dir, "--listen", "127.0.0.1:0")
	out := calls(t, c, exitOK, "wrote "+file, "backup", "--data-dir", dir, "--out", file)
	for _, words := range []string{
		"SHA-256 ", "under key 1 of keyring.json, which is not in it", "platform plt_", "audit log acme/",
	} {
		if !strings.Contains(out, words) {
			t.Errorf("%q is not in %s", words, out)
		}
	}
	calls(t, c, exitError, "overwrites nothing", "backup", "--data-dir", dir, "--out", file)
	calls(t, c, exitError, "pg_dump", "backup", "--data-dir", dir, "--out", file,
		"--database", "postgres://x@127.0.0.1/x")
	s.stop()

	restores := []string{"restore", "--from", file, "--data-dir", to}
	calls(t, c, exitError, "put the keyring.json of the platform into", restores...)
	calls(t, c, exitError, "has quickconnect.db", "restore", "--from", file, "--data-dir", dir)
	copyFile := func(name string) {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(to, name), content, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	copyFile("keyring.json")
	for _, left := range []string{".restoring.db", ".restoring.db-wal", ".restoring.db-shm"} { // of one that was killed
		if err := os.WriteFile(filepath.Join(to, left), []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	calls(t, c, exitError, "no new one was made", "serve", "--data-dir", to, "--listen", "127.0.0.1:0")
	calls(t, c, exitOK, "The platform is now incarnation 2.", restores...)
	calls(t, c, exitError, "has quickconnect.db", restores...)
	entries, err := os.ReadDir(to)
	if err != nil || len(entries) != 3 { // the database, the keyring and the lock
		t.Errorf("%v %v", entries, err)
	}
	s = start(t, c, "--data-dir", to, "--listen", "127.0.0.1:0")
	if status, who := identity(t, http.DefaultClient, s.url, token); status != 200 || who.RestoreConfirmed ||
		who.Incarnation != 2 {
		t.Errorf("%d %+v", status, who)
	}
	calls(t, c, exitOK, "serves and delivers as incarnation 2", "restore", "confirm", "--data-dir", to)
	if status, who := identity(t, http.DefaultClient, s.url, token); status != 200 || !who.RestoreConfirmed {
		t.Errorf("%d %+v", status, who)
	}
}
