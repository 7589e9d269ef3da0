package view

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// Timeline shows when versions of credentials are valid. It is drawn, and has a table with the same facts.
type Timeline struct {
	ID    string // unique on the page, of letters, digits and hyphens
	Title string
	Now   time.Time
	From  time.Time // what is drawn begins here
	Until time.Time // and ends here
	Lanes []Lane
}

// Lane is one version of a credential.
type Lane struct {
	Label    string
	Version  int64
	State    string
	Issued   time.Time
	Ends     *time.Time // when it ends or has ended; nil where no end is set
	Why      string     // why it ended
	Due      *time.Time // when the rotation falls due, or fell due
	Overdue  bool
	Sections []Section
}

// Kind says what is the case in a section of a lane.
type Kind string

// Kinds of sections. Where two are the case, the later one in this list is shown.
const (
	Valid   Kind = "valid"
	Overlap Kind = "overlap" // another version of the credential is valid too
	Due     Kind = "due"     // the rotation is due
	Overdue Kind = "overdue" // it should have happened
	Planned Kind = "planned" // in the future
)

// Section is a part of the time of a version.
type Section struct {
	Kind        Kind
	From, Until time.Time
}

// maxPast and maxFuture are what a timeline shows at most: where one version is years old, the days of the others would
// be too small to see.
const (
	maxPast   = 400 * 24 * time.Hour
	maxFuture = 400 * 24 * time.Hour
	// leastPast and leastFuture leave room for the words at both ends.
	leastPast   = 24 * time.Hour
	leastFuture = 24 * time.Hour
)

// VersionsTimeline is the timeline of one credential, the newest version first. due is when its rotation falls due, or
// fell due; nil for never.
func VersionsTimeline(id, name string, versions []api.Version, due *time.Time, overdue bool, now time.Time) Timeline {
	var lanes []Lane
	for _, v := range versions {
		l := Lane{
			Label: "version " + Number(v.Version), Version: v.Version, State: v.State, Issued: v.IssuedAt, Ends: v.ExpiresAt,
		}
		if v.EndedAt != nil {
			l.Ends, l.Why = v.EndedAt, v.EndReason
		}
		if v.State == "current" {
			l.Due, l.Overdue = due, overdue
		}
		lanes = append(lanes, l)
	}
	slices.SortStableFunc(lanes, func(a, b Lane) int { return int(b.Version - a.Version) })
	t := newTimeline(id, "The versions of "+name, lanes, now)
	for i := range t.Lanes {
		t.Lanes[i].Sections = t.sections(&t.Lanes[i], t.Lanes)
	}
	return t
}

// EntriesTimeline is the timeline of the valid versions of several credentials, in their order.
func EntriesTimeline(id, title string, entries []api.InventoryEntry, now time.Time) Timeline {
	var lanes []Lane
	var ends []int // where the lanes of each credential end
	for i := range entries {
		e := &entries[i]
		for _, v := range e.Versions {
			l := Lane{
				Label: e.Name + " " + strconv.FormatInt(v.Version, 10), Version: v.Version, State: v.State,
				Issued: v.IssuedAt, Ends: v.ExpiresAt,
			}
			if v.State == "current" {
				l.Due, l.Overdue = e.DueAt, e.Overdue
			}
			lanes = append(lanes, l)
		}
		ends = append(ends, len(lanes))
	}
	t := newTimeline(id, title, lanes, now)
	from := 0
	for _, end := range ends {
		for i := from; i < end; i++ {
			t.Lanes[i].Sections = t.sections(&t.Lanes[i], t.Lanes[from:end])
		}
		from = end
	}
	return t
}

// newTimeline decides which time is drawn: that of the lanes, as far as it is not too long ago or too far away.
func newTimeline(id, title string, lanes []Lane, now time.Time) Timeline {
	t := Timeline{ID: id, Title: title, Now: now, From: now.Add(-leastPast), Until: now.Add(leastFuture), Lanes: lanes}
	for _, l := range lanes {
		if l.Issued.Before(t.From) {
			t.From = l.Issued
		}
		for _, at := range []*time.Time{l.Ends, l.Due} {
			if at != nil && at.After(t.Until) {
				t.Until = *at
			}
			if at != nil && at.Before(t.From) {
				t.From = *at
			}
		}
	}
	if first := now.Add(-maxPast); t.From.Before(first) {
		t.From = first
	}
	if last := now.Add(maxFuture); t.Until.After(last) {
		t.Until = last
	}
	t.Until = t.Until.Add(t.Until.Sub(t.From) / 20) // an end at the edge can be seen
	return t
}

// sections divides the time of a version by what is the case in it. of are the lanes of the same credential.
func (t Timeline) sections(l *Lane, of []Lane) []Section {
	begin, end := l.Issued, t.end(l)
	cuts := []time.Time{begin, end, t.Now, t.From, t.Until}
	if l.Due != nil {
		cuts = append(cuts, *l.Due)
	}
	for i := range of {
		cuts = append(cuts, of[i].Issued, t.end(&of[i]))
	}
	slices.SortFunc(cuts, time.Time.Compare)
	var out []Section
	for i := 1; i < len(cuts); i++ {
		from, until := cuts[i-1], cuts[i]
		if !from.Before(until) || from.Before(begin) || until.After(end) || from.Before(t.From) || until.After(t.Until) {
			continue
		}
		kind := t.kind(l, of, from)
		if n := len(out); n > 0 && out[n-1].Kind == kind && out[n-1].Until.Equal(from) {
			out[n-1].Until = until
			continue
		}
		out = append(out, Section{kind, from, until})
	}
	return out
}

// kind is what is the case of a version from a time on, until something changes.
func (t Timeline) kind(l *Lane, of []Lane, at time.Time) Kind {
	due := l.Due != nil && !at.Before(*l.Due)
	switch {
	case !at.Before(t.Now):
		return Planned
	case due && l.Overdue:
		return Overdue
	case due:
		return Due
	}
	for i := range of {
		other := &of[i]
		if other.Version != l.Version && !at.Before(other.Issued) && at.Before(t.end(other)) {
			return Overlap
		}
	}
	return Valid
}

// end is until when a version is drawn.
func (t Timeline) end(l *Lane) time.Time {
	if l.Ends != nil {
		return *l.Ends
	}
	return t.Until
}

// Desc says in words what is drawn.
func (t Timeline) Desc() string {
	overdue, two := 0, 0
	for _, l := range t.Lanes {
		if l.Overdue {
			overdue++
		}
		if slices.ContainsFunc(l.Sections, func(s Section) bool { return s.Kind == Overlap }) {
			two++
		}
	}
	return "Time from " + Day(t.From) + " to " + Day(t.Until) + ", now " + Moment(t.Now) + ". " +
		Count(len(t.Lanes), "version", "versions") + ", " + Number(overdue) + " overdue, " + Number(two) +
		" with an overlap. The table below has the same."
}

// Table has the facts of the timeline in words.
func (t Timeline) Table() Table {
	out := Table{
		ID: t.ID + "-table", Caption: t.Title + ", as a table", Empty: "There is no version.",
		Columns: Columns("Version", "State", "Issued", "Ends", "Rotation due", "What is drawn"),
	}
	for i := range t.Lanes {
		l := &t.Lanes[i]
		ends := Time(l.Ends, "no end is set")
		if l.Why != "" {
			ends.Lines = []string{Cut(l.Why)}
		}
		due := Time(l.Due, "–")
		if l.Overdue {
			due.Lines = []string{"overdue"}
		}
		out.Rows = append(out.Rows, []Cell{
			Text(l.Label), VersionState(l.State), Time(&l.Issued, ""), ends, due, {Text: l.drawn()},
		})
	}
	return out
}

// drawn says what is the case in the sections of a lane.
func (l *Lane) drawn() string {
	var parts []string
	for _, s := range l.Sections {
		parts = append(parts, words[s.Kind]+" "+Day(s.From)+" to "+Day(s.Until))
	}
	return orDash(strings.Join(parts, "; "))
}
