package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

const (
	// maxWaiting is how many entries wait at most for a file that cannot be written.
	maxWaiting = 20_000
	// lockWait is how long an append waits for another process, such as a command beside the server.
	lockWait, lockEvery = 2 * time.Second, 5 * time.Millisecond
)

// File is the file of a journal. It is opened anew for each write, so that it can be moved away. It is safe for
// concurrent use; a nil File keeps nothing.
type File struct {
	path string

	mu      sync.Mutex
	waiting []Entry // what could not be written yet
	lost    bool    // more waited than is kept
	failed  error   // why the last write failed; nil: it did not
}

// Open returns the journal in a file, which it makes if there is none. A journal that is damaged or lacks lines is
// refused: whoever starts a platform should know of it before it is needed.
func Open(path string) (*File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the journal: %w", err)
	}
	defer func() { _ = f.Close() }()
	c, err := Read(f)
	if err == nil && len(c.Gaps) > 0 {
		err = errors.New(c.Gaps[0].String())
	}
	if err != nil {
		return nil, fmt.Errorf("the journal %s cannot be used: %w; or move it to another place, keep it there, and make a "+
			"backup once the platform serves", path, err)
	}
	return &File{path: path}, nil
}

// Append writes entries, and what waits from before. It returns when they are on the disk, or when they are kept in
// memory because the file cannot be written: a containment must not fail for that.
func (f *File) Append(entries ...Entry) {
	if f == nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if room := maxWaiting - len(f.waiting); len(entries) > room {
		f.lost, entries = true, entries[:room]
	}
	f.waiting = append(f.waiting, entries...)
	f.write()
}

// write writes what waits. The caller holds the mutex.
func (f *File) write() {
	if len(f.waiting) == 0 {
		return
	}
	if f.failed = appendTo(f.path, f.waiting); f.failed == nil {
		f.waiting = nil
	}
}

// Retry writes what waits.
func (f *File) Retry() {
	if f == nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.write()
}

// Failure returns why the journal lacks something; nil if it does not.
func (f *File) Failure() error {
	if f == nil {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.failed == nil && f.lost {
		return errors.New("entries were lost while it could not be written")
	}
	return f.failed
}

// appendTo adds entries to a file, each with the checksum of the line before it, after the end of a line that was cut
// off. One process at a time does so.
func appendTo(path string, entries []Entry) (err error) {
	unlock, err := lock(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	last, torn, err := endOf(f)
	if err != nil {
		return err
	}
	var lines []byte
	if torn {
		lines = []byte(endTorn + "\n")
	}
	for _, e := range entries {
		e.After = last
		line, err := lineOf(e)
		if err != nil {
			return err
		}
		lines, last = append(lines, line...), checksumOf(line[:len(line)-1])
	}
	if _, err := f.Write(lines); err != nil {
		return err
	}
	return f.Sync()
}

// lock prevents that another process appends meanwhile. It makes the file if there is none.
func lock(path string) (unlock func() error, err error) {
	l := flock.New(path, flock.SetPermissions(0o600))
	tick, limit := time.NewTicker(lockEvery), time.NewTimer(lockWait)
	defer tick.Stop()
	defer limit.Stop()
	for {
		locked, err := l.TryLock()
		if locked || err != nil {
			return l.Unlock, err
		}
		select {
		case <-tick.C:
		case <-limit.C:
			return nil, fmt.Errorf("another process has been writing to it for %s", lockWait)
		}
	}
}

// tailBytes is more than the last few lines of a journal have.
const tailBytes = 64 << 10

// endOf returns the checksum of the last whole line of a journal, and whether a line after that was cut off.
func endOf(f *os.File) (last string, torn bool, err error) {
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil || size == 0 {
		return "", false, err
	}
	from := max(0, size-tailBytes)
	tail := make([]byte, size-from)
	if _, err := f.ReadAt(tail, from); err != nil {
		return "", false, err
	}
	torn = tail[len(tail)-1] != '\n'
	lines := bytes.Split(tail, []byte("\n"))
	lines = lines[:len(lines)-1] // what follows the last end of a line
	for _, line := range slices.Backward(lines) {
		if !isTorn(line) {
			return checksumOf(line), torn, nil
		}
	}
	return "", torn, nil
}
