package move

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/outage"
)

// A page has at most so many rows and bytes, and at least one row. It is copied in one transaction.
const (
	pageRows  = 1000
	pageBytes = 4 << 20
)

// pageLimit is how long a page may take. A server that does not answer in this time is out of reach, whatever the
// network says of it.
const pageLimit = time.Minute

// querier is a database, or a transaction in it.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// each calls scan for every row.
func each(ctx context.Context, q querier, query string, args []any, scan func(*sql.Rows) error) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// inTime calls do with a context that ends after a limit. It makes an outage of that end.
func inTime(ctx context.Context, limit time.Duration, do func(ctx context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := do(limited)
	if err != nil && limited.Err() != nil && ctx.Err() == nil {
		return &outage.Error{Reason: outage.Unreachable, Err: err}
	}
	return err
}

// page reads the rows behind a key, in the order of the primary key. No row: there are no more. A nil key is before the
// first row.
func (t table) page(ctx context.Context, q querier, after []any) (page [][]any, err error) {
	query := `SELECT ` + quoted(t.columnNames()) + ` FROM "` + t.name + `"`
	if after != nil {
		places := make([]string, len(after))
		for i := range after {
			places[i] = fmt.Sprintf("$%d", i+1)
		}
		query += ` WHERE (` + quoted(t.key) + `) > (` + strings.Join(places, ", ") + `)`
	}
	query += fmt.Sprintf(` ORDER BY %s LIMIT %d`, quoted(t.key), pageRows)
	err = inTime(ctx, pageLimit, func(ctx context.Context) (err error) {
		page, err = t.rows(ctx, q, query, after)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading table %s: %w", t.name, err)
	}
	return page, nil
}

// rows reads at most as many rows of a query as a page may have bytes, and at least one.
func (t table) rows(ctx context.Context, q querier, query string, args []any) (page [][]any, err error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for bytes := 0; bytes < pageBytes && rows.Next(); {
		row, err := t.scan(rows)
		if err != nil {
			return nil, err
		}
		for _, v := range row {
			bytes += size(v)
		}
		page = append(page, row)
	}
	return page, rows.Err()
}

// scan reads a row. A value is nil, an int64, a string or a []byte, as the column says; nothing else has a checksum.
func (t table) scan(rows *sql.Rows) ([]any, error) {
	row, dest := make([]any, len(t.columns)), make([]any, len(t.columns))
	for i := range row {
		dest[i] = &row[i]
	}
	if err := rows.Scan(dest...); err != nil {
		return nil, err
	}
	for i, c := range t.columns {
		ok := row[i] == nil
		switch v := row[i].(type) {
		case int64:
			ok = c.kind == kindInt
		case string:
			ok = c.kind == kindText
		case []byte:
			ok = c.kind == kindBytes
			if v == nil {
				row[i] = []byte{} // it is empty, and not NULL
			}
		}
		if !ok {
			return nil, fmt.Errorf("a row has a %T in column %s, which is %s: it cannot be moved", row[i], c.name, c.kind)
		}
	}
	return row, nil
}

// keyOf returns the primary key of a row.
func (t table) keyOf(row []any) []any {
	key := make([]any, len(t.key))
	for i, name := range t.key {
		key[i] = row[slices.IndexFunc(t.columns, func(c column) bool { return c.name == name })]
	}
	return key
}

// last returns the key of the last row; nil if there is none. Pages are copied in the order of the keys, each one in a
// transaction: everything up to this key is there.
func (t table) last(ctx context.Context, q querier) (key []any, err error) {
	query := `SELECT ` + quoted(t.columnNames()) + ` FROM "` + t.name + `" ORDER BY "` +
		strings.Join(t.key, `" DESC, "`) + `" DESC LIMIT 1`
	err = each(ctx, q, query, nil, func(rows *sql.Rows) error {
		row, err := t.scan(rows)
		if err == nil {
			key = t.keyOf(row)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the end of table %s: %w", t.name, err)
	}
	return key, nil
}

func size(v any) int {
	switch v := v.(type) {
	case string:
		return len(v)
	case []byte:
		return len(v)
	}
	return 8
}
