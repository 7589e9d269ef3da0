package main

import (
	"database/sql"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

// TestAuditCommands keeps a checkpoint and an export, erases an event, verifies, and finds what was changed.
func TestAuditCommands(t *testing.T) {
	dir, c := t.TempDir(), clock.NewFake(epoch)
	data := []string{"--data-dir", dir}
	where := append([]string{"--tenant", "acme", "--environment", "staging"}, data...)
	call(t, c, "bootstrap", "--data-dir", dir, "--tenant", "acme", "--environments", "staging,production")
	run := func(want int, command string, args ...string) string {
		t.Helper()
		code, out, log := call(t, c, append([]string{"audit", command}, args...)...)
		if code != want {
			t.Fatalf("audit %s %v: exit code %d: %s%s", command, args, code, out, log)
		}
		return out + log
	}
	file := func(name, text string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	key := file("audit.pub", run(0, "public-key", data...))
	first := file("first.txt", run(0, "checkpoint", where...))
	c.Advance(time.Hour)
	call(t, c, append([]string{"token", "create", "--role", "planner", "--name", "ci-plan"}, where...)...)
	kept := file("kept.txt", run(0, "checkpoint", where...))
	verify := append([]string{"--public-key", key}, data...)

	for _, s := range []struct {
		args []string
		says string
	}{
		{verify, "acme/staging: events 0 to 2 verify (0 erased), 2 checkpoints"},
		{verify, "acme/production: events 0 to 1 verify"},
		{verify, "no checkpoint was given"},
		{append(verify, "--checkpoint", first), "acme/staging: events 0 to 2 verify (0 erased), 3 checkpoints"},
		{append(verify, "--checkpoint", kept), "acme/staging: events 0 to 2 verify (0 erased), 3 checkpoints"},
	} {
		if got := run(0, "verify", s.args...); !strings.Contains(got, s.says) {
			t.Errorf("%v: %s", s.args, got)
		}
	}
	run(0, "erase", append(where, "--index", "2", "--reason", "a person asked for it")...)
	run(1, "erase", append(where, "--index", "2", "--reason", "again")...)
	withKept := slices.Concat(verify, []string{"--checkpoint", kept})
	if got := run(0, "verify", withKept...); !strings.Contains(got, "0 to 3 verify (1 erased)") {
		t.Error(got)
	}
	exported := file("export.jsonl", run(0, "export", where...))
	fromExport := []string{"--file", exported, "--public-key", key, "--checkpoint", kept}
	if got := run(0, "verify", fromExport...); !strings.Contains(got, "0 to 3 verify (1 erased), 2 checkpoints") {
		t.Error(got)
	}
	since := append([]string{"--since", "2026-05-01T13:00:00Z"}, where...)
	if got := run(0, "export", since...); !strings.Contains(got, `"first":3`) {
		t.Error(got)
	}
	if got := run(0, "export", append(where, "--format", "ocsf")...); strings.Count(got, `"class_uid":3004`) != 4 {
		t.Error(got)
	}

	change(t, filepath.Join(dir, databaseName))
	if got := run(1, "verify", verify...); !strings.Contains(got, "audit log acme/staging: event 1 (evt_") ||
		!strings.Contains(got, "changed after it was recorded") || !strings.Contains(got, "acme/production: events 0 to 1") {
		t.Error(got)
	}
	for _, args := range [][]string{
		{"verify", "--public-key", key},
		{"verify", "--public-key", key, "--file", exported, "--data-dir", dir},
		{"export", "--since", "yesterday"},
		{"export", "--format", "csv"},
		{"erase", "--index", "1"},
	} {
		if args[0] != "verify" {
			args = append(args, where...)
		}
		run(2, args[0], args[1:]...)
	}
	run(1, "verify", "--file", exported, "--public-key", kept)
	run(1, "verify", "--data-dir", t.TempDir(), "--public-key", key)
}

// change makes another actor of an event, as somebody with the database would.
func change(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	_, err = db.ExecContext(t.Context(), `UPDATE audit_events SET actor = 'x' WHERE environment = 'staging' AND leaf = 1`)
	if err != nil {
		t.Fatal(err)
	}
}
