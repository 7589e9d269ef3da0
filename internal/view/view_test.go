package view

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func TestCSVHasNoFormula(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	c := NewCSV(&out)
	if err := c.Row("=1+1", "+1", "-1", "@A1", "\tx", "\rx", "a=1", "", `a "b", c`); err != nil {
		t.Fatal(err)
	}
	if err := c.End(); err != nil {
		t.Fatal(err)
	}
	want := "'=1+1,'+1,'-1,'@A1,'\tx,\"'x\",a=1,,\"a \"\"b\"\", c\"\r\n"
	if out.String() != want {
		t.Errorf("got %q\nwant %q", out.String(), want)
	}
}

func TestTexts(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1000: "-1,000"} {
		if got := Number(n); got != want {
			t.Errorf("%d is %q", n, got)
		}
	}
	if got := Cut(strings.Repeat("a", MaxText-1) + "ü"); got != strings.Repeat("a", MaxText-1)+"…" {
		t.Errorf("cut to %q", got)
	}
	if Cut("ü") != "ü" || Count(1, "event", "events") != "1 event" || Count(1200, "event", "events") != "1,200 events" {
		t.Error("a short text, or a number of things, is wrong")
	}
}

func TestTopKeepsTheFirst(t *testing.T) {
	t.Parallel()
	top := NewTop(3, func(a, b int) int { return a - b })
	for _, n := range []int{5, 1, 4, 2, 9, 1, 7} {
		top.Add(n)
	}
	if got := top.All(); len(got) != 3 || got[0] != 1 || got[1] != 1 || got[2] != 2 || top.Added() != 7 {
		t.Errorf("kept %v of %d", got, top.Added())
	}
	if Rest(3, 3) != "" || Rest(3, 7) != "These are the first 3 of 7." {
		t.Error("what a list leaves out is wrong")
	}
}

func TestCalendar(t *testing.T) {
	t.Parallel()
	c := NewCalendar(now)
	add := func(name, owner string, due *time.Time, change func(*api.InventoryEntry)) {
		e := api.InventoryEntry{ID: "tok_" + name, Name: name, Owner: owner, DueAt: due, Phase: api.PhaseStable}
		if change != nil {
			change(&e)
		}
		c.Add(&e, "")
	}
	add("late", "a", on(-3), func(e *api.InventoryEntry) { e.Overdue = true })
	add("now", "a", on(0), nil)
	add("first-week", "a", on(6), nil)
	add("second-week", "a", on(7), func(e *api.InventoryEntry) { e.Hold = &api.Hold{} })
	add("last-week", "b", on(89), nil)
	add("too-late", "b", on(90), nil)
	add("never", "b", nil, nil)
	add("revoked", "b", on(3), func(e *api.InventoryEntry) { e.Phase = api.PhaseRevoked })

	rows := c.ByOwner("x").Rows
	if len(rows) != 2 {
		t.Fatalf("there are %d owners", len(rows))
	}
	texts := func(row []Cell) (out []string) {
		for _, cell := range row {
			out = append(out, cell.Text)
		}
		return out
	}
	if got := strings.Join(texts(rows[0]), " "); got != "a 2 1 1"+strings.Repeat(" –", 11)+" 4" {
		t.Errorf("the first owner has %s", got)
	}
	if got := strings.Join(texts(rows[1]), " "); got != "b –"+strings.Repeat(" –", 12)+" 1 1" {
		t.Errorf("the second owner has %s", got)
	}
	var list []string
	for _, row := range c.OneByOne("y").Rows {
		list = append(list, row[0].Text+" "+row[3].Status.Word+strings.Join(row[3].Lines, ""))
	}
	want := "late overdue, now due now, first-week planned, second-week plannedon hold, last-week planned"
	if got := strings.Join(list, ", "); got != want {
		t.Errorf("one by one: %s", got)
	}
}

// A calendar needs no more memory for more owners, and counts all of them.
func TestCalendarOfManyOwners(t *testing.T) {
	t.Parallel()
	c := NewCalendar(now)
	for i := range 1000 {
		c.Add(&api.InventoryEntry{Owner: "team-" + strconv.Itoa(i), DueAt: on(1), Phase: api.PhaseStable}, "")
	}
	rows := c.ByOwner("x").Rows
	last := rows[len(rows)-1]
	if len(rows) != maxOwners+1 || last[0].Text != "all other owners" || last[len(last)-1].Text != "800" {
		t.Errorf("%d rows, the last %+v", len(rows), last)
	}
	if got := c.OneByOne("y"); len(got.Rows) != maxDueShown || got.Note != "These are the first 500 of 1,000." {
		t.Errorf("%d rows, %s", len(got.Rows), got.Note)
	}
}
