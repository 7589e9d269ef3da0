package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// DeliveryFilter restricts a list of deliveries. What is empty does not restrict it.
type DeliveryFilter struct {
	State, Type, Outcome string
	// Since and Until are about when an event was queued: Since included, Until not.
	Since, Until time.Time
	// AtMost is how many deliveries are read, the newest; 0 is all.
	AtMost int
}

func (f DeliveryFilter) query() url.Values {
	q := largePages()
	if f.AtMost > 0 && f.AtMost < api.PageSize {
		q.Set("page_size", strconv.Itoa(f.AtMost))
	}
	for name, value := range map[string]string{"state": f.State, "type": f.Type, "outcome": f.Outcome} {
		if value != "" {
			q.Set(name, value)
		}
	}
	for name, at := range map[string]time.Time{"since": f.Since, "until": f.Until} {
		if !at.IsZero() {
			q.Set(name, at.UTC().Format(time.RFC3339Nano))
		}
	}
	return q
}

// Deliveries reads all deliveries to a webhook endpoint, the newest first.
func (e WebhookEndpoints) Deliveries(ctx context.Context, id string) ([]api.Delivery, error) {
	return e.FilteredDeliveries(ctx, id, DeliveryFilter{})
}

// FilteredDeliveries reads the deliveries to a webhook endpoint that a filter selects, the newest first.
func (e WebhookEndpoints) FilteredDeliveries(
	ctx context.Context, id string, filter DeliveryFilter,
) ([]api.Delivery, error) {
	r, err := below(api.WebhookEndpoints, id, http.MethodGet, "list the deliveries to", api.PermissionRead, "deliveries")
	if err != nil {
		return nil, err
	}
	r.query = filter.query()
	all := []api.Delivery{}
	_, err = eachPage(ctx, e.client, r, func(items []api.Delivery) (more bool, err error) {
		for _, d := range items {
			if d.EndpointID != id {
				return false, r.otherAnswer("the deliveries to "+r.object, "deliveries to another endpoint")
			}
			if all = append(all, d); len(all) == filter.AtMost {
				return false, nil
			}
		}
		return true, nil
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// Resend makes the platform try one event again, now and by a new schedule. The event keeps its id.
func (e WebhookEndpoints) Resend(ctx context.Context, id, event string, w Write) error {
	r, err := below(api.WebhookEndpoints, id, http.MethodPost, "send an event again to", api.PermissionWrite,
		"deliveries", event, "resend")
	if err != nil {
		return err
	}
	if !IsID(event) { // in a path it could name another route
		return &Error{Op: r.op, Object: r.object, Permission: r.permission, Cause: &IDError{"msg_"}}
	}
	r.write, r.changes = w, true
	out := &api.TestEvent{}
	if err := e.client.do(ctx, r, out); err != nil {
		return err
	}
	if out.ID != event {
		return r.otherAnswer("event "+event, "another event")
	}
	return nil
}

// Redeliver makes the platform try many events now, and returns how many. Asking twice does no harm.
func (e WebhookEndpoints) Redeliver(ctx context.Context, id string, in api.RedeliveryRequest) (int64, error) {
	r, err := below(api.WebhookEndpoints, id, http.MethodPost, "send events again to", api.PermissionWrite, "redeliver")
	if err != nil {
		return 0, err
	}
	r.body, r.changes = in, true
	var out struct {
		Count *int64 `json:"count"` // a response without it says nothing
	}
	if err := e.client.do(ctx, r, &out); err != nil {
		return 0, err
	}
	if out.Count == nil {
		return 0, r.notTheAPI()
	}
	return *out.Count, nil
}
