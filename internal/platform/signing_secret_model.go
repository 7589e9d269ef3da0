package platform

import (
	"errors"
	"slices"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

func mergeSigningSecret(to *store.SigningSecret, p *api.SigningSecretPatch) error {
	if err := patchRequired(&to.Name, p.Name, "/name"); err != nil {
		return err
	}
	if err := patchRequired(&to.Owner, p.Owner, "/owner"); err != nil {
		return err
	}
	if err := patchRequired(&to.RotationPolicyID, p.RotationPolicyID, "/rotation_policy_id"); err != nil {
		return err
	}
	patchNullable(&to.Description, p.Description)
	patchDefault(&to.Labels, p.Labels, nil)
	patchNullable(&to.SecretWOVersion, p.SecretWOVersion)
	patchDefault(&to.RotateWhenChanged, p.RotateWhenChanged, nil)
	patchNullable(&to.MinimumVersion, p.MinimumVersion)
	patchDefault(&to.DeletionProtection, p.DeletionProtection, false)
	return nil
}

func checkSigningSecret(s *store.SigningSecret) error {
	if err := checkObject(&s.Object); err != nil {
		return err
	}
	if err := api.CheckOwner(s.Owner); err != nil {
		return refused("/owner", err)
	}
	if s.Algorithm != api.AlgorithmHMAC && s.Algorithm != api.AlgorithmEd25519 {
		return refused("/algorithm", errors.New("must be hmac-sha256 or ed25519"))
	}
	if s.RotationPolicyID == "" {
		return refused("/rotation_policy_id", errors.New("is required: without one the secret would never be due for another"))
	}
	if err := api.CheckTriggers(s.RotateWhenChanged); err != nil {
		return refused("/rotate_when_changed", err)
	}
	return checkMinimumVersion(s.MinimumVersion)
}

func flattenSigningSecret(s *store.SigningSecret, p rotation.Policy, now time.Time) api.SigningSecret {
	c := s.Credential.Credential
	status := rotation.StatusAt(c, p, now)
	return api.SigningSecret{
		Object: flattenObject(&s.Object),
		Rotated: api.Rotated{
			Owner: s.Owner, RotateWhenChanged: s.RotateWhenChanged,
			MinimumVersion: s.MinimumVersion, DeletionProtection: s.DeletionProtection,
			Version: status.Version, Rotation: flattenRotation(status), RotationRequested: c.Requested(),
			Hold: flattenHold(c.Hold), LastUsedAt: utc(s.Credential.LastUsedAt),
		},
		EndpointID: s.EndpointID, Algorithm: s.Algorithm, SecretWOVersion: s.SecretWOVersion,
		RotationPolicyID: s.RotationPolicyID, SecretDigest: textOrNull(digestOf(s, status.Version)),
		RevokedSecrets: revokedSecrets(s), PublicKeys: publicKeys(s), Probe: flattenProbe(s),
	}
}

// digestOf is the digest of a supplied version, for as long as it is valid: what has ended is recognised by nothing.
func digestOf(s *store.SigningSecret, number int64) string {
	if v, _ := s.Credential.Lookup(number); !v.State.Valid() {
		return ""
	}
	return s.Facts(number).Digest
}

// revokedSecretsKept is how many are remembered. Who supplies a value older than that has found it in a drawer.
const revokedSecretsKept = 32

// noteRevoked remembers a supplied value that is revoked, by its digest, so that whoever still configures it is told. The value itself is erased.
func (s *signingSecret) noteRevoked(number int64) {
	digest := s.Facts(number).Digest
	if digest == "" {
		return
	}
	s.forgetRevoked(digest)
	s.RevokedSecrets = append(s.RevokedSecrets, store.RevokedSecret{Digest: digest, SecretWOVersion: s.SecretWOVersion})
	s.RevokedSecrets = s.RevokedSecrets[max(0, len(s.RevokedSecrets)-revokedSecretsKept):]
}

// forgetRevoked takes back that a value was revoked: somebody has supplied it again.
func (s *signingSecret) forgetRevoked(digest string) {
	s.RevokedSecrets = slices.DeleteFunc(slices.Clone(s.RevokedSecrets), func(r store.RevokedSecret) bool { return r.Digest == digest })
}

func revokedSecrets(s *store.SigningSecret) []api.RevokedSecret {
	out := make([]api.RevokedSecret, len(s.RevokedSecrets))
	for i, r := range s.RevokedSecrets {
		out[i] = api.RevokedSecret(r)
	}
	return out
}

// publicKeys are those of the valid versions, the newest first; nil where there are no such keys.
func publicKeys(s *store.SigningSecret) []string {
	if s.Algorithm != api.AlgorithmEd25519 {
		return nil
	}
	keys := []string{}
	for _, number := range slices.Backward(valid(s.Credential.Versions)) {
		keys = append(keys, s.Facts(number).PublicKey)
	}
	return keys
}

// flattenProbe shows the last probe for as long as it is about the version that is pending, or about one that was promoted without proof and
// is not yet alone.
func flattenProbe(s *store.SigningSecret) *api.Probe {
	asked, ok := s.Credential.Pending()
	if !ok {
		asked, ok = s.Credential.Unproven()
	}
	if !ok || s.Probe.Version != asked.Number {
		return nil
	}
	p := s.Probe
	return &api.Probe{Version: p.Version, At: p.At.UTC(), Result: p.Result, Status: p.Status, ControlStatus: p.ControlStatus, Detail: p.Detail}
}
