package pages

import (
	"cmp"
	_ "embed"
	"net/url"
	"slices"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/view"
)

//go:embed findings.html
var findingsText string

//go:embed finding.html
var findingText string

var (
	findingsTemplate = view.MustParse(findingsText)
	findingTemplate  = view.MustParse(actionsText + findingText)
)

const (
	findingsRoute = "/v1/" + api.KindFindings
	// allStates is what the form sends for open and closed findings.
	allStates = "all"
)

func findingPages() []Page {
	return []Page{
		{Method: "GET", Path: "/findings", Nav: "Findings", Serve: findings},
		{Method: "GET", Path: "/findings/{id}", Serve: findingPage},
		{Method: "POST", Path: "/findings/{id}/close", Serve: closeFinding},
	}
}

// listView is a page with a form, a table and the way to the next part.
type listView struct {
	Form   view.Form
	Notice string // why the list is not shown
	Table  view.Table
	Pager  view.Pager
}

func findings(r *Request) (*Answer, error) {
	selected := url.Values{}
	for _, name := range []string{"state", "finding", "kind", "object_id"} {
		if value := r.Query.Get(name); value != "" {
			selected.Set(name, value)
		}
	}
	state := cmp.Or(selected.Get("state"), api.FindingOpen)
	asked := cloned(selected)
	asked.Set("state", state)
	if state == allStates {
		asked.Del("state")
	}
	out := listView{Form: findingsForm(r, state), Table: view.Table{
		ID: "findings", Caption: "Findings, the oldest first", Empty: "No finding is selected.",
		Columns: view.Columns("Finding", "Object", "State", "First seen", "Last seen", "Times", "Evidence"),
	}}
	all, pager, err := part[api.Finding](r, findingsRoute, "/findings", asked, selected)
	if out.Notice = wrongFilter(err); err != nil && out.Notice == "" {
		return nil, err
	}
	for i := range all {
		out.Table.Rows = append(out.Table.Rows, findingRow(r, &all[i]))
	}
	out.Pager = pager
	out.Pager.Label = "the findings"
	return &Answer{Title: "Findings", Template: findingsTemplate, Data: out}, nil
}

func findingsForm(r *Request, state string) view.Form {
	kinds := []string{
		api.KindConnectors, api.KindScopedTokens, api.KindSigningSecrets, api.KindPrincipals, api.KindAccessTokens,
	}
	return view.Form{
		ID: "select", Action: r.To("/findings"), Legend: "Select findings", Submit: "Select", Clear: r.To("/findings"),
		Fields: []view.Field{
			{Name: "state", Label: "State", Value: state, Options: []view.Option{
				{Value: api.FindingOpen, Text: "open"},
				{Value: api.FindingClosed, Text: "closed"},
				{Value: allStates, Text: "open and closed"},
			}},
			view.Choice("finding", "Rule", r.Query.Get("finding"), "every rule", slices.Sorted(
				slices.Values(api.FindingKinds()))...),
			view.Choice("kind", "About", r.Query.Get("kind"), "every kind", kinds...),
			{Name: "object_id", Label: "Object", Value: r.Query.Get("object_id"), Hint: "its id, such as tok_…"},
		},
	}
}

func findingRow(r *Request, f *api.Finding) []view.Cell {
	name := view.Text(f.Finding)
	name.Href = r.To("/findings/"+url.PathEscape(f.ID), "object_id", f.ObjectID)
	name.Lines = []string{f.ID}
	object := view.Code(f.ObjectID)
	object.Href = r.object(f.Kind, f.ObjectID)
	object.Lines = lines(f.Kind)
	if f.Version > 0 {
		object.Lines = append(object.Lines, "version "+number(f.Version))
	}
	return []view.Cell{
		name, object, findingState(f), view.Time(&f.FirstSeenAt, ""), view.Time(&f.LastSeenAt, ""),
		{Text: view.Number(f.Count)},
		{Lines: details(f.Evidence)},
	}
}

func findingState(f *api.Finding) view.Cell {
	if f.State == api.FindingClosed {
		c := view.State(view.Neutral, f.State)
		c.Lines = lines(f.CloseReason, "by "+f.ClosedBy)
		return c
	}
	c := view.State(view.Attention, f.State)
	c.Lines = lines(f.Action)
	return c
}

// findingView is what the page of one finding shows.
type findingView struct {
	Done      string
	Facts     []view.Fact
	Evidence  []view.Fact
	Credible  bool // the finding is about a credential with versions
	Consumers view.Table
	Actions   actions
	Close     string // address of the form; empty where it is closed, or may not be closed
	Key       string
}

func findingPage(r *Request) (*Answer, error) {
	f, err := findFinding(r)
	if err != nil {
		return nil, err
	}
	row := findingRow(r, f)
	out := findingView{Done: done[r.Query.Get(Done)], Key: r.NewKey(), Facts: []view.Fact{
		{Name: "Id", Value: view.Code(f.ID)},
		{Name: "Object", Value: row[1]},
		{Name: "State", Value: row[2]},
		{Name: "About", Value: view.Text(f.Subject)},
		{Name: "First seen", Value: row[3]},
		{Name: "Last seen", Value: row[4]},
		{Name: "Times", Value: row[5]},
		{Name: "Done by the platform", Value: view.Text(f.Action)},
	}}
	for _, name := range sortedKeys(f.Evidence) {
		out.Evidence = append(out.Evidence, view.Fact{Name: view.Cut(name), Value: view.Text(f.Evidence[name])})
	}
	if f.State == api.FindingOpen && r.May(api.PermissionContain) {
		out.Close = r.To("/findings/" + url.PathEscape(f.ID) + "/close")
	}
	if r.object(f.Kind, f.ObjectID) != "" {
		c, err := readCredential(r, f.ObjectID)
		if err == nil {
			var versions []api.Version
			if versions, err = readVersions(r, c); err == nil {
				out.Credible, out.Consumers, out.Actions = true, whatStops(versions), actionsOn(r, c, versions)
			}
		}
		if err != nil && !problem.IsNotFound(err) { // the object may be deleted, and the finding is shown without it
			return nil, err
		}
	}
	return &Answer{Title: f.Finding, Template: findingTemplate, Data: out}, nil
}

// findFinding reads the finding of the address. The API lists findings, and has no route for one.
func findFinding(r *Request) (found *api.Finding, err error) {
	q := url.Values{}
	if object := r.Query.Get("object_id"); object != "" {
		q.Set("object_id", object)
	}
	err = each(r.API, findingsRoute, q, func(f *api.Finding) bool {
		if f.ID == r.Path("id") {
			found = f
		}
		return found == nil
	})
	if err == nil && found == nil {
		err = problem.New(api.CodeNotFound, "", "There is no finding with this id.")
	}
	return found, err
}

// whatStops lists who used the valid versions: that is what stops working when they are refused.
func whatStops(versions []api.Version) view.Table {
	valid := slices.DeleteFunc(slices.Clone(versions), func(v api.Version) bool { return v.EndedAt != nil })
	t := consumersTable(valid)
	t.ID, t.Caption = "stops", "Who used its valid versions, and stops working when they are refused"
	t.Empty = "Nobody was seen to use a valid version."
	for _, v := range valid {
		if !v.Uses.Complete {
			t.Note = "Not every use was recorded: there may be others."
			t.Empty = "Nobody was seen to use a valid version, but not every use was recorded: there may be somebody."
		}
	}
	return t
}

func closeFinding(r *Request) (*Answer, error) {
	id := r.Path("id")
	in := api.FindingClose{Reason: r.Form.Get("reason")}
	if err := r.API.Post(findingsRoute+"/"+url.PathEscape(id)+"/close", r.Form.Get("key"), in, nil); err != nil {
		return nil, err
	}
	return &Answer{SeeOther: r.To("/findings/"+url.PathEscape(id), Done, "close")}, nil
}
