package journal_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/journal"
)

func entry(n int) journal.Entry {
	return journal.Entry{
		ID: "evt_" + strconv.Itoa(n), At: time.Date(2026, 11, 30, 12, n, 0, 0, time.UTC), Action: "revoke",
		Kind: "scoped-tokens", ObjectID: "tok_1", Detail: map[string]string{"versions": strconv.Itoa(n)},
	}
}

func read(t *testing.T, path string) (ids string, err error) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	c, err := journal.Read(bytes.NewReader(content))
	for _, e := range c.Entries {
		ids += e.ID + e.Detail["versions"] + " "
	}
	for _, g := range c.Gaps {
		ids += g.String()
	}
	return ids, err
}

// What was cut off is told from what was changed.
func TestTornAndDamaged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j, err := journal.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	j.Append(entry(1), entry(2))
	j.Append(entry(2)) // again, because it was not known whether it was written
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	first := bytes.IndexByte(whole, '\n') + 1
	second := first + bytes.IndexByte(whole[first:], '\n') + 1
	for n := range whole {
		if err := os.WriteFile(path, whole[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		j.Append(entry(3))
		want := "evt_33 "
		if n >= second {
			want = "evt_11 evt_22 evt_33 "
		} else if n >= first {
			want = "evt_11 evt_33 "
		}
		if got, err := read(t, path); err != nil || got != want {
			t.Fatalf("cut off after %d bytes: %q, %v", n, got, err)
		}
	}
	for n := range first - 1 {
		changed := bytes.Clone(whole)
		changed[n] ^= 1
		if err := os.WriteFile(path, changed, 0o600); err != nil {
			t.Fatal(err)
		}
		var damaged *journal.DamagedError
		if _, err := read(t, path); !errors.As(err, &damaged) || damaged.Line != 1 {
			t.Errorf("byte %d was changed: %v", n, err)
		}
	}
	if _, err := journal.Open(path); err == nil || !strings.Contains(err.Error(), "line 1") {
		t.Errorf("a damaged journal opens: %v", err)
	}
}

// Whole lines that are missing are noticed, but not those at the end.
func TestMissingLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	// Two processes, such as a server and a command beside it.
	var both sync.WaitGroup
	for process := range 2 {
		j, err := journal.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		both.Go(func() {
			for n := range 5 {
				j.Append(entry(10*process + n))
			}
		})
	}
	both.Wait()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(whole, []byte("\n"))
	lines = lines[:len(lines)-1]
	if got, err := read(t, path); err != nil || len(lines) != 10 || strings.Contains(got, "missing") {
		t.Fatalf("%d lines: %s %v", len(lines), got, err)
	}
	for n := range lines {
		without := bytes.Join(slices.Delete(slices.Clone(lines), n, n+1), nil)
		if err := os.WriteFile(path, without, 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := read(t, path)
		want := "lines are missing before line " + strconv.Itoa(n+1) + ", "
		if err != nil || strings.Contains(got, want) != (n < len(lines)-1) {
			t.Errorf("without line %d: %s %v", n+1, got, err)
		}
		if _, err := journal.Open(path); (err != nil) != (n < len(lines)-1) {
			t.Errorf("without line %d it opens: %v", n+1, err)
		}
	}
}

// Lines of older builds are not chained, and are read.
func TestLinesOfOlderBuilds(t *testing.T) {
	const older = `{"id":"evt_1","at":"2026-11-30T12:01:00Z","platform":"plt_1","incarnation":1,"tenant":"a",` +
		`"environment":"b","actor":"","action":"revoke","kind":"scoped-tokens","object_id":"x","detail":{"versions":"1"}}`
	path := filepath.Join(t.TempDir(), "journal")
	sum := sha256.Sum256([]byte(older))
	line := older + "\t" + hex.EncodeToString(sum[:8]) + "\n"
	if err := os.WriteFile(path, []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	j, err := journal.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	j.Append(entry(2))
	if got, err := read(t, path); err != nil || got != "evt_11 evt_22 " {
		t.Errorf("%q %v", got, err)
	}
}

// What cannot be written waits, and is written once it can be.
func TestUnwritable(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "away")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "journal")
	j, err := journal.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	j.Append(entry(1))
	j.Append(entry(2))
	if j.Failure() == nil {
		t.Error("it does not say that it cannot be written")
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	j.Retry()
	if got, err := read(t, path); err != nil || got != "evt_11 evt_22 " || j.Failure() != nil {
		t.Errorf("%q, %v, %v", got, err, j.Failure())
	}
	(*journal.File)(nil).Append(entry(1))
}
