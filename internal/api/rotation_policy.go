package api

// What happens at the stage deadline if the pending version was not acknowledged.
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

// RotationPolicy says how old a secret may get and how long two of them may overlap. Durations are the texts of the
// user.
type RotationPolicy struct {
	Object
	Deletion
	Interval               string  `json:"interval" doc:"A rotation is due this long after the last one. A duration such as 90d or 12h."`
	Overlap                string  `json:"overlap" doc:"How long a replaced version stays valid. At most 30d."`
	MaxStage               string  `json:"max_stage" doc:"How long a pending version waits for its promotion. At most 30d."`
	MaxAge                 *string `json:"max_age" doc:"Past it a credential is overdue. Longer than interval. Null for none."`
	RequireAcknowledgement bool    `json:"require_acknowledgement" doc:"Whether a pending version must be seen in use before it is promoted."`
	OnStageTimeout         string  `json:"on_stage_timeout" doc:"What happens to a pending version that was not seen in use within max_stage." enum:"cancel,promote"`
	QuietPeriod            *string `json:"quiet_period" doc:"A previous version that was unused for this long may be retired early. Null for never."`
}

// RotationPolicyCreate creates a policy. An absent member gets its default.
type RotationPolicyCreate struct {
	Name                   string            `json:"name,omitempty" doc:"1 to 63 lower-case letters, digits and hyphens, unique among the policies of the environment."`
	NamePrefix             string            `json:"name_prefix,omitempty" doc:"The platform chooses the name: this and 12 random letters and digits. 1 to 50 lower-case letters, digits and hyphens, with a letter or digit first. Exactly one of name and name_prefix."`
	Description            *string           `json:"description,omitempty" doc:"Free text of at most 1,024 bytes."`
	Labels                 map[string]string `json:"labels,omitzero" doc:"Free key-value pairs, at most 64."`
	Interval               string            `json:"interval" doc:"A rotation is due this long after the last one. A duration such as 90d or 12h, at least 1s."`
	Overlap                *string           `json:"overlap,omitempty" doc:"How long a replaced version stays valid. At most 30d; 24h if absent."`
	MaxStage               *string           `json:"max_stage,omitempty" doc:"How long a pending version waits for its promotion. 1s to 30d; 7d if absent."`
	MaxAge                 *string           `json:"max_age,omitempty" doc:"Past it a credential is overdue. Longer than interval; none if absent."`
	RequireAcknowledgement *bool             `json:"require_acknowledgement,omitempty" doc:"Whether a pending version must be seen in use before it is promoted. True if absent."`
	OnStageTimeout         *string           `json:"on_stage_timeout,omitempty" doc:"cancel or promote a pending version that was not seen in use within max_stage. cancel if absent."`
	QuietPeriod            *string           `json:"quiet_period,omitempty" doc:"A previous version that was unused for this long may be retired early. At least 1s; never if absent."`
}

// RotationPolicyPatch changes a policy. Null returns a member to its default.
type RotationPolicyPatch struct {
	Name                   Optional[string]            `json:"name,omitzero" doc:"A new name."`
	Description            Optional[string]            `json:"description,omitzero" doc:"Free text of at most 1,024 bytes."`
	Labels                 Optional[map[string]string] `json:"labels,omitzero" doc:"Replaces all labels."`
	Interval               Optional[string]            `json:"interval,omitzero" doc:"A rotation is due this long after the last one. A duration such as 90d or 12h, at least 1s."`
	Overlap                Optional[string]            `json:"overlap,omitzero" doc:"How long a replaced version stays valid. At most 30d; null is 24h. Moves no running deadline."`
	MaxStage               Optional[string]            `json:"max_stage,omitzero" doc:"How long a pending version waits for its promotion. 1s to 30d; null is 7d. Moves no running deadline."`
	MaxAge                 Optional[string]            `json:"max_age,omitzero" doc:"Past it a credential is overdue. Longer than interval; null for none."`
	RequireAcknowledgement Optional[bool]              `json:"require_acknowledgement,omitzero" doc:"Whether a pending version must be seen in use before it is promoted. Null is true."`
	OnStageTimeout         Optional[string]            `json:"on_stage_timeout,omitzero" doc:"cancel or promote a pending version that was not seen in use within max_stage. Null is cancel."`
	QuietPeriod            Optional[string]            `json:"quiet_period,omitzero" doc:"A previous version that was unused for this long may be retired early. At least 1s; null for never."`
}
