package webhooks

import (
	"errors"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// expandEndpoint makes an endpoint of what the caller sent.
func expandEndpoint(tx *txn.Tx, b *api.WebhookEndpointCreate) (*store.WebhookEndpoint, error) {
	object, err := httpapi.NewObject(tx, api.WebhookEndpoints, b.Name, b.Description, b.Labels)
	if err != nil {
		return nil, err
	}
	return &store.WebhookEndpoint{
		Object: object, ConnectorID: b.ConnectorID, URL: b.URL, EventTypes: b.EventTypes,
		Enabled: httpapi.ValueOr(b.Enabled, true),
	}, nil
}

func mergeEndpoint(to *store.WebhookEndpoint, p *api.WebhookEndpointPatch) error {
	if err := httpapi.PatchRequired(&to.Name, p.Name, "/name"); err != nil {
		return err
	}
	if err := httpapi.PatchRequired(&to.URL, p.URL, "/url"); err != nil {
		return err
	}
	if err := httpapi.PatchRequired(&to.Enabled, p.Enabled, "/enabled"); err != nil {
		return err
	}
	httpapi.PatchNullable(&to.Description, p.Description)
	httpapi.PatchDefault(&to.Labels, p.Labels, nil)
	httpapi.PatchDefault(&to.EventTypes, p.EventTypes, nil)
	return nil
}

func checkEndpoint(e *store.WebhookEndpoint) error {
	if err := httpapi.CheckObject(&e.Object); err != nil {
		return err
	}
	if e.EventTypes != nil && len(e.EventTypes) == 0 {
		return problem.Refused("/event_types", errors.New("must have at least one entry; "+
			"leave it out to get events of every type, or set enabled to false to get none"))
	}
	return httpapi.CheckSet("event_types", e.EventTypes, api.MaxEventTypes, api.CheckEventType)
}

func flattenEndpoint(e *store.WebhookEndpoint, now time.Time) api.WebhookEndpoint {
	out := api.WebhookEndpoint{
		Object: httpapi.FlattenObject(&e.Object), ConnectorID: e.ConnectorID, URL: e.URL, EventTypes: e.EventTypes,
		Enabled: e.Enabled,
	}
	if d := e.Disabled; d != nil {
		out.Disabled = &api.Disabled{Reason: d.Reason, At: d.At.UTC(), By: d.By}
	}
	if e.PausedUntil.After(now) {
		out.PausedUntil = httpapi.UTC(e.PausedUntil)
	}
	if f := e.Failing; !f.Since.IsZero() {
		out.Failing = &api.Failing{Since: f.Since.UTC(), At: f.At.UTC(), Detail: f.Detail}
	}
	return out
}
