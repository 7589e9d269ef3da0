// Package inventory lists what can be used to get in: the credentials of connectors, scoped tokens, signing secrets,
// workload identities and principals, on one list. It changes nothing, and reads each page with a fixed number of
// queries.
package inventory

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/lifecycle"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// Handler serves the inventory.
type Handler struct{ engine *credentials.Engine }

// New returns a handler.
func New(engine *credentials.Engine) *Handler { return &Handler{engine} }

const tag = "Inventory"

// Mount registers the route.
func (h *Handler) Mount(r *httpapi.Router) {
	r.Tag(tag, "Every credential of the environment: who owns it, who uses it, and how old it is.")
	r.OrNull(api.InventoryEntry{}, "hold", "reuse")
	httpapi.Register(r, httpapi.Operation{
		ID: "listCredentials", Method: http.MethodGet, Path: "/v1/" + api.KindInventory, Tag: tag,
		Permission: api.PermissionRead, Returns: api.Page[api.InventoryEntry]{}, Summary: "List the inventory",
		Description: "Lists the credentials of the environment in the order of their ids, in pages: those of connectors, " +
			"scoped tokens, signing secrets, workload identities and principals, with their valid versions and who uses " +
			"them. Never a value. A connector that never had credentials is not in it. Filters are combined; pages may " +
			"be short or empty, and next_page_token says whether there is more. The list cannot be sorted by risk: who " +
			"wants the riskiest ones reads it to its end and keeps them, as `quickconnect inventory --riskiest` does.",
	}, h.list)
}

type listInput struct {
	PageSize    int    `query:"page_size" minimum:"1" maximum:"1000" default:"100" doc:"How many credentials to look at for the page; 100 if absent. A page ends early where it would exceed 4 MiB."`
	PageToken   string `query:"page_token" doc:"The next_page_token of the page before; absent for the first."`
	Kind        string `query:"kind" enum:"connectors,principals,signing-secrets,scoped-tokens,workload-identities" doc:"Only credentials of this kind."`
	Owner       string `query:"owner" doc:"Only credentials of this owner. Principals have none."`
	ConnectorID string `query:"connector_id" doc:"Only the credentials of the connector with this id, its scoped tokens and the signing secrets of its endpoints."`
	Label       string `query:"label" doc:"Only credentials of objects with this label: KEY for any value, or KEY=VALUE. Principals have none."`
	Orphan      bool   `query:"orphan" doc:"With true, only objects that no Terraform state was seen to have. Principals are never in a state, and not selected."`
	UnusedFor   string `query:"unused_for" doc:"Only credentials that were made, and not used, in this time, such as 90d."`
	lifecycle.ByAge
	lifecycle.ByExpiry
	Finding            string `query:"finding" enum:"failure_burst,leaked,new_network,overdue,overlap_ending,reused_value,superseded_use,unused,unused_scope,unusual_hours,unusual_volume" doc:"Only credentials with an open finding of this rule."`
	Unacknowledged     bool   `query:"unacknowledged" doc:"With true, only credentials whose pending version was not seen in use."`
	CertificationEnded bool   `query:"certification_ended" doc:"With true, only credentials whose certified_until has passed."`
}

func (h *Handler) list(ctx context.Context, in *listInput) (out *httpapi.Answer, err error) {
	q, err := in.query()
	if err != nil {
		return nil, err
	}
	err = h.engine.ViewUses(ctx, access.CallerOf(ctx), func(tx *txn.Tx) error {
		found, err := h.read(ctx, tx, q)
		if err != nil {
			return err
		}
		if err := readFindings(ctx, tx, found); err != nil {
			return err
		}
		selects := func(s *subject) bool { return q.selection.takes(s, tx.Now) }
		var selected []*subject
		for _, s := range found {
			if selects(s) {
				selected = append(selected, s)
			}
		}
		facts, err := h.gather(ctx, tx, selected)
		if err != nil {
			return err
		}
		out, err = httpapi.Selected(in.PageSize, found, func(s *subject) string { return s.object.ID }, selects,
			func(s *subject) api.InventoryEntry { return s.entry(facts, tx.Now) })
		return err
	})
	return out, err
}

// idPrefixes are those of the kinds of the inventory, in the order of api.InventoryKinds.
var idPrefixes = []string{
	api.Connectors.IDPrefix, keys.IDPrincipal, api.SigningSecrets.IDPrefix, api.ScopedTokens.IDPrefix,
	api.WorkloadIdentities.IDPrefix,
}

// query is what a page of the inventory is made of.
type query struct {
	kinds     []string // to read, in the order of their ids
	list      store.List
	selection selection
}

func (in *listInput) query() (q query, err error) {
	after, err := httpapi.PageAfter(in.PageToken, "", "the inventory")
	if err != nil {
		return q, err
	}
	q.list = store.List{Owner: in.Owner, Orphan: in.Orphan, After: after, Limit: httpapi.PageLimit(in.PageSize)}
	if q.list.Label, err = httpapi.ParseLabel(in.Label); err != nil {
		return q, err
	}
	q.selection.ConnectorID, q.selection.Unacknowledged = in.ConnectorID, in.Unacknowledged
	q.selection.CertificationEnded = in.CertificationEnded
	q.selection.Finding = in.Finding
	if q.selection.Selection, err = in.Selection(in.ByExpiry); err != nil {
		return q, err
	}
	if q.selection.UnusedFor, err = lifecycle.Duration("unused_for", in.UnusedFor); err != nil {
		return q, err
	}
	first := 0
	if after != "" {
		first = slices.IndexFunc(idPrefixes, func(p string) bool { return strings.HasPrefix(after, p) })
	}
	if first < 0 {
		return q, problem.New(api.CodeInvalid, "", "query parameter page_token: must be the next_page_token of the inventory")
	}
	for _, kind := range api.InventoryKinds()[first:] {
		if in.reads(kind) {
			q.kinds = append(q.kinds, kind)
		}
	}
	return q, nil
}

// reads reports whether objects of a kind can be selected: not all have what the filters ask for.
func (in *listInput) reads(kind string) bool {
	switch {
	case in.Kind != "" && in.Kind != kind:
		return false
	case kind == api.KindPrincipals && (in.Owner != "" || in.Label != "" || in.Orphan):
		return false
	case in.Finding != "" && kind == api.KindWorkloadIdentities: // they have no value, so nothing is found of them
		return false
	case in.ConnectorID != "" && (kind == api.KindPrincipals || kind == api.KindWorkloadIdentities):
		return false
	}
	return true
}
