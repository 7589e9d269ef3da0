package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/pgtest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
)

// TestMigrate moves a platform, serves it from PostgreSQL with the keyring that stayed, and goes back.
func TestMigrate(t *testing.T) {
	c := clock.NewFake(epoch)
	dir, url := t.TempDir(), pgtest.Shared(t).Empty(t)
	token := bootstrapped(t, c, dir)
	s := start(t, c, "--data-dir", dir, "--listen", "127.0.0.1:0")
	code, _, log := call(t, c, "migrate", "--from", dir, "--to", url)
	if code != exitError || !strings.Contains(log, "another quickconnectd serves this data directory") {
		t.Errorf("while a server runs: %d %s", code, log)
	}
	s.stop()

	code, out, log := call(t, c, "migrate", "--from", dir, "--to", url)
	if code != exitOK || !strings.Contains(out, "principals ") || !strings.Contains(out, "1 rows  sha256 ") ||
		!strings.Contains(out, "--database") || !strings.Contains(log, "moving to test_") ||
		!strings.Contains(log, "principals: 1 of 1 rows copied\n") {
		t.Fatalf("%d %s%s", code, out, log)
	}
	s = start(t, c, "--data-dir", dir, "--database", url, "--listen", "127.0.0.1:0")
	if status, id := identity(t, http.DefaultClient, s.url, token); status != 200 || id.Tenant != "acme" {
		t.Errorf("after the move: %d %+v", status, id)
	}
	for _, args := range onPlatform(t, c) {
		other := t.TempDir() // its lock is free
		copyFiles(t, dir, other)
		code, out, log := call(t, c, append(args, "--data-dir", other)...)
		if says := out + log; code != exitError || !strings.Contains(says, "its platform moved to test_") ||
			!strings.Contains(says, "--undo") {
			t.Errorf("%v on what was left: %d %s", args, code, says)
		}
	}
	s.stop()
	if code, _, log := call(t, c, "migrate", "--from", dir, "--to", url); code != exitError ||
		!strings.Contains(log, "nothing was done") {
		t.Errorf("a second time: %d %s", code, log)
	}
	if code, out, log := call(t, c, "migrate", "--from", dir, "--undo"); code != exitOK ||
		!strings.Contains(out, "in use again") {
		t.Errorf("undo: %d %s%s", code, out, log)
	}
	s = start(t, c, "--data-dir", dir, "--listen", "127.0.0.1:0")
	if status, _ := identity(t, http.DefaultClient, s.url, token); status != 200 {
		t.Errorf("after going back: %d", status)
	}
}

// onPlatform returns a command line of every command that works on a platform, without the flags of where that is.
func onPlatform(t *testing.T, c clock.Clock) (lines [][]string) {
	t.Helper()
	values := map[string]string{
		"tenant": "acme", "environment": "staging", "environments": "production", "role": "auditor", "id": "prn_1",
		"name": "corp", "url": "https://id.example.com", "client-id": "quickconnect",
		"index": "1", "reason": "a name in it", "public-key": publicKeyFile(t, c),
		"out": filepath.Join(t.TempDir(), "backup"), "to": "hcvault+http://127.0.0.1:1/transit/quickconnect?token-file=/none",
	}
	for _, cmd := range leaves(rootCommand(c)) {
		if cmd.Flags().Lookup("database") == nil || nameOf(cmd) == "restore" { // restore makes a platform
			continue
		}
		args := strings.Fields(nameOf(cmd))
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			_, required := f.Annotations[cobra.BashCompOneRequiredFlag]
			switch {
			case f.Name == "listen":
				args = append(args, "--listen", "127.0.0.1:0")
			case required && f.Name != "data-dir":
				if values[f.Name] == "" {
					t.Errorf("give this test a value of --%s of %s", f.Name, nameOf(cmd))
				}
				args = append(args, "--"+f.Name, values[f.Name])
			}
		})
		if nameOf(cmd) == "keyring retire" {
			args = append(args, "1")
		}
		lines = append(lines, args)
	}
	if len(lines) < 10 {
		t.Fatalf("only %d commands work on a platform", len(lines))
	}
	return lines
}

// publicKeyFile returns the path of a public key of checkpoints. It is one of another platform.
func publicKeyFile(t *testing.T, c clock.Clock) string {
	t.Helper()
	dir := t.TempDir()
	bootstrapped(t, c, dir)
	code, key, log := call(t, c, "audit", "public-key", "--data-dir", dir)
	if code != exitOK {
		t.Fatal(log)
	}
	path := filepath.Join(dir, "audit.pub")
	if err := os.WriteFile(path, []byte(key), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func copyFiles(t *testing.T, from, to string) {
	t.Helper()
	for _, name := range []string{databaseName, keyring.FileName} {
		data, err := os.ReadFile(filepath.Join(from, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(to, name), data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestHalfMoved: every command refuses a database that has a part of a platform, and says what to do.
func TestHalfMoved(t *testing.T) {
	c := clock.NewFake(epoch)
	dir, url := t.TempDir(), pgtest.Shared(t).Empty(t)
	bootstrapped(t, c, dir)
	if code, _, log := call(t, c, "migrate", "--from", dir, "--to", url); code != exitOK {
		t.Fatal(log)
	}
	pgtest.Statement(t, url, `UPDATE moves SET ended_at = 0`)
	for _, args := range onPlatform(t, c) {
		if args[0] == "backup" { // it refuses every PostgreSQL database
			continue
		}
		code, out, log := call(t, c, append(args, "--data-dir", dir, "--database", url)...)
		if says := out + log; code != exitError || !strings.Contains(says, "has not ended") ||
			!strings.Contains(says, "migrate again") || !strings.Contains(says, "drop the database") {
			t.Errorf("%v: %d %s", args, code, says)
		}
	}
	if code, _, log := call(t, c, "migrate", "--from", dir, "--to", url); code != exitOK ||
		!strings.Contains(log, "going on with the move to test_") {
		t.Errorf("%d %s", code, log)
	}
}

// TestMigrateRefuses: what is missing or contradicts is an error before anything is touched.
func TestMigrateRefuses(t *testing.T) {
	c := clock.NewFake(epoch)
	dir := t.TempDir()
	bootstrapped(t, c, dir)
	gone := "postgres://127.0.0.1:1/gone?sslmode=disable"
	keyless := t.TempDir()
	copyFiles(t, dir, keyless)
	if err := os.Remove(filepath.Join(keyless, keyring.FileName)); err != nil {
		t.Fatal(err)
	}
	for _, refused := range []struct {
		code int
		says string
		args []string
	}{
		{exitUsage, "--from", []string{"--to", gone}},
		{exitUsage, "either --to or --undo", []string{"--from", dir}},
		{exitUsage, "either --to or --undo", []string{"--from", dir, "--to", gone, "--undo"}},
		{exitError, "no platform in the data directory", []string{"--from", t.TempDir(), "--to", gone}},
		{exitError, "the keyring is missing", []string{"--from", keyless, "--to", gone}},
		{exitError, "nothing to undo", []string{"--from", dir, "--undo"}},
		{exitError, "does not answer", []string{"--from", dir, "--to", gone}},
	} {
		code, out, log := call(t, c, append([]string{"migrate"}, refused.args...)...)
		if code != refused.code || out != "" || !strings.Contains(log, refused.says) {
			t.Errorf("%v: %d %s%s", refused.args, code, out, log)
		}
	}
}
