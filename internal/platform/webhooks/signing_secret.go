package webhooks

import (
	"context"
	"errors"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

// signingSecret is a stored signing secret with the rules that hold for its rotation.
type signingSecret struct {
	*store.SigningSecret
	policy rotation.Policy
	// inQuarantine is whether it was when it was read.
	inQuarantine bool
}

// load reads a signing secret, after its deadlines.
func (h *Secrets) load(ctx context.Context, tx *txn.Tx, id string) (*signingSecret, error) {
	record, err := tx.SigningSecret(ctx, tx.Scope, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, httpapi.NotFound(api.SigningSecrets, tx.Scope)
	}
	if err != nil {
		return nil, err
	}
	return h.settled(ctx, tx, record)
}

func (h *Secrets) settled(ctx context.Context, tx *txn.Tx, record *store.SigningSecret) (*signingSecret, error) {
	policy, err := credentials.Policy(ctx, tx, record.RotationPolicyID)
	if err != nil {
		return nil, err
	}
	s := &signingSecret{SigningSecret: record, policy: policy, inQuarantine: record.Credential.Quarantine != nil}
	return s, h.engine.Settle(ctx, tx, s)
}

// of reads the signing secrets of an endpoint to change them.
func (h *Secrets) of(ctx context.Context, tx *txn.Tx, endpointID string) ([]*signingSecret, error) {
	records, err := tx.SigningSecretsOf(ctx, tx.Scope, endpointID)
	if err != nil {
		return nil, err
	}
	found := make([]*signingSecret, len(records))
	for i, record := range records {
		if found[i], err = h.load(ctx, tx, record.ID); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// forgetProofs forgets what the receiver of an endpoint has proven, because the endpoint moves to another receiver.
func (h *Secrets) forgetProofs(ctx context.Context, tx *txn.Tx, endpointID string) error {
	secrets, err := h.of(ctx, tx, endpointID)
	if err != nil {
		return err
	}
	for _, s := range secrets {
		after, done := rotation.ForgetProbes(s.Credential.Credential, s.policy, tx.Now)
		if err := credentials.Record(ctx, tx, s.Parts(), after, done, nil); err != nil {
			return err
		}
		s.Probe, s.NextProbeAt = store.Probe{}, time.Time{}
		if err := s.Save(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

// Parts serves the engine.
func (s *signingSecret) Parts() credentials.Parts {
	return credentials.Parts{
		Kind: api.SigningSecrets, Object: &s.Object, Credential: &s.Credential, Policy: s.policy, Owner: s.Owner,
		Revoked: s.noteRevoked,
	}
}

// Save stores the signing secret, and schedules its next probe. What waits for its release from quarantine is sent now.
func (s *signingSecret) Save(ctx context.Context, tx *txn.Tx) error {
	s.scheduleProbe(tx.Now)
	if s.inQuarantine && s.Credential.Quarantine == nil {
		if err := tx.WakeUnsigned(ctx, tx.Scope, s.EndpointID, tx.Now); err != nil {
			return err
		}
	}
	return tx.UpdateSigningSecret(ctx, s.SigningSecret)
}

// Show serves the engine.
func (s *signingSecret) Show(now time.Time) any { return s.flatten(now) }

// Reveal serves the engine.
func (s *signingSecret) Reveal(
	ctx context.Context, tx *txn.Tx, sealed []byte, b keyring.Bound, endsAt *time.Time,
) (*keys.Reveal, error) {
	return tx.Keys.RevealSigningKey(ctx, tx.Tx, sealed, b, endsAt)
}

// scheduleProbe keeps the time of the next probe in step with the versions. A version that needs a proof is probed at
// once. The platform does not probe a version that was rolled back: it was given up on purpose, whether or not the
// receiver knows it.
func (s *signingSecret) scheduleProbe(now time.Time) {
	v, ok := s.Credential.Unproven()
	// Of a current version, there is no more to find out than that the receiver knows it.
	known := s.Probe.Version == v.Number && s.Probe.Result == string(webhook.Proven)
	switch {
	case !ok || v.RolledBack || known:
		s.NextProbeAt, s.Probes = time.Time{}, 0
	case s.NextProbeAt.IsZero():
		s.NextProbeAt, s.Probes = now, 0
	}
}

// patchMetadata applies the members of a patch that are plain metadata, and checks the whole signing secret.
func (s *signingSecret) patchMetadata(
	ctx context.Context, tx *txn.Tx, before *store.SigningSecret, p *api.SigningSecretPatch,
) (err error) {
	if err := mergeSecret(s.SigningSecret, p); err != nil {
		return err
	}
	if err := checkSecret(s.SigningSecret); err != nil {
		return err
	}
	if s.policy, err = credentials.PolicyNamed(ctx, tx, s.RotationPolicyID, before.RotationPolicyID); err != nil {
		return err
	}
	if s.Name == before.Name {
		return nil
	}
	if err := httpapi.CheckNameFree(ctx, tx, api.SigningSecrets, s.Name); err != nil {
		return err
	}
	return credentials.Renamed(ctx, tx, s.Parts())
}

// patchCredential applies the members of a patch that the rotation rules have.
func (s *signingSecret) patchCredential(
	ctx context.Context, tx *txn.Tx, p *api.SigningSecretPatch,
) (done []rotation.Transition, err error) {
	issued := false
	if n := p.MinimumVersion.Value; n != nil {
		issue, err := s.Issuer(ctx, tx, p.Secret)
		if err != nil {
			return nil, err
		}
		if done, err = credentials.RaiseMinimum(ctx, tx, s.Parts(), *n, issue); err != nil {
			return nil, err
		}
		for _, t := range done {
			issued = issued || t.Issued != 0
		}
	}
	if p.Secret != nil && !issued {
		return nil, problem.Refused("/secret", errors.New("is the value of a version that a raised minimum_version issues, "+
			"and this request issues none; begin a rotation with it instead"))
	}
	if p.RotationRequested {
		s.Credential.Credential = rotation.Request(s.Credential.Credential)
	}
	return done, nil
}

// checkRoom finds the endpoint of a new signing secret. It refuses more signatures than receivers look at.
func checkRoom(ctx context.Context, tx *txn.Tx, endpointID string) error {
	e, err := tx.WebhookEndpoint(ctx, tx.Scope, endpointID)
	if errors.Is(err, store.ErrNotFound) {
		return problem.New(api.CodeInvalid, "/endpoint_id",
			"endpoint_id names no webhook endpoint of tenant %s, environment %s", tx.Scope.Tenant, tx.Scope.Environment)
	}
	if err != nil {
		return err
	}
	if !e.DeletingSince.IsZero() {
		return problem.Deleting("/endpoint_id", api.WebhookEndpoints, e.Name, e.ID, e.DeletingSince)
	}
	count, err := tx.ReferencesTo(ctx, tx.Scope, api.WebhookEndpoints.Path, endpointID)
	if n := count[api.SigningSecrets.Path]; err == nil && n >= api.MaxSigningSecretsPerEndpoint {
		return problem.New(api.CodeConflict, "/endpoint_id", "the webhook endpoint %q has %d signing secrets, "+
			"and more would make more signatures than receivers look at; delete one that is not needed any more first",
			e.Name, n)
	}
	return err
}
