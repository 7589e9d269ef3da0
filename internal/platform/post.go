package platform

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/egress"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

// eventBody is what is signed and sent. The place is in it, so that a genuine event of one place is recognised as foreign at another.
type eventBody struct {
	Type        string          `json:"type"`
	Timestamp   time.Time       `json:"timestamp"`
	Data        json.RawMessage `json:"data"`
	Tenant      string          `json:"tenant"`
	Environment string          `json:"environment"`
	EndpointID  string          `json:"endpoint_id"`
}

// newEventBody writes the body of an event that happens now.
func (w *work) newEventBody(eventType, endpointID string, data json.RawMessage) ([]byte, error) {
	if len(data) == 0 {
		data = json.RawMessage("{}")
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	err := enc.Encode(eventBody{
		Type: eventType, Timestamp: w.now.UTC(), Data: data, Tenant: w.scope.Tenant, Environment: w.scope.Environment, EndpointID: endpointID,
	})
	if err != nil {
		return nil, errors.New("the event cannot be written as JSON")
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// exchange is one event that was posted to an endpoint, and what came of it. It has no body and no signature.
type exchange struct {
	at       time.Time
	duration time.Duration
	outcome  string
	status   int // 0 where no answer came
	detail   string
	answer   webhook.Answer
}

// statusOrNull is the status as it is stored and shown.
func (x exchange) statusOrNull() *int64 {
	if x.status == 0 {
		return nil
	}
	n := int64(x.status)
	return &n
}

// post signs an event and sends it. The error is the context's, where that has ended first; then nothing is known of what came of it.
func (p *Platform) post(ctx context.Context, url, id string, keys []webhook.Key, body []byte) (exchange, error) {
	x := exchange{at: p.clock.Now()}
	signature, err := webhook.Sign(keys, id, x.at, body)
	if err != nil {
		return x, fmt.Errorf("sign event %s: %w", id, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return x, fmt.Errorf("event %s: its endpoint has a URL that is none", id) // the error would repeat the URL
	}
	req.Header.Set(webhook.HeaderID, id)
	req.Header.Set(webhook.HeaderTimestamp, webhook.Timestamp(x.at))
	req.Header.Set(webhook.HeaderSignature, signature)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "quickconnect-webhooks/1")
	resp, err := p.egress.Do(req)
	x.duration = p.clock.Now().Sub(x.at)
	if err != nil {
		return x.failed(err)
	}
	_ = resp.Body.Close() // what a receiver says beyond the status is nobody's business
	return x.answered(resp, p.clock.Now()), nil
}

func (x exchange) failed(err error) (exchange, error) {
	var refused *egress.Refused
	var failure *egress.Failure
	switch {
	case errors.As(err, &refused):
		x.outcome, x.detail = api.AttemptRefused, refused.Reason
	case errors.As(err, &failure):
		x.outcome, x.detail = string(failure.Kind), failure.Error()
	default:
		return x, err
	}
	return x, nil
}

func (x exchange) answered(resp *http.Response, now time.Time) exchange {
	x.status = resp.StatusCode
	x.answer = webhook.Answer{Status: resp.StatusCode, RetryAfter: retryAfter(resp.Header.Get("Retry-After"), now)}
	x.outcome, x.detail = api.AttemptAnswered, fmt.Sprintf("the endpoint answered %d", resp.StatusCode)
	switch {
	case resp.StatusCode >= 200 && resp.StatusCode <= 299:
		x.outcome = api.AttemptAccepted
	case resp.StatusCode >= 300 && resp.StatusCode <= 399:
		x.detail += ", a redirect, which is not followed: set the endpoint's url to where it leads"
	case resp.StatusCode == http.StatusGone:
		x.detail += " (gone)"
	}
	return x
}

// retryAfter reads the header of that name: seconds, or a date.
func retryAfter(header string, now time.Time) time.Duration {
	const most = 1 << 31 // seconds, far below an overflow
	if s, err := strconv.ParseInt(header, 10, 64); err == nil {
		return time.Duration(min(max(s, 0), most)) * time.Second
	}
	if at, err := http.ParseTime(header); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}

// unsigned is an attempt that was not made: nothing is ever sent without a signature.
func unsigned(at time.Time) exchange {
	return exchange{
		at: at, outcome: api.AttemptUnsigned, detail: "nothing was sent: the endpoint has no valid signing secret; create one, or reissue the one it has",
		answer: webhook.Answer{Unsent: true},
	}
}

// unreadable is an attempt that could not be made.
func unreadable(at time.Time) exchange {
	return exchange{at: at, outcome: api.AttemptUnreadable, detail: "nothing was sent: the event does not open; it was sealed under another keyring, or was changed"}
}

// attemptOf is an exchange as it is recorded.
func attemptOf(number int64, x exchange, signers []signer) *store.DeliveryAttempt {
	a := &store.DeliveryAttempt{
		Attempt: number, At: x.at, Duration: x.duration, Outcome: x.outcome, Status: x.statusOrNull(), Detail: x.detail, SignedBy: []store.SignedBy{},
	}
	for _, s := range signers {
		a.SignedBy = append(a.SignedBy, s.SignedBy)
	}
	return a
}
