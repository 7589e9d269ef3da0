package report

import (
	"cmp"
	"fmt"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/view"
)

// section gathers the rows of a table: the first in its order, and how many there are.
type section struct {
	id, title string
	about     string
	empty     string
	more      string // the command that lists all
	columns   []view.Column
	count     bool // whether the summary has the number
	level     view.Level
	top       *view.Top[ranked]

	// Of credentials: which it takes, what it ranks them by, the lowest first, and the cells of a row.
	takes func(*api.InventoryEntry) bool
	rank  func(*api.InventoryEntry) int64
	cells func(*api.InventoryEntry) []view.Cell
}

// ranked is a row with its place in the order.
type ranked struct {
	rank  int64
	id    string
	cells []view.Cell
}

func (s *section) add(rank int64, id string, cells []view.Cell) { s.top.Add(ranked{rank, id, cells}) }

func newTop() *view.Top[ranked] {
	return view.NewTop(MaxRows, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.id, b.id))
	})
}

// status is how many there are, as the summary shows it.
func (s *section) status() view.Cell {
	if n := s.top.Added(); n > 0 {
		return view.State(s.level, view.Number(n))
	}
	return view.State(view.Fine, "none")
}

func (s *section) done() Section {
	t := view.Table{
		ID: "table-" + s.id, Caption: s.title + ": " + view.Number(s.top.Added()), Columns: s.columns, Empty: s.empty,
	}
	for _, row := range s.top.All() {
		t.Rows = append(t.Rows, row.cells)
	}
	if t.Note = view.Rest(s.top.Len(), s.top.Added()); t.Note != "" {
		t.Note += " All of them: " + s.more
	}
	return Section{ID: s.id, Title: s.title, Total: s.top.Added(), About: s.about, Table: t}
}

// credentialSections lists the sections with rows about credentials, in the order of the report.
func credentialSections() []*section {
	all := []*section{
		overdueSection(), unusedSection(), unacknowledgedSection(), heldSection(), quarantineSection(),
		{
			id: "all", title: "All credentials", empty: "The environment has no credential.",
			about: "Every credential, the one with the highest risk first.", more: "quickconnect inventory --output json",
			columns: view.Columns("Name", "Owner", "Phase", "Rotation due", "Age in days", "Last used", "Findings", "Risk"),
			takes:   func(*api.InventoryEntry) bool { return true },
			rank:    func(e *api.InventoryEntry) int64 { return -e.Risk.Score },
			cells: func(e *api.InventoryEntry) []view.Cell {
				return []view.Cell{
					name(e), view.Text(e.Owner), view.Phase(e), view.NextDue(e),
					{Text: view.Number(e.AgeDays)},
					view.LastUse(e),
					view.Findings(e), view.Risk(e),
				}
			},
		},
	}
	for _, s := range all {
		s.top = newTop()
	}
	return all
}

func overdueSection() *section {
	return &section{
		id: "overdue", title: "Overdue", count: true, level: view.Bad, empty: "No credential is overdue.",
		about: "The current value is older than the max_age of its rotation policy, or has ended. The oldest value first.",
		more:  "quickconnect inventory --overdue",
		columns: view.Columns("Name", "Owner", "Due since", "Age in days", "Step that is due", "Why", "On hold",
			"Ends"),
		takes: func(e *api.InventoryEntry) bool { return e.Overdue },
		rank:  func(e *api.InventoryEntry) int64 { return -e.AgeDays },
		cells: func(e *api.InventoryEntry) []view.Cell {
			held := view.Cell{Text: "no"}
			if e.Hold != nil {
				held = view.State(view.Attention, "yes")
			}
			return []view.Cell{
				name(e), view.Text(e.Owner), view.Time(e.DueAt, "–"),
				{Text: view.Number(e.AgeDays)},
				view.Text(e.Due),
				view.Text(e.DueReason), held, view.Time(e.ExpiresAt, "never"),
			}
		},
	}
}

func unusedSection() *section {
	return &section{
		id: "unused", title: "Unused", count: true, level: view.Attention,
		about: fmt.Sprintf("No use was recorded for %d days or more, or none since it was made so long ago. Where the "+
			"recording was not complete, the absence of a use proves nothing. The longest unused first.", UnusedDays),
		empty:   fmt.Sprintf("Every credential was used in the last %d days, or is younger.", UnusedDays),
		more:    fmt.Sprintf("quickconnect inventory --unused-for %dd", UnusedDays),
		columns: view.Columns("Name", "Owner", "Last used", "Unused days", "Recording", "Quarantine announced for"),
		takes:   func(e *api.InventoryEntry) bool { return e.UnusedDays >= UnusedDays && e.Phase != api.PhaseRevoked },
		rank:    func(e *api.InventoryEntry) int64 { return -e.UnusedDays },
		cells: func(e *api.InventoryEntry) []view.Cell {
			recorded := view.State(view.Fine, "complete")
			for _, v := range e.Versions {
				if !v.Complete {
					recorded = view.State(view.Attention, "not complete")
				}
			}
			return []view.Cell{
				name(e), view.Text(e.Owner), view.LastUse(e),
				{Text: view.Number(e.UnusedDays)},
				recorded,
				view.Time(e.UnusedQuarantineAt, "–"),
			}
		},
	}
}

func unacknowledgedSection() *section {
	return &section{
		id: "unacknowledged", title: "Unacknowledged", count: true, level: view.Attention,
		about: "A pending version was issued and not seen in use yet. The oldest current value first.",
		empty: "Every pending version was seen in use.", more: "quickconnect inventory --unacknowledged",
		columns: view.Columns("Name", "Owner", "Pending version", "Issued", "Ends", "Age of the current value in days"),
		takes:   func(e *api.InventoryEntry) bool { return e.Acknowledged != nil && !*e.Acknowledged },
		rank:    func(e *api.InventoryEntry) int64 { return -e.AgeDays },
		cells: func(e *api.InventoryEntry) []view.Cell {
			pending, issued, ends := view.Text(""), view.Text(""), view.Text("")
			for _, v := range e.Versions {
				if v.State == "pending" {
					pending.Text = view.Number(v.Version)
					issued, ends = view.Time(&v.IssuedAt, ""), view.Time(v.ExpiresAt, "–")
				}
			}
			return []view.Cell{name(e), view.Text(e.Owner), pending, issued, ends, {Text: view.Number(e.AgeDays)}}
		},
	}
}

func heldSection() *section {
	return &section{
		id: "held", title: "On hold", count: true, level: view.Attention, empty: "No credential is on hold.",
		about:   "Somebody stopped its rotations. The oldest hold first.",
		more:    "quickconnect inventory --output json, where hold is not null",
		columns: view.Columns("Name", "Owner", "Since", "By", "Reason"),
		takes:   func(e *api.InventoryEntry) bool { return e.Hold != nil },
		rank:    func(e *api.InventoryEntry) int64 { return e.Hold.At.Unix() },
		cells: func(e *api.InventoryEntry) []view.Cell {
			return []view.Cell{
				name(e), view.Text(e.Owner), view.Time(&e.Hold.At, ""), by(e.Hold.By, e.Hold.ByName), view.Text(e.Hold.Reason),
			}
		},
	}
}

func quarantineSection() *section {
	return &section{
		id: "quarantine", title: "In quarantine", count: true, level: view.Bad, empty: "No credential is in quarantine.",
		about:   "Its versions are refused at every use, and end at the given time. The oldest quarantine first.",
		more:    "quickconnect inventory --output json, where quarantine is not null",
		columns: view.Columns("Name", "Owner", "Since", "Until", "By", "Reason"),
		takes:   func(e *api.InventoryEntry) bool { return e.Quarantine != nil },
		rank:    func(e *api.InventoryEntry) int64 { return e.Quarantine.At.Unix() },
		cells: func(e *api.InventoryEntry) []view.Cell {
			q := e.Quarantine
			return []view.Cell{
				name(e), view.Text(e.Owner), view.Time(&q.At, ""), view.Time(&q.Until, ""), by(q.By, q.ByName),
				view.Text(q.Reason),
			}
		},
	}
}

func exemptionSection() *section {
	return &section{
		id: "exempted", title: "Exempted", count: true, level: view.Attention, top: newTop(),
		about: "Objects that may break a rule of the environment until a date.", empty: "No exemption is in force.",
		more:    "GET /v1/environment-policy",
		columns: view.Columns("Name", "Kind", "Rule", "Reason", "Until", "Exemption"),
	}
}

func findingSection() *section {
	return &section{
		id: "findings", title: "Open findings", count: true, level: view.Attention, top: newTop(),
		about: "What the platform noticed and nobody has closed, the oldest first.", empty: "No finding is open.",
		more: "quickconnect findings",
		columns: view.Columns("Finding", "Object", "First seen", "Last seen", "Times", "Evidence", "Done by the platform",
			"Id"),
	}
}

// name is the cell with the name of a credential, its kind and its id.
func name(e *api.InventoryEntry) view.Cell {
	c := view.Text(e.Name)
	c.Lines = []string{view.Cut(e.Kind), view.Cut(e.ID)}
	return c
}

// by is who did something.
func by(id, name string) view.Cell {
	c := view.Text(cmp.Or(name, id))
	if name != "" {
		c.Lines = []string{id}
	}
	return c
}
