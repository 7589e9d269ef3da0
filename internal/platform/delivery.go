package platform

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

func (r *router) deliveries() {
	const one = "/v1/" + api.KindWebhookEndpoints + "/{id}"
	register(r, operation{
		id: "createTestEvent", method: http.MethodPost, path: one + "/test-events", tag: tagWebhookEndpoints, permission: api.PermissionWrite,
		summary: "Send a test event", status: http.StatusAccepted,
		description: "Queues an event, which is signed and delivered like any other: it is tried until the endpoint answers 2xx, for about three days. The queue survives a restart of the platform.",
	}, r.createTestEvent)
	register(r, operation{
		id: "listDeliveries", method: http.MethodGet, path: one + "/deliveries", tag: tagWebhookEndpoints, permission: api.PermissionRead,
		summary: "List deliveries", description: "Lists the deliveries to an endpoint with every attempt, the newest first, in pages; those that have ended for 30 days. It never has an event's data, a signature or a secret.",
	}, r.listDeliveries)
}

type testEventInput struct {
	ByID
	Keyed
	Body api.TestEventRequest
}

type testEventOutput struct {
	Body api.TestEvent
}

func (p *Platform) createTestEvent(ctx context.Context, in *testEventInput) (*testEventOutput, error) {
	if err := checkTestEvent(&in.Body); err != nil {
		return nil, err
	}
	out, err := change(ctx, p, in.IdempotencyKey, func(w *work) (out answer[api.TestEvent], err error) {
		e, err := w.webhookEndpoint(ctx, in.ID)
		if err != nil {
			return out, err
		}
		if err := w.deliverable(ctx, e, in.Body.Type); err != nil {
			return out, err
		}
		id, err := w.random.id(idEvent, w.now)
		if err != nil {
			return out, err
		}
		if err := w.enqueue(ctx, e, id, in.Body.Type, in.Body.Data); err != nil {
			return out, err
		}
		err = w.audit(ctx, actionTestEvent, api.KindWebhookEndpoints, e.ID, map[string]string{"event": id, "type": in.Body.Type})
		return answer[api.TestEvent]{status: http.StatusAccepted, body: api.TestEvent{ID: id}}, err
	})
	if err != nil {
		return nil, err
	}
	p.courier.rouse()
	return &testEventOutput{Body: out.body}, nil
}

func checkTestEvent(b *api.TestEventRequest) error {
	if err := api.CheckEventType(b.Type); err != nil {
		return refused("/type", err)
	}
	if len(b.Data) > api.MaxEventData {
		return refused("/data", fmt.Errorf("must be at most %d bytes of JSON", api.MaxEventData))
	}
	if !utf8.Valid(b.Data) {
		return refused("/data", errors.New("must be UTF-8, as all JSON is")) // Go's decoder lets it pass, and those of most receivers do not
	}
	if data := bytes.TrimSpace(b.Data); len(data) > 0 && data[0] != '{' {
		return refused("/data", errors.New("must be a JSON object"))
	}
	return nil
}

// deliverable refuses an event that the endpoint does not take, or that could not be signed.
func (w *work) deliverable(ctx context.Context, e *store.WebhookEndpoint, eventType string) error {
	if e.EventTypes != nil && !slices.Contains(e.EventTypes, eventType) {
		return newProblem(api.CodeInvalid, "/type", "type is not one of the event_types of the webhook endpoint %q", e.Name)
	}
	if err := w.works(ctx, e); err != nil {
		return err
	}
	secrets, err := w.tx.SigningSecretsOf(ctx, w.scope, e.ID)
	if err != nil {
		return err
	}
	for _, s := range secrets {
		if len(valid(s.Credential.Versions)) > 0 {
			return nil
		}
	}
	return newProblem(api.CodeConflict, "", "the webhook endpoint %q has no valid signing secret, and nothing is sent without a signature; create one, or reissue the one it has", e.Name)
}

// enqueue stores an event, sealed, to be delivered as soon as possible.
func (w *work) enqueue(ctx context.Context, e *store.WebhookEndpoint, id, eventType string, data json.RawMessage) error {
	body, err := w.newEventBody(eventType, e.ID, data)
	if err != nil {
		return err
	}
	sealed, err := w.vault.keyring.SealEvent(body, sealedEvent(w.scope, e.ID, id))
	if err != nil {
		return err
	}
	return w.tx.InsertDelivery(ctx, &store.Delivery{
		Scope: w.scope, ID: id, EndpointID: e.ID, Type: eventType, State: api.DeliveryQueued, CreatedAt: w.now, NextAttemptAt: w.now, Body: sealed,
	})
}

func sealedEvent(scope store.Scope, endpointID, id string) keyring.Event {
	return keyring.Event{Tenant: scope.Tenant, Environment: scope.Environment, Endpoint: endpointID, ID: id}
}

type deliveriesInput struct {
	ByID
	PageSize  int    `query:"page_size" minimum:"1" maximum:"1000" default:"100" doc:"How many deliveries at most; 100 if absent."`
	State     string `query:"state" enum:"queued,delivered,failed" doc:"Only deliveries in this state; all if absent."`
	PageToken string `query:"page_token" doc:"The next_page_token of the page before; absent for the first."`
}

func (p *Platform) listDeliveries(ctx context.Context, in *deliveriesInput) (out *listed[api.Delivery], err error) {
	before := ""
	if in.PageToken != "" {
		id, err := base64.RawURLEncoding.DecodeString(in.PageToken)
		if err != nil || !strings.HasPrefix(string(id), idEvent) {
			return nil, newProblem(api.CodeInvalid, "", "query parameter page_token: must be the next_page_token of a list of deliveries")
		}
		before = string(id)
	}
	list := listing{PageSize: in.PageSize}
	err = p.view(ctx, func(w *work) ([]store.Ref, error) {
		if _, err := w.webhookEndpoint(ctx, in.ID); err != nil {
			return nil, err
		}
		records, attempts, err := w.tx.Deliveries(ctx, w.scope, in.ID, in.State, before, list.size()+1)
		if err != nil {
			return nil, err
		}
		deliveries := make([]api.Delivery, len(records))
		for i, d := range records {
			deliveries[i] = flattenDelivery(d, attempts[i])
		}
		out = pageOf(list, deliveries, func(d api.Delivery) string { return d.ID }, func(d api.Delivery) api.Delivery { return d })
		return nil, nil
	})
	return out, err
}

func flattenDelivery(d *store.Delivery, attempts []store.DeliveryAttempt) api.Delivery {
	out := api.Delivery{
		ID: d.ID, EndpointID: d.EndpointID, Type: d.Type, State: d.State, CreatedAt: d.CreatedAt.UTC(), NextAttemptAt: utc(d.NextAttemptAt),
		Attempts: make([]api.DeliveryAttempt, len(attempts)),
	}
	for i, a := range attempts {
		shown := api.DeliveryAttempt{
			Attempt: a.Attempt, At: a.At.UTC(), DurationMS: a.Duration.Milliseconds(), Outcome: a.Outcome, Status: a.Status, Detail: a.Detail,
			SignedBy: make([]api.SignedBy, len(a.SignedBy)),
		}
		for j, s := range a.SignedBy {
			shown.SignedBy[j] = api.SignedBy(s)
		}
		out.Attempts[i] = shown
	}
	return out
}
