package rotation

import "time"

// The statuses of a connector's credentials.
const (
	AgeMissing = "missing" // there have never been any
	AgeCurrent = "current"
	AgeDue     = "due"     // past the policy's interval
	AgeOverdue = "overdue" // past its max_age
	AgeRevoked = "revoked"
)

// Age is what a policy says about a connector's credentials. A zero time stands for null.
type Age struct {
	Status string
	SetAt  time.Time // when the current ones were set
	DueAt  time.Time // when they reach the policy's interval
}

// AgeAt computes the age of a connector's credentials, which have no overlap and so no phases to speak of. On hold
// they are neither due nor overdue.
func AgeAt(c Credential, p Policy, now time.Time) Age {
	v, ok := c.Current()
	if !ok {
		if c.Version == 0 {
			return Age{Status: AgeMissing}
		}
		return Age{Status: AgeRevoked}
	}
	a := Age{Status: AgeCurrent, SetAt: v.CurrentSince}
	if p.Interval > 0 {
		a.DueAt = v.CurrentSince.Add(p.Interval)
	}
	switch {
	case c.Hold != nil:
	case c.olderThan(p.MaxAge, now):
		a.Status = AgeOverdue
	case c.olderThan(p.Interval, now):
		a.Status = AgeDue
	}
	return a
}
