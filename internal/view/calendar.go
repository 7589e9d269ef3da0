package view

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

const (
	week          = 7 * 24 * time.Hour
	calendarDays  = 90
	calendarWeeks = (calendarDays + 6) / 7
	// maxOwners is how many owners a calendar keeps. What others have is added up.
	maxOwners = 200
	// maxDueShown is how many rotations a calendar lists one by one.
	maxDueShown = 500
)

// Calendar counts the rotations that fall due in the next 90 days, by owner and week. It keeps numbers and the
// rotations that are due first, whatever is added.
type Calendar struct {
	now    time.Time
	owners map[string]*weeks
	others weeks
	first  *Top[dueRotation]
	due    int
}

// weeks has how many rotations are due: those that were due before now, and those of each week.
type weeks struct {
	late int
	of   [calendarWeeks]int
}

type dueRotation struct {
	at              time.Time
	id, name, owner string
	href            string
	overdue, held   bool
}

// NewCalendar returns an empty calendar of the 90 days from a time on.
func NewCalendar(now time.Time) *Calendar {
	return &Calendar{
		now: now, owners: map[string]*weeks{},
		first: NewTop(maxDueShown, func(a, b dueRotation) int {
			return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.id, b.id))
		}),
	}
}

// Add counts a credential. href is the address of its page; empty for none.
func (c *Calendar) Add(e *api.InventoryEntry, href string) {
	if e.DueAt == nil || e.Phase == api.PhaseRevoked {
		return
	}
	index := -1
	if e.DueAt.After(c.now) {
		index = int(e.DueAt.Sub(c.now) / week)
	}
	if e.DueAt.Sub(c.now) >= calendarDays*24*time.Hour {
		return
	}
	w := c.of(e.Owner)
	if index < 0 {
		w.late++
	} else {
		w.of[index]++
	}
	c.due++
	c.first.Add(dueRotation{
		at: *e.DueAt, id: e.ID, name: e.Name, owner: e.Owner, href: href, overdue: e.Overdue, held: e.Hold != nil,
	})
}

func (c *Calendar) of(owner string) *weeks {
	w := c.owners[owner]
	switch {
	case w != nil:
		return w
	case len(c.owners) == maxOwners:
		return &c.others
	}
	w = &weeks{}
	c.owners[owner] = w
	return w
}

// ByOwner has the numbers: a row for each owner, a column for each week.
func (c *Calendar) ByOwner(id string) Table {
	t := Table{
		ID: id, Caption: "Rotations that fall due, by owner and week",
		Columns: []Column{{Title: "Owner"}, {Title: "Due before", Numeric: true}},
		Empty:   "No rotation falls due in the next 90 days.",
		Note:    "A column is the seven days from its date on; the last one ends after 90 days.",
	}
	for i := range calendarWeeks {
		t.Columns = append(t.Columns, Column{Title: Day(c.now.Add(time.Duration(i) * week)), Numeric: true})
	}
	t.Columns = append(t.Columns, Column{Title: "In all", Numeric: true})
	for _, owner := range slices.Sorted(maps.Keys(c.owners)) {
		t.Rows = append(t.Rows, c.owners[owner].cells(cmp.Or(owner, "no owner")))
	}
	if c.others != (weeks{}) {
		t.Rows = append(t.Rows, c.others.cells("all other owners"))
	}
	return t
}

func (w *weeks) cells(owner string) []Cell {
	row, all := []Cell{Text(owner), count(w.late)}, w.late
	for _, n := range w.of {
		row = append(row, count(n))
		all += n
	}
	return append(row, count(all))
}

// count is a number in a table of many zeros.
func count(n int) Cell {
	if n == 0 {
		return Cell{Text: "–"}
	}
	return Cell{Text: Number(n)}
}

// OneByOne lists the rotations that are due first.
func (c *Calendar) OneByOne(id string) Table {
	t := Table{
		ID: id, Caption: "Rotations that fall due in the next 90 days", Empty: "No rotation falls due in the next 90 days.",
		Columns: Columns("Name", "Owner", "Due", "State"), Note: Rest(c.first.Len(), c.due),
	}
	for _, d := range c.first.All() {
		state := State(Neutral, "planned")
		switch {
		case d.overdue:
			state = State(Bad, "overdue")
		case !d.at.After(c.now):
			state = State(Attention, "due now")
		}
		if d.held {
			state.Lines = []string{"on hold"}
		}
		name := Text(d.name)
		name.Href = d.href
		name.Lines = []string{d.id}
		t.Rows = append(t.Rows, []Cell{name, Text(d.owner), {Text: Moment(d.at)}, state})
	}
	return t
}
