package store

// RotationPolicy says how old a secret may get and how long two of them may overlap. Durations are as the user gave them.
type RotationPolicy struct {
	Object
	Interval               string
	Overlap                string
	MaxStage               string
	MaxAge                 *string
	QuietPeriod            *string
	RequireAcknowledgement bool
	OnStageTimeout         string
}
