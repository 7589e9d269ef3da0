package api

import (
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// Algorithms of signing secrets.
const (
	AlgorithmHMAC    = "hmac-sha256"
	AlgorithmEd25519 = "ed25519"
)

// DefaultAlgorithm is the algorithm of a signing secret that names none. Every library of Standard Webhooks verifies
// it.
const DefaultAlgorithm = AlgorithmHMAC

// SigningSecret is what the deliveries to one endpoint are signed with. Its value is only in a Reveal.
type SigningSecret struct {
	Object
	Rotated
	EndpointID       string          `json:"endpoint_id" doc:"The webhook endpoint whose deliveries it signs. Never changes."`
	Algorithm        string          `json:"algorithm" doc:"How it signs. Never changes." enum:"hmac-sha256,ed25519"`
	SecretWOVersion  *int64          `json:"secret_wo_version" doc:"The number that the configuration gave the supplied secret. The platform only keeps it."`
	RotationPolicyID string          `json:"rotation_policy_id" doc:"How old a version may get and how long two may overlap."`
	SecretDigest     *string         `json:"secret_digest" doc:"Keyed digest of the supplied secret that is the version a consumer should hold, to recognise it by. Null where the platform made it, and in phase revoked."`
	RevokedSecrets   []RevokedSecret `json:"revoked_secrets" nullable:"false" doc:"The supplied secrets that were revoked and are not in use again, the oldest first, 32 at most: a configuration that still has one of them is recognised by it."`
	PublicKeys       []string        `json:"public_keys" doc:"The public keys (whpk_) of the valid versions, newest first. Null unless the algorithm is ed25519."`
	Probe            *Probe          `json:"probe" doc:"How the receiver answered the last probe of the pending version; in phase draining, of the current one if it was promoted without proof. Null without one."`
}

// RevokedSecret is a supplied secret that was revoked.
type RevokedSecret struct {
	Digest          string `json:"digest" doc:"The keyed digest that it had."`
	SecretWOVersion *int64 `json:"secret_wo_version" doc:"The secret_wo_version when it was revoked. Null for none."`
}

// Results of a probe.
const (
	ProbeProven       = "proven"
	ProbeNotAccepted  = "not_accepted"
	ProbeNotEnforced  = "verification_not_enforced"
	ProbeInconclusive = "inconclusive"
)

// Probe is how a receiver responded to two events: one that only the pending version signed and, if it accepted
// that one, one that a throw-away key signed.
type Probe struct {
	Version       int64     `json:"version" doc:"The pending version that was probed."`
	At            time.Time `json:"at" doc:"When."`
	Result        string    `json:"result" enum:"proven,not_accepted,verification_not_enforced,inconclusive" doc:"proven: the version is accepted and a random key is refused. not_accepted: the version is refused. verification_not_enforced: a random key is accepted as well. inconclusive: anything else."`
	Status        *int64    `json:"status" doc:"How the event that the pending version signed was answered. Null without an answer."`
	ControlStatus *int64    `json:"control_status" doc:"The answer to the event that a random key signed. Null without an answer, and where it was not sent."`
	Detail        string    `json:"detail" doc:"What happened, in words."`
}

// ProbeAnswer is the response to a probe of an endpoint.
type ProbeAnswer struct {
	Probes []SigningSecretProbe `json:"probes" nullable:"false" doc:"One for each signing secret of the endpoint that has a pending version. None where no rotation is staged."`
}

// SigningSecretProbe is the probe of one signing secret.
type SigningSecretProbe struct {
	SigningSecretID string `json:"signing_secret_id" doc:"The signing secret."`
	Probe
}

// SigningSecretCreate creates a signing secret and its first version.
type SigningSecretCreate struct {
	RotatedCreate
	EndpointID       string        `json:"endpoint_id" doc:"The webhook endpoint whose deliveries it signs."`
	Algorithm        *string       `json:"algorithm,omitempty" doc:"hmac-sha256 or ed25519. hmac-sha256 if absent."`
	SecretWOVersion  *int64        `json:"secret_wo_version,omitempty" doc:"The number that the configuration gives the supplied secret, at least 1. The platform only keeps it."`
	RotationPolicyID string        `json:"rotation_policy_id" doc:"How old a version may get and how long two may overlap."`
	Secret           *secret.Value `json:"secret,omitempty" doc:"A secret of the caller's own, hmac-sha256 only: whsec_ and 24 to 64 bytes in standard base64. The platform makes one if absent."`
}

// SigningSecretPatch changes a signing secret. Raising minimum_version above a valid version revokes that version in
// the same transaction.
type SigningSecretPatch struct {
	RotatedPatch
	SecretWOVersion  Optional[int64]  `json:"secret_wo_version,omitzero" doc:"The number that the configuration gives the supplied secret, at least 1. The platform only keeps it."`
	RotationPolicyID Optional[string] `json:"rotation_policy_id,omitzero" doc:"Moves no running deadline."`
	Secret           *secret.Value    `json:"secret,omitempty" doc:"The value of the version that a raised minimum_version issues, hmac-sha256 only. Only together with minimum_version, and only where it issues one."`
}
