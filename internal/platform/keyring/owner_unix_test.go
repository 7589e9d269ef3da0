//go:build unix

package keyring

import (
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
