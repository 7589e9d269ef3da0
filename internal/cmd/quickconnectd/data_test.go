package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
)

// TestNoNewKeyringForSealedKeys: a database without its keyring is refused, by every command, until the keyring is
// back.
func TestNoNewKeyringForSealedKeys(t *testing.T) {
	dir := t.TempDir()
	c := clock.NewFake(epoch)
	bootstrapped(t, c, dir)
	path := filepath.Join(dir, keyring.FileName)
	kept := filepath.Join(t.TempDir(), "kept")
	if err := os.Rename(path, kept); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"serve", "--data-dir", dir, "--listen", "127.0.0.1:0"},
		{"bootstrap", "--data-dir", dir, "--tenant", "acme", "--environments", "production"},
		{"token", "create", "--data-dir", dir, "--tenant", "acme", "--environment", "staging", "--role", "auditor"},
	} {
		code, out, log := call(t, c, args...)
		if code != 1 || out != "" || !strings.Contains(log, "back as "+path) {
			t.Errorf("%s: exit code %d, %s%s", args[0], code, out, log)
		}
		if _, err := os.Stat(path); err == nil {
			t.Fatalf("%s made a new keyring", args[0])
		}
	}
	if err := os.Rename(kept, path); err != nil {
		t.Fatal(err)
	}
	if code, _, log := call(t, c, "bootstrap", "--data-dir", dir, "--tenant", "acme", "--environments",
		"production"); code != 0 {
		t.Errorf("with its keyring: %s", log)
	}
}

// TestNoNewDatabaseForAKeyring: a keyring without its database is refused, by every command, and nothing is made. A
// platform of PostgreSQL would otherwise look empty where --database was forgotten.
func TestNoNewDatabaseForAKeyring(t *testing.T) {
	dir := t.TempDir()
	c := clock.NewFake(epoch)
	if _, err := keyring.Create(dir); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"bootstrap", "--data-dir", dir, "--tenant", "acme", "--environments", "production"},
		{"token", "create", "--data-dir", dir, "--tenant", "acme", "--environment", "staging", "--role", "auditor"},
		{"serve", "--data-dir", dir, "--listen", "127.0.0.1:0"}, // last: it would not end
	} {
		code, out, log := call(t, c, args...)
		if code != 1 || out != "" || !strings.Contains(log, "give --database") || !strings.Contains(log, "empty directory") {
			t.Errorf("%s: exit code %d, %s%s", args[0], code, out, log)
		}
		if _, err := os.Stat(filepath.Join(dir, databaseName)); err == nil {
			t.Fatalf("%s made a new database", args[0])
		}
	}
	code, lines := examination(t, c, "--data-dir", dir, "--listen", "127.0.0.1:0")
	if code != exitError || !strings.HasPrefix(lines["data directory"], "fail "+dir+" has keyring.json and no") {
		t.Errorf("doctor: exit code %d: %q", code, lines)
	}
}

// TestInterruptedFirstStart: a first start that ended between the database and the keyring goes on with the next one.
func TestInterruptedFirstStart(t *testing.T) {
	dir := t.TempDir()
	s, err := data{dir: dir}.openStore(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	bootstrapped(t, clock.NewFake(epoch), dir)
}
