package webhook

import "time"

// The statuses of HTTP (RFC 9110, RFC 6585) that mean something here. This package does without net/http.
const (
	statusBadRequest          = 400
	statusUnauthorized        = 401
	statusForbidden           = 403
	statusGone                = 410
	statusUnprocessableEntity = 422
	statusTooManyRequests     = 429
	statusBadGateway          = 502
	statusGatewayTimeout      = 504
)

// Answer is how a receiver answered an attempt to deliver an event.
type Answer struct {
	Status     int           // 0 where no answer came
	RetryAfter time.Duration // what the header Retry-After asks for; 0 without one
	Unsent     bool          // the receiver was not asked: there was nothing to sign with
}

// Next is what follows from an answer. The zero value is the end of the delivery without success.
type Next struct {
	Delivered bool
	Gone      bool          // the receiver wants no more deliveries (410): the endpoint is to be disabled; the event waits until it is enabled again
	Again     time.Duration // until the next attempt; 0 for none
	Pause     time.Duration // for which the whole endpoint is to be left alone; 0 for none
}

// MaxAttempts is how often an event is tried before its delivery has failed.
const MaxAttempts = 11

// retries is how long to wait after the first attempt, the second, and so on. A receiver that is down for a weekend loses nothing.
var retries = [MaxAttempts - 1]time.Duration{
	5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, 2 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour, 24 * time.Hour,
}

const (
	// overloadPause is for a receiver that says that it cannot keep up, but not for how long.
	overloadPause = time.Minute

	// maxRetryAfter keeps a receiver from putting off its events for ever.
	maxRetryAfter = 24 * time.Hour
)

// After decides what follows an attempt, the first being 1. Only 2xx is a success, and a redirect is none. After MaxAttempts a delivery has
// failed, unless the receiver was not asked, or wants nothing for now: that is no reason to give up. spread, in [0, 1), lengthens a wait by up
// to a tenth, so that what failed together is not tried together.
func After(attempt int, a Answer, spread float64) Next {
	if accepts(a.Status) {
		return Next{Delivered: true}
	}
	next := Next{Gone: a.Status == statusGone}
	if !next.Gone {
		next.Pause = min(a.RetryAfter, maxRetryAfter)
	}
	if next.Pause <= 0 {
		next.Pause = pauseOf(a.Status)
	}
	if attempt > len(retries) && !next.Gone && !a.Unsent {
		return next
	}
	wait := retries[min(max(attempt, 1), len(retries))-1]
	next.Again = max(wait+time.Duration(spread*float64(wait/10)), next.Pause)
	return next
}

// pauseOf is for answers by which a receiver, or a proxy before it, says that there is too much (Standard Webhooks 1.0.0, "Response status codes").
func pauseOf(status int) time.Duration {
	switch status {
	case statusTooManyRequests, statusBadGateway, statusGatewayTimeout:
		return overloadPause
	}
	return 0
}

func accepts(status int) bool { return status >= 200 && status <= 299 }
