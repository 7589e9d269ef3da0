package auditlog

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

var at = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func event(i int) *Event {
	e := &Event{
		Index: int64(i), ID: fmt.Sprintf("evt_%d", i), Tenant: "acme", Environment: "staging", At: at, Actor: "prn_1",
		Action: "create", Kind: "connectors", ObjectID: "con_1", Detail: map[string]string{"name": "chat"},
		Salt: bytes.Repeat([]byte{byte(i)}, SaltSize),
	}
	e.Commitment = e.Commit()
	return e
}

// TestLogIsATlog: every size has the root that package tlog computes from all leaves, and a log that was read again
// goes on with the same hashes.
func TestLogIsATlog(t *testing.T) {
	var log Log
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) (out []tlog.Hash, err error) {
		for _, i := range indexes {
			out = append(out, stored[i])
		}
		return out, nil
	})
	var at []int64 // the leaf that each stored hash came with
	for n := range int64(130) {
		hashes, err := log.Append(Leaf(event(int(n)).Commitment))
		if err != nil {
			t.Fatal(err)
		}
		for level := range hashes {
			leaf, place := Completes(int64(len(stored) + level))
			if leaf != n || place != level {
				t.Errorf("hash %d is stored with leaf %d at %d, want %d at %d", len(stored)+level, leaf, place, n, level)
			}
			at = append(at, n)
		}
		stored = append(stored, hashes...)
		want, err := tlog.TreeHash(n+1, reader)
		got, errR := log.Root()
		if err != nil || errR != nil || got != want {
			t.Errorf("size %d: %v, want %v (%v, %v)", n+1, got, want, err, errR)
		}
		if log, err = ReadLog(log.Size, Bytes(log.Edge)); err != nil {
			t.Fatal(err)
		}
	}
	if int64(len(at)) != tlog.StoredHashCount(130) {
		t.Errorf("%d stored hashes", len(at))
	}
	for _, size := range []int64{-1, 127, 131} {
		if _, err := ReadLog(size, Bytes(log.Edge)); err == nil {
			t.Errorf("the hashes of 130 events are those of %d", size)
		}
	}
}

func TestCheckpoint(t *testing.T) {
	signer, public, err := Signer("plt_1", bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	key, err := note.NewVerifier(public)
	if err != nil {
		t.Fatal(err)
	}
	want := Checkpoint{
		Origin: Origin("plt_1", "acme", "staging"), Size: 3, Root: Leaf([]byte("x")), At: at,
		Chain: Chain{Size: 2, Head: []byte{1, 2, 3}},
	}
	for name, c := range map[string]Checkpoint{"with a chain": want, "without": {
		Origin: want.Origin, Size: 3, Root: want.Root, At: at,
	}} {
		signed, err := c.Sign(signer)
		if err != nil {
			t.Fatal(err)
		}
		got, err := OpenCheckpoint(signed, key)
		if err != nil || got.Text() != c.Text() || got.Size != 3 || !bytes.Equal(got.Chain.Head, c.Chain.Head) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		for _, change := range []string{"acme", "3\n", "2026"} {
			if _, err := OpenCheckpoint(strings.Replace(signed, change, "4\n", 1), key); err == nil {
				t.Errorf("%s: a checkpoint with another %q verifies", name, change)
			}
		}
	}
	_, other, err := Signer("plt_1", bytes.Repeat([]byte{8}, 32))
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := note.NewVerifier(other)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := want.Sign(signer)
	if _, errO := OpenCheckpoint(signed, stranger); err != nil || errO == nil {
		t.Errorf("another key verifies it: %v", err)
	}
	for _, text := range []string{"", "a\nb\nc\n", "a\n1\nx\ntime 2026\n", "a\n-1\n" + want.Root.String() + "\ntime x\n"} {
		signed, err := note.Sign(&note.Note{Text: text + "\n"}, signer)
		if _, errO := OpenCheckpoint(string(signed), key); err != nil || errO == nil {
			t.Errorf("%q is a checkpoint: %v", text, err)
		}
	}
}

// TestEveryFieldIsCommitted: no field can be changed, and no text moved from one to the next.
func TestEveryFieldIsCommitted(t *testing.T) {
	for name, change := range map[string]func(e *Event){
		"index": func(e *Event) { e.Index++ }, "id": func(e *Event) { e.ID = "" },
		"tenant": func(e *Event) { e.Tenant = "" }, "environment": func(e *Event) { e.Environment = "" },
		"at": func(e *Event) { e.At = e.At.Add(time.Microsecond) }, "actor": func(e *Event) { e.Actor = "" },
		"role": func(e *Event) { e.Role = "x" }, "workload": func(e *Event) { e.Workload = "x" },
		"claims": func(e *Event) { e.Claims = map[string]string{"a": "b"} }, "action": func(e *Event) { e.Action = "" },
		"kind": func(e *Event) { e.Kind = "" }, "object": func(e *Event) { e.ObjectID = "" },
		"version": func(e *Event) { e.Version = 1 }, "outcome": func(e *Event) { e.Outcome = "x" },
		"address": func(e *Event) { e.Address = "x" }, "user agent": func(e *Event) { e.UserAgent = "x" },
		"request": func(e *Event) { e.RequestID = "x" }, "detail": func(e *Event) { e.Detail = nil },
		"salt":                    func(e *Event) { e.Salt = bytes.Repeat([]byte{9}, SaltSize) },
		"moved":                   func(e *Event) { e.Action, e.Kind = "createconnectors", "" },
		"claims for detail":       func(e *Event) { e.Claims, e.Detail = e.Detail, nil },
		"erased, with its fields": func(e *Event) { e.Erased = true },
	} {
		e := event(1)
		if !e.Whole() {
			t.Fatal("an event is not whole")
		}
		if change(e); e.Whole() {
			t.Errorf("another %s is not seen", name)
		}
	}
	e := event(1)
	if e.Erase(); !e.Whole() || e.Actor != "" || e.Salt != nil {
		t.Errorf("erased: %+v", e)
	}
}

// TestVerifier names the first bad event, and finds a log that was written anew by a checkpoint.
func TestVerifier(t *testing.T) {
	build := func(n int, change func(e *Event)) (v *Verifier, err error) {
		v = &Verifier{Tenant: "acme", Environment: "staging"}
		for i := range n {
			e := event(i)
			if change != nil {
				change(e)
			}
			if err := v.Leaf(e, nil); err != nil {
				return v, err
			}
		}
		return v, nil
	}
	v, err := build(5, nil)
	if err != nil {
		t.Fatal(err)
	}
	root, err := v.Log.Root()
	if err != nil {
		t.Fatal(err)
	}
	kept := Checkpoint{Size: 5, Root: root}
	if err := v.Check(kept); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(e *Event){
		"actor":       func(e *Event) { e.Actor = "x" },
		"missing":     func(e *Event) { e.Index++ },
		"twice":       func(e *Event) { e.Index-- },
		"environment": func(e *Event) { e.Environment = "x" },
	} {
		_, err := build(5, func(e *Event) {
			if e.Index == 3 {
				change(e)
			}
		})
		var bad *BadEventError
		if !errors.As(err, &bad) || bad.Index != 3 && name != "twice" {
			t.Errorf("%s: %v", name, err)
		}
	}
	anew, err := build(5, func(e *Event) {
		e.Actor = "prn_2"
		e.Commitment = e.Commit()
	})
	if err != nil {
		t.Fatal(err)
	}
	if anew.Check(kept) == nil {
		t.Error("a log that was written anew has the checkpoint of the old one")
	}
	short, err := build(4, nil)
	if err != nil {
		t.Fatal(err)
	}
	if short.End(v.Log, root) == nil || v.End(short.Log, root) == nil || v.End(v.Log, tlog.Hash{}) == nil {
		t.Error("another end is not seen")
	}
	if err := v.End(v.Log, root); err != nil {
		t.Error(err)
	}
}
