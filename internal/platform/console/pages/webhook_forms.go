package pages

import (
	"net/url"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
)

// webhookDone has what the page says after a form, by the word in its address.
var webhookDone = map[string]string{
	"resend":    "The event is sent again now. Load the page again to see what comes of it.",
	"redeliver": "The events are sent now. Load the page again to see what comes of them.",
	"none":      "Nothing was sent: no such event was queued since then.",
	"probe":     "The receiver was probed: see the signing secrets.",
	"no-probe":  "Nothing was probed: no signing secret of the endpoint has a pending version.",
	"test":      "The test event is queued.",
}

// send posts to a route below an endpoint, and leads back to its page. word says what the page says then.
func send(r *Request, in any, out any, word func() string, below ...string) (*Answer, error) {
	id := url.PathEscape(r.Path("id"))
	route := api.WebhookEndpoints.Route(append([]string{id}, below...)...)
	if err := r.API.Post(route, r.Form.Get("key"), in, out); err != nil {
		return nil, err
	}
	return &Answer{SeeOther: r.To("/webhooks/"+id, Done, word())}, nil
}

func resend(r *Request) (*Answer, error) {
	return send(r, nil, nil, func() string { return "resend" }, "deliveries", url.PathEscape(r.Path("delivery")), "resend")
}

func redeliver(r *Request) (*Answer, error) {
	since, err := time.Parse(time.RFC3339, r.Form.Get("since"))
	if err != nil {
		return nil, problem.New(api.CodeInvalid, "", "Nothing was sent: the time must be one such as 2026-05-01T12:00:00Z.")
	}
	var answer api.Redelivery
	in := api.RedeliveryRequest{Since: since, State: r.Form.Get("state")}
	return send(r, in, &answer, func() string {
		if answer.Count == 0 {
			return "none"
		}
		return "redeliver"
	}, "redeliver")
}

func probe(r *Request) (*Answer, error) {
	var answer api.ProbeAnswer
	return send(r, nil, &answer, func() string {
		if len(answer.Probes) == 0 {
			return "no-probe"
		}
		return "probe"
	}, "probe")
}

func testEvent(r *Request) (*Answer, error) {
	in := api.TestEventRequest{Type: r.Form.Get("type")}
	return send(r, in, nil, func() string { return "test" }, "test-events")
}
