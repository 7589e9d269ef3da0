package api

import (
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// Rotation phases.
const (
	PhaseStable   = "stable"
	PhaseStaged   = "staged"
	PhaseDraining = "draining"
	PhaseRevoked  = "revoked"
)

// Rotation verbs, as in the path POST /v1/{kind}/{id}/rotation/{verb}. DueNone is only a value of `due`.
const (
	DueNone         = "none"
	StepBegin       = "begin"
	StepRotate      = "rotate"
	StepAcknowledge = "acknowledge"
	StepPromote     = "promote"
	StepRetire      = "retire"
	StepCancel      = "cancel"
	StepRollback    = "rollback"
	StepReissue     = "reissue"
)

// Reasons why a step is due, or why none is.
const (
	ReasonInterval                = "interval"
	ReasonRequested               = "requested"
	ReasonAwaitingAcknowledgement = "awaiting_acknowledgement"
	ReasonNotEnforced             = "verification_not_enforced"
	ReasonHeld                    = "held"
	ReasonOverdue                 = "overdue"
	ReasonExpired                 = "expired"
	ReasonRevoked                 = "revoked"
	ReasonAcknowledged            = "acknowledged"
	ReasonQuiet                   = "quiet"
	ReasonQuarantined             = "quarantined"
)

// Rotation is where a credential stands between two of its versions.
type Rotation struct {
	Phase                   string     `json:"phase" doc:"Which versions are valid. stable: current. staged: current and pending. draining: current and previous. revoked: none." enum:"stable,staged,draining,revoked"`
	Due                     string     `json:"due" doc:"The step that is due now." enum:"none,begin,rotate,promote,retire,reissue"`
	Reason                  string     `json:"reason" doc:"Why it is due, or why nothing is. Empty where there is nothing to say."`
	RequiresAcknowledgement bool       `json:"requires_acknowledgement" doc:"Whether a pending version must be seen in use before it is promoted."`
	Acknowledged            bool       `json:"acknowledged" doc:"Whether the pending version was seen in use."`
	CurrentVersion          *int64     `json:"current_version" doc:"Null in phase revoked."`
	PendingVersion          *int64     `json:"pending_version" doc:"Null unless staged."`
	PreviousVersion         *int64     `json:"previous_version" doc:"Null unless draining."`
	NextVersion             int64      `json:"next_version" doc:"What the next version issued will be called: the highest number ever, cancelled ones included, and one."`
	PendingExpiresAt        *time.Time `json:"pending_expires_at" doc:"When the stage ends by itself. Null unless staged."`
	PreviousExpiresAt       *time.Time `json:"previous_expires_at" doc:"When the previous version ends. Null unless draining."`
	CurrentExpiresAt        *time.Time `json:"current_expires_at" doc:"When the current version ends by itself: set where a newer version was revoked in the overlap with it, to the deadline of that overlap. Null otherwise."`
	LastRotatedAt           *time.Time `json:"last_rotated_at" doc:"When the current version became current. Null in phase revoked."`
	NextRotationAt          *time.Time `json:"next_rotation_at" doc:"When the policy's interval ends. Null without an interval and in phase revoked."`
	DeadlinePaused          bool       `json:"deadline_paused" doc:"True while a deadline of this object has passed and is not carried out, because the platform's clock jumped and is in doubt: the object is shown as it was before. At use the deadline counts all the same."`
}

// Version is the metadata of one version of a credential.
type Version struct {
	Version    int64       `json:"version" doc:"The number of the version."`
	State      string      `json:"state" enum:"pending,current,previous,retired,revoked" doc:"pending, current and previous are valid; retired and revoked never are again."`
	IssuedAt   time.Time   `json:"issued_at" doc:"When it was made."`
	ExpiresAt  *time.Time  `json:"expires_at" doc:"When it ends by itself. Null where no end is set."`
	EndedAt    *time.Time  `json:"ended_at" doc:"When it ended. Null while it is valid."`
	EndReason  string      `json:"end_reason" doc:"Why it ended. Empty while it is valid."`
	EndedBy    string      `json:"ended_by" doc:"Who ended it: the id of a principal, or platform. Empty while it is valid."`
	PromotedBy string      `json:"promoted_by" doc:"Who made it current. Empty for a version issued as current."`
	LastUsedAt *time.Time  `json:"last_used_at" doc:"The last use, to the second. Null for never."`
	Evidence   *Evidence   `json:"evidence" doc:"The proof that it was in use while pending. Null without."`
	Uses       VersionUses `json:"uses" doc:"Who uses it, from where and for what."`

	EndedByName    string `json:"ended_by_name" doc:"The name of the principal that ended it. Empty for what is no principal."`
	PromotedByName string `json:"promoted_by_name" doc:"The name of the principal that made it current. Empty for what is no principal."`
}

// ValidVersion says when a version that is valid was used.
type ValidVersion struct {
	Version    int64      `json:"version" doc:"The number of the version."`
	IssuedAt   time.Time  `json:"issued_at" doc:"When it was made."`
	LastUsedAt *time.Time `json:"last_used_at" doc:"The last use, to the second. Null for never. An accepted delivery is a use of every version that signed it."`
	EvidenceAt *time.Time `json:"evidence_at" doc:"When it was seen in use or acknowledged, while it was pending. Null without evidence."`
}

// Evidence is the proof that a pending version is in use.
type Evidence struct {
	Kind  string    `json:"kind" doc:"introspection: a runtime principal introspected it. probe: the receiver accepted an event that it alone signed, and refused a forged one. acknowledgement: a principal stated it."`
	At    time.Time `json:"at" doc:"When it was seen."`
	Actor string    `json:"actor" doc:"Id of the principal that saw it, or platform."`

	ActorName string `json:"actor_name" doc:"The name of that principal. Empty for what is no principal."`
}

// StepRequest is the body of a rotation verb. Only acknowledge takes Version, and needs it. Only promote and retire
// take Force, which needs a reason. Only begin, rotate and reissue of a signing secret take Secret.
type StepRequest struct {
	Version *int64        `json:"version,omitempty" doc:"acknowledge only, and required there: the pending version that was seen in use."`
	Force   bool          `json:"force,omitempty" doc:"promote and retire only: without their guard. Needs a reason."`
	Reason  string        `json:"reason,omitempty" doc:"Why. Kept in the audit."`
	Secret  *secret.Value `json:"secret,omitempty" doc:"begin, rotate and reissue of signing secrets (hmac-sha256) only: the value of the version that is issued, whsec_ and 24 to 64 bytes in standard base64. The platform makes one if absent."`
}

// RevokeRequest says which versions end at once: all of them, or every one below a number.
type RevokeRequest struct {
	All    bool   `json:"all,omitempty" doc:"Revoke every version."`
	Below  *int64 `json:"below,omitempty" doc:"Revoke every version with a lower number than this."`
	Hold   bool   `json:"hold,omitempty" doc:"Set a hold as well, so that nothing is reissued."`
	Reason string `json:"reason" doc:"Why. Kept in the audit."`
}

// HoldRequest is the body of hold and of release.
type HoldRequest struct {
	Reason string `json:"reason" doc:"Why. Kept in the audit."`
}

// QuarantineRequest is the body of quarantine.
type QuarantineRequest struct {
	Reason string     `json:"reason" doc:"Why. Kept in the audit."`
	Until  *time.Time `json:"until,omitempty" doc:"When the versions that it covers are revoked, unless it is released before: at most 90 days from now. 14 days from now if it and for are absent."`
	For    string     `json:"for,omitempty" doc:"How long, such as 7d, instead of until."`
}

// Reveal is the response to a reveal.
type Reveal struct {
	Version   int64        `json:"version" doc:"The number of the version."`
	Value     secret.Value `json:"value" doc:"The secret itself."`
	ExpiresAt *time.Time   `json:"expires_at" doc:"When this value ends by itself. Null where no end is set."`
}
