package store

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/pgtest"
)

// The platform and the statements of the previous version, which make previous writes after a release.
const (
	previousDump       = "../../acctest/testdata/previous/dump.sql"
	previousStatements = "testdata/previous_statements.sql"
	betweenStatements  = "\n;\n"
)

var writePrevious = flag.Bool("write-previous", false, "write "+previousStatements+" with this build's statements")

// TestPreviousVersion: a replica of the previous version goes on while one of this version changes the tables, because
// PostgreSQL still understands every statement of the previous version. TestMigrationsAreAdditive is about what a
// statement does not name.
func TestPreviousVersion(t *testing.T) {
	t.Parallel()
	if *writePrevious {
		if err := os.WriteFile(previousStatements, []byte(strings.Join(statements, betweenStatements)), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	dump, err := os.ReadFile(previousDump)
	if err != nil {
		t.Fatal(err)
	}
	url := pgtest.Shared(t).Empty(t)
	pgtest.Statement(t, url, string(dump))
	prepare := preparing(t, openPostgres(t, url))
	text, err := os.ReadFile(previousStatements)
	if err != nil {
		t.Fatal(err)
	}
	older := strings.Split(string(text), betweenStatements)
	if len(older) < 200 {
		t.Fatalf("%s has only %d statements", previousStatements, len(older))
	}
	for _, text := range older {
		if err := prepare(text); err != nil {
			t.Errorf("a statement of the previous version fails after the migrations of this one: %v\n\t%s", err, text)
		}
	}
}
