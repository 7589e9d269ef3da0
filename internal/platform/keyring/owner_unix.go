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

// Private reports whether nobody but the user of this process, and root, can read or change a file.
func Private(info fs.FileInfo) bool {
	of, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return info.Mode().Perm()&0o077 == 0
	}
	return private(info.Mode().Perm(), int(of.Uid), os.Geteuid())
}

// private takes a file of root that its group can read: systemd and Kubernetes hand a secret to the user of a service
// like that. Root itself needs no group.
func private(mode fs.FileMode, owner, user int) bool {
	if owner == 0 && user != 0 {
		return mode&0o037 == 0
	}
	return mode&0o077 == 0
}
