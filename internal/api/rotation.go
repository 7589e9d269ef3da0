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

// Rotation verbs, as they stand in paths: POST /v1/{kind}/{id}/rotation/{verb}. The first, DueNone, is only a value of `due`.
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

// Reasons: why a step is due, or why none is. Empty where there is nothing to say.
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
)

// Rotation is where a credential stands between two of its versions.
type Rotation struct {
	Phase                   string     `json:"phase"`
	Due                     string     `json:"due"`
	Reason                  string     `json:"reason"`
	RequiresAcknowledgement bool       `json:"requires_acknowledgement"`
	Acknowledged            bool       `json:"acknowledged"`
	CurrentVersion          *int64     `json:"current_version"`
	PendingVersion          *int64     `json:"pending_version"`
	PreviousVersion         *int64     `json:"previous_version"`
	NextVersion             int64      `json:"next_version"`
	PendingExpiresAt        *time.Time `json:"pending_expires_at"`
	PreviousExpiresAt       *time.Time `json:"previous_expires_at"`
	LastRotatedAt           *time.Time `json:"last_rotated_at"`
	NextRotationAt          *time.Time `json:"next_rotation_at"`
}

// Version is the metadata of one version of a credential.
type Version struct {
	Version    int64      `json:"version"`
	State      string     `json:"state" enum:"pending,current,previous,retired,revoked"`
	IssuedAt   time.Time  `json:"issued_at"`
	ExpiresAt  *time.Time `json:"expires_at"`
	EndedAt    *time.Time `json:"ended_at"`
	EndReason  string     `json:"end_reason"`
	EndedBy    string     `json:"ended_by"`
	PromotedBy string     `json:"promoted_by"`
	LastUsedAt *time.Time `json:"last_used_at"`
	Evidence   *Evidence  `json:"evidence"`
}

// Evidence is the proof that a pending version is in use.
type Evidence struct {
	Kind  string    `json:"kind"`
	At    time.Time `json:"at"`
	Actor string    `json:"actor"`
}

// StepRequest is the body of a rotation verb. Only acknowledge needs Version; only promote and retire take Force, which needs a reason.
type StepRequest struct {
	Version *int64 `json:"version,omitempty"`
	Force   bool   `json:"force,omitempty"`
	Reason  string `json:"reason,omitempty"`
}

// RevokeRequest says which versions end at once: all of them, or every one below a number.
type RevokeRequest struct {
	All    bool   `json:"all,omitempty"`
	Below  *int64 `json:"below,omitempty"`
	Hold   bool   `json:"hold,omitempty"`
	Reason string `json:"reason"`
}

// HoldRequest is the body of hold and of release.
type HoldRequest struct {
	Reason string `json:"reason"`
}

// Reveal is the answer of a reveal as the client reads it.
type Reveal struct {
	Version   int64        `json:"version"`
	Value     secret.Value `json:"value"`
	ExpiresAt *time.Time   `json:"expires_at"`
}
