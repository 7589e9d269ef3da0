package accesstoken

import (
	"errors"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

const (
	// leastWait is the least time until a renewal: Terraform renews nothing sooner.
	leastWait = 5 * time.Second
	// longestWait is how long the next try after a fault waits at most.
	longestWait = time.Minute
	// leastLeft is how much of the life of an access token a try needs.
	leastLeft = 2 * time.Second
)

// lives notes until when the access token lives, as the platform has just said.
func (o *opened) lives(life api.AccessTokenLife, now time.Time) {
	o.ExpiresAt, o.Ends = life.ExpiresAt, now.Add(time.Duration(life.ExpiresIn)*time.Second)
}

// renewAt returns when an access token is to be extended: once two thirds of its life are over, by the clock of this
// machine alone. It returns the zero time, which is never, where no extension helps.
func renewAt(life api.AccessTokenLife, now time.Time) time.Time {
	if !life.EndsAtLatest.After(life.ExpiresAt) {
		return time.Time{}
	}
	wait := time.Duration(life.ExpiresIn) * time.Second * 2 / 3
	return now.Add(max(wait, leastWait))
}

// againAt returns when an extension that has failed is to be tried again: after a third of the time that the token has
// left, so that several tries fit into it, and not before the platform asked for one. It returns the zero time where
// the token ends before another try.
func againAt(ends, now time.Time, asked time.Duration) time.Time {
	left := ends.Sub(now) - leastLeft
	if left < leastWait {
		return time.Time{}
	}
	wait := max(min(left/3, longestWait), asked)
	return now.Add(max(min(wait, left), leastWait)) // a try that comes too early is better than none
}

// askedWait returns how long the platform has asked to wait; 0 for nothing.
func askedWait(err error) time.Duration {
	if e := (*client.Error)(nil); errors.As(err, &e) {
		return e.RetryAfter
	}
	return 0
}
