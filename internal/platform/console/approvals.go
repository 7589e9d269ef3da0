package console

import (
	_ "embed"
	"net/url"
	"slices"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/console/pages"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/view"
)

//go:embed approvals.html
var approvalsText string

var approvalsTemplate = view.MustParse(approvalsText)

func approvalPages() []pages.Page {
	return []pages.Page{
		{Method: "GET", Path: "/approvals", Nav: "Approvals", Serve: approvals},
		{Method: "POST", Path: "/approvals/{id}", Serve: decide},
		{Method: "POST", Path: "/elevations", Serve: elevate},
		{Method: "POST", Path: "/elevations/{id}/end", Serve: endElevation},
	}
}

type approvalsView struct {
	Done     string
	Base     string
	Me       string // id of the person
	May      bool   // decides about requests of others
	Asks     bool   // may ask for a role
	Roles    []string
	Pending  []api.Approval
	Approved []api.Approval
	Key      string
}

// approvals shows what waits for a second person, and what runs because one has approved it.
func approvals(r *pages.Request) (*pages.Answer, error) {
	out := approvalsView{
		Done: approvalsDone[r.Query.Get("done")], Base: r.Base, Me: r.Me.PrincipalID, May: r.May(api.PermissionApprove),
		Asks: slices.Contains(r.Me.Roles, api.RoleAuditor), Roles: api.ElevationRoles(), Key: r.NewKey(),
	}
	for state, to := range map[string]*[]api.Approval{
		api.ApprovalPending: &out.Pending, api.ApprovalApproved: &out.Approved,
	} {
		var found api.Page[api.Approval]
		if err := r.API.Get(api.ApprovalsPath+"?page_size=1000&state="+state, &found); err != nil {
			return nil, err
		}
		*to = found.Items
	}
	return &pages.Answer{Title: "Approvals", Template: approvalsTemplate, Data: out}, nil
}

// approvalsDone has what the page says after a form, by the word in its address.
var approvalsDone = map[string]string{
	"approve": "It is approved. A request passes once when it is sent again; an elevation runs now.",
	"refuse":  "It is refused.",
	"ask":     "Your request waits for another person.",
	"end":     "The elevation has ended.",
}

func decide(r *pages.Request) (*pages.Answer, error) {
	verb := r.Form.Get("verb")
	if verb != "approve" && verb != "refuse" {
		return nil, problem.New(api.CodeInvalid, "", "Nothing was done: the form says neither approve nor refuse.")
	}
	path := api.ApprovalsPath + "/" + url.PathEscape(r.Path("id")) + "/" + verb
	return approvalSent(r, verb, path, api.ApprovalDecision{Comment: r.Form.Get("comment")})
}

func elevate(r *pages.Request) (*pages.Answer, error) {
	in := api.ElevationRequest{Role: r.Form.Get("role"), For: r.Form.Get("for"), Reason: r.Form.Get("reason")}
	return approvalSent(r, "ask", api.ElevationsPath, in)
}

func endElevation(r *pages.Request) (*pages.Answer, error) {
	return approvalSent(r, "end", api.ElevationsPath+"/"+url.PathEscape(r.Path("id"))+"/end", nil)
}

// approvalSent sends a form to the API, and goes back to the page.
func approvalSent(r *pages.Request, done, path string, in any) (*pages.Answer, error) {
	if err := r.API.Post(path, r.Form.Get("key"), in, nil); err != nil {
		return nil, err
	}
	return &pages.Answer{SeeOther: r.To("/approvals", "done", done)}, nil
}
