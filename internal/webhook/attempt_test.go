package webhook_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

func TestAfter(t *testing.T) {
	const day, pause, last = 24 * time.Hour, 2 * time.Minute, webhook.MaxAttempts
	type response = webhook.Response
	type next = webhook.Next
	for name, tt := range map[string]struct {
		attempt  int
		response response
		spread   float64
		want     next
	}{
		"200":               {1, response{Status: 200}, 0, next{Delivered: true}},
		"204, last attempt": {last, response{Status: 204}, 0, next{Delivered: true}},
		"299":               {1, response{Status: 299, RetryAfter: day}, 0, next{Delivered: true}},
		"410": {
			1,
			response{Status: 410, RetryAfter: day},
			0,
			next{Gone: true, Again: 5 * time.Second},
		},
		"410, last attempt":             {last, response{Status: 410}, 0, next{Gone: true, Again: day}},
		"410 after the last attempt":    {1000, response{Status: 410}, 0, next{Gone: true, Again: day}},
		"unsent":                        {1, response{Unsent: true}, 0, next{Again: 5 * time.Second}},
		"unsent after the last attempt": {1000, response{Unsent: true}, 0, next{Again: day}},
		"no answer":                     {1, response{}, 0, next{Again: 5 * time.Second}},
		"no answer, spread":             {1, response{}, 0.5, next{Again: 5250 * time.Millisecond}},
		"redirect":                      {1, response{Status: 302}, 0, next{Again: 5 * time.Second}},
		"100":                           {1, response{Status: 100}, 0, next{Again: 5 * time.Second}},
		"401":                           {2, response{Status: 401}, 0, next{Again: 30 * time.Second}},
		"500, third attempt":            {3, response{Status: 500}, 0, next{Again: 2 * time.Minute}},
		"429":                           {1, response{Status: 429}, 0, next{Again: time.Minute, Pause: time.Minute}},
		"502, fifth attempt":            {5, response{Status: 502}, 0, next{Again: 30 * time.Minute, Pause: time.Minute}},
		"503":                           {1, response{Status: 503}, 0, next{Again: 5 * time.Second}},
		"503 with Retry-After": {
			1,
			response{Status: 503, RetryAfter: pause},
			0.9,
			next{Again: pause, Pause: pause},
		},
		"429 with a shorter Retry-After": {
			4,
			response{Status: 429, RetryAfter: time.Second},
			0,
			next{Again: 10 * time.Minute, Pause: time.Second},
		},
		"Retry-After over the limit": {1, response{Status: 503, RetryAfter: 1000 * day}, 0, next{Again: day, Pause: day}},
		"negative Retry-After":       {1, response{Status: 503, RetryAfter: -day}, 0, next{Again: 5 * time.Second}},
		"last attempt":               {last, response{Status: 500}, 0, next{}},
		"last attempt, Retry-After":  {last, response{Status: 503, RetryAfter: time.Hour}, 0, next{Pause: time.Hour}},
		"last attempt but one":       {last - 1, response{Status: 500}, 0, next{Again: day}},
		"after the last attempt":     {1000, response{Status: 500}, 0, next{}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, webhook.After(tt.attempt, tt.response, tt.spread)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Waits never decrease, and their sum is more than a weekend.
func TestRetriesLastLongerThanAWeekend(t *testing.T) {
	var total, last time.Duration
	for attempt := 1; attempt < webhook.MaxAttempts; attempt++ {
		wait := webhook.After(attempt, webhook.Response{Status: 500}, 0).Again
		if wait < last {
			t.Errorf("after attempt %d the wait is %s, less than the %s before", attempt, wait, last)
		}
		total, last = total+wait, wait
	}
	if total < 64*time.Hour {
		t.Errorf("the sum of all waits is %s", total)
	}
}
