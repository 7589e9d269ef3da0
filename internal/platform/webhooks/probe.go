package webhooks

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/events"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

// actionProbe is the audit's action of a probe.
const actionProbe = "probe"

func (p *Prober) mount(r *httpapi.Router) {
	httpapi.Register(r, httpapi.Operation{
		ID: "probeWebhookEndpoint", Method: http.MethodPost, Path: api.WebhookEndpoints.Route("{id}", "probe"),
		Tag: api.WebhookEndpoints.Tag, Permission: api.PermissionAcknowledge, Returns: api.ProbeAnswer{},
		NoContent: "Done, by a role that may not read the signing secrets.",
		Status:    http.StatusOK, Summary: "Probe a webhook endpoint",
		Description: "Finds out now whether the receiver accepts the pending versions of the endpoint's signing secrets: " +
			"an event of type `" + api.ProbeEventType + "` that the pending version alone signs must get 2xx, " +
			"and one that a throw-away key signs must get any 4xx except 408, 410, 425 and 429. " +
			"Both together are the evidence that a promotion needs. " +
			"In an overlap, a current version that was promoted without it is probed, too. " +
			"The platform also probes by itself: at once, then at most once a minute, in growing intervals, " +
			"and once more shortly before the stage ends. " +
			"A probe never disables an endpoint. It takes no Idempotency-Key: a repetition does no harm. " +
			"While the endpoint is being probed on request, a second request is refused.",
	}, p.probeEndpoint)
}

// target is a version that a receiver is probed for.
type target struct {
	scope    store.Scope
	endpoint string
	to       Destination
	receiver string
	secret   string
	version  int64
	ends     time.Time // of its stage; zero for a version that is not pending
	attempt  int64     // how many probes the platform had begun by itself with this one; 0 for one on request
	key      webhook.Key
}

// targetOf reads what a probe for a signing secret needs. It reports whether the secret has anything to prove.
func targetOf(ctx context.Context, tx *txn.Tx, e *store.WebhookEndpoint, s *signingSecret) (target, bool, error) {
	v, ok := s.Credential.Unproven()
	if !ok {
		return target{}, false, nil
	}
	key, err := s.key(ctx, tx, v.Number)
	if err != nil {
		return target{}, false, err
	}
	to, err := DestinationOf(ctx, tx.Keys, tx.Tx, e)
	t := target{
		scope: tx.Scope, endpoint: e.ID, to: to, receiver: receiver(e), secret: s.ID, version: v.Number, key: key,
	}
	if v.State == rotation.StatePending {
		t.ends = v.Deadline
	}
	return t, true, err
}

func (p *Prober) probeEndpoint(ctx context.Context, in *httpapi.ByID) (*httpapi.Answer, error) {
	var began request
	defer p.end(ctx, in.ID, &began)
	var targets []target
	caller := access.CallerOf(ctx)
	// A write, because it notes that the endpoint is being probed: the platform's own probes keep their distance.
	err := p.engine.Update(ctx, caller, func(tx *txn.Tx) error {
		e, err := Endpoint(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		if err := p.begin(ctx, e, &began); err != nil {
			return err
		}
		if targets, err = p.targets(ctx, tx, e); err != nil || len(targets) == 0 {
			return err
		}
		e.ProbedAt = tx.Now
		return tx.UpdateWebhookEndpoint(ctx, e)
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
			found[i].Probe, failed[i] = p.probe(ctx, caller, t)
		})
	}
	probes.Wait()
	if err := errors.Join(failed...); err != nil {
		return nil, err
	}
	if !access.From(ctx).May(api.PermissionRead) {
		return httpapi.NoContent(), nil
	}
	return httpapi.Body(api.ProbeAnswer{Probes: found}), nil
}

// targets reads what the signing secrets of an endpoint have to prove.
func (p *Prober) targets(ctx context.Context, tx *txn.Tx, e *store.WebhookEndpoint) (found []target, err error) {
	if err := Deliverable(ctx, tx, e); err != nil {
		return nil, err
	}
	secrets, err := p.secrets.of(ctx, tx, e.ID)
	if err != nil {
		return nil, err
	}
	for _, s := range secrets {
		t, ok, err := targetOf(ctx, tx, e, s)
		if err != nil {
			return nil, err
		}
		if ok {
			found = append(found, t)
		}
	}
	return found, nil
}

// probe asks the receiver, and records what its answers show.
func (p *Prober) probe(ctx context.Context, caller txn.Caller, t target) (api.Probe, error) {
	first, err := p.send(ctx, t, t.key)
	if err != nil {
		return api.Probe{}, err
	}
	var control Result
	if webhook.NeedsControl(first.Status) {
		throwAway, err := p.runner.Random.SigningKey(t.key.Algorithm())
		if err != nil {
			return api.Probe{}, err
		}
		if control, err = p.send(ctx, t, throwAway); err != nil {
			return api.Probe{}, err
		}
	}
	finding := webhook.JudgeProbe(first.Status, control.Status)
	result := api.Probe{
		Version: t.version, At: first.At.UTC(), Result: string(finding), Status: first.StatusOrNull(),
		ControlStatus: control.StatusOrNull(), Detail: describe(finding, t.version, first, control),
	}
	p.count(result.Result)
	return result, p.record(ctx, caller.In(t.scope), t, finding, result)
}

// send sends one event that one key signs. The control event differs from the probe in its signature, and in its id: a
// receiver that remembers ids must not take it for a repetition.
func (p *Prober) send(ctx context.Context, t target, key webhook.Key) (Result, error) {
	now := p.runner.Clock.Now()
	id, err := p.runner.Random.ID(keys.IDEvent, now)
	if err != nil {
		return Result{}, err
	}
	body, err := events.Body(t.scope, now, api.ProbeEventType, t.endpoint, nil)
	if err != nil {
		return Result{}, err
	}
	return p.sender.Send(ctx, t.to, id, []webhook.Key{key}, body)
}

// record stores the result of a probe, and the evidence if there is any. It ignores the result where the version has
// nothing to prove any more, where the endpoint has moved meanwhile to another receiver, and where the next probe has
// begun.
func (p *Prober) record(
	ctx context.Context, caller txn.Caller, t target, finding webhook.Finding, result api.Probe,
) error {
	err := p.engine.Update(ctx, caller, func(tx *txn.Tx) error {
		s, err := p.secrets.load(ctx, tx, t.secret)
		if err != nil {
			return err
		}
		v, ok := s.Credential.Unproven()
		if !ok || v.Number != t.version || t.attempt != 0 && t.attempt != s.Probes {
			return nil
		}
		if e, err := Endpoint(ctx, tx, t.endpoint); err != nil || receiver(e) != t.receiver {
			return err
		}
		isNew := s.Probe.Version != t.version || s.Probe.Result != result.Result
		s.Probe = store.Probe{
			Version: t.version, At: result.At, Result: result.Result, Status: result.Status,
			ControlStatus: result.ControlStatus, Detail: result.Detail,
		}
		after, done, err := prove(tx, s, v, finding)
		if err != nil {
			return err
		}
		if err := credentials.Record(ctx, tx, s.Parts(), after, done, nil); err != nil {
			return err
		}
		if err := s.Save(ctx, tx); err != nil {
			return err
		}
		// The platform repeats its probes, so the audit has those with a new result only. It has every probe on request.
		if !isNew && tx.Actor == rotation.ActorPlatform {
			return nil
		}
		detail := map[string]string{"versions": strconv.FormatInt(t.version, 10), "result": result.Result}
		return tx.Audit(ctx, actionProbe, api.SigningSecrets.Path, t.secret, detail)
	})
	if problem.IsNotFound(err) {
		return nil // deleted meanwhile
	}
	return err
}

// prove applies what a probe found out to the credential.
func prove(
	tx *txn.Tx, s *signingSecret, v rotation.Version, finding webhook.Finding,
) (rotation.Credential, []rotation.Transition, error) {
	c := s.Credential.Credential
	if finding == webhook.Proven && v.State == rotation.StatePending {
		return rotation.Apply(c, s.policy, rotation.Command{
			Step: rotation.StepAcknowledge, Actor: tx.Actor, Version: v.Number, Evidence: rotation.EvidenceProbe,
		}, tx.Now)
	}
	if enforces, known := finding.Enforces(); known {
		after, done := rotation.ReportEnforcement(c, s.policy, v.Number, enforces, tx.Now)
		return after, done, nil
	}
	return c, nil, nil
}
