package rotation

import "time"

// What happens at the stage deadline to a pending version without evidence.
const (
	OnTimeoutCancel  = "cancel"
	OnTimeoutPromote = "promote"
)

// The longest overlap and stage a policy may ask for.
const (
	MaxOverlap = 30 * 24 * time.Hour
	MaxStage   = 30 * 24 * time.Hour
)

// Policy says how old a version may get and how long two of them may overlap. A zero Interval, MaxAge or
// QuietPeriod means: none.
type Policy struct {
	Interval               time.Duration // a rotation is due this long after the last one
	Overlap                time.Duration // how long a replaced version stays valid
	MaxStage               time.Duration // how long a pending version may wait for its promotion
	MaxAge                 time.Duration // past it the credential is overdue
	QuietPeriod            time.Duration // unused for this long, a previous version may be retired early
	RequireAcknowledgement bool
	OnStageTimeout         string // OnTimeoutCancel or OnTimeoutPromote
}

// DefaultPolicy is what holds for a credential without a policy: nothing falls due by age.
func DefaultPolicy() Policy {
	return Policy{
		Overlap:                24 * time.Hour,
		MaxStage:               7 * 24 * time.Hour,
		RequireAcknowledgement: true,
		OnStageTimeout:         OnTimeoutCancel,
	}
}

// Validate checks a policy as a whole; the Error's Field is the attribute at fault.
func (p Policy) Validate() error {
	switch {
	case p.Interval < 0:
		return invalid("/interval", "interval must not be negative")
	case p.Overlap < 0 || p.Overlap > MaxOverlap:
		return invalid("/overlap", "overlap must be between 0s and 30d")
	case p.MaxStage <= 0 || p.MaxStage > MaxStage:
		return invalid("/max_stage", "max_stage must be more than 0s and at most 30d")
	case p.MaxAge < 0:
		return invalid("/max_age", "max_age must not be negative")
	case p.MaxAge > 0 && p.MaxAge <= p.Interval:
		return invalid("/max_age", "max_age must be longer than interval")
	case p.QuietPeriod < 0:
		return invalid("/quiet_period", "quiet_period must not be negative")
	case p.OnStageTimeout != OnTimeoutCancel && p.OnStageTimeout != OnTimeoutPromote:
		return invalid("/on_stage_timeout", "on_stage_timeout must be cancel or promote")
	}
	return nil
}

// stageOutcome is what the stage deadline does to a pending version.
type stageOutcome struct {
	promotes bool
	forced   bool
	reason   string
}

// atStageDeadline decides the end of a stage. A version that was rolled back is never promoted by the platform:
// somebody found it wanting, and evidence that it is in use does not change that.
func (p Policy) atStageDeadline(pending Version) stageOutcome {
	switch {
	case pending.RolledBack:
		return stageOutcome{reason: ReasonRolledBack}
	case pending.Evidence != nil:
		return stageOutcome{promotes: true, reason: ReasonAcknowledged}
	case p.OnStageTimeout == OnTimeoutPromote:
		return stageOutcome{promotes: true, forced: true, reason: ReasonStageTimeout}
	}
	return stageOutcome{reason: ReasonStageTimeout}
}
