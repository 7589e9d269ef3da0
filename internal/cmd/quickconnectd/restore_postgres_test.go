package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/pgtest"
)

// TestRestoreOfPostgres is what the guide says: pg_dump, pg_restore, restore mark, and a confirmation with the journal.
// A database that replicas serve is not marked. A journal that lacks a line is noticed.
func TestRestoreOfPostgres(t *testing.T) {
	c := clock.NewFake(epoch)
	dir, database := t.TempDir(), pgtest.Shared(t).Empty(t)
	kept, dump := filepath.Join(t.TempDir(), "journal"), filepath.Join(t.TempDir(), "dump")
	in := func(words ...string) []string { return append(words, "--data-dir", dir, "--database", database) }
	var tokens map[string]string
	out := calls(t, c, exitOK, "staging", in("bootstrap", "--tenant", "acme", "--environments", "staging")...)
	if err := json.Unmarshal([]byte(out), &tokens); err != nil {
		t.Fatal(err)
	}
	made := strings.TrimSpace(calls(t, c, exitOK, "", in("token", "create", "--tenant", "acme", "--environment", "staging",
		"--role", "auditor")...))
	serves := in("--listen", "127.0.0.1:0", "--journal", kept)
	leader, other := start(t, c, serves...), start(t, c, serves...)
	who := func(url string, want int) string {
		t.Helper()
		status, id := identity(t, http.DefaultClient, url, made)
		if status != want {
			t.Errorf("the token of the auditor is answered with %d, want %d", status, want)
		}
		return id.PrincipalID
	}
	auditor := who(leader.url, http.StatusOK)
	ofPostgres(t, database, "pg_dump", "--format=custom", "--no-owner", "--file", dump)

	for _, name := range []string{"a", "b"} {
		status, _ := poster(t, other, tokens["staging"])("/v1/rotation-policies", `{"name":"`+name+`","interval":"30d"}`)
		if status != http.StatusCreated {
			t.Fatal(status)
		}
	}
	calls(t, c, exitOK, "revoked", in("token", "revoke", "--id", auditor, "--journal", kept)...)
	who(other.url, http.StatusUnauthorized)
	calls(t, c, exitError, "stop every process that does first", in("restore", "mark")...)
	leader.stop()
	other.stop()

	database = pgtest.Shared(t).Empty(t)
	ofPostgres(t, database, "pg_restore", "--no-owner", dump)
	calls(t, c, exitOK, "incarnation 2, with the data of "+epoch.Format("2006-01-02"), in("restore", "mark")...)
	restored := start(t, c, in("--listen", "127.0.0.1:0")...)
	if status, id := identity(t, http.DefaultClient, restored.url, tokens["staging"]); status != http.StatusOK ||
		id.RestoreConfirmed {
		t.Errorf("%d %+v", status, id)
	}
	who(restored.url, http.StatusOK)

	whole, err := os.ReadFile(kept)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(whole), "\n")
	if len(lines) != 4 {
		t.Fatalf("the journal has %q", lines)
	}
	damaged := filepath.Join(t.TempDir(), "journal")
	if err := os.WriteFile(damaged, []byte(lines[0]+lines[2]), 0o600); err != nil {
		t.Fatal(err)
	}
	calls(t, c, exitOK, "lines are missing before line 2, between", in("restore", "status", "--journal", damaged)...)
	calls(t, c, exitError, "nothing was done: give the whole journal", in("restore", "confirm", "--journal", damaged)...)
	out = calls(t, c, exitOK, "restore confirm ends again: principals "+auditor+"  its token is refused",
		in("restore", "status", "--journal", kept)...)
	if !strings.Contains(out, "3 events happened after the backup") || strings.Contains(out, "missing") {
		t.Error(out)
	}
	calls(t, c, exitOK, "1 objects were ended again", in("restore", "confirm", "--journal", kept)...)
	who(restored.url, http.StatusUnauthorized)
}

// ofPostgres runs a program of PostgreSQL's on a database.
func ofPostgres(t *testing.T, database, program string, args ...string) {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	args = append([]string{
		"--host", u.Query().Get("host"), "--username", pgtest.Owner, "--dbname", u.Path[1:],
	}, args...)
	if out, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", program, err, out)
	}
}

// TestAcceptedGap: a journal that lacks lines is taken where an operator says so.
func TestAcceptedGap(t *testing.T) {
	c := clock.NewFake(epoch)
	dir, kept := t.TempDir(), filepath.Join(t.TempDir(), "journal")
	in := func(words ...string) []string { return append(words, "--data-dir", dir) }
	token := bootstrapped(t, c, dir)
	s := start(t, c, in("--listen", "127.0.0.1:0", "--journal", kept)...)
	for _, name := range []string{"a", "b"} {
		poster(t, s, token)("/v1/rotation-policies", `{"name":"`+name+`","interval":"30d"}`)
	}
	s.stop()
	calls(t, c, exitOK, "incarnation 2", in("restore", "mark")...)
	whole, err := os.ReadFile(kept)
	if err != nil {
		t.Fatal(err)
	}
	_, second, _ := strings.Cut(string(whole), "\n")
	if err := os.WriteFile(kept, []byte(second), 0o600); err != nil {
		t.Fatal(err)
	}
	calls(t, c, exitError, "lines are missing before line 1", in("restore", "confirm", "--journal", kept)...)
	calls(t, c, exitError, "lines are missing before line 1", in("serve", "--listen", "127.0.0.1:0", "--journal", kept)...)
	calls(t, c, exitOK, "incarnation 2", in("restore", "confirm", "--journal", kept, "--accept-gaps")...)
}
