package api

// What happens at the stage deadline when nobody has acknowledged the pending version.
const (
	OnStageTimeoutCancel  = "cancel"
	OnStageTimeoutPromote = "promote"
)

// Defaults of a rotation policy. They also hold for a credential without one.
const (
	DefaultOverlap                = "24h"
	DefaultMaxStage               = "7d"
	DefaultRequireAcknowledgement = true
	DefaultOnStageTimeout         = OnStageTimeoutCancel
)

// RotationPolicy says how old a secret may get and how long two of them may overlap. Durations are the strings the user gave.
type RotationPolicy struct {
	Object
	Interval               string  `json:"interval"`
	Overlap                string  `json:"overlap"`
	MaxStage               string  `json:"max_stage"`
	MaxAge                 *string `json:"max_age"`
	RequireAcknowledgement bool    `json:"require_acknowledgement"`
	OnStageTimeout         string  `json:"on_stage_timeout"`
	QuietPeriod            *string `json:"quiet_period"`
}

// RotationPolicyCreate makes a policy. What is absent gets its default.
type RotationPolicyCreate struct {
	Name                   string            `json:"name"`
	Description            *string           `json:"description,omitempty"`
	Labels                 map[string]string `json:"labels,omitzero"`
	Interval               string            `json:"interval"`
	Overlap                *string           `json:"overlap,omitempty"`
	MaxStage               *string           `json:"max_stage,omitempty"`
	MaxAge                 *string           `json:"max_age,omitempty"`
	RequireAcknowledgement *bool             `json:"require_acknowledgement,omitempty"`
	OnStageTimeout         *string           `json:"on_stage_timeout,omitempty"`
	QuietPeriod            *string           `json:"quiet_period,omitempty"`
}

// RotationPolicyPatch changes a policy. Null brings a member with a default back to it.
type RotationPolicyPatch struct {
	Name                   Optional[string]            `json:"name,omitzero"`
	Description            Optional[string]            `json:"description,omitzero"`
	Labels                 Optional[map[string]string] `json:"labels,omitzero"`
	Interval               Optional[string]            `json:"interval,omitzero"`
	Overlap                Optional[string]            `json:"overlap,omitzero"`
	MaxStage               Optional[string]            `json:"max_stage,omitzero"`
	MaxAge                 Optional[string]            `json:"max_age,omitzero"`
	RequireAcknowledgement Optional[bool]              `json:"require_acknowledgement,omitzero"`
	OnStageTimeout         Optional[string]            `json:"on_stage_timeout,omitzero"`
	QuietPeriod            Optional[string]            `json:"quiet_period,omitzero"`
}
