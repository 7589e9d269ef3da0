package deliveries

import (
	"context"
	"errors"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/egress"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/events"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/uses"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/webhooks"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

// actionDisable is the audit's action of an endpoint that the platform disables.
const actionDisable = "disable"

// attempt tries one delivery once, signed by the versions that are valid now, and records the result. It returns the
// outcome; none where nothing may be sent to the endpoint any more.
func (d *Deliverer) attempt(ctx context.Context, event *store.Delivery) (outcome string, err error) {
	var e *store.WebhookEndpoint
	var open bool
	var signers []webhooks.Signer
	var sealed opened
	var result webhooks.Result
	caller := txn.Caller{Scope: event.Scope}
	err = d.engine.View(ctx, caller, func(tx *txn.Tx) (err error) {
		if e, open, err = openEndpoint(ctx, tx, event.EndpointID); err != nil || !open {
			return err
		}
		if signers, err = d.secrets.Signers(ctx, tx, event.EndpointID); err != nil {
			return err
		}
		if len(signers) == 0 {
			result, err = unsigned(ctx, tx, event.EndpointID)
			return err
		}
		sealed = d.open(ctx, tx, event, e)
		return nil
	})
	if err != nil || !open {
		d.letGo(ctx, event)
		return "", err
	}
	if len(signers) > 0 {
		if result, err = d.send(ctx, event, sealed, signers); err != nil {
			d.letGo(ctx, event)
			return "", err
		}
	}
	if result.Outcome == api.AttemptUnreadable {
		signers = nil // there was nothing to sign
	}
	d.count(result.Outcome)
	if result.Outcome == api.AttemptAccepted {
		d.slots.accept(event.Scope, e.URL)
	}
	return result.Outcome, d.record(ctx, caller, event, e.Etag, result, signers)
}

// opened is what was sealed of a delivery and of its endpoint.
type opened struct {
	body []byte
	to   webhooks.Destination
	// unreadable names what does not open; empty: everything does.
	unreadable string
}

// open opens the body of a delivery and what is sealed of its endpoint. One delivery that does not open must not keep
// the others waiting, so it returns no error.
func (d *Deliverer) open(
	ctx context.Context, tx *txn.Tx, event *store.Delivery, e *store.WebhookEndpoint,
) (o opened) {
	var err error
	if o.body, err = bodyOf(ctx, tx, event); err != nil {
		o.unreadable = "the event"
	} else if o.to, err = webhooks.DestinationOf(ctx, tx.Keys, tx.Tx, e); err != nil {
		o.unreadable = "a sealed value of the endpoint"
	}
	if err != nil {
		d.log.Error("an event cannot be delivered", "event", event.ID, "error", err.Error())
	}
	return o
}

// bodyOf opens the body of a delivery that was read before this transaction. Where its data key was retired since, the
// body in the database is sealed under a newer one.
func bodyOf(ctx context.Context, tx *txn.Tx, event *store.Delivery) ([]byte, error) {
	of := events.Sealed(event.Scope, event.EndpointID, event.ID)
	body, err := tx.Keys.OpenEvent(ctx, tx.Tx, event.Body, of)
	if !errors.Is(err, store.ErrNotFound) {
		return body, err
	}
	stored, err := tx.Delivery(ctx, event.ID)
	if err != nil {
		return nil, err
	}
	return tx.Keys.OpenEvent(ctx, tx.Tx, stored.Body, of)
}

// send sends what was opened of a delivery.
func (d *Deliverer) send(
	ctx context.Context, event *store.Delivery, o opened, signers []webhooks.Signer,
) (webhooks.Result, error) {
	if o.unreadable != "" {
		return unreadable(d.runner.Clock.Now(), o.unreadable), nil
	}
	keys := make([]webhook.Key, len(signers))
	for i, s := range signers {
		keys[i] = s.Key
	}
	return d.sender.Send(ctx, o.to, event.ID, keys, o.body)
}

// unreadable is the result of an attempt that could not be made.
func unreadable(at time.Time, what string) webhooks.Result {
	return webhooks.Result{
		At: at, Outcome: api.AttemptUnreadable,
		Detail: "nothing was sent: " + what + " does not open; it was sealed under another keyring, or was changed",
	}
}

// record stores the result of an attempt: when the next one is, which pause the receiver requests, and which versions
// were in use. The etag is that of the endpoint when the attempt began. Where the endpoint was changed since, a failure
// has no consequence for it, and the event is due again at once.
func (d *Deliverer) record(
	ctx context.Context, caller txn.Caller, event *store.Delivery, etag int64,
	result webhooks.Result, signers []webhooks.Signer,
) error {
	spread, err := d.runner.Random.Fraction()
	if err != nil {
		return err
	}
	return d.engine.Update(ctx, caller, func(tx *txn.Tx) error {
		stored, err := tx.Delivery(ctx, event.ID)
		if errors.Is(err, store.ErrNotFound) {
			return nil // deleted with its endpoint
		}
		if err != nil {
			return err
		}
		if stored.AttemptID != event.AttemptID {
			d.log.Warn("the outcome of an attempt is not recorded, because another process has taken the delivery over",
				"event", event.ID, "outcome", result.Outcome)
			return nil
		}
		if stored.State != api.DeliveryQueued {
			return nil
		}
		e, err := webhooks.Endpoint(ctx, tx, event.EndpointID)
		if err != nil {
			return err
		}
		next, err := after(ctx, tx, stored, result.Response, spread)
		if err != nil {
			return err
		}
		changed := e.Etag != etag && !next.Delivered
		if changed {
			next = webhook.Next{}
		}
		advance(stored, tx.Now, next, changed)
		result.Detail += consequence(tx.Now, next)
		if err := tx.UpdateDelivery(ctx, stored, attemptOf(stored.Attempts, result, signers)); err != nil {
			return err
		}
		if next.Delivered {
			tx.OnCommit(func() { d.noteUse(tx.Scope, e.ID, result.At, signers) })
		}
		if changed || next.Delivered && e.Failing.Since.IsZero() {
			return nil // the endpoint stays as it is
		}
		d.noteFailing(e, result, next.Delivered)
		return apply(ctx, tx, e, event.ID, next)
	})
}

// after decides what follows an attempt. An attempt that sent nothing does not count towards the end of a delivery.
func after(
	ctx context.Context, tx *txn.Tx, event *store.Delivery, response webhook.Response, spread float64,
) (webhook.Next, error) {
	if response.Unsent {
		return webhook.After(int(event.Attempts-event.Resent)+1, response, spread), nil
	}
	sent, err := tx.AttemptsSent(ctx, event)
	return webhook.After(sent+1, response, spread), err
}

// advance counts an attempt, and moves the delivery to its next attempt or to its end.
func advance(event *store.Delivery, now time.Time, next webhook.Next, changed bool) {
	switch {
	case next.Delivered:
		event.State = api.DeliveryDelivered
	case next.Again == 0 && !changed:
		event.State = api.DeliveryFailed
	}
	event.Attempts++
	if event.State == api.DeliveryQueued {
		event.NextAttemptAt = now.Add(next.Again)
	} else {
		event.NextAttemptAt, event.EndedAt = time.Time{}, now
	}
}

// consequence says in words what an answer means for the endpoint.
func consequence(now time.Time, next webhook.Next) string {
	switch {
	case next.Gone:
		return "; the endpoint is disabled"
	case next.Pause > 0:
		return "; nothing is sent to the endpoint until " + now.Add(next.Pause).UTC().Format(time.RFC3339)
	}
	return ""
}

// noteFailing keeps on the endpoint since when its deliveries are not accepted. The log has the first failure and the
// end.
func (d *Deliverer) noteFailing(e *store.WebhookEndpoint, result webhooks.Result, delivered bool) {
	place := []any{"tenant", e.Scope.Tenant, "environment", e.Scope.Environment, "endpoint", e.ID}
	if delivered {
		d.log.Info("deliveries to an endpoint are accepted again", place...)
		e.Failing = store.Failing{}
		return
	}
	since := e.Failing.Since
	if since.IsZero() {
		d.log.Warn("deliveries to an endpoint are not accepted", append(place, "detail", result.Detail)...)
		since = result.At
	}
	unanswered := result.Outcome == string(egress.TimedOut)
	if result.Response.Unsent {
		unanswered = e.Failing.Unanswered // nothing was sent, so nothing is known
	}
	e.Failing = store.Failing{Since: since, At: result.At, Detail: result.Detail, Unanswered: unanswered}
}

// apply pauses or disables the endpoint as the answer says, and saves it.
func apply(ctx context.Context, tx *txn.Tx, e *store.WebhookEndpoint, eventID string, next webhook.Next) error {
	if until := tx.Now.Add(next.Pause); next.Pause > 0 && until.After(e.PausedUntil) {
		e.PausedUntil = until
	}
	gone := next.Gone && e.Enabled
	if gone {
		e.Enabled, e.Disabled = false, &store.Disabled{Reason: api.DisabledGone, At: tx.Now, By: eventID}
		e.Etag++
	}
	if err := tx.UpdateWebhookEndpoint(ctx, e); err != nil || !gone {
		return err
	}
	return tx.AuditEvent(ctx, store.AuditEvent{
		Actor: rotation.ActorPlatform, Action: actionDisable, Kind: api.WebhookEndpoints.Path, ObjectID: e.ID,
		Detail: map[string]string{"reason": api.DisabledGone, "event": eventID},
	})
}

// noteUse notes that versions signed a delivery that an endpoint accepted. In an overlap, the platform cannot know
// which of the signatures the receiver checked, so this is no evidence.
func (d *Deliverer) noteUse(scope store.Scope, endpointID string, at time.Time, signers []webhooks.Signer) {
	for _, s := range signers {
		ref := store.Ref{Scope: scope, Kind: api.SigningSecrets.Path, ID: s.SigningSecretID}
		by := uses.Consumer{How: uses.ByDelivery, Actor: endpointID}
		d.engine.Used(ref, s.Version.Number, uses.Use{At: at, By: by})
	}
}
