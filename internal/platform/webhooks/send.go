package webhooks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/egress"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

// Result is what came of sending one event to an endpoint. It has no body and no signature.
type Result struct {
	At       time.Time
	Duration time.Duration
	Outcome  string // as api.DeliveryAttempt has it
	Status   int    // 0 where no answer came
	Detail   string
	Response webhook.Response
}

// StatusOrNull returns the status as it is stored and shown.
func (r Result) StatusOrNull() *int64 {
	if r.Status == 0 {
		return nil
	}
	n := int64(r.Status)
	return &n
}

// maxAnswer is how much of the body of an answer is read.
const maxAnswer = 64 << 10

// Sender signs events and sends them.
type Sender struct {
	egress *egress.Client
	clock  clock.Clock
}

// Send signs an event and sends it. An error is that of the context, where the context ended first. Then nothing is
// known of what came of the event.
func (s *Sender) Send(
	ctx context.Context, to Destination, id string, signing []webhook.Key, body []byte,
) (Result, error) {
	r := Result{At: s.clock.Now()}
	signature, err := webhook.Sign(signing, id, r.At, body)
	if err != nil {
		return r, fmt.Errorf("sign event %s: %w", id, err)
	}
	req, err := to.request(ctx, id, body)
	if err != nil {
		return r, err
	}
	req.Header.Set(webhook.HeaderID, id)
	req.Header.Set(webhook.HeaderTimestamp, webhook.Timestamp(r.At))
	req.Header.Set(webhook.HeaderSignature, signature)
	req.Header.Set("Content-Type", "application/json")
	if req.Header.Get("User-Agent") == "" {
		req.Header.Set("User-Agent", "quickconnect-webhooks/1")
	}
	resp, err := s.egress.Do(req, to.tls)
	r.Duration = s.clock.Now().Sub(r.At)
	if err != nil {
		return r.failed(err)
	}
	defer resp.Body.Close()
	r = r.answered(resp, s.clock.Now())
	// Nothing of the body counts, and how it ends decides nothing. But a receiver can still be writing it, and may stop
	// its work where the connection ends under it.
	_, _ = io.CopyN(io.Discard, resp.Body, maxAnswer)
	return r, nil
}

func (r Result) failed(err error) (Result, error) {
	var refused *egress.Refused
	var failure *egress.Failure
	switch {
	case errors.As(err, &refused):
		r.Outcome, r.Detail = api.AttemptRefused, refused.Reason
	case errors.As(err, &failure):
		r.Outcome, r.Detail = string(failure.Kind), failure.Error()
	default:
		return r, err
	}
	return r, nil
}

func (r Result) answered(resp *http.Response, now time.Time) Result {
	r.Status = resp.StatusCode
	// A pause has a limit of its own, which is far below this one.
	wait, _ := api.RetryAfter(resp.Header, now, 365*24*time.Hour)
	r.Response = webhook.Response{Status: resp.StatusCode, RetryAfter: wait}
	r.Outcome, r.Detail = api.AttemptAnswered, fmt.Sprintf("the endpoint answered %d", resp.StatusCode)
	switch {
	case resp.StatusCode >= 200 && resp.StatusCode <= 299:
		r.Outcome = api.AttemptAccepted
	case resp.StatusCode == http.StatusNotModified:
		r.Detail += " (not modified), which is for GET alone: a receiver accepts an event with 2xx"
	case resp.StatusCode >= 300 && resp.StatusCode <= 399:
		r.Detail += ", a redirect, which is not followed: set the endpoint's url to where it leads"
	case resp.StatusCode == http.StatusGone:
		r.Detail += " (gone)"
	}
	return r
}
