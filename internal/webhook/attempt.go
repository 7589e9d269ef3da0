package webhook

import "time"

// The HTTP statuses (RFC 9110, RFC 8470, RFC 6585) that this package treats in a special way. It does not import
// net/http.
const (
	statusBadRequest          = 400
	statusUnauthorized        = 401
	statusForbidden           = 403
	statusRequestTimeout      = 408
	statusGone                = 410
	statusUnprocessableEntity = 422
	statusTooEarly            = 425
	statusTooManyRequests     = 429
	statusBadGateway          = 502
	statusGatewayTimeout      = 504
)

// Response is the response of a receiver to an attempt to deliver an event.
type Response struct {
	Status     int           // 0 if there was no answer
	RetryAfter time.Duration // from the header Retry-After; 0 without one
	Unsent     bool          // nothing was sent, because there is no key to sign with
}

// Next is what the platform does after an answer. The zero value ends the delivery as failed.
type Next struct {
	Delivered bool
	Gone      bool          // 410: disable the endpoint; the event waits until it is enabled again
	Again     time.Duration // the wait until the next attempt; 0 for none
	Pause     time.Duration // the pause of the whole endpoint; 0 for none
}

// MaxAttempts is the number of attempts after which a delivery has failed.
const MaxAttempts = 11

// retries is the wait after each attempt. A receiver that is down for a weekend loses nothing.
var retries = [MaxAttempts - 1]time.Duration{
	5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute,
	2 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour, 24 * time.Hour,
}

const (
	// overloadPause applies if a receiver says that it is overloaded, but not for how long.
	overloadPause = time.Minute

	// maxRetryAfter prevents that a receiver delays its events without end.
	maxRetryAfter = 24 * time.Hour
)

// After returns what follows an attempt. The first attempt is 1. Only 2xx is a success. After MaxAttempts a delivery
// has failed, unless nothing was sent or the receiver answered 410: then the event waits. spread, in [0, 1), adds up to
// a tenth to a wait, so that deliveries that failed together are not retried together.
func After(attempt int, r Response, spread float64) Next {
	if accepts(r.Status) {
		return Next{Delivered: true}
	}
	next := Next{Gone: r.Status == statusGone}
	if !next.Gone {
		next.Pause = min(r.RetryAfter, maxRetryAfter)
	}
	if next.Pause <= 0 {
		next.Pause = pauseOf(r.Status)
	}
	if attempt > len(retries) && !next.Gone && !r.Unsent {
		return next
	}
	wait := retries[min(max(attempt, 1), len(retries))-1]
	next.Again = max(wait+time.Duration(spread*float64(wait/10)), next.Pause)
	return next
}

// pauseOf returns the pause for an answer by which a receiver, or a proxy in front of it, says that it is overloaded
// (Standard Webhooks 1.0.0, "Response status codes").
func pauseOf(status int) time.Duration {
	switch status {
	case statusTooManyRequests, statusBadGateway, statusGatewayTimeout:
		return overloadPause
	}
	return 0
}

func accepts(status int) bool { return status >= 200 && status <= 299 }
