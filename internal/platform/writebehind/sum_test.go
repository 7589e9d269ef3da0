package writebehind

import (
	"fmt"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
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
