package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/pgtest"
)

// TestPostgres runs every command that works on a platform over a PostgreSQL database.
func TestPostgres(t *testing.T) {
	c := clock.NewFake(epoch)
	dir, url := t.TempDir(), pgtest.Shared(t).Empty(t)
	where := []string{"--data-dir", dir, "--database", url}
	with := func(words string) []string { return append(strings.Fields(words), where...) }

	if code, _, log := call(t, c, with("token create --tenant acme --environment staging --role auditor")...); code != 1 ||
		!strings.Contains(log, "no platform in the database") {
		t.Errorf("%d %s", code, log)
	}
	code, out, log := call(t, c, with("bootstrap --tenant acme --environments staging")...)
	var tokens map[string]string
	if err := json.Unmarshal([]byte(out), &tokens); code != 0 || err != nil {
		t.Fatalf("%d %v %s", code, err, log)
	}
	s := start(t, c, append(where, "--listen", "127.0.0.1:0")...)
	if status, _ := identity(t, http.DefaultClient, s.url, tokens["staging"]); status != 200 {
		t.Errorf("a token of bootstrap: %d", status)
	}
	code, out, log = call(t, c, with("token create --tenant acme --environment staging --role auditor")...)
	if code != 0 {
		t.Fatal(log)
	}
	if status, _ := identity(t, http.DefaultClient, s.url, strings.TrimSpace(out)); status != 200 {
		t.Errorf("a token made beside the server: %d", status)
	}
	if code, out, log := call(t, c, with("token list --tenant acme --environment staging")...); code != 0 ||
		!strings.Contains(out, "auditor") {
		t.Errorf("%d %s %s", code, out, log)
	}
	if code, _, log := call(t, c, with("clock accept")...); code != 0 {
		t.Error(log)
	}
	if _, err := os.Stat(dir + "/" + databaseName); err == nil {
		t.Error("there is a database in the data directory")
	}

	// A second server, of another machine.
	other := []string{"serve", "--data-dir", t.TempDir(), "--database", url, "--listen", "127.0.0.1:0"}
	keyring, err := os.ReadFile(dir + "/keyring.json")
	if err == nil {
		err = os.WriteFile(other[2]+"/keyring.json", keyring, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	second := start(t, c, other[1:]...)
	if status, _ := identity(t, http.DefaultClient, second.url, tokens["staging"]); status != 200 {
		t.Errorf("a second server beside the first one: %d", status)
	}
	if code := second.stop(); code != 0 {
		t.Errorf("the second server ends with %d: %s", code, second.log)
	}
	// Without its keyring, a database is not given a new one.
	other[2] = t.TempDir()
	if code, _, log := call(t, c, other...); code != 1 ||
		!strings.Contains(log, "the keyring is missing") {
		t.Errorf("without the keyring: %d %s", code, log)
	}
}

// TestDatabaseURLIsNotShown: it may have a password.
func TestDatabaseURLIsNotShown(t *testing.T) {
	c := clock.NewFake(epoch)
	t.Setenv("QUICKCONNECTD_DATABASE", "postgres://u:hidden@127.0.0.1:1/gone")
	t.Setenv("QUICKCONNECTD_TO", "postgres://u:hidden@127.0.0.1:1/gone")
	moving := t.TempDir()
	call(t, c, "bootstrap", "--data-dir", moving, "--database", "", "--tenant", "acme", "--environments", "staging")
	for _, args := range [][]string{
		{"serve", "--data-dir", t.TempDir(), "--listen", "127.0.0.1:0"},
		{"serve", "--help"},
		{"serve", "--data-dir", t.TempDir(), "--database", "hidden://%zz hidden"},
		{"migrate", "--from", moving},
		{"migrate", "--from", moving, "--to", "hidden://%zz hidden"},
		{"migrate", "--help"},
		{"doctor", "--data-dir", t.TempDir(), "--listen", "127.0.0.1:0"},
	} {
		_, out, log := call(t, c, args...)
		if strings.Contains(out+log, "hidden") {
			t.Errorf("%v: %s%s", args, out, log)
		}
		if args[1] != "--help" && !strings.Contains(out+log, "database") {
			t.Errorf("%v: %s", args, log)
		}
	}
}

// TestDatabaseFile: the URL of the database is in a file that nobody else can read, and in one place.
func TestDatabaseFile(t *testing.T) {
	const gone = "postgres://u:hidden@127.0.0.1:1/gone"
	dir := t.TempDir()
	file := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	private := file("private", gone+"\n", 0o600)
	for name, c := range map[string]struct {
		args        []string
		environment map[string]string
		code        int
		says        string
	}{
		"a flag":     {[]string{"--database-file", private}, nil, 1, "database gone at 127.0.0.1"},
		"a variable": {nil, map[string]string{"QUICKCONNECTD_DATABASE_FILE": private}, 1, "database gone at 127.0.0.1"},
		"the flag comes first": {
			[]string{"--database-file", private},
			map[string]string{"QUICKCONNECTD_DATABASE": "postgres://h/other"},
			1,
			"database gone at 127.0.0.1",
		},
		"the other flag comes first": {
			[]string{"--database", gone},
			map[string]string{"QUICKCONNECTD_DATABASE_FILE": "/nowhere"},
			1,
			"database gone at 127.0.0.1",
		},
		"twice": {[]string{"--database-file", private, "--database", gone}, nil, 2, "given twice"},
		"twice in variables": {
			nil, map[string]string{"QUICKCONNECTD_DATABASE_FILE": private, "QUICKCONNECTD_DATABASE": gone}, 2, "given twice",
		},
		"no file":            {[]string{"--database-file", dir + "/none"}, nil, 1, "no such file"},
		"others can read it": {[]string{"--database-file", file("open", gone, 0o644)}, nil, 1, "has mode 0644"},
		"empty":              {[]string{"--database-file", file("empty", "\n", 0o600)}, nil, 1, "in one line"},
		"two lines":          {[]string{"--database-file", file("two", gone+"\nx", 0o600)}, nil, 1, "in one line"},
	} {
		t.Run(name, func(t *testing.T) {
			for variable, value := range c.environment {
				t.Setenv(variable, value)
			}
			args := append([]string{"serve", "--data-dir", t.TempDir(), "--listen", "127.0.0.1:0"}, c.args...)
			code, out, log := call(t, clock.NewFake(epoch), args...)
			if code != c.code || !strings.Contains(log, c.says) || strings.Contains(out+log, "hidden") {
				t.Errorf("%d %s%s", code, out, log)
			}
		})
	}
}
