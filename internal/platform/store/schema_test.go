package store

import (
	"os"
	"path/filepath"
	"testing"
)

// The version of a database is read without changing it, and is this build's once it was opened.
func TestSchemaVersions(t *testing.T) {
	known, err := SchemaVersion()
	if err != nil || known < 24 {
		t.Fatalf("%d, %v", known, err)
	}
	old, err := os.ReadFile("../../acctest/testdata/older_build/quickconnect.db")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "old.db")
	if err := os.WriteFile(path, old, 0o600); err != nil {
		t.Fatal(err)
	}
	before, err := SchemaOf(t.Context(), path)
	if err != nil || before.Version < 1 || before.Version >= known || before.Oldest != 0 {
		t.Fatalf("an older database has version %+v of %d: %v", before, known, err)
	}
	if again, err := SchemaOf(t.Context(), path); err != nil || again != before {
		t.Errorf("reading the version made it %+v of %+v: %v", again, before, err)
	}
	openSQLite(t, path)
	if after, err := SchemaOf(t.Context(), path); err != nil || after.Version != known || after.Oldest != saysOldest {
		t.Errorf("an opened database has version %+v of %d: %v", after, known, err)
	}
	if _, err := SchemaOf(t.Context(), filepath.Join(t.TempDir(), "missing", "a.db")); err == nil {
		t.Error("a database that is not there has a version")
	}
}
