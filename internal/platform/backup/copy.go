package backup

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/sqlite"
)

// copies begins the names of the directories with copies of the database, beside it: they are as secret as that is.
const copies = ".backup-"

// copyDatabase makes a copy of a database as it is at one moment, without what was deleted. It first removes the copies
// of processes that were killed.
func copyDatabase(ctx context.Context, database string) (path string, remove func() error, err error) {
	if _, err := os.Stat(database); err != nil {
		return "", nil, err
	}
	dir := filepath.Dir(database)
	left, err := filepath.Glob(filepath.Join(dir, copies+"*"))
	for _, old := range left {
		err = errors.Join(err, os.RemoveAll(old))
	}
	if err != nil {
		return "", nil, err
	}
	temporary, err := os.MkdirTemp(dir, copies+"*") // with mode 0700
	if err != nil {
		return "", nil, err
	}
	remove = func() error { return os.RemoveAll(temporary) }
	path = filepath.Join(temporary, "copy.db")
	if err := vacuumInto(ctx, database, path); err != nil {
		return "", nil, errors.Join(fmt.Errorf("copy the database: %w", err), remove())
	}
	return path, remove, nil
}

func vacuumInto(ctx context.Context, database, path string) (err error) {
	db, err := sqlite.OpenToCopy(database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	_, err = db.ExecContext(ctx, "VACUUM INTO $1", path)
	return err
}

// describe reads what a copy has.
func describe(ctx context.Context, path string) (m Manifest, err error) {
	if m.Size, m.SHA256, err = sumOf(path); err != nil {
		return m, err
	}
	db, err := sqlite.OpenToRead(path)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	err = db.QueryRowContext(ctx, `SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version`).Scan(&m.Schema)
	if err == nil {
		err = db.QueryRowContext(ctx, `SELECT id, incarnation FROM platform`).Scan(&m.Platform, &m.Incarnation)
	}
	if err != nil {
		return m, fmt.Errorf("it has no platform of a present build, which its first start makes: %w", err)
	}
	if err := checkMoved(ctx, db); err != nil {
		return m, err
	}
	err = each(ctx, db, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`,
		func(rows *sql.Rows) error {
			var t Table
			err := rows.Scan(&t.Name)
			m.Tables = append(m.Tables, t)
			return err
		})
	for i, t := range m.Tables {
		if err == nil { // the names are those of our migrations
			err = db.QueryRowContext(ctx, `SELECT COUNT(*) FROM "`+t.Name+`"`).Scan(&m.Tables[i].Rows)
		}
	}
	if err != nil {
		return m, err
	}
	return m, each(ctx, db, `SELECT tenant, environment, size, root FROM audit_logs ORDER BY tenant, environment`,
		func(rows *sql.Rows) error {
			var l Log
			var root []byte
			err := rows.Scan(&l.Tenant, &l.Environment, &l.Size, &root)
			l.Root = base64.StdEncoding.EncodeToString(root)
			m.Logs = append(m.Logs, l)
			return err
		})
}

// checkMoved refuses what a platform has left: a restore of it would bring back what was revoked since then.
func checkMoved(ctx context.Context, db *sql.DB) error {
	var place string
	switch err := db.QueryRowContext(ctx, `SELECT place FROM moves WHERE away = 1`).Scan(&place); {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return fmt.Errorf("read whether its platform moved: %w", err)
	}
	return fmt.Errorf("its platform moved to %s, and this copy has none of the changes since then: back that database "+
		"up; to use this copy again and lose those changes, run quickconnectd migrate --undo with this directory as --from",
		place)
}

func each(ctx context.Context, db *sql.DB, query string, scan func(*sql.Rows) error) error {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func sumOf(path string) (size int64, sum string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = f.Close() }()
	digest := sha256.New()
	size, err = io.Copy(digest, f)
	return size, hex.EncodeToString(digest.Sum(nil)), err
}
