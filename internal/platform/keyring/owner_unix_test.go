//go:build unix

package keyring

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestOwnerIsKept: a command that root runs leaves the keyring, and the files beside it, to the user of the server.
func TestOwnerIsKept(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root gives files to other users")
	}
	const user = 12345
	dir := t.TempDir()
	k := create(t, dir)
	path, lock := filepath.Join(dir, FileName), filepath.Join(dir, "keyring.lock")
	if err := os.Chown(path, user, user); err != nil {
		t.Fatal(err)
	}
	if err := k.Add(2); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(lock, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := GiveToOwner(dir, lock); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{path, lock} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if of, ok := info.Sys().(*syscall.Stat_t); !ok || of.Uid != user || of.Gid != user {
			t.Errorf("%s belongs to another user", path)
		}
	}
}

// TestPrivate: the group may read a file of root that is for the user of a service, and no other file.
func TestPrivate(t *testing.T) {
	const root, user, other = 0, 1000, 1001
	for _, c := range []struct {
		mode        fs.FileMode
		owner, user int
		want        bool
	}{
		{0o600, user, user, true},
		{0o400, root, root, true},
		{0o440, root, user, true},
		{0o640, root, user, true},
		{0o440, root, root, false},
		{0o440, user, user, false},
		{0o440, other, user, false},
		{0o460, root, user, false},
		{0o450, root, user, false},
		{0o444, root, user, false},
	} {
		if got := private(c.mode, c.owner, c.user); got != c.want {
			t.Errorf("mode %04o of %d for %d: %v", c.mode, c.owner, c.user, got)
		}
	}
}
