package rotation

import "time"

// Selection selects credentials by their age. What is nil or false does not restrict it.
type Selection struct {
	OlderThan     *time.Duration // the current version is at least so old
	Overdue       bool           // the current version has passed the policy's max_age, or its end, also on hold
	ExpiresWithin *time.Duration // it ends in this time, or has ended
}

// Takes reports whether a credential is selected. expiry is when it ends; zero is never.
func (s Selection) Takes(c Credential, p Policy, expiry, now time.Time) bool {
	endsBy := func(t time.Time) bool { return !expiry.IsZero() && !t.Before(expiry) }
	current, ok := c.Current()
	switch {
	case s.OlderThan != nil && (!ok || now.Before(current.CurrentSince.Add(*s.OlderThan))):
		return false
	case s.Overdue && (!ok || !c.olderThan(p.MaxAge, now) && !endsBy(now)):
		return false
	case s.ExpiresWithin != nil && !endsBy(now.Add(*s.ExpiresWithin)):
		return false
	}
	return true
}
