package report

import (
	"cmp"
	"maps"
	"slices"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/view"
)

// owned counts what an owner has.
type owned struct {
	credentials, overdue, unused, findings int
	risk                                   int64
}

func (w *owned) count(e *api.InventoryEntry) {
	w.credentials++
	w.risk = max(w.risk, e.Risk.Score)
	if e.Overdue {
		w.overdue++
	}
	if e.UnusedDays >= UnusedDays && e.Phase != api.PhaseRevoked {
		w.unused++
	}
	if len(e.Findings) > 0 {
		w.findings++
	}
}

func (r *Report) ownedBy(owner string) *owned {
	w := r.owners[owner]
	switch {
	case w != nil:
		return w
	case len(r.owners) == maxOwners:
		return &r.others
	}
	w = &owned{}
	r.owners[owner] = w
	return w
}

// ownersSection lists the owners, those with the highest risk first.
func (r *Report) ownersSection() Section {
	names := slices.Collect(maps.Keys(r.owners))
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(r.owners[b].risk, r.owners[a].risk), cmp.Compare(a, b))
	})
	t := view.Table{
		ID: "table-owners", Caption: "Owners: " + view.Number(len(names)), Empty: "The environment has no credential.",
		Columns: view.Columns("Owner", "Credentials", "Overdue", "Unused", "With findings", "Highest risk"),
	}
	shown := names[:min(len(names), MaxRows)]
	for _, name := range shown {
		t.Rows = append(t.Rows, r.owners[name].cells(cmp.Or(name, "no owner")))
	}
	if t.Note = view.Rest(len(shown), len(names)); t.Note != "" {
		t.Note += " All of them: quickconnect owners"
	}
	if r.others.credentials > 0 {
		t.Rows = append(t.Rows, r.others.cells("all other owners"))
	}
	return Section{
		ID: "owners", Title: "Owners", Total: len(names), Table: t,
		About: "How many credentials each owner has. Principals have no owner. The owner of the highest risk first.",
	}
}

func (w *owned) cells(owner string) []view.Cell {
	row := []view.Cell{view.Text(owner)}
	for _, n := range []int{w.credentials, w.overdue, w.unused, w.findings, int(w.risk)} {
		row = append(row, view.Cell{Text: view.Number(n)})
	}
	return row
}
