//go:build linux || darwin || freebsd

package main

import "golang.org/x/sys/unix"

// diskSpace returns how many bytes are free for this user on the disk of a directory, and how many it has.
func diskSpace(dir string) (free, total uint64, err error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, 0, err
	}
	// The types of the fields differ from system to system.
	block := uint64(s.Bsize)                               //nolint:gosec // the size of a block is above 0
	return uint64(s.Bavail) * block, s.Blocks * block, nil //nolint:unconvert // FreeBSD has a signed number
}
