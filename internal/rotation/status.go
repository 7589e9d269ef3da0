package rotation

import "time"

// Status is what a client sees of a credential's rotation: the `rotation` object, and the consumer's version.
// A zero number or time stands for null.
type Status struct {
	Phase                   Phase
	Due                     Step
	Reason                  string
	RequiresAcknowledgement bool
	Acknowledged            bool
	CurrentVersion          int64
	PendingVersion          int64
	PreviousVersion         int64
	NextVersion             int64
	PendingExpiresAt        time.Time
	PreviousExpiresAt       time.Time
	LastRotatedAt           time.Time // zero in phase revoked
	NextRotationAt          time.Time // zero in phase revoked and without an interval
	Version                 int64     // the number a consumer should hold
}

// StatusAt computes the status at a moment, as it will be once every passed deadline is settled.
func StatusAt(c Credential, p Policy, now time.Time) Status {
	c, _ = Settle(c, p, now)
	s := Status{
		Phase:                   c.Phase(),
		RequiresAcknowledgement: p.RequireAcknowledgement,
		NextVersion:             c.NextVersion(),
		Version:                 c.Version,
	}
	s.Due, s.Reason = due(c, p, now)
	if v, ok := c.Current(); ok {
		s.CurrentVersion = v.Number
		s.LastRotatedAt = v.CurrentSince
		if p.Interval > 0 {
			s.NextRotationAt = v.CurrentSince.Add(p.Interval)
		}
	}
	if v, ok := c.Pending(); ok {
		s.PendingVersion = v.Number
		s.PendingExpiresAt = v.Deadline
		s.Acknowledged = v.Evidence != nil
	}
	if v, ok := c.Previous(); ok {
		s.PreviousVersion = v.Number
		s.PreviousExpiresAt = v.Deadline
	}
	return s
}
