package platform_test

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver
)

// onPostgres says that the worlds of the tests have a PostgreSQL database each: QC_TEST_DATABASE=postgres.
var onPostgres = os.Getenv("QC_TEST_DATABASE") == "postgres"

// seedTemplate is the database that those of the worlds are copies of.
const seedTemplate = "seeded"

// file is the path of the database where that is a file.
func (w *world) file() string { return filepath.Join(w.dir, "platform.db") }

// beside opens the database a second time, as another process does.
func (w *world) beside() *sql.DB {
	w.t.Helper()
	driver, name := "sqlite", "file://"+w.file()+"?_pragma=busy_timeout(15000)"
	if w.url != "" {
		driver, name = "pgx", w.url
	}
	db, err := sql.Open(driver, name)
	if err != nil {
		w.t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	w.t.Cleanup(func() { _ = db.Close() })
	return db
}

// tamper changes the database directly, and ends what the platform has in memory, as another process could do.
// A parameter is a question mark.
func (w *world) tamper(statement string, args ...any) {
	w.t.Helper()
	db := w.beside()
	defer func() { _ = db.Close() }()
	for i := range args {
		statement = strings.Replace(statement, "?", "$"+strconv.Itoa(i+1), 1)
	}
	if _, err := db.ExecContext(w.t.Context(), statement, args...); err != nil {
		w.t.Fatal(err)
	}
	if _, err := db.ExecContext(w.t.Context(), `UPDATE access_changes SET number = number + 1`); err != nil {
		w.t.Fatal(err)
	}
}

// query reads one row of the database directly.
func (w *world) query(statement string, dest ...any) {
	w.t.Helper()
	db := w.beside()
	defer func() { _ = db.Close() }()
	if err := db.QueryRowContext(w.t.Context(), statement).Scan(dest...); err != nil {
		w.t.Fatal(err)
	}
}

// breakTable makes an INSERT into or an UPDATE of a table fail, as on a full disk, until the function that it returns
// is called.
func (w *world) breakTable(event, table string) (mend func()) {
	w.t.Helper()
	if w.url == "" {
		w.tamper(`CREATE TRIGGER broken BEFORE ` + event + ` ON ` + table + `
			BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`)
		return func() { w.tamper(`DROP TRIGGER broken`) }
	}
	w.tamper(`CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql
		AS $$ BEGIN RAISE EXCEPTION 'database or disk is full'; END $$`)
	w.tamper(`CREATE TRIGGER broken BEFORE ` + event + ` ON ` + table + ` FOR EACH ROW EXECUTE FUNCTION broken()`)
	return func() { w.tamper(`DROP FUNCTION broken CASCADE`) }
}

// rows returns all that a PostgreSQL database stores.
func (w *world) rows() []byte {
	w.t.Helper()
	db := w.beside()
	defer func() { _ = db.Close() }()
	var tables string
	err := db.QueryRowContext(w.t.Context(), `SELECT string_agg(tablename, ' ') FROM pg_tables
		WHERE schemaname = 'public'`).Scan(&tables)
	if err != nil {
		w.t.Fatal(err)
	}
	var all bytes.Buffer
	for table := range strings.FieldsSeq(tables) {
		w.rowsOf(db, table, &all)
	}
	return all.Bytes()
}

func (w *world) rowsOf(db *sql.DB, table string, all *bytes.Buffer) {
	w.t.Helper()
	rows, err := db.QueryContext(w.t.Context(), `SELECT * FROM `+table)
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		w.t.Fatal(err)
	}
	for rows.Next() {
		values, dest := make([]sql.RawBytes, len(columns)), make([]any, len(columns))
		for i := range values {
			dest[i] = &values[i]
		}
		if err := rows.Scan(dest...); err != nil {
			w.t.Fatal(err)
		}
		for _, v := range values {
			all.Write(v)
			all.WriteByte('\n')
		}
	}
	if err := rows.Err(); err != nil {
		w.t.Fatal(err)
	}
}
