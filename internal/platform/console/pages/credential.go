package pages

import (
	"cmp"
	_ "embed"
	"net/url"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/view"
)

//go:embed credential.html
var credentialText string

var credentialTemplate = view.MustParse(actionsText + credentialText)

// credentialKinds are the kinds whose objects have versions, and so a page of their own.
var credentialKinds = []string{api.KindConnectors, api.KindScopedTokens, api.KindSigningSecrets}

func credentialPages() []Page {
	return []Page{{Method: "GET", Path: "/credentials/{id}", Serve: credentialPage}}
}

// credential has what connectors, scoped tokens and signing secrets have, as far as the pages show it.
type credential struct {
	api.Object
	kind api.Kind

	Owner              string            `json:"owner"`
	ConnectorID        string            `json:"connector_id"`
	EndpointID         string            `json:"endpoint_id"`
	Type               string            `json:"type"`
	Algorithm          string            `json:"algorithm"`
	Enabled            *bool             `json:"enabled"`
	Settings           map[string]string `json:"settings"`
	AllowedScopes      []string          `json:"allowed_scopes"`
	Scopes             []string          `json:"scopes"`
	AllowedCIDRs       []string          `json:"allowed_cidrs"`
	RateLimitPerMinute *int64            `json:"rate_limit_per_minute"`
	UnusedExpiry       *string           `json:"unused_expiry"`
	RotationPolicyID   *string           `json:"rotation_policy_id"`
	MinimumVersion     *int64            `json:"minimum_version"`
	ExpiresAt          *string           `json:"expires_at"`
	CertifiedUntil     *string           `json:"certified_until"`
	CredentialsDueAt   *time.Time        `json:"credentials_due_at"`
	CredentialsStatus  string            `json:"credentials_status"`
	CredentialsExpire  *string           `json:"credentials_expire_at"`
	Rotation           *api.Rotation     `json:"rotation"`
	Hold               *api.Hold         `json:"hold"`
	Quarantine         *api.Quarantine   `json:"quarantine"`
	Findings           []api.OpenFinding `json:"findings"`
}

// readCredential reads the object of an id.
func readCredential(r *Request, id string) (*credential, error) {
	for _, kind := range []api.Kind{api.Connectors, api.ScopedTokens, api.SigningSecrets} {
		if strings.HasPrefix(id, kind.IDPrefix) {
			c := &credential{kind: kind}
			return c, r.API.Get(kind.Route(url.PathEscape(id)), c)
		}
	}
	return nil, problem.New(api.CodeNotFound, "", "No credential has this id. The ids of credentials begin with con_, "+
		"tok_ or sec_.")
}

// readVersions reads every version of a credential, the oldest first. The API has them in one part.
func readVersions(r *Request, c *credential) ([]api.Version, error) {
	var all api.Page[api.Version]
	err := r.API.Get(c.kind.Route(c.ID, "versions"), &all)
	return all.Items, err
}

// due is when the rotation falls due, and whether it should have happened.
func (c *credential) due() (at *time.Time, overdue bool) {
	if c.Rotation == nil {
		return c.CredentialsDueAt, c.CredentialsStatus == api.CredentialsOverdue
	}
	reason := c.Rotation.Reason
	return c.Rotation.NextRotationAt, reason == api.ReasonOverdue || reason == api.ReasonExpired
}

// credentialView is what the page of a credential shows.
type credentialView struct {
	Done      string
	Actions   actions
	Facts     []view.Fact
	Findings  view.Table
	Timeline  view.Timeline
	Evidence  view.Table
	Consumers view.Table
	Scopes    view.Table
	Networks  view.Table
	Terraform string
	Trail     view.Table
	AllEvents string
}

func credentialPage(r *Request) (*Answer, error) {
	c, err := readCredential(r, r.Path("id"))
	if err != nil {
		return nil, err
	}
	versions, err := readVersions(r, c)
	if err != nil {
		return nil, err
	}
	trail, err := recentEvents(r, c.ID)
	if err != nil {
		return nil, err
	}
	due, overdue := c.due()
	return &Answer{Title: c.Name, Template: credentialTemplate, Data: credentialView{
		Done: done[r.Query.Get(Done)], Actions: actionsOn(r, c, versions),
		Facts: c.facts(r), Findings: openFindings(r, c),
		Timeline: view.VersionsTimeline("versions", c.Name, versions, due, overdue, r.Now),
		Evidence: evidenceTable(versions), Consumers: consumersTable(versions), Scopes: scopesTable(c, versions),
		Networks: networksTable(versions), Terraform: terraformOf(c), Trail: trail,
		AllEvents: r.To("/audit", "object_id", c.ID),
	}}, nil
}

// facts are what the object itself says.
func (c *credential) facts(r *Request) []view.Fact {
	facts := []view.Fact{
		{Name: "Kind", Value: view.Text(c.kind.Singular)},
		{Name: "Id", Value: view.Code(c.ID)},
		{Name: "Owner", Value: view.Text(c.Owner)},
		{Name: "State", Value: c.state()},
		{Name: "Rotation due", Value: c.next()},
		{Name: "Made", Value: view.Time(&c.CreatedAt, "")},
	}
	add := func(name string, value view.Cell) { facts = append(facts, view.Fact{Name: name, Value: value}) }
	optional := func(name string, value *string) {
		if value != nil {
			add(name, view.Text(*value))
		}
	}
	optional("Description", c.Description)
	if c.ConnectorID != "" {
		connector := view.Code(c.ConnectorID)
		connector.Href = r.object(api.KindConnectors, c.ConnectorID)
		add("Connector", connector)
	}
	if c.EndpointID != "" {
		add("Webhook endpoint", view.Code(c.EndpointID))
	}
	optional("Rotation policy", c.RotationPolicyID)
	optional("Ends", c.ExpiresAt)
	optional("Credentials end at the third party", c.CredentialsExpire)
	optional("Certified until", c.CertifiedUntil)
	if c.Hold != nil {
		hold := view.State(view.Attention, "since "+view.Moment(c.Hold.At))
		hold.Lines = []string{view.Cut(c.Hold.Reason), "by " + cmp.Or(c.Hold.ByName, c.Hold.By)}
		add("On hold", hold)
	}
	if q := c.Quarantine; q != nil {
		quarantine := view.State(view.Bad, "until "+view.Moment(q.Until))
		quarantine.Lines = []string{view.Cut(q.Reason), "by " + cmp.Or(q.ByName, q.By)}
		add("In quarantine", quarantine)
	}
	return facts
}

// state is which versions are valid; of a connector, how its credentials are.
func (c *credential) state() view.Cell {
	word, level := c.CredentialsStatus, view.Fine
	if c.Rotation != nil {
		word = c.Rotation.Phase
	}
	switch word {
	case api.PhaseRevoked, api.CredentialsOverdue:
		level = view.Bad
	case api.PhaseStaged, api.PhaseDraining, api.CredentialsDue, api.CredentialsMissing:
		level = view.Attention
	}
	return view.State(level, cmp.Or(word, "–"))
}

func (c *credential) next() view.Cell {
	at, overdue := c.due()
	cell := view.Time(at, "–")
	if overdue {
		cell.Lines = append(cell.Lines, "overdue")
	}
	if c.Rotation != nil && c.Rotation.Due != api.DueNone {
		cell.Lines = append(cell.Lines, "due now: "+c.Rotation.Due)
	}
	if c.Rotation != nil && c.Rotation.Reason != "" {
		cell.Lines = append(cell.Lines, c.Rotation.Reason)
	}
	return cell
}

func openFindings(r *Request, c *credential) view.Table {
	t := view.Table{
		ID: "open-findings", Caption: "Open findings", Empty: "No finding is open.",
		Columns: view.Columns("Finding", "What was seen", "What to do", "Last seen"),
	}
	for _, f := range c.Findings {
		name := view.Text(f.Finding)
		name.Href = r.To("/findings", "object_id", c.ID)
		t.Rows = append(t.Rows, []view.Cell{name, view.Text(f.Summary), view.Text(f.Advice), view.Time(&f.LastSeenAt, "")})
	}
	return t
}
