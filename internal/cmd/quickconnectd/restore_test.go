package main

import (
	"net/http"
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
