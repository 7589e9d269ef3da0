package consents

import (
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// expand makes a request of what the caller sent, with the words that a person will read.
func expand(tx *txn.Tx, b *api.ConsentCreate) (*store.Consent, error) {
	if err := api.CheckConnectorType(b.ConnectorType); err != nil {
		return nil, problem.Refused("/connector_type", err)
	}
	if err := api.CheckPurpose(b.Purpose); err != nil {
		return nil, problem.Refused("/purpose", err)
	}
	if len(b.Scopes) == 0 {
		return nil, problem.New(api.CodeInvalid, "/scopes", "scopes must have at least one scope")
	}
	if err := httpapi.CheckSet("scopes", b.Scopes, api.MaxScopes, api.CheckConsentScope); err != nil {
		return nil, err
	}
	id, err := tx.NewID(kind.IDPrefix)
	if err != nil {
		return nil, err
	}
	return &store.Consent{
		Object:        store.Object{ID: id, Scope: tx.Scope, CreatedAt: tx.Now, Etag: 1},
		ConnectorType: b.ConnectorType, Purpose: b.Purpose, Asked: api.ConsentScopes(b.Scopes),
		TextVersion: api.ScopeCatalogueVersion(), RequestedBy: tx.Actor, ExpiresAt: tx.Now.Add(api.ConsentRequestLife),
	}, nil
}

func (h *Handler) flatten(c *store.Consent, now time.Time) api.Consent {
	o := httpapi.FlattenObject(&c.Object)
	return api.Consent{
		ID: o.ID, Tenant: o.Tenant, Environment: o.Environment, CreatedAt: o.CreatedAt, Etag: o.Etag,
		State: State(c, now), ConnectorType: c.ConnectorType, Purpose: c.Purpose, Scopes: c.Asked,
		TextVersion: c.TextVersion, GrantedScopes: append([]string{}, c.Granted...), Link: h.link(c),
		ExpiresAt: c.ExpiresAt.UTC(), RequestedBy: c.RequestedBy, RequestedByName: c.RequestedByName,
		DecidedAt: httpapi.UTC(c.DecidedAt), DecidedBy: httpapi.TextOrNull(c.DecidedBy), DecidedByName: c.DecidedByName,
		RevokedAt: httpapi.UTC(c.RevokedAt), RevokedBy: httpapi.TextOrNull(c.RevokedBy), RevokedByName: c.RevokedByName,
	}
}

// link is where a person decides; nil where there is no console.
func (h *Handler) link(c *store.Consent) *string {
	if h.publicURL == "" {
		return nil
	}
	return httpapi.TextOrNull(h.publicURL + "/console/in/" + c.Scope.Environment + "/" + kind.Path + "/" + c.ID)
}

// recorded is what the audit has of a consent. Its row keeps the words that were shown.
func recorded(c *store.Consent) map[string]string {
	var asked []string
	for _, s := range c.Asked {
		asked = append(asked, s.Scope)
	}
	out := map[string]string{
		"connector_type": c.ConnectorType, "purpose": c.Purpose, "scopes": strings.Join(asked, " "),
		"text_version": c.TextVersion,
	}
	if len(c.Granted) > 0 {
		out["granted_scopes"] = strings.Join(c.Granted, " ")
	}
	return out
}
