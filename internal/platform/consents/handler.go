// Package consents has what people were asked to agree to, and what they decided. A connector names a consent, and its
// tokens have no scope beyond it. Other domains look up here what a consent allows.
package consents

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// Handler serves /v1/consents.
type Handler struct {
	runner    *txn.Runner
	changes   *httpapi.Changes
	publicURL string // of the console; empty: there is none
}

// New returns a handler.
func New(runner *txn.Runner, changes *httpapi.Changes, publicURL string) *Handler {
	return &Handler{runner, changes, publicURL}
}

var kind = api.Consents

// Actions of the audit, besides create.
const (
	actionGrant  = "grant"
	actionRefuse = "refuse"
	actionRevoke = "revoke"
)

// Mount registers the routes.
func (h *Handler) Mount(r *httpapi.Router) {
	h.changes.Shows(kind.IDPrefix, func(ctx context.Context, tx *txn.Tx, id string) (any, error) {
		c, err := load(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		return h.flatten(c, tx.Now), nil
	})
	r.Tag(kind.Tag, "What people were asked to agree to that connectors access, and what they decided.")
	one := kind.Route("{id}")
	httpapi.Register(r, httpapi.Operation{
		ID: "createConsent", Method: http.MethodPost, Path: kind.Route(), Tag: kind.Tag,
		Permission: api.PermissionWrite, Returns: api.Consent{}, Status: http.StatusCreated,
		Summary: "Ask for a consent",
		Description: "Asks a person to agree that connectors of one type access what the scopes say. `link` is where a " +
			"person with the permission `consent` decides, within 14 days. The words of the scope catalogue are kept as " +
			"they are shown.",
	}, h.create)
	httpapi.Register(r, httpapi.Operation{
		ID: "listConsents", Method: http.MethodGet, Path: kind.Route(), Tag: kind.Tag, Permission: api.PermissionRead,
		Returns: api.Page[api.Consent]{}, Summary: "List consents",
		Description: "Lists the consents of the environment in the order of their ids, which is that of their requests, in " +
			"pages. A page may be shorter than asked for where filters leave some out. Nothing is ever deleted from the list.",
	}, h.list)
	httpapi.Register(r, httpapi.Operation{
		ID: "getConsent", Method: http.MethodGet, Path: one, Tag: kind.Tag, Permission: api.PermissionRead,
		Returns: api.Consent{}, Summary: "Read a consent",
		Description: "Returns the consent: who asked for what and why, the words that were shown, and who decided what.",
	}, h.get)
	httpapi.Register(r, httpapi.Operation{
		ID: "decideConsent", Method: http.MethodPost, Path: kind.Route("{id}", "decide"), Tag: kind.Tag,
		Permission: api.PermissionConsent, Returns: api.Consent{}, Summary: "Grant or refuse a consent",
		Description: "A person agrees to some or all of the scopes that were asked for, or refuses. Nobody decides twice: " +
			"a second decision is 409.",
	}, h.decide)
	httpapi.Register(r, httpapi.Operation{
		ID: "revokeConsent", Method: http.MethodPost, Path: kind.Route("{id}", "revoke"), Tag: kind.Tag,
		Permission: api.PermissionContain, OrPermission: api.PermissionConsent, Limit: limits.Reserve,
		Returns: api.Consent{}, Summary: "Revoke a consent",
		Description: "The consent counts no longer. Every token of a connector with this consent is inactive from the next " +
			"request on. No version ends, so nothing is issued again: the same values are accepted once the connector has " +
			"another granted consent. A consent that was revoked before is no error.",
	}, h.revoke)
}

type createInput struct {
	httpapi.Keyed
	Body api.ConsentCreate
}

func (h *Handler) create(ctx context.Context, in *createInput) (*httpapi.Answer, error) {
	return h.changes.Do(ctx, in.IdempotencyKey, func(tx *txn.Tx) (*httpapi.Answer, error) {
		c, err := expand(tx, &in.Body)
		if err != nil {
			return nil, err
		}
		if err := tx.InsertConsent(ctx, c); err != nil {
			return nil, err
		}
		if err := bind(ctx, tx, c); err != nil {
			return nil, err
		}
		if err := tx.ReadNames(ctx, c); err != nil {
			return nil, err
		}
		return httpapi.Created(kind, &c.Object, h.flatten(c, tx.Now)),
			tx.Audit(ctx, txn.ActionCreate, kind.Path, c.ID, recorded(c))
	})
}

type listInput struct {
	PageSize      int    `query:"page_size" minimum:"1" maximum:"1000" default:"100" doc:"How many consents at most; 100 if absent."`
	PageToken     string `query:"page_token" doc:"The next_page_token of the page before; absent for the first."`
	State         string `query:"state" enum:"requested,granted,refused,revoked,expired" doc:"Only consents in this state."`
	ConnectorType string `query:"connector_type" doc:"Only consents for connectors of this type."`
	Scope         string `query:"scope" doc:"Only consents that this scope was asked for."`
	DecidedBy     string `query:"decided_by" doc:"Only consents that the person with this id decided."`
}

// selects reports whether a consent is what a list asks for.
func (in *listInput) selects(c *store.Consent, now time.Time) bool {
	asked := func(s api.ConsentScope) bool { return s.Scope == in.Scope }
	return (in.State == "" || State(c, now) == in.State) &&
		(in.ConnectorType == "" || c.ConnectorType == in.ConnectorType) &&
		(in.Scope == "" || slices.ContainsFunc(c.Asked, asked)) && (in.DecidedBy == "" || c.DecidedBy == in.DecidedBy)
}

func (h *Handler) list(ctx context.Context, in *listInput) (out *httpapi.Answer, err error) {
	after, err := httpapi.PageAfter(in.PageToken, kind.IDPrefix, "a list of consents")
	if err != nil {
		return nil, err
	}
	list := store.List{After: after, Limit: httpapi.PageLimit(in.PageSize)}
	err = h.runner.View(ctx, access.CallerOf(ctx), func(tx *txn.Tx) error {
		found, err := tx.Consents(ctx, tx.Scope, list)
		if err != nil {
			return err
		}
		for _, c := range found {
			if err := checkBound(ctx, tx, c); err != nil {
				return err
			}
			if err := tx.ReadNames(ctx, c); err != nil {
				return err
			}
		}
		out, err = httpapi.Selected(in.PageSize, found, func(c *store.Consent) string { return c.ID },
			func(c *store.Consent) bool { return in.selects(c, tx.Now) },
			func(c *store.Consent) api.Consent { return h.flatten(c, tx.Now) })
		return err
	})
	return out, err
}

func (h *Handler) get(ctx context.Context, in *httpapi.ByID) (out *httpapi.Answer, err error) {
	err = h.runner.View(ctx, access.CallerOf(ctx), func(tx *txn.Tx) error {
		c, err := load(ctx, tx, in.ID)
		if err == nil {
			out = httpapi.Object(&c.Object, h.flatten(c, tx.Now))
		}
		return err
	})
	return out, err
}

type decideInput struct {
	httpapi.ByID
	httpapi.Keyed
	Body api.ConsentDecision
}

func (h *Handler) decide(ctx context.Context, in *decideInput) (*httpapi.Answer, error) {
	if access.From(ctx).Person == nil {
		return nil, problem.New(api.CodeForbidden, "", "only a person can decide about a consent; open its link in a "+
			"browser, and sign in")
	}
	if in.Body.Decision == api.DecisionRefuse && len(in.Body.Scopes) > 0 {
		return nil, problem.New(api.CodeInvalid, "/scopes", "scopes must be absent with the decision refuse")
	}
	return h.changes.Do(ctx, in.IdempotencyKey, func(tx *txn.Tx) (*httpapi.Answer, error) {
		c, err := load(ctx, tx, in.ID)
		if err != nil {
			return nil, err
		}
		granted := slices.Compact(slices.Sorted(slices.Values(in.Body.Scopes)))
		if why := MayDecide(c, in.Body.Decision, granted, tx.Now); why != "" {
			return nil, undecidable(c, why)
		}
		c.Decision, c.DecidedBy, c.DecidedAt = api.ConsentRefused, tx.Actor, tx.Now
		action := actionRefuse
		if in.Body.Decision == api.DecisionGrant {
			c.Decision, c.Granted, action = api.ConsentGranted, granted, actionGrant
		}
		if err := save(ctx, tx, c); err != nil {
			return nil, err
		}
		return httpapi.Object(&c.Object, h.flatten(c, tx.Now)), tx.Audit(ctx, action, kind.Path, c.ID, recorded(c))
	})
}

// undecidable says why a decision about a consent is refused.
func undecidable(c *store.Consent, why Reason) error {
	switch why {
	case ReasonExpired:
		return problem.New(api.CodeConflict, "", "the request for the consent %s has expired at %s; it has to be asked for "+
			"again", c.ID, c.ExpiresAt.UTC().Format(time.RFC3339))
	case ReasonDecided:
		return problem.New(api.CodeConflict, "", "the consent %s was decided before, at %s; read it again", c.ID,
			c.DecidedAt.UTC().Format(time.RFC3339))
	case ReasonNoScopes:
		return problem.New(api.CodeInvalid, "/scopes", "scopes must have at least one scope; who agrees to none refuses")
	}
	return problem.New(api.CodeInvalid, "/scopes", "scopes must be among those that were asked for")
}

type revokeInput struct {
	httpapi.ByID
	httpapi.Keyed
}

func (h *Handler) revoke(ctx context.Context, in *revokeInput) (*httpapi.Answer, error) {
	return h.changes.Do(ctx, in.IdempotencyKey, func(tx *txn.Tx) (*httpapi.Answer, error) {
		c, err := load(ctx, tx, in.ID)
		if err != nil {
			return nil, err
		}
		switch MayRevoke(c) {
		case ReasonNotGranted:
			return nil, problem.New(api.CodeConflict, "", "the consent %s is %s, so there is nothing to revoke", c.ID,
				State(c, tx.Now))
		case ReasonRevoked:
			return httpapi.Object(&c.Object, h.flatten(c, tx.Now)), nil
		}
		c.RevokedAt, c.RevokedBy = tx.Now, tx.Actor
		if err := save(ctx, tx, c); err != nil {
			return nil, err
		}
		return httpapi.Object(&c.Object, h.flatten(c, tx.Now)), tx.Audit(ctx, actionRevoke, kind.Path, c.ID, recorded(c))
	})
}
