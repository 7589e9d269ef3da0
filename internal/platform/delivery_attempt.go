package platform

import (
	"context"
	"errors"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

// attempt tries one delivery once, signed by the versions that are valid now, and records what came of it.
func (p *Platform) attempt(ctx context.Context, d *store.Delivery) error {
	var e *store.WebhookEndpoint
	var open bool
	var signers []signer
	err := p.view(ctx, func(w *work) (due []store.Ref, err error) {
		w.scope = d.Scope
		if e, err = w.webhookEndpoint(ctx, d.EndpointID); err != nil {
			return nil, err
		}
		if open, err = w.open(ctx, e); err != nil || !open {
			return nil, err
		}
		signers, due, err = w.signers(ctx, d.EndpointID)
		return due, err
	})
	if isNotFound(err) || err == nil && !open {
		return nil // deleted meanwhile, its queue with it, or closed
	}
	if err != nil {
		return err
	}
	x := unsigned(p.clock.Now())
	if len(signers) > 0 {
		if x, err = p.send(ctx, d, e.URL, signers); err != nil {
			return err
		}
	}
	if x.outcome == api.AttemptUnreadable {
		signers = nil // there was nothing to sign
	}
	p.metrics.delivery(x.outcome)
	return p.record(ctx, d, e.Etag, x, signers)
}

// send opens the body of a delivery and posts it.
func (p *Platform) send(ctx context.Context, d *store.Delivery, url string, signers []signer) (exchange, error) {
	body, err := p.vault.keyring.OpenEvent(d.Body, sealedEvent(d.Scope, d.EndpointID, d.ID))
	if err != nil {
		p.log.Error("an event cannot be delivered", "event", d.ID, "error", err.Error())
		return unreadable(p.clock.Now()), nil // one such event must not keep the others waiting
	}
	return p.post(ctx, url, d.ID, keysOf(signers), body)
}

// record stores what came of an attempt: when the next one is, what the endpoint asks for, and which versions were of use. Where the endpoint
// was changed since the attempt began (etag), somebody has moved it or looked after it: what the receiver then says has no consequence for the
// endpoint, and the event is due again at once.
func (p *Platform) record(ctx context.Context, d *store.Delivery, etag int64, x exchange, signers []signer) error {
	spread, err := p.random.fraction()
	if err != nil {
		return err
	}
	return p.update(ctx, func(w *work) error {
		w.scope = d.Scope
		stored, err := w.tx.Delivery(ctx, d.ID)
		if errors.Is(err, store.ErrNotFound) || err == nil && stored.State != api.DeliveryQueued {
			return nil // deleted with its endpoint
		}
		if err != nil {
			return err
		}
		e, err := w.webhookEndpoint(ctx, d.EndpointID)
		if err != nil {
			return err
		}
		next, err := w.after(ctx, stored, x, spread)
		if err != nil {
			return err
		}
		changed := e.Etag != etag && !next.Delivered
		if changed {
			next = webhook.Next{}
		}
		switch {
		case next.Delivered:
			stored.State = api.DeliveryDelivered
		case next.Again == 0 && !changed:
			stored.State = api.DeliveryFailed
		}
		stored.Attempts++
		if stored.State == api.DeliveryQueued {
			stored.NextAttemptAt = w.now.Add(next.Again)
		} else {
			stored.NextAttemptAt, stored.EndedAt = time.Time{}, w.now
		}
		x.detail += w.consequence(next)
		if err := w.tx.UpdateDelivery(ctx, stored, attemptOf(stored.Attempts, x, signers)); err != nil {
			return err
		}
		if next.Delivered {
			if err := w.noteSignatures(ctx, x.at, signers); err != nil {
				return err
			}
		}
		if changed || next.Delivered && e.Failing.Since.IsZero() {
			return nil // nothing to say of the endpoint
		}
		p.noteFailing(e, x, next.Delivered)
		return w.obey(ctx, e, d.ID, next)
	})
}

// after decides what follows an attempt. What was never sent does not count towards the end of a delivery.
func (w *work) after(ctx context.Context, d *store.Delivery, x exchange, spread float64) (webhook.Next, error) {
	if x.answer.Unsent {
		return webhook.After(int(d.Attempts)+1, x.answer, spread), nil
	}
	sent, err := w.tx.AttemptsSent(ctx, d.ID)
	return webhook.After(sent+1, x.answer, spread), err
}

// consequence is what an answer means for the endpoint, in words.
func (w *work) consequence(next webhook.Next) string {
	switch {
	case next.Gone:
		return "; the endpoint is disabled"
	case next.Pause > 0:
		return "; nothing is sent to the endpoint until " + w.now.Add(next.Pause).UTC().Format(time.RFC3339)
	}
	return ""
}

// noteFailing keeps what people are told of an endpoint whose deliveries are not accepted. The log has the first one of them and the end.
func (p *Platform) noteFailing(e *store.WebhookEndpoint, x exchange, delivered bool) {
	place := []any{"tenant", e.Scope.Tenant, "environment", e.Scope.Environment, "endpoint", e.ID}
	if delivered {
		p.log.Info("deliveries to an endpoint are accepted again", place...)
		e.Failing = store.Failing{}
		return
	}
	since := e.Failing.Since
	if since.IsZero() {
		p.log.Warn("deliveries to an endpoint are not accepted", append(place, "detail", x.detail)...)
		since = x.at
	}
	e.Failing = store.Failing{Since: since, At: x.at, Detail: x.detail}
}

// obey stores the endpoint, after doing what an answer asks for about it as a whole.
func (w *work) obey(ctx context.Context, e *store.WebhookEndpoint, eventID string, next webhook.Next) error {
	if until := w.now.Add(next.Pause); next.Pause > 0 && until.After(e.PausedUntil) {
		e.PausedUntil = until
	}
	gone := next.Gone && e.Enabled
	if gone {
		e.Enabled, e.Disabled = false, &store.Disabled{Reason: api.DisabledGone, At: w.now, By: eventID}
		e.Etag++
	}
	if err := w.tx.UpdateWebhookEndpoint(ctx, e); err != nil || !gone {
		return err
	}
	return w.append(ctx, w.now, rotation.ActorPlatform, actionDisable, api.KindWebhookEndpoints, e.ID, map[string]string{"reason": api.DisabledGone, "event": eventID})
}

// noteSignatures notes that versions were of use: a delivery that they signed was accepted. In an overlap that says nothing about which of
// the signatures the receiver looked at, so it is no evidence.
func (w *work) noteSignatures(ctx context.Context, at time.Time, signers []signer) error {
	for _, s := range signers {
		if at.Sub(s.version.LastUsedAt) < useInterval {
			continue
		}
		err := w.tx.MarkUsed(ctx, s.SigningSecretID, s.version.Number, at, nil)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	return nil
}
