package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

// maxWaiting is how many bytes of lines wait at most for a file that cannot be written.
const maxWaiting = 16 << 20

// File is the file of a journal. It is opened anew for each write, so that it can be moved away. It is safe for
// concurrent use; a nil File keeps nothing.
type File struct {
	path string

	mu      sync.Mutex
	waiting []byte // what could not be written yet
	lost    bool   // more waited than is kept
	failed  error  // why the last write failed; nil: it did not
}

// Open returns the journal in a file, which it makes if there is none. A journal that is damaged is refused: whoever
// starts a platform should know of it before it is needed.
func Open(path string) (*File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the journal: %w", err)
	}
	defer func() { _ = f.Close() }()
	if _, err := Read(f); err != nil {
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
	for _, e := range entries {
		line, err := Line(e)
		if err != nil || len(f.waiting)+len(line) > maxWaiting {
			f.lost = true
			continue
		}
		f.waiting = append(f.waiting, line...)
	}
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

// appendTo adds lines to a file, after the end of a line that was cut off.
func appendTo(path string, lines []byte) (err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	last := []byte{'\n'}
	if size > 0 {
		if _, err := f.ReadAt(last, size-1); err != nil {
			return err
		}
	}
	if !bytes.Equal(last, []byte{'\n'}) {
		lines = append([]byte(endTorn+"\n"), lines...)
	}
	if _, err := f.Write(lines); err != nil {
		return err
	}
	return f.Sync()
}
