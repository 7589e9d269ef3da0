package keyring

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

const canary = "canary-2f6d0c1b-never-in-clear"

var place1 = Bound{Tenant: "acme", Environment: "staging", Credential: "tok_1", Version: 1}

func create(t *testing.T, dir string) *Keyring {
	t.Helper()
	k, err := Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// dataKey is a data key as the database has it.
type dataKey struct {
	header  Header
	owner   Owner
	wrapped []byte
}

func newDataKey(t *testing.T, k *Keyring, owner Owner) dataKey {
	t.Helper()
	header, _, wrapped, err := k.NewDataKey(t.Context(), k.Newest(), owner)
	if err != nil {
		t.Fatal(err)
	}
	return dataKey{header, owner, wrapped}
}

func (d dataKey) opened(t *testing.T, k *Keyring) *DataKey {
	t.Helper()
	key, err := k.OpenDataKey(t.Context(), d.header, d.owner, d.wrapped)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func seal(t *testing.T, key *DataKey, b Bound) []byte {
	t.Helper()
	sealed, err := key.Seal(secret.New(canary), b)
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func TestSealAndOpen(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	k := create(t, dir)
	stored := newDataKey(t, k, place1.Owner())
	sealed := seal(t, stored.opened(t, k), place1)
	if bytes.Contains(sealed, []byte(canary)) {
		t.Fatal("the sealed value has the secret in clear")
	}
	if bytes.Equal(sealed, seal(t, stored.opened(t, k), place1)) {
		t.Error("sealing twice gave the same bytes")
	}
	reopened, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	got, err := stored.opened(t, reopened).Open(sealed, place1)
	if err != nil {
		t.Fatal(err)
	}
	if got.Expose() != canary {
		t.Error("Open returned another value")
	}
	file, err := os.ReadFile(filepath.Join(dir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(file, []byte(canary)) {
		t.Error("the keyring file has the secret in clear")
	}
}

func TestSealAndOpenEmptyValue(t *testing.T) {
	k := create(t, t.TempDir())
	key := newDataKey(t, k, place1.Owner()).opened(t, k)
	sealed, err := key.Seal(secret.New(""), place1)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := key.Open(sealed, place1); err != nil || !got.IsEmpty() {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestOpenRefusesOtherBound(t *testing.T) {
	k := create(t, t.TempDir())
	key := newDataKey(t, k, place1.Owner()).opened(t, k)
	another := newDataKey(t, k, place1.Owner()).opened(t, k)
	sealed := seal(t, key, place1)
	flipped := bytes.Clone(sealed)
	flipped[len(flipped)-1] ^= 1
	asKey, err := k.SealKey(t.Context(), 1, []byte(canary), "acme", 1)
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		key    *DataKey
		sealed []byte
		bound  Bound
	}{
		"another tenant":      {key, sealed, Bound{"other", "staging", "tok_1", 1}},
		"another environment": {key, sealed, Bound{"acme", "production", "tok_1", 1}},
		"another credential":  {key, sealed, Bound{"acme", "staging", "tok_2", 1}},
		"another version":     {key, sealed, Bound{"acme", "staging", "tok_1", 2}},
		"moved boundary":      {key, sealed, Bound{"acmes", "taging", "tok_1", 1}},
		"another data key":    {another, sealed, place1},
		"a changed byte":      {key, flipped, place1},
		"cut short":           {key, sealed[:len(sealed)/2], place1},
		"nothing":             {key, nil, place1},
		"a platform key":      {key, asKey, Bound{"acme", "", "", 1}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := test.key.Open(test.sealed, test.bound)
			if err == nil || !got.IsEmpty() {
				t.Fatal("Open succeeded")
			}
			if strings.Contains(err.Error(), canary) {
				t.Errorf("the error repeats the value: %v", err)
			}
			if !strings.Contains(err.Error(), test.bound.Credential) {
				t.Errorf("the error does not name the credential: %v", err)
			}
		})
	}
}

func TestDataKeysBelongToTheirOwner(t *testing.T) {
	k := create(t, t.TempDir())
	stored := newDataKey(t, k, place1.Owner())
	flipped := bytes.Clone(stored.wrapped)
	flipped[len(flipped)-1] ^= 1
	otherID := stored.header
	otherID.ID[3] ^= 1
	for name, test := range map[string]struct {
		keyring *Keyring
		header  Header
		owner   Owner
		wrapped []byte
	}{
		"another tenant":      {k, stored.header, Owner{"other", "staging", "tok_1"}, stored.wrapped},
		"another environment": {k, stored.header, Owner{"acme", "production", "tok_1"}, stored.wrapped},
		"another credential":  {k, stored.header, Owner{"acme", "staging", "tok_2"}, stored.wrapped},
		"the environment":     {k, stored.header, Owner{"acme", "staging", ""}, stored.wrapped},
		"another id":          {k, otherID, stored.owner, stored.wrapped},
		"an unknown number":   {k, Header{Number: 2, ID: stored.header.ID}, stored.owner, stored.wrapped},
		"another keyring":     {create(t, t.TempDir()), stored.header, stored.owner, stored.wrapped},
		"a changed byte":      {k, stored.header, stored.owner, flipped},
		"nothing":             {k, stored.header, stored.owner, nil},
	} {
		if _, err := test.keyring.OpenDataKey(t.Context(), test.header, test.owner, test.wrapped); err == nil {
			t.Errorf("%s: the data key unwraps", name)
		}
	}
}

// TestHeaders: everything under an older number comes before Below, and nothing else does.
func TestHeaders(t *testing.T) {
	k := create(t, t.TempDir())
	older, err := k.Older()
	if err != nil {
		t.Fatal(err)
	}
	first := seal(t, newDataKey(t, k, place1.Owner()).opened(t, k), place1)
	inOlder := seal(t, older, place1)
	for number, want := range map[int64]bool{1: false, 2: true, 256: true} {
		if got := bytes.Compare(first, Below(number)) < 0; got != want {
			t.Errorf("a value under 1 is below %d: %t", number, got)
		}
		if bytes.Compare(inOlder, Below(number)) >= 0 {
			t.Errorf("a value in the older format is not below %d", number)
		}
	}
	if !IsOlder(inOlder) || IsOlder(first) {
		t.Error("the formats are not told apart")
	}
	if h, err := HeaderOf(first); err != nil || h.Number != 1 {
		t.Errorf("header %+v, %v", h, err)
	}
	for _, bad := range [][]byte{nil, {}, {2}, inOlder, first[:20]} {
		if h, err := HeaderOf(bad); err == nil {
			t.Errorf("%x has the header %+v", bad, h)
		}
	}
	for a := int64(1); a < 70_000; a = a*3 + 1 {
		if bytes.Compare(Below(a), Below(a+1)) >= 0 {
			t.Errorf("%d does not come before %d", a, a+1)
		}
	}
	if got, err := older.Open(inOlder, place1); err != nil || got.Expose() != canary {
		t.Errorf("the older format: %v", err)
	}
}

func TestPlatformKeys(t *testing.T) {
	k := create(t, t.TempDir())
	key := []byte(canary)
	sealed, err := k.SealKey(t.Context(), 1, key, "lookup", 1)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := k.OpenKey(t.Context(), sealed, "lookup", 1); err != nil || !bytes.Equal(got, key) {
		t.Errorf("OpenKey returned another key: %v", err)
	}
	for _, other := range []struct {
		purpose string
		number  int64
	}{{"request", 1}, {"lookup", 2}} {
		if _, err := k.OpenKey(t.Context(), sealed, other.purpose, other.number); err == nil {
			t.Errorf("it opened as key %d for %s", other.number, other.purpose)
		}
	}
}

func TestFileModes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no file modes")
	}
	dir := filepath.Join(t.TempDir(), "data")
	create(t, dir)
	path := filepath.Join(dir, FileName)
	for name, want := range map[string]os.FileMode{path: 0o600, dir: 0o700} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %04o, want %04o", name, got, want)
		}
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), "chmod 600") {
			t.Errorf("mode %04o: %v", mode, err)
		}
		if _, err := Create(dir); err == nil {
			t.Errorf("mode %04o: Create accepted the file", mode)
		}
	}
}

func TestDamagedFileIsRefused(t *testing.T) {
	dir := t.TempDir()
	k := create(t, dir)
	stored := newDataKey(t, k, place1.Owner())
	path := filepath.Join(dir, FileName)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	key := bytes.Index(whole, []byte(`"value":"`)) + len(`"value":"`)
	if key < 20 {
		t.Fatal("the file holds no key")
	}
	material := string(whole[key : key+24])
	swapped := bytes.Clone(whole)
	if swapped[key+20]++; swapped[key+20] > 'z' || swapped[key+20] == '[' || swapped[key+20] == ':' ||
		swapped[key+20] == ',' {
		swapped[key+20] = 'A'
	}
	notBase64 := bytes.Clone(whole)
	notBase64[key+10] = '!'
	for name, content := range map[string][]byte{
		"empty": {}, "cut short": whole[:len(whole)/2], "not JSON": []byte("keys: none"), "no keys": []byte("{}"),
		"another key": swapped, "not base64": notBase64,
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			damaged, err := Open(dir)
			if err == nil {
				_, err = damaged.OpenDataKey(t.Context(), stored.header, stored.owner, stored.wrapped)
			}
			if err == nil {
				t.Fatal("Open accepted a damaged file")
			}
			if strings.Contains(err.Error(), material) {
				t.Error("the error quotes the key")
			}
			if _, err := Create(dir); err == nil && name != "another key" {
				t.Error("Create accepted a damaged file")
			}
			if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, content) {
				t.Error("the damaged file was changed")
			}
		})
	}
}

func TestOpenMissingFile(t *testing.T) {
	if _, err := Open(t.TempDir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestConcurrentCreate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	keyrings := make([]*Keyring, 8)
	var ready, done sync.WaitGroup
	ready.Add(1)
	for i := range keyrings {
		done.Go(func() {
			ready.Wait()
			var err error
			if keyrings[i], err = Create(dir); err != nil {
				t.Error(err)
			}
		})
	}
	ready.Done()
	done.Wait()
	if t.Failed() {
		return
	}
	d := newDataKey(t, keyrings[0], place1.Owner())
	for i, k := range keyrings {
		if _, err := k.OpenDataKey(t.Context(), d.header, d.owner, d.wrapped); err != nil {
			t.Errorf("keyring %d differs from keyring 0: %v", i, err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 {
		t.Errorf("there are other files beside the keyring: %v", entries)
	}
}
