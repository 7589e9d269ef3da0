package pages

import (
	"cmp"
	_ "embed"
	"net/url"
	"slices"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/view"
)

//go:embed webhook.html
var webhookText string

var webhookTemplate = view.MustParse(actionsText + webhookText)

// webhookView is what the page of a webhook endpoint shows.
type webhookView struct {
	To         string
	Done       string
	Facts      []view.Fact
	Failing    string // what came of the last attempt; empty where deliveries are accepted
	Advice     string
	Secrets    view.Table
	Form       view.Form
	Deliveries view.Table
	Pager      view.Pager
	Resend     []resendable // deliveries that can be sent again
	May        bool         // whether the person may send, probe and test
	Key        string
	Since      string // what the form of redeliver suggests
}

// resendable is a delivery that can be sent again.
type resendable struct{ ID, Type, State string }

func webhookPage(r *Request) (*Answer, error) {
	id := url.PathEscape(r.Path("id"))
	e := &api.WebhookEndpoint{}
	if err := r.API.Get(api.WebhookEndpoints.Route(id), e); err != nil {
		return nil, err
	}
	secrets, err := signingSecrets(r, e.ID)
	if err != nil {
		return nil, err
	}
	selected := url.Values{}
	for _, name := range []string{"state", "type"} {
		if value := r.Query.Get(name); value != "" {
			selected.Set(name, value)
		}
	}
	to := "/webhooks/" + url.PathEscape(e.ID)
	deliveries, pager, err := part[api.Delivery](r, api.WebhookEndpoints.Route(id, "deliveries"), to, selected, selected)
	if err != nil {
		return nil, err
	}
	pager.Label = "the deliveries"
	out := webhookView{
		To: r.Base + to, Done: webhookDone[r.Query.Get(Done)], Facts: endpointFacts(r, e), Secrets: secrets,
		Form: deliveriesForm(r, to), Deliveries: deliveriesTable(deliveries), Pager: pager,
		May: r.May(api.PermissionWrite), Key: r.NewKey(), Since: view.Day(r.Now) + "T00:00:00Z",
	}
	if e.Failing != nil {
		out.Failing, out.Advice = view.Cut(e.Failing.Detail), adviceOn(deliveries)
	}
	for _, d := range deliveries {
		if d.State != api.DeliveryDelivered {
			out.Resend = append(out.Resend, resendable{d.ID, d.Type, d.State})
		}
	}
	return &Answer{Title: e.Name, Template: webhookTemplate, Data: out}, nil
}

func endpointFacts(r *Request, e *api.WebhookEndpoint) []view.Fact {
	connector := view.Code(e.ConnectorID)
	connector.Href = r.object(api.KindConnectors, e.ConnectorID)
	return []view.Fact{
		{Name: "Id", Value: view.Code(e.ID)},
		{Name: "State", Value: endpointState(e)},
		{Name: "Connector", Value: connector},
		{Name: "Where to", Value: view.Code(e.ShownURL())},
		{Name: "Event types", Value: eventTypes(e)},
	}
}

// signingSecrets lists what signs the deliveries of an endpoint, and what the last probe found.
func signingSecrets(r *Request, endpoint string) (view.Table, error) {
	t := view.Table{
		ID: "secrets", Caption: "Signing secrets", Empty: "No signing secret: nothing can be delivered.",
		Columns: view.Columns("Name", "Phase", "Current version", "Pending version", "Last probe"),
	}
	q := url.Values{"endpoint_id": {endpoint}}
	err := each(r.API, api.SigningSecrets.Route(), q, func(s *api.SigningSecret) bool {
		c := credential{kind: api.SigningSecrets, Rotation: &s.Rotation}
		name := view.Text(s.Name)
		name.Href, name.Lines = r.object(api.KindSigningSecrets, s.ID), []string{s.ID}
		t.Rows = append(t.Rows, []view.Cell{
			name, c.state(), version(s.Rotation.CurrentVersion), version(s.Rotation.PendingVersion), probed(s.Probe),
		})
		return true
	})
	return t, err
}

func version(n *int64) view.Cell {
	if n == nil {
		return view.Text("")
	}
	return view.Cell{Text: view.Number(*n)}
}

func probed(p *api.Probe) view.Cell {
	if p == nil {
		return view.Text("")
	}
	level := view.Attention
	switch p.Result {
	case api.ProbeProven:
		level = view.Fine
	case api.ProbeNotAccepted, api.ProbeNotEnforced:
		level = view.Bad
	}
	c := view.State(level, strings.ReplaceAll(p.Result, "_", " "))
	c.Lines = lines("version "+number(p.Version)+", "+view.Moment(p.At), p.Detail)
	return c
}

func deliveriesForm(r *Request, to string) view.Form {
	return view.Form{
		ID: "select", Action: r.Base + to, Legend: "Select deliveries", Submit: "Select", Clear: r.Base + to,
		Fields: []view.Field{
			view.Choice("state", "State", r.Query.Get("state"), "every state", api.DeliveryQueued, api.DeliveryDelivered,
				api.DeliveryFailed),
			{Name: "type", Label: "Event type", Value: r.Query.Get("type"), Hint: "such as message.delivered"},
		},
	}
}

// deliveriesTable has a line for each attempt of each delivery.
func deliveriesTable(all []api.Delivery) view.Table {
	t := view.Table{
		ID: "deliveries", Caption: "Deliveries, the newest first", Empty: "No delivery is selected.",
		Columns: view.Columns("Event", "Type", "State", "Queued", "Attempts", "Next attempt"),
	}
	for _, d := range all {
		level := view.Neutral
		switch d.State {
		case api.DeliveryDelivered:
			level = view.Fine
		case api.DeliveryFailed:
			level = view.Bad
		}
		t.Rows = append(t.Rows, []view.Cell{
			view.Code(d.ID), view.Text(d.Type), view.State(level, d.State), view.Time(&d.CreatedAt, ""),
			{Text: view.Count(len(d.Attempts), "attempt", "attempts"), Lines: attempts(d.Attempts)},
			view.Time(d.NextAttemptAt, "–"),
		})
	}
	return t
}

// maxAttempts is how many attempts of a delivery are shown: the last ones.
const maxAttempts = 5

func attempts(all []api.DeliveryAttempt) (out []string) {
	for _, a := range slices.Backward(all) {
		if len(out) == maxAttempts {
			return append(out, "and "+number(int64(len(all)-maxAttempts))+" before")
		}
		answer := cmp.Or(a.Outcome, "–")
		if a.Status != nil {
			answer += ", status " + number(*a.Status)
		}
		out = append(out, view.Cut(view.Moment(a.At)+": "+answer+", "+number(a.DurationMS)+" ms. "+a.Detail))
	}
	return out
}

// adviceOn says what to do about the last attempt of the newest delivery that has one.
func adviceOn(deliveries []api.Delivery) string {
	var last *api.DeliveryAttempt
	for i := range deliveries {
		if n := len(deliveries[i].Attempts); n > 0 {
			if a := &deliveries[i].Attempts[n-1]; last == nil || a.At.After(last.At) {
				last = a
			}
		}
	}
	if last == nil {
		return ""
	}
	return cmp.Or(outcomeAdvice[last.Outcome], outcomeAdvice["broken"])
}

// outcomeAdvice says what to do about an attempt, by its outcome. The guide on webhooks has more.
var outcomeAdvice = map[string]string{
	api.AttemptAccepted: "The last attempt was accepted: the endpoint is well again.",
	api.AttemptAnswered: "The receiver answered, and not with 2xx. Look at its log at the time of the attempt. Where it " +
		"says that the signature is wrong, give it the current signing secret. Then send again what failed.",
	api.AttemptRefused: "Nothing was sent, because the address is not one that may be connected to. Correct the url.",
	api.AttemptUnsigned: "The endpoint has no valid signing secret. Make one, or release the one that is in quarantine. " +
		"Then send again what failed.",
	api.AttemptUnreadable: "The stored event cannot be opened: ask who runs the platform to look at its keyring.",
	"timeout":             "The receiver gave no answer in time. Have it answer 2xx first and work afterwards.",
	"unresolved":          "The host name has no address. Correct the url, or the DNS of the receiver.",
	"unconnected":         "Nothing listens at the address, or a firewall is in between.",
	"untrusted": "The certificate of the receiver was not accepted. Renew it, send the certificates between as well, or " +
		"set ca_certificate.",
	"handshake": "TLS failed. Set client_certificate if the receiver asks for one, or correct its TLS configuration.",
	"broken":    "The answer was not complete, or was not HTTP. Look at the receiver, and at what is before it.",
}
