package move

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// table is a table of the platform, as the catalogue of SQLite has it.
type table struct {
	name    string
	columns []column
	key     []string // the columns of the primary key, in its order
	needs   []string // the tables that its foreign keys refer to
}

type column struct{ name, kind string }

// The types of columns. The migrations use no other.
const (
	kindInt   = "BIGINT"
	kindText  = "TEXT"
	kindBytes = "BYTEA"
)

// notMoved are the tables of a database itself: who serves it and does what, where its platform moved to, and its
// schema.
var notMoved = []string{
	"serving", "turns", "leases", "endpoint_attempts", "compatible", "moves", "goose_db_version", "goose_lock",
}

// seeded are the tables in which the migrations of a new database leave rows. The rows of the source replace them.
var seeded = []string{"access_changes", "clock"}

// catalogue reads the tables to be moved, each one after those that it refers to.
func catalogue(ctx context.Context, q querier) ([]table, error) {
	var names []string
	err := each(ctx, q, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`,
		nil, func(rows *sql.Rows) error {
			var name string
			err := rows.Scan(&name)
			if !slices.Contains(notMoved, name) {
				names = append(names, name)
			}
			return err
		})
	if err != nil {
		return nil, err
	}
	tables := make([]table, len(names))
	for i, name := range names {
		if tables[i], err = describe(ctx, q, name); err != nil {
			return nil, err
		}
	}
	return ordered(tables)
}

func describe(ctx context.Context, q querier, name string) (table, error) {
	t := table{name: name}
	keys := map[int]string{}
	err := each(ctx, q, `SELECT name, type, pk FROM pragma_table_info($1) ORDER BY cid`, []any{name},
		func(rows *sql.Rows) error {
			var c column
			var place int // in the primary key, from 1; 0: it is not in it
			if err := rows.Scan(&c.name, &c.kind, &place); err != nil {
				return err
			}
			if !slices.Contains([]string{kindInt, kindText, kindBytes}, c.kind) {
				return fmt.Errorf("column %s of table %s has the type %s, which cannot be moved", c.name, name, c.kind)
			}
			t.columns = append(t.columns, c)
			if place > 0 {
				keys[place] = c.name
			}
			return nil
		})
	if err != nil {
		return t, err
	}
	for place := 1; place <= len(keys); place++ {
		t.key = append(t.key, keys[place])
	}
	if len(t.key) == 0 {
		return t, fmt.Errorf("table %s has no primary key, and cannot be moved", name)
	}
	err = each(ctx, q, `SELECT DISTINCT "table" FROM pragma_foreign_key_list($1)`, []any{name},
		func(rows *sql.Rows) error {
			var needed string
			err := rows.Scan(&needed)
			if needed != name {
				t.needs = append(t.needs, needed)
			}
			return err
		})
	return t, err
}

// ordered puts each table after those that it needs.
func ordered(tables []table) (out []table, err error) {
	placed := map[string]bool{}
	for len(out) < len(tables) {
		before := len(out)
		for _, t := range tables {
			ready := !slices.ContainsFunc(t.needs, func(needed string) bool { return !placed[needed] })
			if ready && !placed[t.name] {
				out, placed[t.name] = append(out, t), true
			}
		}
		if len(out) == before {
			return nil, fmt.Errorf("tables refer to each other in a circle, and cannot be moved; %d are outside of it", before)
		}
	}
	return out, nil
}

func (t table) columnNames() []string {
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = c.name
	}
	return names
}

// quoted lists names of columns in a statement of either engine.
func quoted(names []string) string { return `"` + strings.Join(names, `", "`) + `"` }
