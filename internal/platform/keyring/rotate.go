package keyring

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// Numbers returns the numbers of the KEKs, in their order. It reads the file again.
func (k *Keyring) Numbers() ([]int64, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.reread(); err != nil {
		return nil, err
	}
	return slices.Sorted(maps.Keys(k.keks)), nil
}

// Add makes a KEK with a number that the keyring does not have, and writes it to the file. The caller prevents that
// another process changes the file meanwhile.
func (k *Keyring) Add(number int64) error {
	return k.change(func(keks map[int64]entry) error {
		if _, ok := keks[number]; ok || number < 1 {
			return fmt.Errorf("%s cannot take another key %d", FileName, number)
		}
		kek, err := newKEK()
		keks[number] = entry{local: kek}
		return err
	})
}

// AddOutside adds a KEK with a number that the keyring does not have: the newest version of a key outside, or with
// rotate a new version of it. The caller does what Add says.
func (k *Keyring) AddOutside(ctx context.Context, number int64, key OutsideKey, rotate bool) error {
	of, err := k.service(key)
	if err != nil {
		return err
	}
	version, err := of.pin(ctx, rotate)
	if err != nil {
		return err
	}
	return k.change(func(keks map[int64]entry) error {
		if _, ok := keks[number]; ok || number < 1 {
			return fmt.Errorf("%s cannot take another key %d", FileName, number)
		}
		keks[number] = entry{key: key, version: version}
		return nil
	})
}

// Remove deletes the KEK with a number from the file. What is sealed under it does not open any more. The caller does
// what Add says.
func (k *Keyring) Remove(number int64) error {
	return k.change(func(keks map[int64]entry) error {
		delete(keks, number)
		if len(keks) == 0 {
			return fmt.Errorf("key %d is the only one in %s", number, FileName)
		}
		return nil
	})
}

// reread takes over what other processes have written to the file. The caller holds the mutex.
func (k *Keyring) reread() error {
	now, err := Open(k.dir)
	if err == nil {
		k.keks = now.keks
	}
	return err
}

func (k *Keyring) change(do func(keks map[int64]entry) error) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.reread(); err != nil {
		return err
	}
	keks := maps.Clone(k.keks)
	if err := do(keks); err != nil {
		return err
	}
	path := filepath.Join(k.dir, FileName)
	content, err := writtenAll(keks)
	if err == nil {
		err = replace(path, content)
	}
	if err != nil {
		return fmt.Errorf("write the keyring %s, which stays as it was: %w", path, err)
	}
	k.keks = keks
	return nil
}

func writtenAll(keks map[int64]entry) ([]byte, error) {
	var file fileKeys
	for _, number := range slices.Sorted(maps.Keys(keks)) {
		kek := keks[number]
		if kek.version > 0 {
			file.Keys = append(file.Keys, fileKey{Number: number, Transit: kek.key.String(), Version: kek.version})
			continue
		}
		text, err := written(kek.handle)
		if err != nil {
			return nil, err
		}
		file.Keys = append(file.Keys, fileKey{Number: number, Keyset: bytes.TrimSpace(text)})
	}
	return json.MarshalIndent(file, "", "  ")
}

// replace replaces the content of a file in one step, and keeps its owner: a server that runs as another user must be
// able to read it. Where the path is a symbolic link, it stays one.
func replace(path string, content []byte) error {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	before, err := os.Stat(path)
	if err != nil {
		return err
	}
	return viaTemporary(path, content, before, os.Rename)
}

// GiveToOwner gives a file beside the keyring of a directory to the owner of the keyring: root may have made it, and
// the user of the server must be able to open it too.
func GiveToOwner(dir, path string) (err error) {
	owned, err := os.Stat(filepath.Join(dir, FileName))
	if err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return keepOwner(f, owned)
}
