// Package canary looks for secrets where none may be: in what Terraform, the provider and the platform write.
package canary

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// shortest is how long a secret must be, so that it does not turn up by chance.
const shortest = 12

// Set is secrets that are looked for as they are, and in the encodings in which they could hide.
type Set struct{ forms map[string][]byte }

// Add adds a secret. The name stands for it in errors.
func (s *Set) Add(name, secret string) error {
	if len(secret) < shortest {
		return fmt.Errorf("canary %s is too short to be looked for", name)
	}
	if s.forms == nil {
		s.forms = map[string][]byte{}
	}
	s.forms[name] = []byte(secret)
	s.forms[name+" in hex"] = []byte(hex.EncodeToString([]byte(secret)))
	if escaped, err := json.Marshal(secret); err == nil {
		s.forms[name+" as JSON"] = escaped[1 : len(escaped)-1]
	}
	// Private state is base64 in base64.
	for i, once := range inBase64([]byte(secret)) {
		s.forms[fmt.Sprintf("%s in base64 (%d)", name, i)] = once
		for j, twice := range inBase64(once) {
			s.forms[fmt.Sprintf("%s in base64 twice (%d, %d)", name, i, j)] = twice
		}
	}
	return nil
}

// inBase64 returns what is in every base64 text of something that contains data: it depends on where data begins in a
// group of three bytes, and the characters at both ends, which neighbours share, are left out.
func inBase64(data []byte) [][]byte {
	var all [][]byte
	for offset, shared := range []int{0, 2, 3} {
		encoded := base64.RawStdEncoding.EncodeToString(append(make([]byte, offset), data...))
		all = append(all, []byte(encoded[shared:len(encoded)-3]))
	}
	return all
}

// Absent returns an error if one of the secrets is in data.
func (s *Set) Absent(what string, data []byte) error {
	for _, name := range slices.Sorted(maps.Keys(s.forms)) {
		if at := bytes.Index(data, s.forms[name]); at >= 0 {
			return fmt.Errorf("%s is in %s at byte %d", name, what, at)
		}
	}
	return nil
}

// AbsentBelow looks through every file under dir, as AbsentIn does. It returns how many there are, and what it found.
func (s *Set) AbsentBelow(dir string) (files int, found []error, err error) {
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files++
		if err := s.AbsentIn(path); err != nil {
			found = append(found, err)
		}
		return nil
	})
	return files, found, err
}

// AbsentIn returns an error if one of the secrets is in a file. A zip archive, as a saved plan is, is unpacked.
func (s *Set) AbsentIn(path string) error {
	data, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		return err
	}
	if err := s.Absent(path, data); err != nil {
		return err
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil //nolint:nilerr // most files are no archives
	}
	for _, member := range archive.File {
		r, err := member.Open()
		if err != nil {
			return err
		}
		data, err := io.ReadAll(r)
		_ = r.Close()
		if err != nil {
			return err
		}
		if err := s.Absent(path+" → "+member.Name, data); err != nil {
			return err
		}
	}
	return nil
}
