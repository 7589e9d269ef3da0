package pages

import (
	"cmp"
	"maps"
	"net/url"
	"strconv"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/view"
)

// orders has what the inventory can be sorted by, besides ids. The most pressing credential comes first.
var orders = map[string]func(a, b *api.InventoryEntry) int{
	"name":  func(a, b *api.InventoryEntry) int { return cmp.Compare(a.Name, b.Name) },
	"owner": func(a, b *api.InventoryEntry) int { return cmp.Compare(a.Owner, b.Owner) },
	"phase": func(a, b *api.InventoryEntry) int { return cmp.Compare(a.Phase, b.Phase) },
	"due":   func(a, b *api.InventoryEntry) int { return earlier(a.DueAt, b.DueAt) },
	"age":   func(a, b *api.InventoryEntry) int { return cmp.Compare(b.AgeDays, a.AgeDays) },
	"use":   func(a, b *api.InventoryEntry) int { return cmp.Compare(b.UnusedDays, a.UnusedDays) },
	"findings": func(a, b *api.InventoryEntry) int {
		return cmp.Compare(len(b.Findings), len(a.Findings))
	},
	"risk": func(a, b *api.InventoryEntry) int { return cmp.Compare(b.Risk.Score, a.Risk.Score) },
}

// earlier compares times. None is later than any.
func earlier(a, b *time.Time) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	return a.Compare(*b)
}

// maxSorted is how many credentials a sorted list shows: the first ones of its order.
const maxSorted = 1000

// inOrder lists credentials in another order than that of the API. It reads all that are selected, and keeps the first.
func inOrder(r *Request, selected url.Values, order string) ([]api.InventoryEntry, view.Pager, error) {
	compare := orders[order]
	top := view.NewTop(maxSorted, func(a, b api.InventoryEntry) int {
		return cmp.Or(compare(&a, &b), cmp.Compare(a.ID, b.ID))
	})
	err := each(r.API, inventoryRoute, maps.Clone(selected), func(e *api.InventoryEntry) bool {
		for i := range e.Versions {
			e.Versions[i].Consumers = nil // a row does not show them
		}
		top.Add(*e)
		return true
	})
	if err != nil {
		return nil, view.Pager{}, err
	}
	from, _ := strconv.Atoi(r.Query.Get("from")) // what is no number is the beginning
	from = max(0, min(from, top.Len()))
	until := min(from+rowsShown, top.Len())
	part := func(at int) string {
		q := maps.Clone(selected)
		q.Set("sort", order)
		if at > 0 {
			q.Set("from", strconv.Itoa(at))
		}
		return address(r.Base+"/inventory", q)
	}
	pager := view.Pager{Label: "the inventory"}
	if from > 0 {
		pager.First = part(0)
	}
	if until < top.Len() {
		pager.Next = part(until)
	}
	pager.Shown = "Rows " + view.Number(min(from+1, until)) + " to " + view.Number(until) + " of " +
		view.Number(top.Added()) + "."
	if top.Added() > top.Len() {
		pager.Shown += " A sorted list ends after " + view.Number(top.Len()) + ": select fewer, or save the list as a file."
	}
	return top.All()[from:until], pager, nil
}

// inventoryColumns has a link for every order.
func inventoryColumns(r *Request, selected url.Values, order string) []view.Column {
	columns := []struct{ title, order string }{
		{"Name", "name"},
		{"Owner", "owner"},
		{"Phase", "phase"},
		{"Rotation due", "due"},
		{"Age in days", "age"},
		{"Last used", "use"},
		{"Findings", "findings"},
		{"Risk", "risk"},
	}
	var out []view.Column
	for _, c := range columns {
		q := maps.Clone(selected)
		q.Set("sort", c.order)
		column := view.Column{Title: c.title, SortHref: address(r.Base+"/inventory", q)}
		if c.order == order {
			column.Sorted = sorted[c.order]
		}
		out = append(out, column)
	}
	return out
}

// sorted says which way an order goes: from the lowest value, or from the highest.
var sorted = map[string]string{
	"name": "ascending", "owner": "ascending", "phase": "ascending", "due": "ascending", "age": "descending",
	"use": "ascending", "findings": "descending", "risk": "descending",
}
