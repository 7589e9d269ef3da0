//go:build unix

package keyring

import (
	"io/fs"
	"os"
	"syscall"
)

// keepOwner gives a file the owner of another one.
func keepOwner(f *os.File, of fs.FileInfo) error {
	is, err := f.Stat()
	if err != nil {
		return err
	}
	had, ok := of.Sys().(*syscall.Stat_t)
	has, also := is.Sys().(*syscall.Stat_t)
	if !ok || !also || had.Uid == has.Uid && had.Gid == has.Gid {
		return nil
	}
	return f.Chown(int(had.Uid), int(had.Gid))
}
