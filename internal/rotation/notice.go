package rotation

import "time"

// Notice is what somebody is told who wants to know of rotations before a plan shows them. The zero value is nothing.
type Notice struct {
	Due     bool // a new version is due, or new credentials of a connector are
	Overdue bool // it is overdue, which somebody is told instead
	Version int64
	Step    Step // what the next apply does; empty of a connector
	Reason  string
	Since   time.Time // since when; zero where it is not for age
	Next    time.Time // when to look again, if nothing changes before; zero for never
}

// NoticeAt is what a credential asks for at a moment.
func NoticeAt(c Credential, p Policy, now time.Time) Notice {
	s := StatusAt(c, p, now)
	n := Notice{Version: s.Version, Step: s.Due, Reason: s.Reason}
	v, ok := c.Current()
	if ok {
		n.Next = nextOf(now, v.CurrentSince, p.Interval, p.MaxAge)
	}
	switch s.Due {
	case StepBegin, StepRotate, StepReissue:
		n.Overdue = s.Reason == ReasonOverdue
		n.Due = !n.Overdue
	}
	switch {
	case n.Overdue:
		n.Since = v.CurrentSince.Add(p.MaxAge)
	case n.Due && s.Reason == ReasonInterval:
		n.Since = v.CurrentSince.Add(p.Interval)
	}
	return n
}

// ConnectorNoticeAt is what a connector's credentials ask for; see AgeAt.
func ConnectorNoticeAt(c Credential, p Policy, expiry, now time.Time) Notice {
	a := AgeAt(c, p, expiry, now)
	n := Notice{
		Due: a.Status == AgeDue, Overdue: a.Status == AgeOverdue, Version: c.Version,
		Next: nextOf(now, a.SetAt, p.Interval, p.MaxAge),
	}
	ends := expiry
	if !a.SetAt.IsZero() && p.MaxAge > 0 && (ends.IsZero() || a.SetAt.Add(p.MaxAge).Before(ends)) {
		ends = a.SetAt.Add(p.MaxAge)
	}
	for _, at := range []time.Time{a.DueAt, expiry} {
		if !a.SetAt.IsZero() {
			n.Next = earlier(n.Next, at, now)
		}
	}
	switch {
	case n.Overdue:
		n.Since = ends
	case n.Due:
		n.Since = a.DueAt
	}
	return n
}

// nextOf returns the first of the times in the future at which a version is as old as one of two ages; zero for none.
func nextOf(now, since time.Time, ages ...time.Duration) (next time.Time) {
	for _, age := range ages {
		if age > 0 && !since.IsZero() {
			next = earlier(next, since.Add(age), now)
		}
	}
	return next
}

// earlier returns the earlier of two times, where the second is in the future; zero is none.
func earlier(next, at, now time.Time) time.Time {
	if at.After(now) && (next.IsZero() || at.Before(next)) {
		return at
	}
	return next
}
