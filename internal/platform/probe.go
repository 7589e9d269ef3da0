package platform

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

func (r *router) probes() {
	const path = "/v1/" + api.KindWebhookEndpoints + "/{id}/probe"
	register(r, operation{
		id: "probeWebhookEndpoint", method: http.MethodPost, path: path, tag: tagWebhookEndpoints, permission: api.PermissionAcknowledge,
		summary: "Probe a webhook endpoint", status: http.StatusOK,
		description: "Finds out now whether the receiver accepts the pending versions of the endpoint's signing secrets: an event of type `" + api.ProbeEventType + "` that the pending version alone signs must get 2xx, " +
			"and one that a throw-away key signs must get 400, 401, 403 or 422. Both together are the evidence that a promotion needs. In an overlap, a current version that was promoted without it is asked about, too. " +
			"The platform does the same by itself: at once, then at most once a minute, ever more seldom. A probe never disables an endpoint. " +
			"It takes no Idempotency-Key: asking twice does no harm. While the endpoint is being probed on request, a second request is refused.",
	}, r.probeEndpoint)
	r.api.OpenAPI().Paths[path].Post.Responses[strconv.Itoa(http.StatusNoContent)] = &huma.Response{
		Description: "Done, by a role that may not read the signing secrets.",
	}
}

type probeOutput struct {
	Status int
	Body   *api.ProbeAnswer
}

// unproven is a version that the receiver is to be asked about.
type unproven struct {
	scope    store.Scope
	endpoint string
	url      string
	secret   string
	version  int64
	key      webhook.Key
}

func (p *Platform) probeEndpoint(ctx context.Context, in *ByID) (*probeOutput, error) {
	var targets []unproven
	began := false
	defer func() {
		if began {
			p.probing.end(in.ID)
		}
	}()
	// A write, because it notes that the endpoint is being probed: the platform's own probes keep their distance.
	err := p.update(ctx, func(w *work) error {
		e, err := w.webhookEndpoint(ctx, in.ID)
		if err != nil {
			return err
		}
		if began = p.probing.begin(e.ID); !began {
			return newProblem(api.CodeConflict, "", "the webhook endpoint %q is being probed; ask again when that is done", e.Name)
		}
		if err := w.works(ctx, e); err != nil {
			return err
		}
		secrets, err := w.settledSigningSecretsOf(ctx, e.ID)
		if err != nil {
			return err
		}
		for _, s := range secrets {
			target, ok, err := w.unproven(ctx, e, s)
			if err != nil {
				return err
			}
			if ok {
				targets = append(targets, target)
			}
		}
		if len(targets) == 0 {
			return nil
		}
		e.ProbedAt = w.now
		return w.tx.UpdateWebhookEndpoint(ctx, e)
	})
	if err != nil {
		return nil, err
	}
	found := make([]api.SigningSecretProbe, len(targets))
	failed := make([]error, len(targets))
	var probes sync.WaitGroup
	for i, t := range targets { // all at once: the caller waits
		probes.Go(func() {
			found[i].SigningSecretID = t.secret
			found[i].Probe, failed[i] = p.probe(ctx, t, callOf(ctx).actor())
		})
	}
	probes.Wait()
	if err := errors.Join(failed...); err != nil {
		return nil, err
	}
	if !may(callOf(ctx).principal.Role, api.PermissionRead) {
		return &probeOutput{Status: http.StatusNoContent}, nil
	}
	return &probeOutput{Status: http.StatusOK, Body: &api.ProbeAnswer{Probes: found}}, nil
}

// unproven reads what a probe of a signing secret needs; ok is false where it has nothing to prove.
func (w *work) unproven(ctx context.Context, e *store.WebhookEndpoint, s *signingSecret) (t unproven, ok bool, err error) {
	v, ok := s.Credential.Unproven()
	if !ok {
		return unproven{}, false, nil
	}
	key, err := w.signingKey(ctx, s.ID, v.Number)
	return unproven{scope: w.scope, endpoint: e.ID, url: e.URL, secret: s.ID, version: v.Number, key: key}, true, err
}

// probe asks the receiver, and records what its answers show.
func (p *Platform) probe(ctx context.Context, t unproven, actor string) (api.Probe, error) {
	first, err := p.sendProbe(ctx, t, t.key)
	if err != nil {
		return api.Probe{}, err
	}
	var control exchange
	if webhook.NeedsControl(first.status) {
		throwAway, err := p.random.signingKey(t.key.Algorithm())
		if err != nil {
			return api.Probe{}, err
		}
		if control, err = p.sendProbe(ctx, t, throwAway); err != nil {
			return api.Probe{}, err
		}
	}
	finding := webhook.JudgeProbe(first.status, control.status)
	result := api.Probe{
		Version: t.version, At: first.at.UTC(), Result: string(finding), Status: first.statusOrNull(), ControlStatus: control.statusOrNull(),
		Detail: describeProbe(finding, t.version, first, control),
	}
	p.metrics.probe(result.Result)
	return result, p.recordProbe(ctx, t, finding, result, actor)
}

// sendProbe sends one event that a key alone signs. The control looks like the probe but for its signature, and has an id of its own, so that
// a receiver that remembers ids does not take it for a repetition.
func (p *Platform) sendProbe(ctx context.Context, t unproven, key webhook.Key) (exchange, error) {
	now := p.clock.Now()
	id, err := p.random.id(idEvent, now)
	if err != nil {
		return exchange{}, err
	}
	body, err := (&work{scope: t.scope, now: now}).newEventBody(api.ProbeEventType, t.endpoint, nil)
	if err != nil {
		return exchange{}, err
	}
	return p.post(ctx, t.url, id, []webhook.Key{key}, body)
}

// recordProbe stores the result of a probe, and the evidence if it gives any. A version that has nothing to prove any more is left alone, and so is
// one whose endpoint has moved meanwhile: what was asked is not the receiver that is to prove something.
func (p *Platform) recordProbe(ctx context.Context, t unproven, finding webhook.Finding, result api.Probe, actor string) error {
	err := p.update(ctx, func(w *work) error {
		w.scope, w.actor = t.scope, actor
		s, err := w.settledSigningSecret(ctx, t.secret)
		if err != nil {
			return err
		}
		v, ok := s.Credential.Unproven()
		if !ok || v.Number != t.version {
			return nil
		}
		if e, err := w.webhookEndpoint(ctx, t.endpoint); err != nil || e.URL != t.url {
			return err
		}
		news := s.Probe.Version != t.version || s.Probe.Result != result.Result
		s.Probe = store.Probe{
			Version: t.version, At: result.At, Result: result.Result, Status: result.Status, ControlStatus: result.ControlStatus, Detail: result.Detail,
		}
		after, done := s.Credential.Credential, []rotation.Transition(nil)
		if finding == webhook.Proven && v.State == rotation.StatePending {
			after, done, err = rotation.Apply(after, s.policy, rotation.Command{
				Step: rotation.StepAcknowledge, Actor: actor, Version: t.version, Evidence: rotation.EvidenceProbe,
			}, w.now)
			if err != nil {
				return err
			}
		} else if enforces, known := finding.Enforces(); known {
			after, done = rotation.ReportEnforcement(after, s.policy, t.version, enforces, w.now)
		}
		if err := w.carry(ctx, s.parts(), after, done, nil); err != nil {
			return err
		}
		if err := s.save(ctx, w); err != nil {
			return err
		}
		// The platform repeats its probes: what they find is in the audit when it is news. What somebody asked for always is.
		if !news && actor == rotation.ActorPlatform {
			return nil
		}
		return w.audit(ctx, actionProbe, api.KindSigningSecrets, t.secret, map[string]string{"versions": itoa(t.version), "result": result.Result})
	})
	if isNotFound(err) {
		return nil // deleted meanwhile
	}
	return err
}

// describeProbe says what happened, in words.
func describeProbe(f webhook.Finding, version int64, first, control exchange) string {
	alone := fmt.Sprintf("an event signed by version %d alone", version)
	switch f {
	case webhook.Proven:
		return fmt.Sprintf("%s got %d, one signed by a key that nobody knows got %d: the receiver uses the version", alone, first.status, control.status)
	case webhook.NotAccepted:
		return fmt.Sprintf("%s got %d: the receiver does not know the version yet", alone, first.status)
	case webhook.NotEnforced:
		return fmt.Sprintf("%s got %d, but one signed by a key that nobody knows got %d, too: the receiver does not verify signatures", alone, first.status, control.status)
	}
	if webhook.NeedsControl(first.status) {
		return fmt.Sprintf("%s got %d, but what became of one signed by a key that nobody knows shows nothing: %s", alone, first.status, saidOf(control))
	}
	return fmt.Sprintf("%s shows nothing: %s", alone, saidOf(first))
}

// saidOf is what is said of an exchange that shows nothing. A 410 to a probe has no consequence.
func saidOf(x exchange) string {
	if x.status != 0 {
		return fmt.Sprintf("the endpoint answered %d", x.status)
	}
	return x.detail
}

// scheduleProbe keeps the time of the next probe in step with the versions: one that has just got something to prove is asked about at once. One that
// was rolled back is not probed by the platform: somebody found it wanting, and that it is known to the receiver changes nothing.
func (s *signingSecret) scheduleProbe(now time.Time) {
	v, ok := s.Credential.Unproven()
	known := s.Probe.Version == v.Number && s.Probe.Result == string(webhook.Proven) // of a current version, this is all that is to be found out
	switch {
	case !ok || v.RolledBack || known:
		s.NextProbeAt, s.Probes = time.Time{}, 0
	case s.NextProbeAt.IsZero():
		s.NextProbeAt, s.Probes = now, 0
	}
}
