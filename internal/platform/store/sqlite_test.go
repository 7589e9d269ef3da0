package store

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

func TestSQLite(t *testing.T) {
	t.Parallel()
	suite(t, func(t *testing.T) database {
		t.Helper()
		path := filepath.Join(t.TempDir(), "quickconnect.db")
		return sqliteAt(path)
	})
}

func openSQLite(tb testing.TB, path string) *Store {
	tb.Helper()
	s, err := Open(tb.Context(), path)
	return closedAtTheEnd(tb, s, err)
}

// closedAtTheEnd returns a store that was just opened.
func closedAtTheEnd(tb testing.TB, s *Store, err error) *Store {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	return s
}

func sqliteAt(path string) database {
	return database{open: func(t *testing.T) *Store {
		t.Helper()
		return openSQLite(t, path)
	}}
}

func TestFilesArePrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no file modes")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "a.db")
	if err := os.WriteFile(path, nil, 0o644); err != nil { // another user can read it
		t.Fatal(err)
	}
	for number := range int64(2) {
		s := openSQLite(t, path)
		openSQLite(t, filepath.Join(dir, "fresh.db"))
		update(t, s, func(tx *Tx) error { return tx.InsertKey(t.Context(), t.Name(), number, []byte("k"), start) })
		files := 0
		err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			info, err := e.Info()
			if err != nil {
				return err
			}
			files++
			if info.Mode().Perm() != 0o600 {
				t.Errorf("%s has mode %04o", name, info.Mode().Perm())
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if files < 4 {
			t.Errorf("only %d files: the journals are missing", files)
		}
	}
}

func TestOddPaths(t *testing.T) {
	for _, name := range []string{"with space.db", "100%25?.db", "a#b&_pragma=x.db", "ünïcode.db"} {
		if runtime.GOOS == "windows" && strings.ContainsAny(name, "?") {
			continue
		}
		path := filepath.Join(t.TempDir(), name)
		s := openSQLite(t, path)
		update(t, s, func(tx *Tx) error { return tx.CreateEnvironment(t.Context(), staging, start) })
		if info, err := os.Stat(path); err != nil || info.Size() == 0 {
			t.Errorf("%s: nothing was stored there: %v", name, err)
		}
	}
}

func TestOpenFails(t *testing.T) {
	dir := t.TempDir()
	garbage := filepath.Join(dir, "garbage.db")
	if err := os.WriteFile(garbage, bytes.Repeat([]byte("not a database "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(dir, "missing", "a.db"), dir, garbage} {
		s, err := Open(t.Context(), path)
		if err == nil {
			t.Errorf("%s opened", path)
			_ = s.Close()
		} else if !strings.Contains(err.Error(), path) {
			t.Errorf("the error does not name %s: %v", path, err)
		}
	}
}

// Several processes may start on an empty data directory at once.
func TestConcurrentOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	var done sync.WaitGroup
	for range 4 {
		done.Go(func() {
			s, err := Open(t.Context(), path)
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.Ping(t.Context()); err != nil {
				t.Error(err)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	done.Wait()
}

func TestCancelledUpdateIsRolledBack(t *testing.T) {
	s := openSQLite(t, filepath.Join(t.TempDir(), "a.db"))
	ctx, cancel := context.WithCancel(t.Context())
	err := s.Update(ctx, func(tx *Tx) error {
		if err := tx.CreateEnvironment(ctx, staging, start); err != nil {
			return err
		}
		cancel()
		return nil
	})
	if err == nil {
		t.Error("an update was committed although its context had ended")
	}
	view(t, s, func(tx *Tx) error {
		exists, err := tx.EnvironmentExists(t.Context(), staging)
		if exists {
			t.Error("a part of the update was committed")
		}
		return err
	})
}

// No file contains a sealed value in clear, nor an erased value after a checkpoint of the journal.
func TestFilesHoldNoSecret(t *testing.T) {
	const canary, described = "canary-93af-in-clear", "control-57c1-in-clear"
	dir := t.TempDir()
	ring, err := keyring.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	of := keyring.Bound{Tenant: "acme", Environment: "staging", Credential: "tok_1", Version: 1}
	header, _, wrapped, err := ring.NewDataKey(t.Context(), 1, of.Owner())
	if err != nil {
		t.Fatal(err)
	}
	key, err := ring.OpenDataKey(t.Context(), header, of.Owner(), wrapped)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := key.Seal(secret.New(canary), of)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "a.db")
	d := sqliteAt(path)
	s := d.opened(t)
	o := token(staging, "tok_1", "a", "con_1")
	o.Owner = described
	insert(t, s, connector(staging, "con_1", "c"), o)
	update(t, s, func(tx *Tx) error {
		return tx.PutSecret(t.Context(), "tok_1", Sealed{Number: 1, Value: sealed, LookupHash: []byte("hash")})
	})
	found := func(what []byte) bool {
		t.Helper()
		files, err := filepath.Glob(filepath.Join(dir, "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			data, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(data, what) {
				return true
			}
		}
		return false
	}
	if found([]byte(canary)) {
		t.Error("the secret is in a file in clear")
	}
	if !found([]byte(described)) || !found(sealed) {
		t.Error("the search does not find stored data")
	}
	update(t, s, func(tx *Tx) error { return tx.EraseSecret(t.Context(), "tok_1", 1) })
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if found(sealed) || found(sealed[len(sealed)/2:]) {
		t.Error("the erased value is still in a file")
	}
	if !found([]byte(described)) {
		t.Error("the search does not find stored data")
	}
}

// Every statement finds its rows by an index.
func TestStatementsUseIndexes(t *testing.T) {
	s := openSQLite(t, filepath.Join(t.TempDir(), "a.db"))
	scan := regexp.MustCompile(`^(SCAN|USE TEMP B-TREE)`)
	plan := func(text string) (details []string) {
		rows, err := s.read.db.QueryContext(t.Context(),
			"EXPLAIN QUERY PLAN "+regexp.MustCompile(`\$\d+`).ReplaceAllString(text, "'1'"))
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var id, parent, unused int
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				t.Fatal(err)
			}
			details = append(details, detail)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		return details
	}
	for _, text := range statements {
		for _, detail := range plan(text) {
			if scan.MatchString(detail) {
				t.Errorf("%s\n\t%s", detail, text)
			}
		}
	}
	if len(statements) < 30 {
		t.Errorf("only %d statements were looked at", len(statements))
	}
}
