package pages

import (
	"net/url"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/view"
)

func webhookPages() []Page {
	return []Page{
		{Method: "GET", Path: "/webhooks", Nav: "Webhooks", Serve: webhooks},
		{Method: "GET", Path: "/webhooks/{id}", Serve: webhookPage},
		{Method: "POST", Path: "/webhooks/{id}/redeliver", Serve: redeliver},
		{Method: "POST", Path: "/webhooks/{id}/deliveries/{delivery}/resend", Serve: resend},
		{Method: "POST", Path: "/webhooks/{id}/probe", Serve: probe},
		{Method: "POST", Path: "/webhooks/{id}/test-event", Serve: testEvent},
	}
}

// webhooks lists the webhook endpoints.
func webhooks(r *Request) (*Answer, error) {
	all, pager, err := part[api.WebhookEndpoint](r, api.WebhookEndpoints.Route(), "/webhooks", url.Values{}, url.Values{})
	if err != nil {
		return nil, err
	}
	t := view.Table{
		ID: "endpoints", Caption: "Webhook endpoints", Empty: "The environment has no webhook endpoint.",
		Columns: view.Columns("Name", "State", "Connector", "Where to", "Event types"),
	}
	for i := range all {
		e := &all[i]
		name := view.Text(e.Name)
		name.Href = r.To("/webhooks/" + url.PathEscape(e.ID))
		name.Lines = []string{e.ID}
		connector := view.Code(e.ConnectorID)
		connector.Href = r.object(api.KindConnectors, e.ConnectorID)
		t.Rows = append(t.Rows, []view.Cell{name, endpointState(e), connector, view.Code(e.ShownURL()), eventTypes(e)})
	}
	pager.Label = "the webhook endpoints"
	return &Answer{Title: "Webhook endpoints", Template: listTemplate, Data: listView{Table: t, Pager: pager}}, nil
}

func eventTypes(e *api.WebhookEndpoint) view.Cell {
	if e.EventTypes == nil {
		return view.Cell{Text: "all but those of the platform"}
	}
	return view.Cell{Lines: lines(e.EventTypes...)}
}

// endpointState is whether an endpoint gets its events.
func endpointState(e *api.WebhookEndpoint) view.Cell {
	var c view.Cell
	switch {
	case e.Disabled != nil:
		c = view.State(view.Bad, "disabled by the platform")
		c.Lines = lines("since "+view.Moment(e.Disabled.At), e.Disabled.Reason)
	case !e.Enabled:
		c = view.State(view.Neutral, "not enabled")
	case e.Failing != nil:
		c = view.State(view.Bad, "failing")
		c.Lines = lines("since "+view.Moment(e.Failing.Since), e.Failing.Detail)
	default:
		c = view.State(view.Fine, "enabled")
	}
	if e.PausedUntil != nil {
		c.Lines = append(c.Lines, "paused until "+view.Moment(*e.PausedUntil))
	}
	return c
}
