package client

import (
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// A list of deliveries ends with the number that was asked for, and says to the platform what selects them.
func TestFilteredDeliveries(t *testing.T) {
	page := respondJSON(api.Page[api.Delivery]{
		Items:         []api.Delivery{{ID: "msg_02", EndpointID: "wep_01"}, {ID: "msg_01", EndpointID: "wep_01"}},
		NextPageToken: "next",
	})
	s := serve(t, page, page)
	got, err := newClient(t, s.URL, nil).WebhookEndpoints().FilteredDeliveries(t.Context(), "wep_01", DeliveryFilter{
		State: api.DeliveryFailed, Since: time.Date(2026, time.May, 1, 0, 0, 0, 0, time.UTC), AtMost: 3,
	})
	if err != nil || len(got) != 3 {
		t.Fatalf("got %d, %v", len(got), err)
	}
	const want = "page_size=3&since=2026-05-01T00%3A00%3A00Z&state=failed"
	if seen := s.seen(); len(seen) != 2 || seen[0].query != want {
		t.Errorf("got %d requests, the first with %s", len(seen), seen[0].query)
	}
}

// What is no id of an event could name another route, and is not sent.
func TestResendNeedsAnID(t *testing.T) {
	s := serve(t, respondJSON(api.TestEvent{ID: "msg_02"}))
	endpoints := newClient(t, s.URL, nil).WebhookEndpoints()
	if err := endpoints.Resend(t.Context(), "wep_01", "../../wep_02", Write{}); err == nil || len(s.seen()) != 0 {
		t.Errorf("got %v after %d requests", err, len(s.seen()))
	}
	wantOtherAnswer(t, endpoints.Resend(t.Context(), "wep_01", "msg_01", Write{}), "msg_01")
}
