package keyring

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring/transit"
)

// FileName is the name of the keyring file in the data directory: Tink keysets as JSON, in clear. The holder of this
// file and the database has every secret.
const FileName = "keyring.json"

// temporary is the pattern of the names of files that are not complete yet.
const temporary = ".keyring-*"

// fileKeys is the file once the keyring was rotated, or has a key outside. Before that the file is the keyset of KEK 1
// alone, as older builds write it.
type fileKeys struct {
	Keys []fileKey `json:"keys"`
}

type fileKey struct {
	Number  int64           `json:"number"`
	Keyset  json.RawMessage `json:"keyset,omitempty"`
	Transit string          `json:"transit,omitempty"` // the URI of a key outside
	Version int64           `json:"version,omitempty"` // of the key outside
}

// Create creates the data directory and its keyring, or opens an existing keyring. Processes that create at once get
// the same keyring.
func Create(dir string) (*Keyring, error) {
	return createWith(dir, func() ([]byte, error) {
		kek, err := newKEK()
		if err != nil {
			return nil, err
		}
		return written(kek.handle)
	})
}

// CreateOutside is Create with a key outside: the file names it, and its newest version.
func CreateOutside(ctx context.Context, dir string, o Outside, key OutsideKey) (*Keyring, error) {
	k, err := createWith(dir, func() ([]byte, error) {
		k := newKeyring(dir)
		k.Use(o)
		of, err := k.service(key)
		if err != nil {
			return nil, err
		}
		version, err := of.pin(ctx, false)
		if err != nil {
			return nil, err
		}
		return writtenAll(map[int64]entry{olderKEK: {key: key, version: version}})
	})
	if err == nil {
		k.Use(o)
	}
	return k, err
}

func createWith(dir string, content func() ([]byte, error)) (*Keyring, error) {
	path := filepath.Join(dir, FileName)
	if _, err := os.Lstat(path); err == nil {
		return Open(dir)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("keyring %s: %w", path, err)
	}
	file, err := content()
	if err != nil {
		return nil, fmt.Errorf("keyring %s: %w", path, err)
	}
	if err := place(path, file); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("keyring %s: %w", path, err)
	}
	return Open(dir) // another process may have created it first
}

func newKEK() (local, error) {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return local{}, fmt.Errorf("making a key: %w", err)
	}
	return newLocal(handle)
}

func written(kek *keyset.Handle) ([]byte, error) {
	var file bytes.Buffer
	if err := insecurecleartextkeyset.Write(kek, keyset.NewJSONWriter(&file)); err != nil {
		return nil, fmt.Errorf("writing the key down: %w", err)
	}
	return file.Bytes(), nil
}

// place creates a file with its whole content in one step: no process sees half a keyring. It never replaces a file.
func place(path string, content []byte) error {
	return viaTemporary(path, content, nil, os.Link)
}

// viaTemporary writes content to a new file beside path, with mode 0600 and the owner of another file unless that is
// nil, and has put give it the name.
func viaTemporary(path string, content []byte, like fs.FileInfo, put func(from, to string) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), temporary) // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.Write(content)
	if err == nil && like != nil {
		err = keepOwner(f, like)
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := put(f.Name(), path); err != nil {
		return err
	}
	return SyncDirectory(filepath.Dir(path))
}

// SyncDirectory makes a new name in the directory survive a power cut: secrets may soon be sealed with a key that
// exists only there.
func SyncDirectory(dir string) error {
	if runtime.GOOS == "windows" { // Windows has no such call
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Open reads the keyring of a data directory. It refuses a file that is not Private.
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
	if !Private(info) {
		return nil, fmt.Errorf("keyring %s has mode %04o, so others can read or change it: "+
			"run chmod 600 on it, and assume that they know its secrets", path, info.Mode().Perm())
	}
	text, err := io.ReadAll(f)
	if err != nil {
		return nil, fmt.Errorf("keyring %s: %w", path, err)
	}
	k := newKeyring(dir)
	if k.keks, err = read(text); err != nil {
		return nil, fmt.Errorf("keyring %s is damaged: %w; restore it from a backup", path, err)
	}
	return k, nil
}

// read reads the content of the file. The parsers' errors may quote it, so they are dropped.
func read(text []byte) (map[int64]entry, error) {
	var file fileKeys
	if json.Unmarshal(text, &file) != nil {
		return nil, errors.New("it is not JSON")
	}
	if len(file.Keys) == 0 {
		file.Keys = []fileKey{{Number: olderKEK, Keyset: text}}
	}
	keks := make(map[int64]entry, len(file.Keys))
	for _, k := range file.Keys {
		if _, twice := keks[k.Number]; twice || k.Number < 1 {
			return nil, errors.New("it has two keys of one number, or a key without a number")
		}
		kek, err := k.read()
		if err != nil {
			return nil, err
		}
		keks[k.Number] = kek
	}
	return keks, nil
}

func (k fileKey) read() (e entry, err error) {
	if k.Transit != "" {
		if e.key, err = transit.Parse(k.Transit); err != nil || k.Version < 1 || len(k.Keyset) > 0 {
			return e, errors.New("it has a key outside whose URI or version is wrong")
		}
		e.version = k.Version
		return e, nil
	}
	handle, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(k.Keyset)))
	if err != nil {
		return e, errors.New("it is not a Tink keyset")
	}
	if e.local, err = newLocal(handle); err != nil {
		return e, errors.New("its keys do not encrypt")
	}
	return e, nil
}
