package writebehind

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

var start = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func TestDue(t *testing.T) {
	for _, c := range []struct {
		name    string
		events  []string // the reasons; empty: accepted
		written time.Time
		after   time.Duration
		all     bool
		want    bool
	}{
		{"the first", []string{""}, time.Time{}, 0, false, true},
		{"nothing happened", nil, start, time.Hour, true, false},
		{"accepted, within the hour", []string{""}, start, time.Hour - 1, false, false},
		{"accepted, after the hour", []string{""}, start, time.Hour, false, true},
		{"refused, within the minute", []string{"ended"}, start, time.Minute - 1, false, false},
		{"refused, after the minute", []string{"", "ended"}, start, time.Minute, false, true},
		{"at the end of the process", []string{""}, start, 0, true, true},
		{"the clock went back", []string{""}, start, -time.Second, false, true},
	} {
		s := sum{written: c.written}
		for _, reason := range c.events {
			s.add(Event{Refusal: reason, At: start})
		}
		if got := s.due(start.Add(c.after), c.all); got != c.want {
			t.Errorf("%s: %t", c.name, got)
		}
	}
}

// What happens while an event is written is in the next one.
func TestNoEventIsLost(t *testing.T) {
	s := &sum{}
	s.add(Event{Refusal: "ended", At: start})
	s.add(Event{At: start})
	written := s.copied()
	s.add(Event{Refusal: "ended", At: start.Add(time.Second)})
	s.wrote(&written, start)
	if s.count() != 1 || s.refused["ended"] != 1 || s.accepted != 0 {
		t.Errorf("%+v", s)
	}
	written = s.copied()
	s.wrote(&written, start)
	if s.count() != 0 || len(s.refused) != 0 || !s.isOver(start.Add(time.Hour)) || s.isOver(start.Add(time.Minute)) {
		t.Errorf("%+v", s)
	}
}

// Beyond its room the log counts what it does not keep.
func TestRoom(t *testing.T) {
	l := New(nil)
	l.max = 2
	for i := range 3 {
		l.Note(Event{Of: store.Ref{ID: fmt.Sprint(i)}, At: start})
	}
	l.Note(Event{Of: store.Ref{ID: "0"}, At: start})
	if waiting, lost, _ := l.Counts(); waiting != 3 || lost != 1 {
		t.Errorf("%d wait, %d are lost", waiting, lost)
	}
}

// flushed returns what a flush would write, and takes it for written.
func flushed(l *Log, now time.Time) (out []key) {
	for _, due := range l.due(now, false) {
		for _, k := range due {
			s := l.kept[k].copied()
			l.kept[k].wrote(&s, now)
			l.last[k.place] = now
			out = append(out, k)
		}
	}
	return out
}

// An event names one actor, and is accepted or refused. However many there are, a credential and a network have one a
// minute, and every one has its turn.
func TestOneEventAMinute(t *testing.T) {
	l := New(nil)
	note := func(actor, refusal string, at time.Time) {
		l.Note(Event{Of: store.Ref{ID: "tok"}, By: txn.Caller{Actor: actor}, Refusal: refusal, At: at})
	}
	now := start
	for i, who := range []struct{ actor, refusal string }{{"a", ""}, {"a", "ended"}, {"b", ""}, {"b", "address"}} {
		note(who.actor, who.refusal, start.Add(time.Duration(i)))
		note(who.actor, who.refusal, start.Add(time.Duration(i)))
	}
	var told []string
	for range 300 {
		now = now.Add(time.Second)
		for _, k := range flushed(l, now) {
			told = append(told, fmt.Sprintf("%v %s %t", now.Sub(start), k.actor, k.refused))
		}
	}
	want := []string{"1s a false", "1m1s a true", "2m1s b false", "3m1s b true"}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if waiting, lost, _ := l.Counts(); waiting != 0 || lost != 0 {
		t.Errorf("%d wait, %d are lost", waiting, lost)
	}
	flushed(l, now.Add(2*time.Hour))
	if len(l.kept) != 0 || len(l.last) != 0 {
		t.Errorf("kept for ever: %d sums, %d places", len(l.kept), len(l.last))
	}
}
