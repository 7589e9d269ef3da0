package webhook_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

func TestAfter(t *testing.T) {
	const day = 24 * time.Hour
	for name, tt := range map[string]struct {
		attempt int
		answer  webhook.Answer
		spread  float64
		want    webhook.Next
	}{
		"200": {1, webhook.Answer{Status: 200}, 0, webhook.Next{Delivered: true}},
		"204 at the last attempt": {
			webhook.MaxAttempts,
			webhook.Answer{Status: 204},
			0,
			webhook.Next{Delivered: true},
		},
		"299": {1, webhook.Answer{Status: 299, RetryAfter: day}, 0, webhook.Next{Delivered: true}},
		"410": {
			1,
			webhook.Answer{Status: 410, RetryAfter: day},
			0,
			webhook.Next{Gone: true, Again: 5 * time.Second},
		},
		"410 at the last attempt": {
			webhook.MaxAttempts,
			webhook.Answer{Status: 410},
			0,
			webhook.Next{Gone: true, Again: day},
		},
		"410 long after":     {1000, webhook.Answer{Status: 410}, 0, webhook.Next{Gone: true, Again: day}},
		"unsent":             {1, webhook.Answer{Unsent: true}, 0, webhook.Next{Again: 5 * time.Second}},
		"unsent, long after": {1000, webhook.Answer{Unsent: true}, 0, webhook.Next{Again: day}},
		"no answer":          {1, webhook.Answer{}, 0, webhook.Next{Again: 5 * time.Second}},
		"no answer, spread":  {1, webhook.Answer{}, 0.5, webhook.Next{Again: 5250 * time.Millisecond}},
		"redirect":           {1, webhook.Answer{Status: 302}, 0, webhook.Next{Again: 5 * time.Second}},
		"100":                {1, webhook.Answer{Status: 100}, 0, webhook.Next{Again: 5 * time.Second}},
		"401":                {2, webhook.Answer{Status: 401}, 0, webhook.Next{Again: 30 * time.Second}},
		"500, third":         {3, webhook.Answer{Status: 500}, 0, webhook.Next{Again: 2 * time.Minute}},
		"429": {
			1,
			webhook.Answer{Status: 429},
			0,
			webhook.Next{Again: time.Minute, Pause: time.Minute},
		},
		"502, late": {
			5,
			webhook.Answer{Status: 502},
			0,
			webhook.Next{Again: 30 * time.Minute, Pause: time.Minute},
		},
		"503": {1, webhook.Answer{Status: 503}, 0, webhook.Next{Again: 5 * time.Second}},
		"503 with Retry-After": {
			1,
			webhook.Answer{Status: 503, RetryAfter: 2 * time.Minute},
			0.9,
			webhook.Next{Again: 2 * time.Minute, Pause: 2 * time.Minute},
		},
		"429 with a shorter Retry-After": {
			4,
			webhook.Answer{Status: 429, RetryAfter: time.Second},
			0,
			webhook.Next{Again: 10 * time.Minute, Pause: time.Second},
		},
		"Retry-After beyond all measure": {
			1,
			webhook.Answer{Status: 503, RetryAfter: 1000 * day},
			0,
			webhook.Next{Again: day, Pause: day},
		},
		"a negative Retry-After": {
			1,
			webhook.Answer{Status: 503, RetryAfter: -day},
			0,
			webhook.Next{Again: 5 * time.Second},
		},
		"the last attempt": {webhook.MaxAttempts, webhook.Answer{Status: 500}, 0, webhook.Next{}},
		"the last attempt, with a pause": {
			webhook.MaxAttempts,
			webhook.Answer{Status: 503, RetryAfter: time.Hour},
			0,
			webhook.Next{Pause: time.Hour},
		},
		"the last but one":            {webhook.MaxAttempts - 1, webhook.Answer{Status: 500}, 0, webhook.Next{Again: day}},
		"long after the last attempt": {1000, webhook.Answer{Status: 500}, 0, webhook.Next{}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, webhook.After(tt.attempt, tt.answer, tt.spread)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Waits only grow, and all of them together are more than a weekend.
func TestRetriesLastLongerThanAWeekend(t *testing.T) {
	var total, last time.Duration
	for attempt := 1; attempt < webhook.MaxAttempts; attempt++ {
		wait := webhook.After(attempt, webhook.Answer{Status: 500}, 0).Again
		if wait < last {
			t.Errorf("after attempt %d the wait is %s, less than the %s before", attempt, wait, last)
		}
		total, last = total+wait, wait
	}
	if total < 64*time.Hour {
		t.Errorf("all waits together are %s", total)
	}
}
