package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/pgtest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
)

// TestDoctorOnPostgres: doctor looks at the database that serve would use, and makes nothing in it.
func TestDoctorOnPostgres(t *testing.T) {
	c := clock.NewFake(epoch)
	cluster := pgtest.Shared(t)
	dir, url := t.TempDir(), cluster.Empty(t)
	says := func(want int, url string, checks map[string]string) {
		t.Helper()
		code, lines := examination(t, c, "--data-dir", dir, "--database", url, "--listen", "127.0.0.1:0")
		if code != want {
			t.Errorf("exit code %d, want %d: %q", code, want, lines)
		}
		for about, prefix := range checks {
			if !strings.HasPrefix(lines[about], prefix) {
				t.Errorf("%s: %q, want %q", about, lines[about], prefix)
			}
		}
	}
	for range 2 { // the first one made nothing
		says(exitOK, url, map[string]string{
			"data directory": "warn " + dir + " has no platform yet", "keyring": "ok there is none",
			"database server": "ok test_", "database lease": "ok nothing serves", "database version": "ok there is none yet",
		})
	}
	where := []string{"--data-dir", dir, "--database", url}
	code, _, log := call(t, c, append(where, "bootstrap", "--tenant", "acme", "--environments", "staging")...)
	if code != exitOK {
		t.Fatal(log)
	}
	says(exitOK, url, map[string]string{
		"data directory": "ok", "keyring": "ok", "clock": "ok", "database lease": "ok nothing",
		"database version": "ok it is",
	})
	s := start(t, c, append(where, "--listen", "127.0.0.1:0")...)
	says(exitOK, url, map[string]string{"database lease": "ok process "})
	s.stop()

	name := url[len("postgres:///"):strings.Index(url, "?")]
	cluster.Exec(t, "ALTER DATABASE "+name+" SET default_transaction_read_only = on")
	says(exitError, url, map[string]string{"database server": "fail " + name, "database version": "ok it is"})
	cluster.Exec(t, "ALTER DATABASE "+name+" RESET default_transaction_read_only")

	pgtest.Statement(t, url, `INSERT INTO moves VALUES (1, '', '/from/here', 0, 1, 1, 0)`)
	says(exitError, url, map[string]string{"database version": "fail database " + name, "keyring": "warn it opens"})
	pgtest.Statement(t, url, `DELETE FROM moves`)

	if err := os.Remove(filepath.Join(dir, keyring.FileName)); err != nil {
		t.Fatal(err)
	}
	says(exitError, url, map[string]string{"keyring": "fail " + keyring.FileName + " is missing"})
	says(exitError, "postgres://u:hidden@127.0.0.1:1/gone?sslmode=disable", map[string]string{
		"database server": "fail database gone at 127.0.0.1", "database lease": "warn",
		"database version": "fail it is not known",
		"keyring":          "warn there is none",
	})
}
