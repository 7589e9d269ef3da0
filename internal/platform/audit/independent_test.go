package audit_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/audit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// proof is what the program merklecheck reads.
type proof struct {
	Index, From, Size uint64
	Commitment        []byte
	Hashes            [][]byte
	FromRoot, Root    []byte
}

// TestProofsVerifyElsewhere verifies an inclusion and a consistency proof with transparency-dev/merkle, and refuses
// changed ones.
func TestProofsVerifyElsewhere(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), "merklecheck")
	build := exec.CommandContext(t.Context(), "go", "build", "-C", "../../merklecheck", "-o", program, ".")
	build.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=") // those of whoever runs the tests are about another module
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	check := func(p proof) error {
		t.Helper()
		text, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), program)
		cmd.Stdin = bytes.NewReader(text)
		return cmd.Run()
	}
	const early, late = 11, 26
	w := newTrail(t)
	w.record(staging, early)
	before := w.keep(staging)
	w.record(staging, late-early)
	after := w.keep(staging)
	w.ok(w.runner.Store.View(t.Context(), func(tx *store.Tx) error {
		event, err := tx.AuditEvents(t.Context(), staging, store.AuditFilter{From: 7, Limit: 1})
		w.ok(err)
		in, err := audit.Inclusion(t.Context(), tx, staging, 7, late)
		w.ok(err)
		grown, err := audit.Consistency(t.Context(), tx, staging, early, late)
		w.ok(err)
		for name, p := range map[string]proof{
			"inclusion":   {Index: 7, Size: late, Commitment: event[0].Commitment, Hashes: lists(in), Root: after.Root[:]},
			"consistency": {From: early, Size: late, FromRoot: before.Root[:], Hashes: lists(grown), Root: after.Root[:]},
		} {
			if err := check(p); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			p.Root = before.Root[:]
			if check(p) == nil {
				t.Errorf("%s verifies with another root", name)
			}
			p.Root = after.Root[:]
			p.Hashes[1] = before.Root[:]
			if check(p) == nil {
				t.Errorf("%s verifies with another hash", name)
			}
		}
		return nil
	}))
}

func lists(hashes []tlog.Hash) (out [][]byte) {
	for _, h := range hashes {
		out = append(out, h[:])
	}
	return out
}
