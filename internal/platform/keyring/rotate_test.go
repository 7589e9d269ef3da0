package keyring

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
)

// TestAddAndRemove: a keyring that another process has opened finds a new key by its number, the older keys stay, and
// a key that was removed is gone from the file.
func TestAddAndRemove(t *testing.T) {
	dir := t.TempDir()
	k := create(t, dir)
	server, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	first := newDataKey(t, k, place1.Owner())
	if err := k.Add(2); err != nil {
		t.Fatal(err)
	}
	if err := k.Add(2); err == nil {
		t.Error("a key took the number of another one")
	}
	second := newDataKey(t, k, place1.Owner())
	if k.Newest() != 2 || second.header.Number != 2 {
		t.Errorf("the newest key is %d", k.Newest())
	}
	for _, d := range []dataKey{first, second} {
		seal(t, d.opened(t, server), place1)
	}
	if err := k.Remove(1); err != nil {
		t.Fatal(err)
	}
	if err := k.Remove(2); err == nil {
		t.Error("the only key was removed")
	}
	if numbers, err := server.Numbers(); err != nil || !slices.Equal(numbers, []int64{2}) {
		t.Errorf("keys %v, %v", numbers, err)
	}
	reopened, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	second.opened(t, reopened)
	if _, err := reopened.OpenDataKey(t.Context(), first.header, first.owner, first.wrapped); err == nil {
		t.Error("a data key under a removed key unwraps")
	}
}

// TestChangeOfTheFile: the file is replaced as a whole with its mode, through a symbolic link too, and nothing is left
// beside it. Where it cannot be written, it stays.
func TestChangeOfTheFile(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no file modes")
	}
	elsewhere, dir := t.TempDir(), t.TempDir()
	create(t, elsewhere)
	path := filepath.Join(dir, FileName)
	if err := os.Symlink(filepath.Join(elsewhere, FileName), path); err != nil {
		t.Fatal(err)
	}
	k, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Add(2); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(path); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link was replaced: %v, %v", info, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if entries, err := os.ReadDir(elsewhere); err != nil || len(entries) != 1 {
		t.Errorf("there are other files beside the keyring: %v, %v", entries, err)
	}
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere")
	}
	if err := os.Chmod(elsewhere, 0o500); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(elsewhere, 0o700) })
	if err := k.Add(3); err == nil {
		t.Error("a key was added to a file that cannot be written")
	}
	if numbers, err := k.Numbers(); err != nil || !slices.Equal(numbers, []int64{1, 2}) {
		t.Errorf("keys %v, %v", numbers, err)
	}
}
