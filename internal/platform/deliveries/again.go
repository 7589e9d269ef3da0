package deliveries

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/webhooks"
)

// The audit's actions of deliveries that are made again on request.
const (
	actionResend    = "resend"
	actionRedeliver = "redeliver"
)

func (h *Handler) mountAgain(r *httpapi.Router) {
	httpapi.Register(r, httpapi.Operation{
		ID: "resendDelivery", Method: http.MethodPost,
		Path: api.WebhookEndpoints.Route("{id}", "deliveries", "{delivery}", "resend"),
		Tag:  api.WebhookEndpoints.Tag, Permission: api.PermissionWrite, Returns: api.TestEvent{},
		Status: http.StatusAccepted, Summary: "Send one event again",
		Description: "Tries one event now, and by a new schedule of attempts until the endpoint answers 2xx. " +
			"The event keeps its id, so a receiver that has handled it does not handle it again. " +
			"A delivered event cannot be sent again: its data was erased.",
	}, h.resend)
	httpapi.Register(r, httpapi.Operation{
		ID: "redeliver", Method: http.MethodPost, Path: api.WebhookEndpoints.Route("{id}", "redeliver"),
		Tag: api.WebhookEndpoints.Tag, Permission: api.PermissionWrite, Returns: api.Redelivery{},
		Status: http.StatusOK, Summary: "Send many events again",
		Description: "Tries now what has failed, or what waits for its next attempt, after a receiver was repaired. " +
			"The platform does not do this by itself: an event that a receiver never accepts would use up its attempts " +
			"whenever another one is accepted. It takes no Idempotency-Key: asking twice does no harm.",
	}, h.redeliver)
}

type resendInput struct {
	httpapi.ByID
	httpapi.Keyed
	Delivery string `path:"delivery" doc:"The id of the event: the header webhook-id."`
}

func (h *Handler) resend(ctx context.Context, in *resendInput) (*httpapi.Answer, error) {
	out, err := h.changes.Do(ctx, in.IdempotencyKey, func(tx *txn.Tx) (*httpapi.Answer, error) {
		d, err := deliverable(ctx, tx, in.ID, in.Delivery)
		if err != nil {
			return nil, err
		}
		if d.Body == nil {
			return nil, problem.New(api.CodeConflict, "",
				"the event %s cannot be sent again: its data is erased once it was delivered", d.ID)
		}
		if err := tx.ResendDelivery(ctx, d, tx.Now); err != nil {
			return nil, err
		}
		detail := map[string]string{"event": d.ID, "state": d.State}
		err = tx.Audit(ctx, actionResend, api.WebhookEndpoints.Path, d.EndpointID, detail)
		return &httpapi.Answer{Status: http.StatusAccepted, ID: d.ID, Body: api.TestEvent{ID: d.ID}}, err
	})
	if err != nil {
		return nil, err
	}
	h.waker.Wake()
	return out, nil
}

// deliverable reads a delivery to an endpoint that takes deliveries.
func deliverable(ctx context.Context, tx *txn.Tx, endpointID, id string) (*store.Delivery, error) {
	e, err := webhooks.Endpoint(ctx, tx, endpointID)
	if err != nil {
		return nil, err
	}
	d, err := tx.Delivery(ctx, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && (d.Scope != tx.Scope || d.EndpointID != e.ID) {
		return nil, problem.New(api.CodeNotFound, "", "there is no delivery with this id to the webhook endpoint %q", e.Name)
	}
	if err != nil {
		return nil, err
	}
	return d, webhooks.Deliverable(ctx, tx, e)
}

type redeliverInput struct {
	httpapi.ByID
	Body api.RedeliveryRequest
}

func (h *Handler) redeliver(ctx context.Context, in *redeliverInput) (*httpapi.Answer, error) {
	out, err := h.changes.Do(ctx, "", func(tx *txn.Tx) (*httpapi.Answer, error) {
		e, err := webhooks.Endpoint(ctx, tx, in.ID)
		if err != nil {
			return nil, err
		}
		if err := webhooks.Deliverable(ctx, tx, e); err != nil {
			return nil, err
		}
		var n int64
		if in.Body.State == api.DeliveryFailed {
			n, err = tx.ResendFailed(ctx, tx.Scope, e.ID, in.Body.Since, tx.Now)
		} else {
			n, err = hurry(ctx, tx, e, in.Body.Since)
		}
		if err != nil {
			return nil, err
		}
		err = tx.Audit(ctx, actionRedeliver, api.WebhookEndpoints.Path, e.ID, map[string]string{
			"state": in.Body.State, "since": in.Body.Since.UTC().Format(time.RFC3339), "count": strconv.FormatInt(n, 10),
		})
		return httpapi.Body(api.Redelivery{Count: n}), err
	})
	if err != nil {
		return nil, err
	}
	h.waker.Wake()
	return out, nil
}

// hurry makes what waits due now, and ends a pause of the endpoint: whoever asks has spoken with the receiver.
func hurry(ctx context.Context, tx *txn.Tx, e *store.WebhookEndpoint, since time.Time) (int64, error) {
	if e.PausedUntil.After(tx.Now) {
		e.PausedUntil = time.Time{}
		if err := tx.UpdateWebhookEndpoint(ctx, e); err != nil {
			return 0, err
		}
	}
	return tx.HurryDeliveries(ctx, tx.Scope, e.ID, since, tx.Now)
}
