package keyring

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/transittest"
)

// outside is a keyring whose key is in a double of a transit engine.
type outside struct {
	v     *transittest.Server
	clock *clock.Fake
	dir   string
	key   OutsideKey
	ring  *Keyring
}

func newOutside(t *testing.T) *outside {
	t.Helper()
	o := &outside{clock: clock.NewFake(time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)), dir: t.TempDir()}
	o.v = transittest.New(t, o.clock)
	var err error
	o.key, err = ParseOutside(o.v.URI(transittest.TokenFile(t, o.v.Token(transittest.TokenOptions{Operator: true}))))
	if err != nil {
		t.Fatal(err)
	}
	if o.ring, err = CreateOutside(t.Context(), o.dir, Outside{Clock: o.clock}, o.key); err != nil {
		t.Fatal(err)
	}
	return o
}

// TestOutsideKey: the file names the key and no secret, and a data key that it wraps opens in another process, for its
// owner only.
func TestOutsideKey(t *testing.T) {
	o := newOutside(t)
	stored := newDataKey(t, o.ring, place1.Owner())
	if !bytes.HasPrefix(stored.wrapped, []byte("vault:v1:")) {
		t.Error("the data key was not wrapped by the engine")
	}
	text, err := os.ReadFile(filepath.Join(o.dir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range o.v.Secrets() {
		if strings.Contains(string(text), secret) {
			t.Error("the file has a token")
		}
	}
	other, err := Open(o.dir)
	if err != nil {
		t.Fatal(err)
	}
	other.Use(Outside{Clock: o.clock})
	seal(t, stored.opened(t, other), place1)
	another := Owner{"acme", "staging", "tok_2"}
	_, err = other.OpenDataKey(t.Context(), stored.header, another, stored.wrapped)
	if err == nil || IsUnreachable(err) || IsRefused(err) {
		t.Errorf("the data key of another credential: %v", err)
	}
	if key, version, err := other.OutsideOf(1); err != nil || version != 1 || key != o.key {
		t.Errorf("key %v, version %d, %v", key, version, err)
	}
}

// TestOutsideKeyRotates: a rotation makes a version and pins it, whatever others do with the key.
func TestOutsideKeyRotates(t *testing.T) {
	o := newOutside(t)
	o.v.RotateKey()
	first := newDataKey(t, o.ring, place1.Owner())
	if err := o.ring.AddOutside(t.Context(), 2, o.key, true); err != nil {
		t.Fatal(err)
	}
	second := newDataKey(t, o.ring, place1.Owner())
	if !bytes.HasPrefix(first.wrapped, []byte("vault:v1:")) || !bytes.HasPrefix(second.wrapped, []byte("vault:v3:")) {
		t.Errorf("%.9s, %.9s", first.wrapped, second.wrapped)
	}
	if err := o.ring.Add(3); err != nil { // a key of the file beside it
		t.Fatal(err)
	}
	for _, d := range []dataKey{first, second, newDataKey(t, o.ring, place1.Owner())} {
		seal(t, d.opened(t, o.ring), place1)
	}
}

// TestSilentService: a service that does not answer is asked once in five seconds, and its state says since when.
func TestSilentService(t *testing.T) {
	o := newOutside(t)
	stored := newDataKey(t, o.ring, place1.Owner())
	o.v.Set(transittest.Down)
	const route = "transit/decrypt/quickconnect"
	open := func() error {
		_, err := o.ring.OpenDataKey(t.Context(), stored.header, stored.owner, stored.wrapped)
		return err
	}
	began := o.clock.Now()
	for range 5 {
		if err := open(); !IsUnreachable(err) || !strings.Contains(err.Error(), o.v.Host) {
			t.Errorf("got %v", err)
		}
	}
	if calls := o.v.Calls(route); calls != 1 {
		t.Errorf("%d calls", calls)
	}
	o.clock.Advance(AskAgain)
	_, _ = open(), open()
	if calls := o.v.Calls(route); calls != 2 {
		t.Errorf("%d calls", calls)
	}
	if s := o.ring.Services(); len(s) != 1 || !IsUnreachable(s[0].Failed) || !s[0].Since.Equal(began) || s[0].Opens {
		t.Errorf("%+v", s)
	}
	o.v.Set(transittest.Active)
	o.clock.Advance(AskAgain)
	if err := open(); err != nil {
		t.Error(err)
	}
	if s := o.ring.Services(); s[0].Failed != nil || !s[0].Opens {
		t.Errorf("%+v", s)
	}
	o.v.DeleteKey()
	if err := open(); !IsRefused(err) || !IsRefused(o.ring.Services()[0].Failed) {
		t.Errorf("got %v", err)
	}
}

// TestOutsideFileIsChecked: a keyring with a key outside that cannot be is damaged.
func TestOutsideFileIsChecked(t *testing.T) {
	const uri = `"transit":"hcvault://vault/transit/k?token-file=/t"`
	for name, text := range map[string]string{
		"no version":      `{"number":1,` + uri + `}`,
		"no URI":          `{"number":1,"transit":"vault","version":1}`,
		"two of one":      `{"number":1,` + uri + `,"version":1},{"number":1,` + uri + `,"version":2}`,
		"a key and a URI": `{"number":1,"keyset":{},` + uri + `,"version":1}`,
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, FileName), []byte(`{"keys":[`+text+`]}`), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), "is damaged") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
