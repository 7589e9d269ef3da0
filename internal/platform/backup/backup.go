// Package backup writes the file of a backup of a platform in SQLite, and reads it again. A server may be at work
// meanwhile. The file is encrypted with age: for the recipients that somebody names, or under the key-encryption key,
// which is never in it.
package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"filippo.io/age"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
)

// format is the version of what is encrypted: a line with the manifest in JSON, and the database.
const format = 1

// Manifest says what a backup has.
type Manifest struct {
	Format      int       `json:"format"`
	Platform    string    `json:"platform"`
	Incarnation int64     `json:"incarnation"`
	TakenAt     time.Time `json:"taken_at"`
	Schema      int64     `json:"schema"`
	Tables      []Table   `json:"tables"`
	Logs        []Log     `json:"audit_logs"`
	Size        int64     `json:"database_size"`
	SHA256      string    `json:"database_sha256"`
}

// Table is how many rows a table has.
type Table struct {
	Name string `json:"name"`
	Rows int64  `json:"rows"`
}

// Log is the head of the audit log of an environment.
type Log struct {
	Tenant      string `json:"tenant"`
	Environment string `json:"environment"`
	Size        int64  `json:"size"`
	Root        string `json:"root"`
}

// Rows is how many rows all tables have.
func (m Manifest) Rows() (n int64) {
	for _, t := range m.Tables {
		n += t.Rows
	}
	return n
}

// Config is what a backup is made of.
type Config struct {
	Database string // the file of the database
	Out      string // the file of the backup, which must not exist
	At       time.Time
	// Recipients can decrypt the backup.
	Recipients []age.Recipient
}

// Written is what was written.
type Written struct {
	Manifest

	Size   int64  // of the file
	SHA256 string // of the file, in hexadecimal digits
}

// ErrExists is the error of a file that exists already.
var ErrExists = errors.New("it exists already, and a backup overwrites nothing: name another file")

// partial is what the name of a file ends in that is not complete.
const partial = ".partial"

// Write writes a backup. The file appears when it is complete and on the disk. Two calls for one database must not run
// at once.
func Write(ctx context.Context, c Config) (w Written, err error) {
	if _, err := os.Lstat(c.Out); err == nil {
		return w, fmt.Errorf("%s: %w", c.Out, ErrExists)
	}
	if c.Database, err = filepath.Abs(c.Database); err != nil {
		return w, err
	}
	copied, remove, err := copyDatabase(ctx, c.Database)
	if err != nil {
		return w, err
	}
	defer func() { err = errors.Join(err, remove()) }()
	m, err := describe(ctx, copied)
	if w.Manifest = m; err != nil {
		return w, fmt.Errorf("look at the copy of the database: %w", err)
	}
	w.Format, w.TakenAt = format, c.At.UTC()
	unfinished := c.Out + partial
	if err := os.RemoveAll(unfinished); err != nil { // of a process that was killed
		return w, err
	}
	defer func() { err = errors.Join(err, ignoreMissing(os.Remove(unfinished))) }()
	if w.Size, w.SHA256, err = encrypt(ctx, unfinished, copied, w.Manifest, c.Recipients); err != nil {
		return w, fmt.Errorf("write %s: %w", unfinished, err)
	}
	if err := os.Link(unfinished, c.Out); err != nil { // unlike a renaming, it overwrites nothing
		return w, err
	}
	_ = keyring.SyncDirectory(filepath.Dir(c.Out)) // not every file system can do that
	return w, nil
}

// encrypt writes the file of a backup, and returns its size and its SHA-256.
func encrypt(
	ctx context.Context, path, database string, m Manifest, to []age.Recipient,
) (size int64, sum string, err error) {
	from, err := os.Open(database)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = from.Close() }()
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, "", err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	digest := sha256.New()
	counted := &counter{to: io.MultiWriter(out, digest)}
	sealed, err := age.Encrypt(counted, to...)
	if err != nil {
		return 0, "", err
	}
	if err := json.NewEncoder(sealed).Encode(m); err != nil {
		return 0, "", err
	}
	if _, err := io.Copy(sealed, &interruptible{ctx, from}); err != nil {
		return 0, "", err
	}
	if err := errors.Join(sealed.Close(), out.Sync()); err != nil {
		return 0, "", err
	}
	return counted.n, hex.EncodeToString(digest.Sum(nil)), nil
}

// counter counts what is written.
type counter struct {
	to io.Writer
	n  int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.to.Write(p)
	c.n += int64(n)
	return n, err
}

// interruptible ends with its context.
type interruptible struct {
	ctx  context.Context //nolint:containedctx // a reader has no other way to get one
	from io.Reader
}

func (r *interruptible) Read(p []byte) (int, error) {
	if err := context.Cause(r.ctx); err != nil {
		return 0, err
	}
	return r.from.Read(p)
}

func ignoreMissing(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}
