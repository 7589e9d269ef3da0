//go:build unix

package sqlite

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"unsafe"
)

// Commits tells without a query whether anything was committed to a database, by any process. It reads the counter of
// commits in the wal-index, which SQLite shares between processes: https://www.sqlite.org/walformat.html, section 2.1.
type Commits struct {
	open *sql.Conn // as long as a connection is open, SQLite keeps the wal-index
	file *os.File

	mu    sync.RWMutex // a request may look while the store is closed
	index []byte       // nil where it cannot be read so
}

// The header of the wal-index begins with its version, and has the counter "iChange" at an offset of 8.
const (
	walIndexVersion = 3007000
	counterOffset   = 8
	headerSize      = 136
)

// WatchCommits watches the database file at a path, from a pool that has it open. The watch has to be closed after the
// pools: closing a descriptor of the wal-index releases every lock that this process holds on it.
func WatchCommits(ctx context.Context, pool *sql.DB, path string) (*Commits, error) {
	open, err := pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	c := &Commits{open: open}
	if err := open.PingContext(ctx); err != nil {
		return c, err
	}
	if c.file, err = os.Open(path + "-shm"); err != nil {
		return c, nil //nolint:nilerr // the database is not in WAL mode: every look at it is a query
	}
	index, err := syscall.Mmap(int(c.file.Fd()), 0, headerSize, syscall.PROT_READ, syscall.MAP_SHARED)
	if err == nil && binary.NativeEndian.Uint32(index) == walIndexVersion {
		c.index = index
	}
	return c, nil
}

// Count returns a number that differs from the one before if anything was committed since. It is false where only a
// query can tell.
func (c *Commits) Count() (n uint32, ok bool) {
	if c == nil {
		return 0, false
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.index == nil {
		return 0, false
	}
	//nolint:gosec // the mapping is aligned
	return atomic.LoadUint32((*uint32)(unsafe.Pointer(&c.index[counterOffset]))), true
}

// LetGo gives the connection back, so that the pool can be closed.
func (c *Commits) LetGo() error {
	if err := c.open.Close(); !errors.Is(err, sql.ErrConnDone) {
		return err
	}
	return nil
}

// Close ends the watch.
func (c *Commits) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var errs []error
	if c.index != nil {
		errs = append(errs, syscall.Munmap(c.index))
		c.index = nil
	}
	if c.file != nil {
		errs = append(errs, c.file.Close())
		c.file = nil
	}
	return errors.Join(errs...)
}
