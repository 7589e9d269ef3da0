package keyring

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
)

// FileName is the name of the keyring file in the data directory: a Tink keyset as JSON, in clear. Whoever has this
// file and the database has every secret.
const FileName = "keyring.json"

// Create creates the data directory and its keyring, or opens an existing keyring. Processes that create at once get
// the same keyring.
func Create(dir string) (*Keyring, error) {
	path := filepath.Join(dir, FileName)
	if _, err := os.Lstat(path); err == nil {
		return Open(dir)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("keyring %s: %w", path, err)
	}
	kek, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("keyring %s: making a key: %w", path, err)
	}
	var file bytes.Buffer
	if err := insecurecleartextkeyset.Write(kek, keyset.NewJSONWriter(&file)); err != nil {
		return nil, fmt.Errorf("keyring %s: writing the key down: %w", path, err)
	}
	if err := place(path, file.Bytes()); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("keyring %s: %w", path, err)
	}
	return Open(dir) // another process may have created it first
}

// place creates a file with its whole content in one step: no process sees half a keyring. It never replaces a file.
func place(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".keyring-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil {
		return err
	}
	return syncDirectory(filepath.Dir(path))
}

// syncDirectory makes a new name in the directory survive a power cut: secrets may soon be sealed with a key that
// exists only there.
func syncDirectory(dir string) error {
	if runtime.GOOS == "windows" { // Windows has no such call
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Open reads the keyring of a data directory. It refuses a file that others can read.
func Open(dir string) (*Keyring, error) {
	path := filepath.Join(dir, FileName)
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("keyring: %w", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("keyring %s: %w", path, err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("keyring %s has mode %04o, so others can read or change it: "+
			"run chmod 600 on it, and assume that they know its secrets", path, info.Mode().Perm())
	}
	// The parser's error may quote the file, so it is dropped.
	kek, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(f))
	if err != nil {
		return nil, fmt.Errorf("keyring %s is damaged: it is not a Tink keyset; restore it from a backup", path)
	}
	k, err := newKeyring(kek)
	if err != nil {
		return nil, fmt.Errorf("keyring %s is damaged: its keys do not encrypt; restore it from a backup", path)
	}
	return k, nil
}
