// Package consents has the pages on which people read what a connector is to access, agree to it or refuse, and revoke
// what they agreed to.
package consents

import (
	_ "embed"
	"net/url"
	"slices"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/console/pages"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/view"
)

//go:embed consents.html
var consentText string

var (
	consentTemplate = view.MustParse(consentText)
	listTemplate    = view.MustParse(`{{define "main"}}{{template "form" .Form}}
{{template "table" .Table}}
{{template "pager" .Pager}}
{{end}}`)
)

// Pages lists the pages.
func Pages() []pages.Page {
	return []pages.Page{
		{Method: "GET", Path: "/consents", Nav: "Consents", Serve: list},
		{Method: "GET", Path: "/consents/{id}", Serve: show},
		{Method: "POST", Path: "/consents/{id}/decide", Serve: decide},
		{Method: "POST", Path: "/consents/{id}/revoke", Serve: revoke},
	}
}

// listView is a page with a form, a table and the way to the next part.
type listView struct {
	Form  view.Form
	Table view.Table
	Pager view.Pager
}

// list shows what was asked for, the oldest first.
func list(r *pages.Request) (*pages.Answer, error) {
	state := r.Query.Get("state")
	q := url.Values{"page_size": {"200"}}
	for _, name := range []string{"state", "page_token"} {
		if v := r.Query.Get(name); v != "" {
			q.Set(name, v)
		}
	}
	var part api.Page[api.Consent]
	if err := r.API.Get(api.Consents.Route()+"?"+q.Encode(), &part); err != nil {
		return nil, err
	}
	out := listView{
		Form: view.Form{
			ID: "select", Action: r.To("/consents"), Legend: "Select consents", Submit: "Select", Clear: r.To("/consents"),
			Fields: []view.Field{view.Choice("state", "State", state, "every state", api.ConsentStates()...)},
		},
		Table: view.Table{
			ID: "consents", Caption: "Consents, the oldest first", Empty: "No consent is selected.",
			Columns: view.Columns("Purpose", "State", "Connector type", "Asked for", "Agreed to", "Asked", "Decided"),
		},
		Pager: view.Pager{Label: "the consents"},
	}
	for i := range part.Items {
		out.Table.Rows = append(out.Table.Rows, row(r, &part.Items[i]))
	}
	if r.Query.Get("page_token") != "" {
		out.Pager.First = r.To("/consents", "state", state)
	}
	if part.NextPageToken != "" {
		out.Pager.Next = r.To("/consents", "state", state, "page_token", part.NextPageToken)
	}
	return &pages.Answer{Title: "Consents", Template: listTemplate, Data: out}, nil
}

func row(r *pages.Request, c *api.Consent) []view.Cell {
	purpose := view.Text(c.Purpose)
	purpose.Href, purpose.Lines = r.To("/consents/"+url.PathEscape(c.ID)), []string{c.ID}
	asked := make([]string, len(c.Scopes))
	for i, s := range c.Scopes {
		asked[i] = s.Scope
	}
	return []view.Cell{
		purpose, state(c), view.Text(c.ConnectorType),
		{Lines: asked},
		{Lines: c.GrantedScopes},
		view.Time(&c.CreatedAt, ""), view.Time(c.DecidedAt, "–"),
	}
}

func state(c *api.Consent) view.Cell {
	switch c.State {
	case api.ConsentGranted:
		return view.State(view.Fine, c.State)
	case api.ConsentRequested:
		return view.State(view.Attention, c.State)
	case api.ConsentRevoked:
		return view.State(view.Bad, c.State)
	}
	return view.State(view.Neutral, c.State)
}

// consentView is what the page of one consent shows.
type consentView struct {
	Facts   []view.Fact
	Purpose string
	Scopes  []scope
	To      string
	Key     string
	Decide  bool
	Revoke  bool
}

type scope struct {
	api.ConsentScope
	Granted bool
}

// show has the words that were kept with the request: what a person reads is what the record has.
func show(r *pages.Request) (*pages.Answer, error) {
	c, err := read(r)
	if err != nil {
		return nil, err
	}
	consents := r.May(api.PermissionConsent)
	out := consentView{
		Facts: facts(c), Purpose: c.Purpose, To: r.To("/consents/" + url.PathEscape(c.ID)), Key: r.NewKey(),
		Decide: consents && c.State == api.ConsentRequested,
		Revoke: (consents || r.May(api.PermissionContain)) && c.State == api.ConsentGranted,
	}
	for _, s := range c.Scopes {
		out.Scopes = append(out.Scopes, scope{s, slices.Contains(c.GrantedScopes, s.Scope)})
	}
	return &pages.Answer{Title: "Consent", Template: consentTemplate, Data: out}, nil
}

func facts(c *api.Consent) []view.Fact {
	asked := view.Time(&c.CreatedAt, "")
	asked.Lines = []string{"by " + c.RequestedByName}
	out := []view.Fact{
		{Name: "State", Value: state(c)},
		{Name: "For connectors of type", Value: view.Text(c.ConnectorType)},
		{Name: "Asked", Value: asked},
		{Name: "Words of", Value: view.Code("scope catalogue " + c.TextVersion)},
	}
	if c.DecidedAt == nil {
		return append(out, view.Fact{Name: "Decide until", Value: view.Time(&c.ExpiresAt, "")})
	}
	decided := view.Time(c.DecidedAt, "")
	decided.Lines = []string{"by " + c.DecidedByName}
	out = append(out, view.Fact{Name: "Decided", Value: decided})
	if c.RevokedAt != nil {
		revoked := view.Time(c.RevokedAt, "")
		revoked.Lines = []string{"by " + c.RevokedByName}
		out = append(out, view.Fact{Name: "Revoked", Value: revoked})
	}
	return out
}

func read(r *pages.Request) (*api.Consent, error) {
	var c api.Consent
	return &c, r.API.Get(api.Consents.Route(url.PathEscape(r.Path("id"))), &c)
}

// decide sends what is ticked. A form without a tick is no refusal: somebody may have overlooked the boxes.
func decide(r *pages.Request) (*pages.Answer, error) {
	in := api.ConsentDecision{Decision: r.Form.Get("decision")}
	if in.Decision == api.DecisionGrant {
		if in.Scopes = r.Form["scope"]; len(in.Scopes) == 0 {
			return nil, problem.New(api.CodeInvalid, "", "Nothing is ticked, and nothing was decided. Tick what you agree "+
				"to, or refuse.")
		}
	}
	return act(r, "decide", in)
}

func revoke(r *pages.Request) (*pages.Answer, error) {
	if r.Form.Get("confirm") != "true" {
		return nil, problem.New(api.CodeInvalid, "", "Nothing was revoked: tick the box that says that you know what stops.")
	}
	return act(r, "revoke", nil)
}

func act(r *pages.Request, action string, in any) (*pages.Answer, error) {
	id := url.PathEscape(r.Path("id"))
	if err := r.API.Post(api.Consents.Route(id, action), r.Form.Get("key"), in, nil); err != nil {
		return nil, err
	}
	return &pages.Answer{SeeOther: r.To("/consents/" + id)}, nil
}
