package store

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// deliveries wait for their time, end, and are forgotten; the endpoint always knows when the first of its queue is due.
func (fresh engine) deliveries(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	s := d.opened(t)
	at := func(minutes int) time.Time { return start.Add(time.Duration(minutes) * time.Minute) }
	off := connector(staging, "con_2", "off")
	off.Enabled = false
	disabled := endpoint(staging, "wep_3", "disabled", "con_1")
	disabled.Enabled = false
	insert(t, s, connector(staging, "con_1", "c"), off, endpoint(staging, "wep_1", "a", "con_1"),
		endpoint(staging, "wep_2", "b", "con_1"), disabled,
		endpoint(staging, "wep_4", "d", "con_2"), connector(production, "con_9", "c"),
		endpoint(production, "wep_1p", "a", "con_9"))
	for i, minutes := range []int{3, 1, 2, 4} {
		insert(t, s, queued(staging, fmt.Sprintf("msg_%d", i), "wep_1", at(minutes)))
	}
	insert(t, s, queued(staging, "msg_other", "wep_2", at(2)), queued(staging, "msg_disabled", "wep_3", at(1)),
		queued(staging, "msg_off", "wep_4", at(1)),
		queued(production, "msg_production", "wep_1p", at(1)))

	due := func(now time.Time, endpoints ...string) {
		t.Helper()
		view(t, s, func(tx *Tx) error {
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
	first := func(now time.Time, limit int, want ...string) []*Delivery {
		t.Helper()
		var found []*Delivery
		view(t, s, func(tx *Tx) (err error) {
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
	due(at(1).Add(-time.Microsecond))
	due(at(1), "wep_1", "wep_1p")
	due(at(2), "wep_1", "wep_1p", "wep_2")
	first(at(0), 10)
	first(at(2), 10, "msg_1", "msg_2")
	queue := first(at(9), 3, "msg_1", "msg_2", "msg_0")

	// One is delivered, one is put off, one fails.
	status := int64(204)
	tried := DeliveryAttempt{
		Attempt: 1, At: at(3), Duration: 1500 * time.Millisecond, Outcome: "accepted",
		Status: &status, Detail: "done", SignedBy: []SignedBy{{"sec_1", 2}, {"sec_1", 1}},
	}
	update(t, s, func(tx *Tx) error {
		delivered, later, failed := queue[0], queue[1], queue[2]
		delivered.State, delivered.NextAttemptAt, delivered.EndedAt, delivered.Attempts = "delivered", time.Time{}, at(3), 1
		later.NextAttemptAt, later.Attempts = at(6), 1
		failed.State, failed.NextAttemptAt, failed.EndedAt, failed.Attempts = "failed", time.Time{}, at(5), 1
		return errors.Join(tx.UpdateDelivery(t.Context(), delivered, &tried),
			tx.UpdateDelivery(t.Context(), later, &DeliveryAttempt{Attempt: 1, At: at(3), Outcome: "timeout"}),
			tx.UpdateDelivery(t.Context(), failed, &tried))
	})
	first(at(5), 10, "msg_3")
	first(at(6), 10, "msg_3", "msg_2")
	due(at(3), "wep_1p", "wep_2")
	due(at(4), "wep_1p", "wep_2", "wep_1")

	// An endpoint that asked for a pause is left alone until then.
	update(t, s, func(tx *Tx) error {
		e, err := tx.WebhookEndpoint(t.Context(), staging, "wep_2")
		if err != nil {
			return err
		}
		e.PausedUntil = at(30)
		return tx.UpdateWebhookEndpoint(t.Context(), e)
	})
	due(at(29), "wep_1p", "wep_1")
	due(at(30), "wep_1p", "wep_2", "wep_1")

	// The list begins with the newest and has no bodies.
	list := func(before string, limit int, want ...string) {
		t.Helper()
		view(t, s, func(tx *Tx) error {
			found, attempts, err := tx.Deliveries(t.Context(), staging, "wep_1", "", before, limit)
			var got []string
			for i, x := range found {
				if x.Body != nil {
					t.Errorf("the list has the body of %s", x.ID)
				}
				if int64(len(attempts[i])) != x.Attempts {
					t.Errorf("%s has %d attempts, listed with %d", x.ID, x.Attempts, len(attempts[i]))
				}
				if x.ID == "msg_1" {
					same(t, attempts[i], []DeliveryAttempt{tried})
				}
				got = append(got, x.ID)
			}
			if !slices.Equal(got, want) {
				t.Errorf("listed %v, want %v", got, want)
			}
			return err
		})
	}
	list("", 10, "msg_3", "msg_2", "msg_1", "msg_0")
	list("", 2, "msg_3", "msg_2")
	list("msg_2", 10, "msg_1", "msg_0")
	list("msg_0", 10)
	view(t, s, func(tx *Tx) error {
		delivered, err := tx.Delivery(t.Context(), "msg_1")
		if err == nil && delivered.Body != nil {
			t.Error("a delivery that has ended keeps its body")
		}
		return err
	})

	// Ended ones are forgotten, queued ones never.
	update(t, s, func(tx *Tx) error {
		for _, want := range []struct {
			limit int
			n     int64
		}{{0, 0}, {1, 1}, {1, 0}} {
			if n, err := tx.ForgetDeliveries(t.Context(), at(5), want.limit); n != want.n || err != nil {
				t.Errorf("forgot %d: %v", n, err)
			}
		}
		return nil
	})
	list("", 10, "msg_3", "msg_2", "msg_0")
	wantError(t, s, ErrNotFound, func(tx *Tx) error { _, err := tx.Delivery(t.Context(), "msg_1"); return err })
	// They go with their endpoint.
	update(t, s, func(tx *Tx) error { return tx.DeleteWebhookEndpoint(t.Context(), staging, "wep_1") })
	wantError(t, s, ErrNotFound, func(tx *Tx) error { _, err := tx.Delivery(t.Context(), "msg_2"); return err })
	wantError(t, s, ErrReferenced, func(tx *Tx) error {
		return tx.InsertDelivery(t.Context(),
			queued(staging, "msg_9", "wep_1", at(1)))
	})
}
