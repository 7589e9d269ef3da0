package acctest

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Reporter is the part of testing.T that the search needs; a test of the search brings its own.
type Reporter interface {
	Helper()
	Errorf(format string, args ...any)
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// Canaries are secrets that must be nowhere. They are looked for as they are and in the encodings in which they could hide.
type Canaries struct {
	t     Reporter
	forms map[string][]byte
}

// NewCanaries returns canaries by name; each must be long enough not to turn up by chance.
func NewCanaries(t Reporter, secrets map[string]string) *Canaries {
	t.Helper()
	c := &Canaries{t: t, forms: map[string][]byte{}}
	for name, secret := range secrets {
		c.Add(name, secret)
	}
	return c
}

// Add adds one more secret, such as one that the platform has just made.
func (c *Canaries) Add(name, secret string) {
	c.t.Helper()
	if len(secret) < 12 {
		c.t.Fatalf("canary %s is too short to be looked for", name)
	}
	c.forms[name] = []byte(secret)
	c.forms[name+" in hex"] = []byte(hex.EncodeToString([]byte(secret)))
	if escaped, err := json.Marshal(secret); err == nil {
		c.forms[name+" as JSON"] = escaped[1 : len(escaped)-1]
	}
	// Private state is base64 in base64.
	for i, once := range inBase64([]byte(secret)) {
		c.forms[fmt.Sprintf("%s in base64 (%d)", name, i)] = once
		for j, twice := range inBase64(once) {
			c.forms[fmt.Sprintf("%s in base64 twice (%d, %d)", name, i, j)] = twice
		}
	}
}

// inBase64 returns what is in every base64 text of something that contains data: it depends on where data begins in a group
// of three bytes, and the characters at both ends, which neighbours share, are left out.
func inBase64(data []byte) [][]byte {
	var all [][]byte
	for offset, shared := range []int{0, 2, 3} {
		encoded := base64.RawStdEncoding.EncodeToString(append(make([]byte, offset), data...))
		all = append(all, []byte(encoded[shared:len(encoded)-3]))
	}
	return all
}

// Absent fails the test if one of the canaries is in data.
func (c *Canaries) Absent(what string, data []byte) {
	c.t.Helper()
	for name, form := range c.forms {
		if at := bytes.Index(data, form); at >= 0 {
			c.t.Errorf("%s is in %s at byte %d", name, what, at)
			return
		}
	}
}

// AbsentBelow looks through every file under dir; what is a zip archive, as a saved plan is, is unpacked. It returns how many files it looked at.
func (c *Canaries) AbsentBelow(dir string) int {
	c.t.Helper()
	files := 0
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		c.Absent(path, data)
		if archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data))); err == nil {
			return c.absentIn(path, archive)
		}
		return nil
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return files
}

func (c *Canaries) absentIn(path string, archive *zip.Reader) error {
	c.t.Helper()
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
		c.Absent(path+" → "+member.Name, data)
	}
	return nil
}
