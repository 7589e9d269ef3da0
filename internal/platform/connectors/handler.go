// Package connectors has the connectors and their credentials, which a third party has made: they have an age, but no
// overlap and no deadlines. Other domains look connectors up here.
package connectors

import (
	"context"
	"net/http"
	"reflect"
	"slices"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/consents"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/guardrails"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/lifecycle"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// Handler serves /v1/connectors.
type Handler struct {
	engine   *credentials.Engine
	changes  *httpapi.Changes
	tokenURL func(string) error // checks whether the platform may connect to a token_url
}

// New returns a handler, and makes connectors known to the engine.
func New(engine *credentials.Engine, changes *httpapi.Changes, tokenURL func(string) error) *Handler {
	h := &Handler{engine: engine, changes: changes, tokenURL: tokenURL}
	engine.Register(api.Connectors, func(ctx context.Context, tx *txn.Tx, id string) (credentials.Object, error) {
		return h.load(ctx, tx, id)
	})
	return h
}

// Mount registers the routes.
func (h *Handler) Mount(r *httpapi.Router) {
	shared := lifecycle.Handler{
		Kind: api.Connectors, Label: "Connector", Returns: api.Connector{}, Engine: h.engine, Changes: h.changes,
	}
	r.Tag(api.Connectors.Tag, "Integrations with outside services, and their credentials.")
	one := api.Connectors.Route("{id}")
	httpapi.Register(r, httpapi.Operation{
		ID: "createConnector", Method: http.MethodPost, Path: api.Connectors.Route(), Tag: api.Connectors.Tag,
		Permission: api.PermissionWrite, Returns: api.Connector{}, Status: http.StatusCreated,
		Summary: "Create a connector",
		Description: "Makes a connector, with credentials or without. " +
			"Credentials under a name that existed before continue its numbers.\n\nSettings by type: " +
			api.SettingsText() + "\n\nCredentials by type: " + api.CredentialsText(),
	}, h.create)
	httpapi.Register(r, httpapi.Operation{
		ID: "listConnectors", Method: http.MethodGet, Path: api.Connectors.Route(), Tag: api.Connectors.Tag,
		Permission: api.PermissionRead, Returns: api.Page[api.Connector]{}, Summary: "List connectors",
		Description: "Lists the connectors of the environment in the order of their ids, in pages.",
	}, h.list)
	httpapi.Register(r, httpapi.Operation{
		ID: "getConnector", Method: http.MethodGet, Path: one, Tag: api.Connectors.Tag,
		Permission: api.PermissionRead, Returns: api.Connector{}, Summary: "Read a connector",
		Description: "Returns the connector, with the digest of its credentials and never the credentials.",
	}, shared.Get)
	httpapi.Register(r, httpapi.Operation{
		ID: "patchConnector", Method: http.MethodPatch, Path: one, Tag: api.Connectors.Tag,
		Permission: api.PermissionWrite, Returns: api.Connector{}, Summary: "Change a connector",
		Description: "Merge patch. New credentials become current and the old ones are retired in one transaction; " +
			"on hold they are refused. Settings and credentials that an older build took and this one refuses stay as " +
			"they are: only a change of them is refused. " +
			"Another type ends the credentials, unless new ones come with it; the settings are checked for the new type.",
	}, h.patch)
	httpapi.Register(r, httpapi.Operation{
		ID: "deleteConnector", Method: http.MethodDelete, Path: one, Tag: api.Connectors.Tag,
		Permission: api.PermissionWrite, Returns: api.Connector{}, Status: http.StatusAccepted,
		NoContent: httpapi.DeletedText, Summary: "Delete a connector",
		Description: "Scoped tokens and webhook endpoints refer to connectors. " + httpapi.DeletionText +
			" The credentials of a connector that is deleting still work.",
	}, h.delete)
	httpapi.Register(r, httpapi.Operation{
		ID: "undeleteConnector", Method: http.MethodPost, Path: api.Connectors.Route("{id}", "undelete"),
		Tag: api.Connectors.Tag, Permission: api.PermissionWrite, Returns: api.Connector{},
		Summary: "Undelete a connector", Description: httpapi.UndeleteText,
	}, h.undelete)
	shared.Mount(r)
}

type createInput struct {
	httpapi.Creating
	Body api.ConnectorCreate
}

func (h *Handler) create(ctx context.Context, in *createInput) (*httpapi.Answer, error) {
	return h.changes.Create(ctx, api.Connectors, in.Creating, in.Body.Name, func(tx *txn.Tx) (*httpapi.Answer, error) {
		c, err := expand(ctx, tx, &in.Body)
		if err != nil {
			return nil, err
		}
		if err := check(c.Connector); err != nil {
			return nil, err
		}
		if err := checkSettings(c.Connector, h.tokenURL); err != nil {
			return nil, err
		}
		if err := consents.CheckFor(ctx, tx, c.ConsentID, c.Type); err != nil {
			return nil, err
		}
		if c.policy, err = credentials.PolicyNamed(ctx, tx, c.RotationPolicyID, ""); err != nil {
			return nil, err
		}
		if err := httpapi.CheckNameFree(ctx, tx, api.Connectors, c.Name); err != nil {
			return nil, err
		}
		c.Credential.Highest, err = credentials.HighestNumber(ctx, tx, api.Connectors, c.Name, in.Body.NamePrefix)
		if err != nil {
			return nil, err
		}
		err = tx.Audit(ctx, txn.ActionCreate, api.Connectors.Path, c.ID, map[string]string{"name": c.Name})
		if err != nil {
			return nil, err
		}
		if in.Body.Credentials != nil {
			if _, err := c.replaceCredentials(ctx, tx, c.Type, in.Body.Credentials); err != nil {
				return nil, err
			}
		}
		if err := guardrails.Check(ctx, tx, c.ID, nil, c.subject(in.Body.Credentials)); err != nil {
			return nil, err
		}
		if err := tx.InsertConnector(ctx, c.Connector); err != nil {
			return nil, err
		}
		if err := c.bind(ctx, tx); err != nil {
			return nil, err
		}
		if err := c.resetRefresh(ctx, tx, nil); err != nil {
			return nil, err
		}
		return httpapi.Created(api.Connectors, &c.Object, c.Show(tx.Now)), nil
	})
}

type listInput struct {
	httpapi.ObjectListing
	httpapi.ByOwner
	lifecycle.ByAge
	lifecycle.ByExpiry
}

func (h *Handler) list(ctx context.Context, in *listInput) (out *httpapi.Answer, err error) {
	list, err := in.List(api.Connectors)
	if err != nil {
		return nil, err
	}
	list.Owner = in.Owner
	selection, err := in.Selection(in.ByExpiry)
	if err != nil {
		return nil, err
	}
	err = h.engine.View(ctx, access.CallerOf(ctx), func(tx *txn.Tx) error {
		var found []*connector
		records, err := tx.Connectors(ctx, tx.Scope, list)
		if err != nil {
			return err
		}
		if found, err = ofPage(ctx, tx, records); err != nil {
			return err
		}
		for _, c := range found {
			if err := h.engine.Settle(ctx, tx, c); err != nil {
				return err
			}
		}
		out, err = httpapi.Selected(in.PageSize, found, func(c *connector) string { return c.ID },
			func(c *connector) bool { return c.in(selection, tx.Now) },
			func(c *connector) api.Connector { return c.flatten(tx.Now) })
		return err
	})
	return out, err
}

type patchInput struct {
	httpapi.ByID
	httpapi.Conditional
	Body api.ConnectorPatch `contentType:"application/merge-patch+json"`
}

func (h *Handler) patch(ctx context.Context, in *patchInput) (*httpapi.Answer, error) {
	return h.changes.Do(ctx, in.IdempotencyKey, func(tx *txn.Tx) (*httpapi.Answer, error) {
		c, err := h.load(ctx, tx, in.ID)
		if err != nil {
			return nil, err
		}
		if err := httpapi.CheckMatch(api.Connectors, &c.Object, in.IfMatch); err != nil {
			return nil, err
		}
		if err := httpapi.CheckChangeable(api.Connectors, &c.Object); err != nil {
			return nil, err
		}
		before, shownBefore, was := *c.Connector, c.Show(tx.Now), c.subject(nil)
		if err := c.patchMetadata(ctx, tx, &before, &in.Body, h.tokenURL); err != nil {
			return nil, err
		}
		moved := false
		switch {
		case in.Body.Credentials != nil:
			moved, err = c.replaceCredentials(ctx, tx, before.Type, in.Body.Credentials)
		case c.Type != before.Type:
			moved, err = c.clearCredentials(ctx, tx)
		}
		if err != nil {
			return nil, err
		}
		if !moved && reflect.DeepEqual(before, *c.Connector) {
			return httpapi.Object(&c.Object, c.Show(tx.Now)), nil
		}
		is := c.subject(nil)
		if moved {
			is = c.subject(in.Body.Credentials)
		}
		if err := guardrails.Check(ctx, tx, c.ID, &was, is); err != nil {
			return nil, err
		}
		c.Parts().Touch()
		if err := c.Save(ctx, tx); err != nil {
			return nil, err
		}
		if err := c.resetRefresh(ctx, tx, &before); err != nil {
			return nil, err
		}
		after := c.Show(tx.Now)
		err = tx.Audit(ctx, txn.ActionUpdate, api.Connectors.Path, c.ID, httpapi.Differences(shownBefore, after))
		return httpapi.Object(&c.Object, after), err
	})
}

func (h *Handler) delete(ctx context.Context, in *httpapi.Deleting) (*httpapi.Answer, error) {
	return h.changes.Do(ctx, in.IdempotencyKey, func(tx *txn.Tx) (*httpapi.Answer, error) {
		c, err := h.load(ctx, tx, in.ID)
		if err != nil {
			return nil, err
		}
		return httpapi.Delete(ctx, tx, in, c.inUse(func() error { return c.touch(ctx, tx) }, tx.Now))
	})
}

func (h *Handler) undelete(ctx context.Context, in *httpapi.Undeleting) (*httpapi.Answer, error) {
	return h.changes.Do(ctx, in.IdempotencyKey, func(tx *txn.Tx) (*httpapi.Answer, error) {
		c, err := h.load(ctx, tx, in.ID)
		if err != nil {
			return nil, err
		}
		return httpapi.Undelete(ctx, tx, in, c.inUse(func() error {
			if err := credentials.Renamed(ctx, tx, c.Parts()); err != nil {
				return err
			}
			return c.touch(ctx, tx)
		}, tx.Now))
	})
}

func withPolicy(ctx context.Context, tx *txn.Tx, record *store.Connector) (*connector, error) {
	policy, err := credentials.Policy(ctx, tx, record.RotationPolicyID)
	if err != nil {
		return nil, err
	}
	consent, err := consents.Of(ctx, tx, record.ConsentID)
	return &connector{Connector: record, policy: policy, consent: consent}, err
}

// ofPage completes the connectors of a page, whose order is that of their ids.
func ofPage(ctx context.Context, tx *txn.Tx, records []*store.Connector) ([]*connector, error) {
	if len(records) == 0 {
		return nil, nil
	}
	retrievals, err := tx.Retrievals(ctx, tx.Scope, records[0].ID, records[len(records)-1].ID)
	if err != nil {
		return nil, err
	}
	refreshes := map[string]*store.Refresh{}
	if slices.ContainsFunc(records, func(c *store.Connector) bool { return c.Type == api.TypeOAuth2 }) {
		refreshes, err = tx.Refreshes(ctx, tx.Scope, records[0].ID, records[len(records)-1].ID)
		if err != nil {
			return nil, err
		}
	}
	found := make([]*connector, len(records))
	for i, record := range records {
		if found[i], err = withPolicy(ctx, tx, record); err != nil {
			return nil, err
		}
		found[i].retrievals, found[i].refresh = retrievals[record.ID], refreshes[record.ID]
	}
	return found, nil
}
