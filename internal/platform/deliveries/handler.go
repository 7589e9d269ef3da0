// Package deliveries has the queue of events, the attempts to deliver them, and test events. Endpoints, signatures and
// the sending of one event are for package webhooks.
package deliveries

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"unicode/utf8"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/events"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/webhooks"
)

// actionTestEvent is the audit's action of an event that is queued on request.
const actionTestEvent = "test_event"

// Handler serves the routes of deliveries.
type Handler struct {
	engine  *credentials.Engine
	changes *httpapi.Changes
	waker   Waker
}

// New returns a handler. It wakes the deliverer after it queued an event.
func New(engine *credentials.Engine, changes *httpapi.Changes, waker Waker) *Handler {
	return &Handler{engine: engine, changes: changes, waker: waker}
}

// Mount registers the routes.
func (h *Handler) Mount(r *httpapi.Router) {
	h.changes.Shows(keys.IDEvent, func(_ context.Context, _ *txn.Tx, id string) (any, error) {
		return api.TestEvent{ID: id}, nil
	})
	httpapi.Register(r, httpapi.Operation{
		ID: "createTestEvent", Method: http.MethodPost, Path: api.WebhookEndpoints.Route("{id}", "test-events"),
		Tag: api.WebhookEndpoints.Tag, Permission: api.PermissionWrite, Returns: api.TestEvent{},
		Status: http.StatusAccepted, Summary: "Send a test event",
		Description: "Queues an event, which is signed and delivered like any other: " +
			"it is tried until the endpoint answers 2xx, for about three days. " +
			"The queue survives a restart of the platform.",
	}, h.createTestEvent)
	httpapi.Register(r, httpapi.Operation{
		ID: "listDeliveries", Method: http.MethodGet, Path: api.WebhookEndpoints.Route("{id}", "deliveries"),
		Tag: api.WebhookEndpoints.Tag, Permission: api.PermissionRead, Returns: api.Page[api.Delivery]{},
		Summary: "List deliveries",
		Description: "Lists the deliveries to an endpoint with every attempt, the newest first, in pages; " +
			"those that have ended for 30 days. It never has an event's data, a signature or a secret.",
	}, h.list)
	h.mountAgain(r)
}

type testEventInput struct {
	httpapi.ByID
	httpapi.Keyed
	Body api.TestEventRequest
}

func (h *Handler) createTestEvent(ctx context.Context, in *testEventInput) (*httpapi.Answer, error) {
	if err := checkTestEvent(&in.Body); err != nil {
		return nil, err
	}
	out, err := h.changes.Do(ctx, in.IdempotencyKey, func(tx *txn.Tx) (*httpapi.Answer, error) {
		e, err := webhooks.Endpoint(ctx, tx, in.ID)
		if err != nil {
			return nil, err
		}
		if err := checkTakes(ctx, tx, e, in.Body.Type); err != nil {
			return nil, err
		}
		id, err := events.Enqueue(ctx, tx, events.Event{EndpointID: e.ID, Type: in.Body.Type, Data: in.Body.Data})
		if err != nil {
			return nil, err
		}
		detail := map[string]string{"event": id, "type": in.Body.Type}
		err = tx.Audit(ctx, actionTestEvent, api.WebhookEndpoints.Path, e.ID, detail)
		return &httpapi.Answer{Status: http.StatusAccepted, ID: id, Body: api.TestEvent{ID: id}}, err
	})
	if err != nil {
		return nil, err
	}
	h.waker.Wake()
	return out, nil
}

func checkTestEvent(b *api.TestEventRequest) error {
	if err := api.CheckEventType(b.Type); err != nil {
		return problem.Refused("/type", err)
	}
	if len(b.Data) > api.MaxEventData {
		return problem.Refused("/data", fmt.Errorf("must be at most %d bytes of JSON", api.MaxEventData))
	}
	if !utf8.Valid(b.Data) { // Go's decoder lets it pass, and those of most receivers do not
		return problem.Refused("/data", errors.New("must be UTF-8, as all JSON is"))
	}
	if data := bytes.TrimSpace(b.Data); len(data) > 0 && data[0] != '{' {
		return problem.Refused("/data", errors.New("must be a JSON object"))
	}
	return nil
}

// checkTakes refuses an event that the endpoint does not take, or that could not be signed.
func checkTakes(ctx context.Context, tx *txn.Tx, e *store.WebhookEndpoint, eventType string) error {
	if !api.Takes(e.EventTypes, eventType) {
		return problem.New(api.CodeInvalid, "/type",
			"type is not one of the event_types of the webhook endpoint %q", e.Name)
	}
	if err := webhooks.Deliverable(ctx, tx, e); err != nil {
		return err
	}
	return checkSigned(ctx, tx, e)
}
