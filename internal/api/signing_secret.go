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

// DefaultAlgorithm is that of a signing secret where nobody says otherwise: every library of Standard Webhooks verifies it.
const DefaultAlgorithm = AlgorithmHMAC

// SigningSecret is what the deliveries to one endpoint are signed with. It never carries a secret: only a reveal does.
type SigningSecret struct {
	Object
	Owner              string            `json:"owner" doc:"Who answers for the secret: an e-mail address or a team name."`
	EndpointID         string            `json:"endpoint_id" doc:"The webhook endpoint whose deliveries it signs. Never changes."`
	Algorithm          string            `json:"algorithm" doc:"How it signs. Never changes." enum:"hmac-sha256,ed25519"`
	SecretWOVersion    *int64            `json:"secret_wo_version" doc:"The number that the configuration gave the supplied secret. The platform only keeps it."`
	RotationPolicyID   string            `json:"rotation_policy_id" doc:"How old a version may get and how long two may overlap."`
	RotateWhenChanged  map[string]string `json:"rotate_when_changed" doc:"Values whose change asks for a rotation. The platform only keeps them."`
	MinimumVersion     *int64            `json:"minimum_version" doc:"No version below this number is valid."`
	DeletionProtection bool              `json:"deletion_protection" doc:"While true, DELETE is refused."`
	SecretDigest       *string           `json:"secret_digest" doc:"Keyed digest of the supplied secret that is the version a consumer should hold, to recognise it by. Null where the platform made it, and in phase revoked."`
	RevokedSecrets     []RevokedSecret   `json:"revoked_secrets" nullable:"false" doc:"The supplied secrets that were revoked and are not in use again, the oldest first, 32 at most: a configuration that still has one of them is recognised by it."`
	PublicKeys         []string          `json:"public_keys" doc:"The public keys (whpk_) of the valid versions, newest first. Null unless the algorithm is ed25519."`
	Version            int64             `json:"version" doc:"The version a consumer should hold: the pending one while staged (not after a rollback), otherwise the current one. Phase revoked keeps the last."`
	Rotation           Rotation          `json:"rotation" doc:"Where the secret stands between two of its versions."`
	RotationRequested  bool              `json:"rotation_requested" doc:"A rotation was asked for and is due as soon as the phase is stable."`
	Hold               *Hold             `json:"hold" doc:"While set, nothing is rotated. Null otherwise."`
	Probe              *Probe            `json:"probe" doc:"How the receiver answered the last probe of the pending version; in phase draining, of the current one if it was promoted without proof. Null without one."`
	LastUsedAt         *time.Time        `json:"last_used_at" doc:"When a delivery that it signed was last accepted, to the second. Null for never."`
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

// Probe is how a receiver answered two events: one signed with the pending version alone, and, where it accepted that, one signed with a
// key that nobody knows.
type Probe struct {
	Version       int64     `json:"version" doc:"The pending version that was probed."`
	At            time.Time `json:"at" doc:"When."`
	Result        string    `json:"result" enum:"proven,not_accepted,verification_not_enforced,inconclusive" doc:"proven: the version is accepted and a key that nobody knows is refused. not_accepted: the version is refused. verification_not_enforced: a key that nobody knows is accepted as well. inconclusive: anything else."`
	Status        *int64    `json:"status" doc:"How the event that the pending version signed was answered. Null without an answer."`
	ControlStatus *int64    `json:"control_status" doc:"How the event that a key nobody knows signed was answered. Null without an answer, and where it was not sent."`
	Detail        string    `json:"detail" doc:"What happened, in words."`
}

// ProbeAnswer is the answer to a probe of an endpoint.
type ProbeAnswer struct {
	Probes []SigningSecretProbe `json:"probes" nullable:"false" doc:"One for each signing secret of the endpoint that has a pending version. None where no rotation is staged."`
}

// SigningSecretProbe is the probe of one signing secret.
type SigningSecretProbe struct {
	SigningSecretID string `json:"signing_secret_id" doc:"The signing secret."`
	Probe
}

// SigningSecretCreate makes a signing secret and its first version.
type SigningSecretCreate struct {
	Name               string            `json:"name" doc:"1 to 63 lower-case letters, digits and hyphens, unique among the signing secrets of the environment."`
	Description        *string           `json:"description,omitempty" doc:"Free text of at most 1,024 bytes."`
	Labels             map[string]string `json:"labels,omitzero" doc:"Free key-value pairs, at most 64."`
	Owner              string            `json:"owner" doc:"Who answers for the secret: an e-mail address or a team name."`
	EndpointID         string            `json:"endpoint_id" doc:"The webhook endpoint whose deliveries it signs."`
	Algorithm          *string           `json:"algorithm,omitempty" doc:"hmac-sha256 or ed25519. hmac-sha256 if absent."`
	SecretWOVersion    *int64            `json:"secret_wo_version,omitempty" doc:"The number that the configuration gives the supplied secret. The platform only keeps it."`
	RotationPolicyID   string            `json:"rotation_policy_id" doc:"How old a version may get and how long two may overlap."`
	RotateWhenChanged  map[string]string `json:"rotate_when_changed,omitzero" doc:"Values whose change asks for a rotation. The platform only keeps them."`
	MinimumVersion     *int64            `json:"minimum_version,omitempty" doc:"Numbering starts here, unless the name has had a higher number before."`
	DeletionProtection *bool             `json:"deletion_protection,omitempty" doc:"While true, DELETE is refused. False if absent."`
	Secret             *secret.Value     `json:"secret,omitempty" doc:"A secret of the caller's own, hmac-sha256 only: whsec_ and 24 to 64 bytes in standard base64. The platform makes one if absent."`
}

// SigningSecretPatch changes a signing secret. Raising minimum_version above a valid version revokes that version in the same transaction.
type SigningSecretPatch struct {
	Name               Optional[string]            `json:"name,omitzero" doc:"A new name. The numbers of the new name are continued."`
	Description        Optional[string]            `json:"description,omitzero" doc:"Free text of at most 1,024 bytes."`
	Labels             Optional[map[string]string] `json:"labels,omitzero" doc:"Replaces all labels."`
	Owner              Optional[string]            `json:"owner,omitzero" doc:"Who answers for the secret: an e-mail address or a team name."`
	SecretWOVersion    Optional[int64]             `json:"secret_wo_version,omitzero" doc:"The number that the configuration gives the supplied secret. The platform only keeps it."`
	RotationPolicyID   Optional[string]            `json:"rotation_policy_id,omitzero" doc:"Moves no running deadline."`
	RotateWhenChanged  Optional[map[string]string] `json:"rotate_when_changed,omitzero" doc:"Values whose change asks for a rotation. The platform only keeps them."`
	MinimumVersion     Optional[int64]             `json:"minimum_version,omitzero" doc:"Revokes every version below this number in the same transaction; the newest that remains is current, and if none remains the next version is issued. At most next_version. Lowering it does nothing."`
	DeletionProtection Optional[bool]              `json:"deletion_protection,omitzero" doc:"While true, DELETE is refused."`
	// RotationRequested true records a request for a rotation; false does nothing.
	RotationRequested bool          `json:"rotation_requested,omitempty" doc:"True records a request for a rotation. False does nothing."`
	Secret            *secret.Value `json:"secret,omitempty" doc:"The value of the version that a raised minimum_version issues, hmac-sha256 only. Only together with minimum_version, and only where it issues one."`
}
