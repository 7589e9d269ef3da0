package pages

import (
	_ "embed"
	"net/url"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/view"
)

//go:embed workload.html
var workloadText string

var workloadTemplate = view.MustParse(workloadText)

// workloadView is what the page of the workload identities shows.
type workloadView struct {
	Table view.Table
	Pager view.Pager
	Try   string // address of the form
	Tried *view.Table
}

// Tried is what one workload identity says of a JWT.
type Tried struct {
	ID, Name, Role string
	Reasons        []string // why it does not take it; none: it does
	Signature      string   // whether the signature was checked
}

func workloadPages() []Page {
	return []Page{
		{Method: "GET", Path: "/workload-identities", Nav: "Workload identities", Serve: workloads},
		{Method: "POST", Path: "/workload-identities/try", Serve: tryToken},
	}
}

// workloads lists which jobs and pods may get an access token, and by what the platform knows them.
func workloads(r *Request) (*Answer, error) {
	all, pager, err := part[api.WorkloadIdentity](r, api.WorkloadIdentities.Route(), "/workload-identities", url.Values{},
		url.Values{})
	if err != nil {
		return nil, err
	}
	t := view.Table{
		ID: "identities", Caption: "Workload identities", Empty: "The environment has no workload identity.",
		Columns: view.Columns("Name", "Owner", "Role", "Issuer", "Audience", "Claims", "Longest life", "Last used"),
	}
	for i := range all {
		w := &all[i]
		name := view.Text(w.Name)
		name.Lines = []string{w.ID}
		issuer := view.Code(w.Issuer)
		issuer.Lines = lines(w.Preset)
		if w.JWKS != nil {
			issuer.Lines = append(issuer.Lines, "its keys were uploaded")
		}
		t.Rows = append(t.Rows, []view.Cell{
			name, view.Text(w.Owner), view.Text(w.Role), issuer, view.Code(w.Audience),
			{Lines: details(w.Claims)},
			view.Text(w.MaxTTL), view.Time(w.LastUsedAt, "never"),
		})
	}
	pager.Label = "the workload identities"
	return &Answer{Title: "Workload identities", Template: workloadTemplate, Data: workloadView{
		Table: t, Pager: pager, Try: r.To("/workload-identities/try"),
	}}, nil
}

// tryToken says which identity takes a JWT, and why the others do not. The answer has nothing of the JWT but what the
// reasons name of its claims, and no other page leads to it: the JWT is in no address.
func tryToken(r *Request) (*Answer, error) {
	if !r.May(api.PermissionRead) {
		return nil, problem.New(api.CodeForbidden, "", "This needs the permission %q.", api.PermissionRead)
	}
	jwt := secret.New(strings.TrimSpace(r.Form.Get("jwt")))
	if jwt.IsEmpty() {
		return nil, problem.New(api.CodeInvalid, "", "There is no JWT in the form.")
	}
	all, err := r.Try(jwt)
	if err != nil {
		return nil, err
	}
	t := view.Table{
		ID: "tried", Caption: "What each workload identity says of the JWT",
		Empty:   "The environment has no workload identity.",
		Columns: view.Columns("Name", "Takes it", "Why not", "Signature"),
	}
	for _, v := range all {
		name := view.Text(v.Name)
		name.Lines = lines(v.ID, "role "+v.Role)
		takes := view.State(view.Fine, "yes")
		if len(v.Reasons) > 0 {
			takes = view.State(view.Bad, "no")
		}
		t.Rows = append(t.Rows, []view.Cell{name, takes, {Lines: lines(v.Reasons...)}, view.Text(v.Signature)})
	}
	a, err := workloads(r)
	if err != nil {
		return nil, err
	}
	if shown, ok := a.Data.(workloadView); ok {
		shown.Tried = &t
		a.Data = shown
	}
	return a, nil
}
