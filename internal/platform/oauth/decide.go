package oauth

import (
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

const (
	// unknownLife is how long an access token is used whose answer does not say when it ends.
	unknownLife = 5 * time.Minute
	// longestLife is how long an access token is used at most.
	longestLife = 24 * time.Hour

	// After an outage, the next try is after firstWait, then after twice as long, and at most after longestWait.
	firstWait, longestWait = 5 * time.Second, 5 * time.Minute

	// maxLost is how many answers may be lost with one refresh token: after the first one there is one more try.
	maxLost = 1
)

// action is what is to be done for the access token of a connector.
type action string

const (
	actNothing action = "nothing" // the token is fresh, or the next try is later
	actFailed  action = "failed"  // there is no try until credentials or settings are set
	actLost    action = "lost"    // the second answer was lost: it fails now
	actRequest action = "request" // the authorization server is asked
)

// decide says what is to be done now. The row has an open intent where a process that has no lease any more used the
// refresh token and never stored the outcome: its answer is lost. It returns the row as it is then.
func decide(r store.Refresh, refreshes bool, now time.Time) (store.Refresh, action) {
	if !r.IntentAt.IsZero() {
		r.IntentAt = time.Time{}
		if refreshes {
			r.Lost++
		}
	}
	switch {
	case r.Status == api.RefreshFailed:
		return r, actFailed
	case r.Lost > maxLost:
		return failed(r, reasonLost), actLost
	case now.Before(r.NextAt):
		return r, actNothing
	}
	r.IntentAt = now
	return r, actRequest
}

// outcome is what came of a request.
type outcome struct {
	kind   string
	reason string
	// wait is how long the authorization server asked to be left alone; 0 for no request.
	wait time.Duration
	// life is how long the access token lives.
	life time.Duration
}

// The kinds of outcome, as the metric counts them.
const (
	outcomeRefreshed = "refreshed"
	outcomeRefused   = "refused" // the server does not take the grant or the client
	outcomeLost      = "lost"    // the server may have used the refresh token, and its answer did not arrive
	outcomeOutage    = "outage"
)

// after returns the row after a request. The new version and the sealed token are for the caller to put into it.
func after(r store.Refresh, o outcome, refreshes bool, now time.Time) store.Refresh {
	r.IntentAt = time.Time{}
	switch {
	case o.kind == outcomeRefreshed:
		r.Status, r.Reason, r.Lost, r.Failures, r.RefreshedAt = api.RefreshCurrent, "", 0, 0, now
		r.ExpiresAt = now.Add(o.life)
		r.RenewAt = now.Add(o.life * 4 / 5)
		r.NextAt = r.RenewAt
		return r
	case o.kind == outcomeRefused:
		return failed(r, o.reason)
	case o.kind == outcomeLost && refreshes:
		if r.Lost++; r.Lost > maxLost {
			return failed(r, reasonLost)
		}
	default: // without a refresh token, nothing is used up
		r.Failures++
	}
	r.Status, r.Reason = api.RefreshRetrying, o.reason
	r.NextAt = now.Add(max(o.wait, backoff(r.Failures)))
	return r
}

func failed(r store.Refresh, reason string) store.Refresh {
	r.Status, r.Reason, r.NextAt, r.IntentAt = api.RefreshFailed, reason, time.Time{}, time.Time{}
	return r
}

func backoff(failures int64) time.Duration {
	wait := firstWait
	for ; failures > 1 && wait < longestWait; failures-- {
		wait *= 2
	}
	return min(wait, longestWait)
}

// usable reports whether the row has an access token that has not ended.
func usable(r *store.Refresh, now time.Time) bool {
	return r.Sealed != nil && now.Before(r.ExpiresAt)
}

// FetchAgain returns when a consumer is to come back that gets the access token now, and would come back at `at`: when
// the token is to be renewed, or halfway to its end where that is late.
func FetchAgain(r *store.Refresh, now, at time.Time) time.Time {
	next := r.RenewAt
	if !now.Before(next) {
		next = now.Add(r.ExpiresAt.Sub(now) / 2)
	}
	if next.Before(at) {
		return next
	}
	return at
}
