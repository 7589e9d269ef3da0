package webhooks

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/lifecycle"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// expandSecret makes a signing secret of what the caller sent.
func expandSecret(ctx context.Context, tx *txn.Tx, b *api.SigningSecretCreate) (*signingSecret, error) {
	object, err := httpapi.NewObject(ctx, tx, api.SigningSecrets, httpapi.Naming{Name: b.Name, Prefix: b.NamePrefix},
		b.Description, b.Labels)
	if err != nil {
		return nil, err
	}
	if err := lifecycle.CheckNumber("/secret_wo_version", b.SecretWOVersion); err != nil {
		return nil, err
	}
	return &signingSecret{SigningSecret: &store.SigningSecret{
		Object: object, Owner: b.Owner, EndpointID: b.EndpointID,
		Algorithm: httpapi.ValueOr(b.Algorithm, api.DefaultAlgorithm), SecretWOVersion: b.SecretWOVersion,
		RotationPolicyID: b.RotationPolicyID, RotateWhenChanged: b.RotateWhenChanged, MinimumVersion: b.MinimumVersion,
		DeletionProtection: httpapi.ValueOr(b.DeletionProtection, false), CertifiedUntil: b.CertifiedUntil,
	}}, nil
}

func mergeSecret(to *store.SigningSecret, p *api.SigningSecretPatch) error {
	if err := httpapi.PatchRequired(&to.Name, p.Name, "/name"); err != nil {
		return err
	}
	if err := httpapi.PatchRequired(&to.Owner, p.Owner, "/owner"); err != nil {
		return err
	}
	if err := httpapi.PatchRequired(&to.RotationPolicyID, p.RotationPolicyID, "/rotation_policy_id"); err != nil {
		return err
	}
	if err := lifecycle.CheckNumber("/secret_wo_version", p.SecretWOVersion.Value); err != nil {
		return err
	}
	httpapi.PatchNullable(&to.Description, p.Description)
	httpapi.PatchDefault(&to.Labels, p.Labels, nil)
	httpapi.PatchNullable(&to.SecretWOVersion, p.SecretWOVersion)
	httpapi.PatchDefault(&to.RotateWhenChanged, p.RotateWhenChanged, nil)
	httpapi.PatchNullable(&to.MinimumVersion, p.MinimumVersion)
	httpapi.PatchDefault(&to.DeletionProtection, p.DeletionProtection, false)
	httpapi.PatchNullable(&to.CertifiedUntil, p.CertifiedUntil)
	return nil
}

func checkSecret(s *store.SigningSecret) error {
	if err := httpapi.CheckObject(&s.Object); err != nil {
		return err
	}
	if err := api.CheckOwner(s.Owner); err != nil {
		return problem.Refused("/owner", err)
	}
	if s.Algorithm != api.AlgorithmHMAC && s.Algorithm != api.AlgorithmEd25519 {
		return problem.Refused("/algorithm", errors.New("must be hmac-sha256 or ed25519"))
	}
	if s.RotationPolicyID == "" {
		return problem.Refused("/rotation_policy_id",
			errors.New("is required: without one the secret would never be due for another"))
	}
	if err := api.CheckTriggers(s.RotateWhenChanged); err != nil {
		return problem.Refused("/rotate_when_changed", err)
	}
	if err := lifecycle.CheckCertifiedUntil(s.CertifiedUntil); err != nil {
		return err
	}
	return lifecycle.CheckNumber("/minimum_version", s.MinimumVersion)
}

func (s *signingSecret) flatten(now time.Time) api.SigningSecret {
	c := s.Credential.Credential
	status := rotation.StatusAt(c, s.policy, now)
	return api.SigningSecret{
		Object: httpapi.FlattenObject(&s.Object),
		Rotated: api.Rotated{
			Owner: s.Owner, RotateWhenChanged: s.RotateWhenChanged,
			MinimumVersion: s.MinimumVersion, DeletionProtection: s.DeletionProtection,
			Version: status.Version, Rotation: lifecycle.FlattenRotation(status), RotationRequested: c.Requested(),
			Quarantine:         lifecycle.FlattenQuarantine(c),
			UnusedQuarantineAt: lifecycle.UnusedQuarantineAt(c, s.Credential.LastUsedAt),
			Hold:               lifecycle.FlattenHold(c.Hold), LastUsedAt: httpapi.UTC(s.Credential.LastUsedAt),
			Uses:          httpapi.FlattenUses(&s.Object, now, s.EndpointID, s.RotationPolicyID),
			ValidVersions: lifecycle.FlattenValid(c), Findings: credentials.FlattenFindings(s.Credential.Findings),
			Certification: lifecycle.FlattenCertification(s.CertifiedUntil, now),
		},
		EndpointID: s.EndpointID, Algorithm: s.Algorithm, SecretWOVersion: s.SecretWOVersion,
		RotationPolicyID: s.RotationPolicyID, SecretDigest: httpapi.TextOrNull(s.digestOf(status.Version)),
		RevokedSecrets: s.revokedSecrets(), PublicKeys: s.publicKeys(), Probe: s.flattenProbe(),
	}
}

// digestOf returns the digest of a supplied version while that is valid. Nothing recognises a value that has ended.
func (s *signingSecret) digestOf(number int64) string {
	if v, _ := s.Credential.Lookup(number); !v.State.Valid() {
		return ""
	}
	return s.Facts(number).Digest
}

// revokedSecretsKept is how many revoked values are remembered. An older one is unlikely to be configured still.
const revokedSecretsKept = 32

// noteRevoked remembers the digest of a supplied value that is revoked, so that a client can warn of a configuration
// that still has it. The value itself is erased.
func (s *signingSecret) noteRevoked(number int64) {
	digest := s.Facts(number).Digest
	if digest == "" {
		return
	}
	s.forgetRevoked(digest)
	revoked := store.RevokedSecret{Digest: digest, SecretWOVersion: s.SecretWOVersion}
	s.RevokedSecrets = append(s.RevokedSecrets, revoked)
	s.RevokedSecrets = s.RevokedSecrets[max(0, len(s.RevokedSecrets)-revokedSecretsKept):]
}

// forgetRevoked forgets that a value was revoked, by its digests, because it was supplied again.
func (s *signingSecret) forgetRevoked(digests ...string) {
	s.RevokedSecrets = slices.DeleteFunc(slices.Clone(s.RevokedSecrets),
		func(r store.RevokedSecret) bool { return slices.Contains(digests, r.Digest) })
}

func (s *signingSecret) revokedSecrets() []api.RevokedSecret {
	out := make([]api.RevokedSecret, len(s.RevokedSecrets))
	for i, r := range s.RevokedSecrets {
		out[i] = api.RevokedSecret(r)
	}
	return out
}

// publicKeys returns the public keys of the valid versions, the newest first; nil for an algorithm without such keys.
func (s *signingSecret) publicKeys() []string {
	if s.Algorithm != api.AlgorithmEd25519 {
		return nil
	}
	keys := []string{}
	for _, number := range slices.Backward(credentials.Valid(s.Credential.Versions)) {
		keys = append(keys, s.Facts(number).PublicKey)
	}
	return keys
}

// flattenProbe shows the last probe while it is about the pending version, or about a current version that was promoted
// without proof and still has a previous one beside it.
func (s *signingSecret) flattenProbe() *api.Probe {
	asked, ok := s.Credential.Pending()
	if !ok {
		asked, ok = s.Credential.Unproven()
	}
	if !ok || s.Probe.Version != asked.Number {
		return nil
	}
	p := s.Probe
	return &api.Probe{
		Version: p.Version, At: p.At.UTC(), Result: p.Result, Status: p.Status, ControlStatus: p.ControlStatus,
		Detail: p.Detail,
	}
}
