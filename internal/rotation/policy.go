package rotation

import "time"

// What happens at the stage deadline to a pending version without evidence.
const (
	OnTimeoutCancel  = "cancel"
	OnTimeoutPromote = "promote"
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

	// Paused says that the clock is in doubt. Deadlines that have passed are not carried out then, because that cannot be
	// undone. At use they count all the same.
	Paused bool
}

// DefaultPolicy applies to a credential without a policy: nothing falls due by age.
func DefaultPolicy() Policy {
	return Policy{
		Overlap:                24 * time.Hour,
		MaxStage:               7 * 24 * time.Hour,
		RequireAcknowledgement: true,
		OnStageTimeout:         OnTimeoutCancel,
	}
}

// stageOutcome is what the stage deadline does to a pending version.
type stageOutcome struct {
	promotes bool
	forced   bool
	reason   string
}

// atStageDeadline decides the end of a stage. The platform never promotes a version that was rolled back: somebody
// rejected it, and evidence that it is in use does not change that.
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

// EndsAt is when a valid version of a credential with this expires_at ends by itself; zero for never, and for a version
// that has ended. A pending version does not end at a stage deadline that promotes it.
func (p Policy) EndsAt(v Version, expiresAt time.Time) time.Time {
	if !v.State.Valid() {
		return time.Time{}
	}
	end := v.Deadline
	if v.State == StatePending && p.atStageDeadline(v).promotes {
		end = time.Time{}
	}
	if !expiresAt.IsZero() && (end.IsZero() || expiresAt.Before(end)) {
		end = expiresAt
	}
	return end
}
