package rotation

import "time"

// Replace gives new credentials to a connector. They are current at once and the old ones are retired in the same
// moment, because the third party decides how long both work. It also works where there are none yet (a Credential with
// nothing but the Highest number of its name) or where all are revoked. On hold it is refused.
func Replace(c Credential, actor string, now time.Time) (Credential, Transition, error) {
	if err := notHeld(c, Policy{}, Command{Step: StepReplace}, now); err != nil {
		return c, Transition{}, err
	}
	d := newDraft(c, Policy{})
	t := Transition{Step: StepReplace, At: now, Actor: actor}
	if old := d.live(StateCurrent); old != nil {
		old.end(StateRetired, now, actor, ReasonReplaced)
		t.Versions = append(t.Versions, old.Number)
	} else {
		d.c.UnusedFrom = now
	}
	t.Issued = d.issue(StateCurrent, now).Number
	t.Versions = append(t.Versions, t.Issued)
	d.record(t)
	return d.c, d.done[0], nil
}

// Renew stores what the platform itself has got in exchange for the current credentials, such as the refresh token that
// replaces a used one. It is the same grant, so its age goes on: it is current since the credentials were supplied, and
// a quarantine of the one covers the other. A hold does not refuse it, because the credentials would be lost.
func Renew(c Credential, now time.Time) (Credential, Transition, bool) {
	d := newDraft(c, Policy{})
	old := d.live(StateCurrent)
	if old == nil {
		return c, Transition{}, false
	}
	t := Transition{Step: StepReplace, At: now, Actor: ActorPlatform, Reason: ReasonRenewed}
	since := old.CurrentSince
	old.end(StateRetired, now, ActorPlatform, ReasonRenewed)
	t.Versions = append(t.Versions, old.Number)
	issued := d.issue(StateCurrent, now)
	issued.CurrentSince = since
	if q := c.Quarantine; q.Covers(old.Number) {
		extended := *q
		extended.Through = issued.Number
		d.c.Quarantine = &extended
	}
	t.Issued = issued.Number
	t.Versions = append(t.Versions, t.Issued)
	d.record(t)
	return d.c, d.done[0], true
}

// Clear ends the credentials of a connector whose type changes: they belong to the service that it was for. It makes no
// transition where there are none. On hold it is refused.
func Clear(c Credential, actor string, now time.Time) (Credential, []Transition, error) {
	d := newDraft(c, Policy{})
	old := d.live(StateCurrent)
	if old == nil {
		return c, nil, nil
	}
	if err := notHeld(c, Policy{}, Command{Step: StepReplace}, now); err != nil {
		return c, nil, err
	}
	old.end(StateRetired, now, actor, ReasonTypeChanged)
	d.record(Transition{
		Step: StepReplace, At: now, Actor: actor, Versions: []int64{old.Number}, Reason: ReasonTypeChanged,
	})
	return d.c, d.done, nil
}

// The statuses of a connector's credentials.
const (
	AgeMissing = "missing" // there were never any, or not since the type changed
	AgeCurrent = "current"
	AgeDue     = "due"     // past the policy's interval
	AgeOverdue = "overdue" // past its max_age
	AgeRevoked = "revoked"
)

// Age is what a policy says about a connector's credentials. A zero time stands for null.
type Age struct {
	Status string
	SetAt  time.Time // when the current ones were set
	DueAt  time.Time // when they are to be replaced
}

// AgeAt computes the age of a connector's credentials. They have no overlap, so their only phases are stable and
// revoked. On hold and in
// quarantine they are neither due nor overdue.
//
// Where they end at the third party (a zero expiry is never), they are due an overlap before that, so that there is
// time to hand new ones over, and overdue from then on.
func AgeAt(c Credential, p Policy, expiry, now time.Time) Age {
	v, ok := c.Current()
	if !ok {
		if last, ok := c.Lookup(c.Version); ok && last.State == StateRevoked {
			return Age{Status: AgeRevoked}
		}
		return Age{Status: AgeMissing}
	}
	a := Age{Status: AgeCurrent, SetAt: v.CurrentSince}
	if p.Interval > 0 {
		a.DueAt = v.CurrentSince.Add(p.Interval)
	}
	if soon := expiry.Add(-p.Overlap); !expiry.IsZero() && (a.DueAt.IsZero() || soon.Before(a.DueAt)) {
		a.DueAt = soon
	}
	switch {
	case c.Hold != nil || c.Quarantine != nil:
	case c.olderThan(p.MaxAge, now) || !expiry.IsZero() && !now.Before(expiry):
		a.Status = AgeOverdue
	case !a.DueAt.IsZero() && !now.Before(a.DueAt):
		a.Status = AgeDue
	}
	return a
}
