package webhooks

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/connectors"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/egress"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/guardrails"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// endpoints serves the routes of the endpoints themselves.
type endpoints struct {
	engine  *credentials.Engine
	changes *httpapi.Changes
	secrets *Secrets
	egress  *egress.Client
	changed func()
}

func (h *endpoints) mount(r *httpapi.Router) {
	h.changes.Shows(api.WebhookEndpoints.IDPrefix, func(ctx context.Context, tx *txn.Tx, id string) (any, error) {
		e, err := Endpoint(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		return flattenEndpoint(e, tx.Now), nil
	})
	r.Tag(api.WebhookEndpoints.Tag, "Where events are delivered, how that went, "+
		"and whether the receivers accept a new signing secret. Deliveries follow Standard Webhooks.")
	r.OrNull(api.WebhookEndpoint{}, "disabled")
	one := api.WebhookEndpoints.Route("{id}")
	httpapi.Register(r, httpapi.Operation{
		ID: "createWebhookEndpoint", Method: http.MethodPost, Path: api.WebhookEndpoints.Route(),
		Tag: api.WebhookEndpoints.Tag, Permission: api.PermissionWrite, Returns: api.WebhookEndpoint{},
		Status: http.StatusCreated, Summary: "Create a webhook endpoint",
		Description: "Makes an endpoint. Nothing is delivered to it before it has a signing secret.",
	}, h.create)
	httpapi.Register(r, httpapi.Operation{
		ID: "listWebhookEndpoints", Method: http.MethodGet, Path: api.WebhookEndpoints.Route(),
		Tag: api.WebhookEndpoints.Tag, Permission: api.PermissionRead, Returns: api.Page[api.WebhookEndpoint]{},
		Summary:     "List webhook endpoints",
		Description: "Lists the endpoints of the environment in the order of their ids, in pages.",
	}, h.list)
	httpapi.Register(r, httpapi.Operation{
		ID: "getWebhookEndpoint", Method: http.MethodGet, Path: one, Tag: api.WebhookEndpoints.Tag,
		Permission: api.PermissionRead, Returns: api.WebhookEndpoint{},
		Summary: "Read a webhook endpoint", Description: "Returns the endpoint.",
	}, h.get)
	httpapi.Register(r, httpapi.Operation{
		ID: "patchWebhookEndpoint", Method: http.MethodPatch, Path: one, Tag: api.WebhookEndpoints.Tag,
		Permission: api.PermissionWrite, Returns: api.WebhookEndpoint{},
		Summary: "Change a webhook endpoint", Description: "Merge patch. What is queued goes to the new URL.",
	}, h.patch)
	httpapi.Register(r, httpapi.Operation{
		ID: "deleteWebhookEndpoint", Method: http.MethodDelete, Path: one, Tag: api.WebhookEndpoints.Tag,
		Permission: api.PermissionWrite, Returns: api.WebhookEndpoint{}, Status: http.StatusAccepted,
		NoContent: httpapi.DeletedText, Summary: "Delete a webhook endpoint",
		Description: "Signing secrets refer to endpoints. " + httpapi.DeletionText + " Events are delivered until then; " +
			"what is queued when the endpoint is removed is not.",
	}, h.delete)
	httpapi.Register(r, httpapi.Operation{
		ID: "undeleteWebhookEndpoint", Method: http.MethodPost, Path: api.WebhookEndpoints.Route("{id}", "undelete"),
		Tag: api.WebhookEndpoints.Tag, Permission: api.PermissionWrite, Returns: api.WebhookEndpoint{},
		Summary: "Undelete a webhook endpoint", Description: httpapi.UndeleteText,
	}, h.undelete)
}

type createEndpointInput struct {
	httpapi.Creating
	Body api.WebhookEndpointCreate
}

func (h *endpoints) create(ctx context.Context, in *createEndpointInput) (*httpapi.Answer, error) {
	name := in.Body.Name
	return h.changes.Create(ctx, api.WebhookEndpoints, in.Creating, name, func(tx *txn.Tx) (*httpapi.Answer, error) {
		e, err := expandEndpoint(ctx, tx, &in.Body)
		if err != nil {
			return nil, err
		}
		if err := checkEndpoint(e); err != nil {
			return nil, err
		}
		if in.Body.URL != nil {
			if err := h.checkURL("url", e.URL); err != nil {
				return nil, err
			}
		}
		values := endpointValues{url: in.Body.SecretURL, headers: in.Body.Headers, clientKey: in.Body.ClientKey}
		if err := h.seal(ctx, tx, e, values); err != nil {
			return nil, err
		}
		if err := guardrails.Check(ctx, tx, e.ID, nil, values.of(e, &store.WebhookEndpoint{})); err != nil {
			return nil, err
		}
		if _, err := connectors.ForNewUse(ctx, tx, e.ConnectorID); err != nil {
			return nil, err
		}
		if err := httpapi.CheckNameFree(ctx, tx, api.WebhookEndpoints, e.Name); err != nil {
			return nil, err
		}
		if err := tx.InsertWebhookEndpoint(ctx, e); err != nil {
			return nil, err
		}
		detail := map[string]string{"name": e.Name}
		err = tx.Audit(ctx, txn.ActionCreate, api.WebhookEndpoints.Path, e.ID, detail)
		return httpapi.Created(api.WebhookEndpoints, &e.Object, flattenEndpoint(e, tx.Now)), err
	})
}

type endpointListInput struct {
	httpapi.ObjectListing
	httpapi.ByConnector
}

func (h *endpoints) list(ctx context.Context, in *endpointListInput) (out *httpapi.Answer, err error) {
	list, err := in.List(api.WebhookEndpoints)
	if err != nil {
		return nil, err
	}
	list.ConnectorID = in.ConnectorID
	err = h.engine.View(ctx, access.CallerOf(ctx), func(tx *txn.Tx) error {
		records, err := tx.WebhookEndpoints(ctx, tx.Scope, list)
		if err != nil {
			return err
		}
		out, err = httpapi.Page(in.PageSize, records, func(e *store.WebhookEndpoint) string { return e.ID },
			func(e *store.WebhookEndpoint) api.WebhookEndpoint { return flattenEndpoint(e, tx.Now) })
		return err
	})
	return out, err
}

func (h *endpoints) get(ctx context.Context, in *httpapi.Reading) (out *httpapi.Answer, err error) {
	err = h.engine.View(ctx, access.CallerOf(ctx), func(tx *txn.Tx) error {
		e, err := Endpoint(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		out = httpapi.Object(&e.Object, flattenEndpoint(e, tx.Now))
		return nil
	})
	return h.changes.Claimed(ctx, in, out, err)
}

type patchEndpointInput struct {
	httpapi.ByID
	httpapi.Conditional
	Body api.WebhookEndpointPatch `contentType:"application/merge-patch+json"`
}

func (h *endpoints) patch(ctx context.Context, in *patchEndpointInput) (*httpapi.Answer, error) {
	defer h.changed()
	return h.changes.Do(ctx, in.IdempotencyKey, func(tx *txn.Tx) (*httpapi.Answer, error) {
		e, err := Endpoint(ctx, tx, in.ID)
		if err != nil {
			return nil, err
		}
		if err := httpapi.CheckMatch(api.WebhookEndpoints, &e.Object, in.IfMatch); err != nil {
			return nil, err
		}
		if err := httpapi.CheckChangeable(api.WebhookEndpoints, &e.Object); err != nil {
			return nil, err
		}
		before := *e
		if err := h.apply(ctx, tx, e, &in.Body); err != nil {
			return nil, err
		}
		// The receiver that requested the pause was at the old address, or was repaired since.
		again := reaches(e, &before) || e.Enabled && !before.Enabled
		if again {
			e.PausedUntil, e.Failing = time.Time{}, store.Failing{}
		}
		if reflect.DeepEqual(before, *e) {
			return httpapi.Object(&e.Object, flattenEndpoint(e, tx.Now)), nil
		}
		e.Etag++
		if err := tx.UpdateWebhookEndpoint(ctx, e); err != nil {
			return nil, err
		}
		if again {
			if err := tx.WakeDeliveries(ctx, tx.Scope, e.ID, tx.Now); err != nil {
				return nil, err
			}
		}
		after := flattenEndpoint(e, tx.Now)
		err = tx.Audit(ctx, txn.ActionUpdate, api.WebhookEndpoints.Path, e.ID,
			httpapi.Differences(flattenEndpoint(&before, tx.Now), after))
		return httpapi.Object(&e.Object, after), err
	})
}

// apply applies a patch, and checks the whole endpoint.
func (h *endpoints) apply(
	ctx context.Context, tx *txn.Tx, e *store.WebhookEndpoint, p *api.WebhookEndpointPatch,
) error {
	before := *e
	if err := mergeEndpoint(e, p); err != nil {
		return err
	}
	if err := checkEndpoint(e); err != nil {
		return err
	}
	if e.Name != before.Name {
		if err := httpapi.CheckNameFree(ctx, tx, api.WebhookEndpoints, e.Name); err != nil {
			return err
		}
	}
	if e.Enabled {
		e.Disabled = nil
	}
	if p.URL.Value != nil && e.URL != before.URL {
		if err := h.checkURL("url", e.URL); err != nil {
			return err
		}
	}
	values := endpointValues{url: p.SecretURL, headers: p.Headers, clientKey: p.ClientKey}
	if err := h.seal(ctx, tx, e, values); err != nil {
		return err
	}
	was := guardrails.Endpoint(&before)
	if err := guardrails.Check(ctx, tx, e.ID, &was, values.of(e, &before)); err != nil {
		return err
	}
	if receiver(e) == receiver(&before) {
		return nil
	}
	return h.secrets.forgetProofs(ctx, tx, e.ID)
}

// reaches reports whether requests reach a receiver in another way than before: what failed may succeed now.
func reaches(e, before *store.WebhookEndpoint) bool {
	return receiver(e) != receiver(before) || e.Headers.Digest != before.Headers.Digest ||
		e.ClientKey.Digest != before.ClientKey.Digest || !reflect.DeepEqual(e.CACertificate, before.CACertificate) ||
		!reflect.DeepEqual(e.ClientCertificate, before.ClientCertificate)
}

func (h *endpoints) delete(ctx context.Context, in *httpapi.Deleting) (*httpapi.Answer, error) {
	return h.changes.Do(ctx, in.IdempotencyKey, func(tx *txn.Tx) (*httpapi.Answer, error) {
		e, err := Endpoint(ctx, tx, in.ID)
		if err != nil {
			return nil, err
		}
		return httpapi.Delete(ctx, tx, in, inUse(ctx, tx, e))
	})
}

func (h *endpoints) undelete(ctx context.Context, in *httpapi.Undeleting) (*httpapi.Answer, error) {
	return h.changes.Do(ctx, in.IdempotencyKey, func(tx *txn.Tx) (*httpapi.Answer, error) {
		e, err := Endpoint(ctx, tx, in.ID)
		if err != nil {
			return nil, err
		}
		return httpapi.Undelete(ctx, tx, in, inUse(ctx, tx, e))
	})
}

// inUse is an endpoint as what others refer to.
func inUse(ctx context.Context, tx *txn.Tx, e *store.WebhookEndpoint) httpapi.InUse {
	return httpapi.InUse{
		Kind: api.WebhookEndpoints, Object: &e.Object, Show: func() any { return flattenEndpoint(e, tx.Now) },
		Save: func() error {
			e.Etag++
			return tx.UpdateWebhookEndpoint(ctx, e)
		},
	}
}

// checkURL checks a URL that a request brings. The rules may have changed since a stored one was checked: nothing is
// sent there then, and the endpoint can still be changed.
func (h *endpoints) checkURL(member, s string) error {
	var refused *egress.Refused
	if err := h.egress.CheckURL(s); errors.As(err, &refused) {
		return problem.New(api.CodeInvalid, problem.Pointer(member), "%s is refused: %s (a receiver on a private network "+
			"needs a platform that was started with --allow-private-endpoints)", member, refused.Reason)
	}
	return nil
}

// Endpoint reads an endpoint.
func Endpoint(ctx context.Context, tx *txn.Tx, id string) (*store.WebhookEndpoint, error) {
	e, err := tx.WebhookEndpoint(ctx, tx.Scope, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, httpapi.NotFound(api.WebhookEndpoints, tx.Scope)
	}
	return e, err
}
