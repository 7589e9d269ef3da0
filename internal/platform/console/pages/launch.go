package pages

import (
	_ "embed"
	"net/url"
	"slices"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/view"
)

//go:embed launch.html
var launchText string

var launchTemplate = view.MustParse(launchText)

func launchPages() []Page {
	return []Page{{Method: "GET", Path: "/launch", Nav: "Launch checklist", Serve: launch}}
}

// launchFacts is what the checklist is decided by.
type launchFacts struct {
	connectors, withoutOwner  int
	secrets, withoutEnd       int // scoped tokens, signing secrets and credentials of connectors that are valid
	shared                    int // supplied values that another environment has too
	wildcards                 int
	principals                int
	endpoints, withoutSigning int
	rules                     []string // of the environment that are on
	revocations               int      // that the audit trail has; 1 at most is counted
}

// check is one line of the checklist.
type check struct {
	Name  string
	State view.Cell
	Why   string
	Link  view.Cell
}

// launchView is what the page of the checklist shows.
type launchView struct {
	Open  int
	Table view.Table
}

func launch(r *Request) (*Answer, error) {
	f, err := readLaunch(r)
	if err != nil {
		return nil, err
	}
	out := launchView{Table: view.Table{
		ID: "checklist", Caption: "What must be so before others depend on it",
		Columns: view.Columns("What", "State", "Why", "Where to look"),
	}}
	for _, c := range f.checks(r) {
		if c.State.Status.Level != view.Fine {
			out.Open++
		}
		out.Table.Rows = append(out.Table.Rows, []view.Cell{{Text: c.Name}, c.State, {Text: c.Why}, c.Link})
	}
	return &Answer{Title: "Launch checklist", Template: launchTemplate, Data: out}, nil
}

func readLaunch(r *Request) (f launchFacts, err error) {
	var rules api.Guardrails
	if err := r.API.Get("/v1/environment-policy", &rules); err != nil {
		return f, err
	}
	f.rules = rules.Rules.On()
	if err := each(r.API, inventoryRoute, url.Values{}, f.count); err != nil {
		return f, err
	}
	connectors := func(c *api.Connector) bool {
		f.connectors++
		if c.Owner == "" {
			f.withoutOwner++
		}
		return true
	}
	if err := each(r.API, api.Connectors.Route(), url.Values{}, connectors); err != nil {
		return f, err
	}
	signed := map[string]bool{}
	signing := func(s *api.SigningSecret) bool {
		signed[s.EndpointID] = signed[s.EndpointID] || s.Rotation.Phase != api.PhaseRevoked
		return true
	}
	if err := each(r.API, api.SigningSecrets.Route(), url.Values{}, signing); err != nil {
		return f, err
	}
	endpoints := func(e *api.WebhookEndpoint) bool {
		f.endpoints++
		if !signed[e.ID] {
			f.withoutSigning++
		}
		return true
	}
	if err := each(r.API, api.WebhookEndpoints.Route(), url.Values{}, endpoints); err != nil {
		return f, err
	}
	var revoked api.Page[api.AuditEvent]
	q := url.Values{"action": {"revoke"}, "outcome": {api.OutcomeSuccess}, "page_size": {"1"}}
	if err := r.API.Get(address(auditRoute, q), &revoked); err != nil {
		return f, err
	}
	f.revocations = len(revoked.Items)
	return f, nil
}

// count adds a credential of the inventory.
func (f *launchFacts) count(e *api.InventoryEntry) bool {
	switch e.Kind {
	case api.KindPrincipals:
		f.principals++
	case api.KindWorkloadIdentities:
	default:
		if e.Phase == api.PhaseRevoked {
			break
		}
		f.secrets++
		if slices.Contains(e.Risk.Reasons, api.RiskNotRotated) && e.ExpiresAt == nil {
			f.withoutEnd++
		}
		if e.Reuse != nil && e.Reuse.OtherEnvironment {
			f.shared++
		}
	}
	if slices.Contains(e.Risk.Reasons, api.RiskWildcardScope) {
		f.wildcards++
	}
	return true
}
