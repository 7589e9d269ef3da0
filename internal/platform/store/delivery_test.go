package store

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// minute is a number of minutes after start.
func minute(n int) time.Time { return start.Add(time.Duration(n) * time.Minute) }

// queues is a store with four deliveries in the queue of the endpoint wep_1, and one in that of each other endpoint.
type queues struct{ *Store }

func newQueues(t *testing.T, fresh engine) queues {
	t.Helper()
	d := fresh(t)
	s := d.opened(t)
	off := connector(staging, "con_2", "off")
	off.Enabled = false
	disabled := endpoint(staging, "wep_3", "disabled", "con_1")
	disabled.Enabled = false
	insert(t, s, connector(staging, "con_1", "c"), off, endpoint(staging, "wep_1", "a", "con_1"),
		endpoint(staging, "wep_2", "b", "con_1"), disabled, endpoint(staging, "wep_4", "d", "con_2"),
		connector(production, "con_9", "c"), endpoint(production, "wep_1p", "a", "con_9"))
	for i, minutes := range []int{3, 1, 2, 4} {
		insert(t, s, queued(staging, fmt.Sprintf("msg_%d", i), "wep_1", minute(minutes)))
	}
	insert(t, s, queued(staging, "msg_other", "wep_2", minute(2)), queued(staging, "msg_disabled", "wep_3", minute(1)),
		queued(staging, "msg_off", "wep_4", minute(1)), queued(production, "msg_production", "wep_1p", minute(1)))
	return queues{s}
}

// wantDue wants the ids of the endpoints with a due delivery.
func (q queues) wantDue(t *testing.T, now time.Time, endpoints ...string) {
	t.Helper()
	view(t, q.Store, func(tx *Tx) error {
		refs, err := tx.WebhookEndpointsDue(t.Context(), now)
		var got []string
		for _, r := range refs {
			if r.Kind != api.KindWebhookEndpoints {
				t.Errorf("kind %s", r.Kind)
			}
			got = append(got, r.ID)
		}
		if !slices.Equal(got, endpoints) {
			t.Errorf("at %s due are %v, want %v", now, got, endpoints)
		}
		return err
	})
}

// wantQueue wants the due deliveries of wep_1, and returns them.
func (q queues) wantQueue(t *testing.T, now time.Time, limit int, want ...string) []*Delivery {
	t.Helper()
	var found []*Delivery
	view(t, q.Store, func(tx *Tx) (err error) {
		found, err = tx.DeliveriesDue(t.Context(), staging, "wep_1", now, limit)
		return err
	})
	var got []string
	for _, x := range found {
		if string(x.Body) != "sealed "+x.ID {
			t.Errorf("%s has the body %q", x.ID, x.Body)
		}
		got = append(got, x.ID)
	}
	if !slices.Equal(got, want) {
		t.Errorf("at %s the queue has %v, want %v", now, got, want)
	}
	return found
}

// wantList wants a page of the deliveries of wep_1, without bodies, and the attempt of msg_1.
func (q queues) wantList(t *testing.T, attempt DeliveryAttempt, before string, limit int, want ...string) {
	t.Helper()
	view(t, q.Store, func(tx *Tx) error {
		found, attempts, err := tx.Deliveries(t.Context(), staging, "wep_1", DeliveryFilter{}, before, limit)
		var got []string
		for i, x := range found {
			if x.Body != nil {
				t.Errorf("the list has the body of %s", x.ID)
			}
			if int64(len(attempts[i])) != x.Attempts {
				t.Errorf("%s has %d attempts, listed with %d", x.ID, x.Attempts, len(attempts[i]))
			}
			if x.ID == "msg_1" {
				same(t, attempts[i], []DeliveryAttempt{attempt})
			}
			got = append(got, x.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("listed %v, want %v", got, want)
		}
		return err
	})
}

// attempt delivers msg_1, delays msg_2 and fails msg_0. It returns the attempt of msg_1.
func (q queues) attempt(t *testing.T) DeliveryAttempt {
	t.Helper()
	queue := q.wantQueue(t, minute(9), 3, "msg_1", "msg_2", "msg_0")
	delivered, later, failed := queue[0], queue[1], queue[2]
	status := int64(204)
	attempt := DeliveryAttempt{
		Attempt: 1, At: minute(3), Duration: 1500 * time.Millisecond, Outcome: "accepted", Status: &status,
		Detail: "done", SignedBy: []SignedBy{{"sec_1", 2}, {"sec_1", 1}},
	}
	update(t, q.Store, func(tx *Tx) error {
		delivered.State, delivered.NextAttemptAt, delivered.EndedAt = "delivered", time.Time{}, minute(3)
		later.NextAttemptAt = minute(6)
		failed.State, failed.NextAttemptAt, failed.EndedAt = "failed", time.Time{}, minute(5)
		for _, x := range queue {
			x.Attempts = 1
		}
		return errors.Join(tx.UpdateDelivery(t.Context(), delivered, &attempt),
			tx.UpdateDelivery(t.Context(), later, &DeliveryAttempt{Attempt: 1, At: minute(3), Outcome: "timeout"}),
			tx.UpdateDelivery(t.Context(), failed, &attempt))
	})
	return attempt
}

// An endpoint is due when the first delivery in its queue is.
func (fresh engine) dueDeliveries(t *testing.T) {
	t.Parallel()
	q := newQueues(t, fresh)
	q.wantDue(t, minute(1).Add(-time.Microsecond))
	q.wantDue(t, minute(1), "wep_1", "wep_1p")
	q.wantDue(t, minute(2), "wep_1", "wep_1p", "wep_2")
	q.wantQueue(t, minute(0), 10)
	q.wantQueue(t, minute(2), 10, "msg_1", "msg_2")

	q.attempt(t)
	q.wantQueue(t, minute(5), 10, "msg_3")
	q.wantQueue(t, minute(6), 10, "msg_3", "msg_2")
	q.wantDue(t, minute(3), "wep_1p", "wep_2")
	q.wantDue(t, minute(4), "wep_1p", "wep_2", "wep_1")

	// A paused endpoint is not due until the end of the pause.
	update(t, q.Store, func(tx *Tx) error {
		e, err := tx.WebhookEndpoint(t.Context(), staging, "wep_2")
		if err != nil {
			return err
		}
		e.PausedUntil = minute(30)
		return tx.UpdateWebhookEndpoint(t.Context(), e)
	})
	q.wantDue(t, minute(29), "wep_1p", "wep_1")
	q.wantDue(t, minute(30), "wep_1p", "wep_2", "wep_1")
}

// The list begins with the newest delivery and has no bodies.
func (fresh engine) deliveryList(t *testing.T) {
	t.Parallel()
	q := newQueues(t, fresh)
	attempt := q.attempt(t)
	q.wantList(t, attempt, "", 10, "msg_3", "msg_2", "msg_1", "msg_0")
	q.wantList(t, attempt, "", 2, "msg_3", "msg_2")
	q.wantList(t, attempt, "msg_2", 10, "msg_1", "msg_0")
	q.wantList(t, attempt, "msg_0", 10)
	view(t, q.Store, func(tx *Tx) error {
		delivered, err := tx.Delivery(t.Context(), "msg_1")
		if err == nil && delivered.Body != nil {
			t.Error("a delivery that has ended keeps its body")
		}
		return err
	})
}

// ForgetDeliveries deletes ended deliveries and never queued ones. A deleted endpoint deletes its deliveries.
func (fresh engine) forgetDeliveries(t *testing.T) {
	t.Parallel()
	q := newQueues(t, fresh)
	attempt := q.attempt(t)
	update(t, q.Store, func(tx *Tx) error {
		for _, want := range []struct {
			limit int
			n     int64
		}{{0, 0}, {1, 1}, {1, 0}} {
			if n, err := tx.ForgetDeliveries(t.Context(), minute(5), want.limit); n != want.n || err != nil {
				t.Errorf("deleted %d: %v", n, err)
			}
		}
		return nil
	})
	q.wantList(t, attempt, "", 10, "msg_3", "msg_2", "msg_0")
	wantError(t, q.Store, ErrNotFound, func(tx *Tx) error { _, err := tx.Delivery(t.Context(), "msg_1"); return err })

	update(t, q.Store, func(tx *Tx) error { return tx.DeleteWebhookEndpoint(t.Context(), staging, "wep_1") })
	wantError(t, q.Store, ErrNotFound, func(tx *Tx) error { _, err := tx.Delivery(t.Context(), "msg_2"); return err })
	wantError(t, q.Store, ErrReferenced, func(tx *Tx) error {
		return tx.InsertDelivery(t.Context(), queued(staging, "msg_9", "wep_1", minute(1)))
	})
}
