package platform

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

func (r *router) webhookEndpoints() {
	const path = "/v1/" + api.KindWebhookEndpoints
	register(r, operation{
		id: "createWebhookEndpoint", method: http.MethodPost, path: path, tag: tagWebhookEndpoints, permission: api.PermissionWrite,
		summary: "Create a webhook endpoint", status: http.StatusCreated,
		description: "Makes an endpoint. Nothing is delivered to it before it has a signing secret.",
	}, r.createWebhookEndpoint)
	register(r, operation{
		id: "listWebhookEndpoints", method: http.MethodGet, path: path, tag: tagWebhookEndpoints, permission: api.PermissionRead,
		summary: "List webhook endpoints", description: "Lists the endpoints of the environment in the order of their ids, in pages.",
	}, r.listWebhookEndpoints)
	register(r, operation{
		id: "getWebhookEndpoint", method: http.MethodGet, path: path + "/{id}", tag: tagWebhookEndpoints, permission: api.PermissionRead,
		summary: "Read a webhook endpoint", description: "Returns the endpoint.",
	}, r.getWebhookEndpoint)
	register(r, operation{
		id: "patchWebhookEndpoint", method: http.MethodPatch, path: path + "/{id}", tag: tagWebhookEndpoints, permission: api.PermissionWrite,
		summary: "Change a webhook endpoint", description: "Merge patch. What is queued goes to the new URL.",
	}, r.patchWebhookEndpoint)
	register(r, operation{
		id: "deleteWebhookEndpoint", method: http.MethodDelete, path: path + "/{id}", tag: tagWebhookEndpoints, permission: api.PermissionWrite,
		summary: "Delete a webhook endpoint", description: "Refused while a signing secret refers to it. What is queued is not delivered any more.",
	}, r.deleteWebhookEndpoint)
	r.deliveries()
	r.probes()
}

type createWebhookEndpointInput struct {
	Keyed
	Body api.WebhookEndpointCreate
}

func (p *Platform) createWebhookEndpoint(ctx context.Context, in *createWebhookEndpointInput) (*created[api.WebhookEndpoint], error) {
	return asCreated(change(ctx, p, in.IdempotencyKey, func(w *work) (out answer[api.WebhookEndpoint], err error) {
		b := in.Body
		e := &store.WebhookEndpoint{ConnectorID: b.ConnectorID, URL: b.URL, EventTypes: b.EventTypes, Enabled: or(b.Enabled, true)}
		if e.Object, err = w.newObject(nounWebhookEndpoint, b.Name, b.Description, b.Labels); err != nil {
			return out, err
		}
		if err := checkWebhookEndpoint(e); err != nil {
			return out, err
		}
		if err := p.checkEndpointURL(e.URL); err != nil {
			return out, err
		}
		if _, err := w.connectorNamed(ctx, e.ConnectorID); err != nil {
			return out, err
		}
		if err := w.nameFree(ctx, nounWebhookEndpoint, e.Name); err != nil {
			return out, err
		}
		if err := w.tx.InsertWebhookEndpoint(ctx, e); err != nil {
			return out, err
		}
		err = w.audit(ctx, actionCreate, api.KindWebhookEndpoints, e.ID, map[string]string{"name": e.Name})
		return createdAt(nounWebhookEndpoint, &e.Object, flattenWebhookEndpoint(e, w.now)), err
	}))
}

func (p *Platform) listWebhookEndpoints(ctx context.Context, in *listing) (out *listed[api.WebhookEndpoint], err error) {
	list, err := in.list(nounWebhookEndpoint)
	if err != nil {
		return nil, err
	}
	err = p.view(ctx, func(w *work) ([]store.Ref, error) {
		records, err := w.tx.WebhookEndpoints(ctx, w.scope, list)
		if err != nil {
			return nil, err
		}
		out = pageOf(*in, records, func(e *store.WebhookEndpoint) string { return e.ID },
			func(e *store.WebhookEndpoint) api.WebhookEndpoint { return flattenWebhookEndpoint(e, w.now) })
		return nil, nil
	})
	return out, err
}

func (p *Platform) getWebhookEndpoint(ctx context.Context, in *ByID) (out *shown[api.WebhookEndpoint], err error) {
	err = p.view(ctx, func(w *work) ([]store.Ref, error) {
		e, err := w.webhookEndpoint(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		out, err = asShown(nowIs(&e.Object, flattenWebhookEndpoint(e, w.now)), nil)
		return nil, err
	})
	return out, err
}

type patchWebhookEndpointInput struct {
	ByID
	Conditional
	Body api.WebhookEndpointPatch `contentType:"application/merge-patch+json"`
}

func (p *Platform) patchWebhookEndpoint(ctx context.Context, in *patchWebhookEndpointInput) (*shown[api.WebhookEndpoint], error) {
	defer p.courier.rouse()
	return asShown(change(ctx, p, in.IdempotencyKey, func(w *work) (out answer[api.WebhookEndpoint], err error) {
		e, err := w.webhookEndpoint(ctx, in.ID)
		if err != nil {
			return out, err
		}
		if err := checkMatch(nounWebhookEndpoint, &e.Object, in.IfMatch); err != nil {
			return out, err
		}
		before := *e
		if err := mergeWebhookEndpoint(e, &in.Body); err != nil {
			return out, err
		}
		if err := checkWebhookEndpoint(e); err != nil {
			return out, err
		}
		if e.Name != before.Name {
			if err := w.nameFree(ctx, nounWebhookEndpoint, e.Name); err != nil {
				return out, err
			}
		}
		if e.Enabled {
			e.Disabled = nil
		}
		moved := e.URL != before.URL
		if moved {
			if err := p.checkEndpointURL(e.URL); err != nil {
				return out, err
			}
			if err := w.forgetProofs(ctx, e.ID); err != nil {
				return out, err
			}
		}
		// Whoever asked to be left alone was at the old address, or has been looked after.
		again := moved || e.Enabled && !before.Enabled
		if again {
			e.PausedUntil, e.Failing = time.Time{}, store.Failing{}
		}
		if reflect.DeepEqual(before, *e) {
			return nowIs(&e.Object, flattenWebhookEndpoint(e, w.now)), nil
		}
		e.Etag++
		if err := w.tx.UpdateWebhookEndpoint(ctx, e); err != nil {
			return out, err
		}
		if again {
			if err := w.tx.WakeDeliveries(ctx, w.scope, e.ID, w.now); err != nil {
				return out, err
			}
		}
		after := flattenWebhookEndpoint(e, w.now)
		err = w.audit(ctx, actionUpdate, api.KindWebhookEndpoints, e.ID, map[string]string{"changed": differences(flattenWebhookEndpoint(&before, w.now), after)})
		return nowIs(&e.Object, after), err
	}))
}

// forgetProofs forgets what the receiver of an endpoint has proven: the endpoint moves to another one.
func (w *work) forgetProofs(ctx context.Context, endpointID string) error {
	secrets, err := w.settledSigningSecretsOf(ctx, endpointID)
	if err != nil {
		return err
	}
	for _, s := range secrets {
		after, done := rotation.ForgetProbes(s.Credential.Credential, s.policy, w.now)
		if err := w.carry(ctx, s.parts(), after, done, nil); err != nil {
			return err
		}
		s.Probe, s.NextProbeAt = store.Probe{}, time.Time{}
		if err := s.save(ctx, w); err != nil {
			return err
		}
	}
	return nil
}

func (p *Platform) deleteWebhookEndpoint(ctx context.Context, in *deleteInput) (*deleted, error) {
	return asDeleted(change(ctx, p, in.IdempotencyKey, func(w *work) (out answer[deleted], err error) {
		e, err := w.webhookEndpoint(ctx, in.ID)
		if err != nil {
			return out, err
		}
		if err := checkMatch(nounWebhookEndpoint, &e.Object, in.IfMatch); err != nil {
			return out, err
		}
		if err := w.unreferenced(ctx, nounWebhookEndpoint, &e.Object); err != nil {
			return out, err
		}
		if err := w.tx.DeleteWebhookEndpoint(ctx, w.scope, e.ID); err != nil {
			return out, err
		}
		return gone(), w.audit(ctx, actionDelete, api.KindWebhookEndpoints, e.ID, map[string]string{"name": e.Name})
	}))
}

func (w *work) webhookEndpoint(ctx context.Context, id string) (*store.WebhookEndpoint, error) {
	e, err := w.tx.WebhookEndpoint(ctx, w.scope, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nounWebhookEndpoint.notFound(w.scope)
	}
	return e, err
}

// works refuses what needs an endpoint that is not disabled, and whose connector is not.
func (w *work) works(ctx context.Context, e *store.WebhookEndpoint) error {
	if !e.Enabled {
		if d := e.Disabled; d != nil {
			return newProblem(api.CodeConflict, "", "the webhook endpoint %q is disabled since %s, because it answered the event %s with 410 (gone); set enabled to true once it is back",
				e.Name, d.At.UTC().Format(time.RFC3339), d.By)
		}
		return newProblem(api.CodeConflict, "", "the webhook endpoint %q is disabled; set enabled to true first", e.Name)
	}
	c, err := w.tx.Connector(ctx, w.scope, e.ConnectorID)
	if err != nil {
		return err
	}
	if !c.Enabled {
		return newProblem(api.CodeConflict, "", "the connector %q of the webhook endpoint %q is disabled; enable it first", c.Name, e.Name)
	}
	return nil
}

// connectorNamed reads the connector that a request refers to.
func (w *work) connectorNamed(ctx context.Context, id string) (*store.Connector, error) {
	c, err := w.tx.Connector(ctx, w.scope, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, newProblem(api.CodeInvalid, "/connector_id", "connector_id names no connector of tenant %s, environment %s", w.scope.Tenant, w.scope.Environment)
	}
	return c, err
}
