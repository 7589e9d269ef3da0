package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// writeNew writes a new file that only its owner may read. It appears under its name when it is complete and on the
// disk, and replaces no other one.
func writeNew(path string, write func(io.Writer) error) (err error) {
	unfinished, err := os.CreateTemp(filepath.Dir(path), ".quickconnect-*") // mode 0600
	if err != nil {
		return fmt.Errorf("nothing was written: %w", err)
	}
	defer func() {
		_ = unfinished.Close()
		err = errors.Join(err, os.Remove(unfinished.Name()))
	}()
	buffered := bufio.NewWriter(unfinished)
	if err := errors.Join(write(buffered), buffered.Flush(), unfinished.Sync(), unfinished.Close()); err != nil {
		return fmt.Errorf("nothing was written: %w", err)
	}
	err = os.Link(unfinished.Name(), path) // unlike a renaming, it overwrites nothing
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s was made meanwhile, and nothing was written: name a new file with --out", path)
	}
	if err != nil {
		return fmt.Errorf("nothing was written: %w", err)
	}
	return nil
}
