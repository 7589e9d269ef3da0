package store

import (
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"github.com/pressly/goose/v3"
)

// lastAlone is the last migration that a replica of the version before it does not survive: builds without it serve
// alone.
const lastAlone = 115

// notAdditive are the migrations after lastAlone that break a rule, each with its reason. Such a migration has to set
// compatible.oldest, so that older builds refuse to start, and the changelog has to say that every replica is stopped
// first.
var notAdditive = map[string]string{}

// TestMigrationsAreAdditive: a replica of the previous version goes on beside a migration, and after it.
func TestMigrationsAreAdditive(t *testing.T) {
	entries, err := migrations.ReadDir("migrations")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		n, err := goose.NumericComponent(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		if n <= lastAlone {
			continue
		}
		text, err := fs.ReadFile(migrations, "migrations/"+e.Name())
		if err != nil {
			t.Fatal(err)
		}
		broken := notAdded(string(text))
		if _, excepted := notAdditive[e.Name()]; excepted != (len(broken) > 0) {
			t.Errorf("%s: a replica of the previous version would not go on: %s", e.Name(), strings.Join(broken, "; "))
		}
	}
}

// What a migration may do with what is there: statements of other forms are refused.
var (
	comments    = regexp.MustCompile(`(?m)--.*$`)
	spaces      = regexp.MustCompile(`\s+`)
	createTable = regexp.MustCompile(`^CREATE TABLE (\w+) \(`)
	addColumn   = regexp.MustCompile(`^ALTER TABLE (\w+) ADD COLUMN \w+ (.*)$`)
	createIndex = regexp.MustCompile(`^CREATE (UNIQUE )?INDEX \w+ ON (\w+) `)
	writeRows   = regexp.MustCompile(`^(?:INSERT INTO|UPDATE) (\w+) `)
	constrained = regexp.MustCompile(`\b(UNIQUE|CHECK|REFERENCES|PRIMARY)\b`)
)

// notAdded says what a replica of the previous version would not get along with in a migration: it does not know new
// columns, writes without them, and reads the old ones. A migration waits for the lock of one table at most, because
// two could be a deadlock with a request.
func notAdded(migration string) (broken []string) {
	up, _, _ := strings.Cut(migration, "-- +goose Down")
	made, changed := map[string]bool{}, map[string]bool{}
	for text := range strings.SplitSeq(comments.ReplaceAllString(up, ""), ";") {
		text = strings.TrimSpace(spaces.ReplaceAllString(text, " "))
		says := func(format string, args ...any) { broken = append(broken, fmt.Sprintf(format, args...)) }
		if m := createTable.FindStringSubmatch(text); m != nil {
			made[m[1]] = true
		} else if m := addColumn.FindStringSubmatch(text); m != nil {
			changed[m[1]] = true
			if strings.Contains(m[2], "NOT NULL") && !strings.Contains(m[2], "DEFAULT") {
				says("its INSERT into %s leaves a column out that must not be null", m[1])
			}
			if constrained.MatchString(m[2]) {
				says("what it writes to %s may break a rule that it does not know", m[1])
			}
		} else if m := createIndex.FindStringSubmatch(text); m != nil {
			changed[m[2]] = true
			if m[1] != "" && !made[m[2]] {
				says("what it writes to %s may not be unique", m[2])
			}
		} else if m := writeRows.FindStringSubmatch(text); m != nil {
			changed[m[1]] = true
		} else if text != "" {
			says("only what adds is sure to be right for it, not %q", text)
		}
	}
	for table := range made {
		delete(changed, table)
	}
	if len(changed) > 1 {
		broken = append(broken, "tables that it uses are locked together: one file may change one table")
	}
	return broken
}

func TestNotAdded(t *testing.T) {
	for migration, want := range map[string]string{
		"CREATE TABLE a (b TEXT); CREATE UNIQUE INDEX c ON a (b); INSERT INTO a (b) VALUES ('x');":        "",
		"ALTER TABLE a ADD COLUMN b TEXT;\n-- why\nALTER TABLE a ADD COLUMN c BIGINT NOT NULL DEFAULT 0;": "",
		"ALTER TABLE a ADD COLUMN b TEXT; CREATE INDEX c ON a (b); UPDATE a SET b = 'x';":                 "",
		"ALTER TABLE a ADD COLUMN b TEXT;\n-- +goose Down\nALTER TABLE a DROP COLUMN b;":                  "",

		"ALTER TABLE a ADD COLUMN b TEXT NOT NULL;":                         "must not be null",
		"ALTER TABLE a ADD COLUMN b BIGINT DEFAULT 0 UNIQUE;":               "a rule",
		"ALTER TABLE a ADD COLUMN b TEXT; ALTER TABLE c ADD COLUMN b TEXT;": "one table",
		"ALTER TABLE a ADD COLUMN b TEXT; UPDATE c SET d = 1;":              "one table",
		"CREATE UNIQUE INDEX b ON a (c);":                                   "may not be unique",
		"ALTER TABLE a DROP COLUMN b;":                                      "DROP COLUMN",
		"ALTER TABLE a RENAME COLUMN b TO c;":                               "RENAME COLUMN",
		"ALTER TABLE a RENAME TO b;":                                        "RENAME TO",
		"DROP TABLE a;":                                                     "DROP TABLE",
		"DELETE FROM a;":                                                    "DELETE FROM",
		"CREATE TRIGGER a BEFORE INSERT ON b BEGIN SELECT 1; END;":          "TRIGGER",
	} {
		got := strings.Join(notAdded(migration), "; ")
		if (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", migration, got, want)
		}
	}
}
