package credentials

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/uses"
)

func usedAfter(actor string, after time.Duration) uses.Use {
	return uses.Use{At: start.Add(after), By: uses.Consumer{How: "introspection", Actor: actor}}
}

// TestRecorderIsBounded: what has no room is counted where it can be, and impairs the window.
func TestRecorderIsBounded(t *testing.T) {
	r, ref, other := newRecorder(nil, 4), store.Ref{ID: "tok_1"}, store.Ref{ID: "tok_2"}
	for i := range 6 {
		r.note(ref, 1, usedAfter(fmt.Sprint(i), time.Duration(i)*time.Second))
	}
	r.note(other, 1, usedAfter("0", 10*time.Second))
	got := r.of(ref, 1)
	if got.Count != 6 || len(got.Consumers) != 3 || got.Others.Consumers != 3 || r.of(other, 1).Count != 0 {
		t.Errorf("%+v and %+v", got, r.of(other, 1))
	}
	waiting, lost, _ := r.counts()
	want := []store.UseImpairment{
		{From: start.Add(3 * time.Second), Until: start.Add(10 * time.Second), Reason: store.UsesLost, Lost: 4},
	}
	if diff := cmp.Diff(want, r.impaired()); diff != "" || waiting != 1 || lost != 4 || r.size != 4 {
		t.Errorf("%d wait, %d are lost, %d entries (-want +got):\n%s", waiting, lost, r.size, diff)
	}
	r.stored(want)
	if len(r.impaired()) != 0 {
		t.Error("a window that is stored is stored again")
	}
	r.take(10)
	r.written()
	if r.note(other, 1, usedAfter("0", 20*time.Second)); r.of(other, 1).Count != 1 || r.size != 2 {
		t.Errorf("no room after a write: %d entries", r.size)
	}
}

// TestRecorderGivesBack: a write that fails loses nothing, and a write that succeeds leaves what came meanwhile.
func TestRecorderGivesBack(t *testing.T) {
	r, ref := newRecorder(nil, 100), store.Ref{ID: "tok_1"}
	look := func(when string, count int64, last time.Duration) {
		t.Helper()
		c := &store.Credential{}
		r.show(ref, c)
		got := r.of(ref, 1)
		if got.Count != count || !got.Last.Equal(start.Add(last)) || !c.LastUsedAt.Equal(got.Last) {
			t.Errorf("%s: %d uses, the last at %s, shown as %s", when, got.Count, got.Last, c.LastUsedAt)
		}
	}
	r.note(ref, 1, usedAfter("a", 0))
	r.take(10)
	look("being written", 1, 0)
	r.note(ref, 1, usedAfter("a", time.Second))
	look("used meanwhile", 2, time.Second)
	r.giveBack()
	look("given back", 2, time.Second)
	if r.size != 2 {
		t.Errorf("%d entries, want the version and its consumer", r.size)
	}
	r.take(10)
	r.note(ref, 1, usedAfter("b", 2*time.Second))
	r.written()
	look("written", 1, 2*time.Second)
	if r.size != 2 {
		t.Errorf("%d entries, want the version and its consumer", r.size)
	}
}

// TestWindow has one line for each way in which an impairment goes on.
func TestWindow(t *testing.T) {
	at := func(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }
	for name, tc := range map[string]struct {
		seconds     []int
		stored      bool // before the last one
		from, until int
		lost        int64
	}{
		"one moment":                        {[]int{5}, false, 5, 5, 1},
		"soon again":                        {[]int{5, 60}, true, 5, 60, 2},
		"long after, and not stored":        {[]int{5, 500}, false, 5, 500, 2},
		"long after, when it was stored":    {[]int{5, 500}, true, 500, 500, 1},
		"a clock that was set back":         {[]int{50, 5}, false, 50, 50, 2},
		"a clock that was set back, stored": {[]int{50, 5}, true, 50, 50, 2},
	} {
		t.Run(name, func(t *testing.T) {
			var w window
			for i, s := range tc.seconds {
				if i == len(tc.seconds)-1 && tc.stored {
					w.changed = false
				}
				w.extend(at(s), 1)
			}
			if !w.from.Equal(at(tc.from)) || !w.until.Equal(at(tc.until)) || w.lost != tc.lost || !w.changed {
				t.Errorf("%+v", w)
			}
		})
	}
}
