package report

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/view"
)

const (
	// MaxRows is how many rows a table of the report has at most.
	MaxRows = 500
	// maxDrawn is how many credentials the timeline shows.
	maxDrawn = 40
	// maxOwners is how many owners are counted by name.
	maxOwners = 5000
	// UnusedDays is after how many days without a use a credential is unused.
	UnusedDays = 90
)

// Report gathers what a report has. Rules and findings are added first: credentials give findings the names of their
// objects.
type Report struct {
	now         time.Time // the platform's time, by which everything is judged
	sections    []*section
	calendar    *view.Calendar
	drawn       *view.Top[api.InventoryEntry]
	credentials int
	kinds       map[string]int
	owners      map[string]*owned
	others      owned
	findings    *section
	exemptions  *section
	named       map[string][]*view.Cell // the cells that get the name of an object, by its id
}

// New returns an empty report about a time.
func New(now time.Time) *Report {
	r := &Report{
		now: now, calendar: view.NewCalendar(now), kinds: map[string]int{}, owners: map[string]*owned{},
		named: map[string][]*view.Cell{},
		drawn: view.NewTop(maxDrawn, func(a, b api.InventoryEntry) int { return soonest(&a, &b) }),
	}
	r.sections = credentialSections()
	r.exemptions, r.findings = exemptionSection(), findingSection()
	at := len(r.sections) - 1 // the last one has all credentials
	r.sections = slices.Insert(r.sections, at, r.exemptions, r.findings)
	return r
}

// AddRules adds the exemptions from the rules of the environment.
func (r *Report) AddRules(g *api.Guardrails) {
	for i := range g.Exemptions {
		x := &g.Exemptions[i]
		r.exemptions.add(0, x.Kind+"/"+x.Name+"/"+x.Rule, []view.Cell{
			view.Text(x.Name), view.Text(x.Kind), view.Code(x.Rule), view.Text(x.Reason), view.Text(x.ExpiresAt),
			view.Code(x.ID),
		})
	}
}

// AddFinding adds an open finding.
func (r *Report) AddFinding(f *api.Finding) {
	version := "all versions"
	if f.Version > 0 {
		version = "version " + view.Number(f.Version)
	}
	evidence := view.Cell{Text: "–"}
	for i, name := range slices.Sorted(maps.Keys(f.Evidence)) {
		if i == 0 {
			evidence.Text = ""
		}
		if i == maxEvidence {
			break
		}
		evidence.Lines = append(evidence.Lines, view.Cut(name+": "+f.Evidence[name]))
	}
	object := view.Code(f.ObjectID)
	object.Lines = []string{view.Cut(f.Kind), version}
	r.findings.add(f.FirstSeenAt.Unix(), f.ID, []view.Cell{
		view.State(view.Attention, f.Finding), object, view.Time(&f.FirstSeenAt, ""), view.Time(&f.LastSeenAt, ""),
		{Text: view.Number(f.Count)},
		evidence, view.Text(f.Action), view.Code(f.ID),
	})
}

// maxEvidence is how many facts of a finding are shown.
const maxEvidence = 12

// AddCredential adds a credential of the inventory.
func (r *Report) AddCredential(e *api.InventoryEntry) {
	if r.credentials == 0 {
		r.expectNames()
	}
	for _, c := range r.named[e.ID] {
		c.Lines = slices.Insert(c.Lines, 0, view.Cut(e.Name)+" of "+view.Cut(cmp.Or(e.Owner, "no owner")))
	}
	delete(r.named, e.ID)
	r.credentials++
	r.kinds[e.Kind]++
	r.ownedBy(e.Owner).count(e)
	r.calendar.Add(e, "")
	for _, s := range r.sections {
		if s.takes != nil && s.takes(e) {
			s.add(s.rank(e), e.ID, s.cells(e))
		}
	}
	if len(e.Versions) > 0 {
		r.drawn.Add(slim(e))
	}
}

// expectNames notes which objects the findings that are kept are about.
func (r *Report) expectNames() {
	for _, row := range r.findings.top.All() {
		r.named[row.cells[1].Text] = append(r.named[row.cells[1].Text], &row.cells[1])
	}
}

// slim is a credential as the timeline needs it.
func slim(e *api.InventoryEntry) api.InventoryEntry {
	out := api.InventoryEntry{ID: e.ID, Name: e.Name, DueAt: e.DueAt, Overdue: e.Overdue}
	for _, v := range e.Versions {
		out.Versions = append(out.Versions, api.InventoryVersion{
			Version: v.Version, State: v.State, IssuedAt: v.IssuedAt, ExpiresAt: v.ExpiresAt,
		})
	}
	return out
}

// soonest compares credentials by when they fall due: those that never do come last, the oldest first.
func soonest(a, b *api.InventoryEntry) int {
	switch {
	case a.Overdue != b.Overdue:
		return compareBool(b.Overdue, a.Overdue)
	case (a.DueAt == nil) != (b.DueAt == nil):
		return compareBool(a.DueAt == nil, b.DueAt == nil)
	case a.DueAt != nil && !a.DueAt.Equal(*b.DueAt):
		return a.DueAt.Compare(*b.DueAt)
	}
	return cmp.Or(a.Versions[0].IssuedAt.Compare(b.Versions[0].IssuedAt), cmp.Compare(a.ID, b.ID))
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

func (r *Report) timeline() view.Timeline {
	return view.EntriesTimeline("versions", "Valid versions, those that are due first", r.drawn.All(), r.now)
}

func (r *Report) byKind() (lines []string) {
	for _, kind := range slices.Sorted(maps.Keys(r.kinds)) {
		lines = append(lines, kind+": "+view.Number(r.kinds[kind]))
	}
	return lines
}

// Credentials is how many credentials were added.
func (r *Report) Credentials() int { return r.credentials }
