package pages

import (
	_ "embed"
	"maps"
	"net/url"
	"slices"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/view"
)

//go:embed inventory.html
var inventoryText string

var inventoryTemplate = view.MustParse(inventoryText)

const inventoryRoute = "/v1/" + api.KindInventory

func inventoryPages() []Page {
	return []Page{
		{Method: "GET", Path: "/inventory", Nav: "Inventory", Serve: inventory},
		{Method: "GET", Path: "/inventory.csv", Serve: inventoryFile},
	}
}

// inventoryView is what the page of the inventory shows.
type inventoryView struct {
	Form    view.Form
	Notice  string // why the list is not shown
	Table   view.Table
	Pager   view.Pager
	CSV     string // address of the file
	ShowAll bool   // whether there is a list
}

// inventoryFilters lists the parameters by which the API selects credentials.
var inventoryFilters = []string{
	"kind", "owner", "connector_id", "label", "unused_for", "older_than", "expires_within", "finding", "overdue",
	"unacknowledged", "certification_ended", "orphan",
}

// inventorySelection is the part of a query that selects credentials.
func inventorySelection(q url.Values) url.Values {
	out := url.Values{}
	for _, name := range inventoryFilters {
		if value := q.Get(name); value != "" {
			out.Set(name, value)
		}
	}
	return out
}

func inventory(r *Request) (*Answer, error) {
	selected := inventorySelection(r.Query)
	order := r.Query.Get("sort")
	out := inventoryView{Form: inventoryForm(r, order), CSV: address(r.Base+"/inventory.csv", selected)}
	list := byID
	if _, known := orders[order]; known {
		list = inOrder
	}
	entries, pager, err := list(r, selected, order)
	if out.Notice = wrongFilter(err); err != nil && out.Notice == "" {
		return nil, err
	}
	out.ShowAll = out.Notice == ""
	out.Pager = pager
	out.Table = view.Table{
		ID: "credentials", Caption: "Credentials", Columns: inventoryColumns(r, selected, order),
		Empty: "No credential is selected.",
	}
	for i := range entries {
		out.Table.Rows = append(out.Table.Rows, inventoryRow(r, &entries[i]))
	}
	return &Answer{Title: "Inventory", Template: inventoryTemplate, Data: out}, nil
}

const (
	// rowsShown is how many rows a page of a long list has; more where the API selects more at once.
	rowsShown = 100
	// lookedAt is how many credentials the API looks at for one part of a list with a filter.
	lookedAt = "500"
)

// byID lists credentials in the order of the API, from where the query says on. With a filter it goes on until there is
// a page full of them.
func byID(r *Request, selected url.Values, _ string) (out []api.InventoryEntry, pager view.Pager, err error) {
	q := maps.Clone(selected)
	q.Set("page_size", "100")
	if len(selected) > 0 {
		q.Set("page_size", lookedAt)
	}
	from := r.Query.Get("page_token")
	next := from
	for {
		if next != "" {
			q.Set("page_token", next)
		}
		var part api.Page[api.InventoryEntry]
		if err := r.API.Get(address(inventoryRoute, q), &part); err != nil {
			return nil, pager, err
		}
		out = append(out, part.Items...)
		if next = part.NextPageToken; next == "" || len(out) >= rowsShown {
			break
		}
	}
	pager.Label = "the inventory"
	if from != "" {
		pager.First = address(r.Base+"/inventory", selected)
	}
	if next != "" {
		more := maps.Clone(selected)
		more.Set("page_token", next)
		pager.Next = address(r.Base+"/inventory", more)
	}
	pager.Shown = view.Count(len(out), "credential", "credentials") + " in this part, in the order of their ids."
	return out, pager, nil
}

func inventoryForm(r *Request, order string) view.Form {
	q := func(name string) string { return r.Query.Get(name) }
	box := func(name, label string) view.Field {
		return view.Field{Name: name, Label: label, Value: q(name), Check: true}
	}
	text := func(name, label, hint string) view.Field {
		return view.Field{Name: name, Label: label, Value: q(name), Hint: hint}
	}
	f := view.Form{
		ID: "select", Action: r.To("/inventory"), Legend: "Select credentials", Submit: "Select",
		Fields: []view.Field{
			view.Choice("kind", "Kind", q("kind"), "every kind", api.InventoryKinds()...),
			text("owner", "Owner", ""),
			text("connector_id", "Connector", "its id, con_…"),
			text("label", "Label", "KEY or KEY=VALUE"),
			text("unused_for", "Not used for", "such as 90d"),
			text("older_than", "Older than", "such as 365d"),
			text("expires_within", "Ends within", "such as 30d"),
			view.Choice("finding", "Open finding", q("finding"), "any or none", slices.Sorted(
				slices.Values(api.FindingKinds()))...),
			box("overdue", "Overdue"), box("unacknowledged", "Pending and not seen in use"),
			box("certification_ended", "Certification ended"), box("orphan", "In no Terraform state"),
		},
	}
	if len(inventorySelection(r.Query)) > 0 {
		f.Clear = r.To("/inventory", "sort", order)
	}
	if order != "" {
		f.Hidden = []view.Hidden{{Name: "sort", Value: order}}
	}
	return f
}

func inventoryRow(r *Request, e *api.InventoryEntry) []view.Cell {
	name := view.Text(e.Name)
	name.Href = r.object(e.Kind, e.ID)
	name.Lines = []string{e.Kind, e.ID}
	return []view.Cell{
		name, view.Text(e.Owner), view.Phase(e), view.NextDue(e),
		{Text: view.Number(e.AgeDays)},
		view.LastUse(e),
		view.Findings(e), view.Risk(e),
	}
}
