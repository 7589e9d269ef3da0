package platform

import (
	"errors"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/egress"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

func mergeWebhookEndpoint(to *store.WebhookEndpoint, p *api.WebhookEndpointPatch) error {
	if err := patchRequired(&to.Name, p.Name, "/name"); err != nil {
		return err
	}
	if err := patchRequired(&to.URL, p.URL, "/url"); err != nil {
		return err
	}
	if err := patchRequired(&to.Enabled, p.Enabled, "/enabled"); err != nil {
		return err
	}
	patchNullable(&to.Description, p.Description)
	patchDefault(&to.Labels, p.Labels, nil)
	patchDefault(&to.EventTypes, p.EventTypes, nil)
	return nil
}

// checkEndpointURL checks a URL that a request brings. One that is stored already may have become closed since; nothing goes there, and the
// endpoint can still be changed.
func (p *Platform) checkEndpointURL(s string) error {
	var closed *egress.Refused
	if err := p.egress.CheckURL(s); errors.As(err, &closed) {
		return newProblem(api.CodeInvalid, "/url", "url is refused: %s (a receiver on a private network needs a platform that was started with --allow-private-endpoints)", closed.Reason)
	}
	return nil
}

func checkWebhookEndpoint(e *store.WebhookEndpoint) error {
	if err := checkObject(&e.Object); err != nil {
		return err
	}
	if e.EventTypes != nil && len(e.EventTypes) == 0 {
		return refused("/event_types", errors.New("must have at least one entry; leave it out to get events of every type, or set enabled to false to get none"))
	}
	return checkSet("event_types", e.EventTypes, api.MaxEventTypes, api.CheckEventType)
}

func flattenWebhookEndpoint(e *store.WebhookEndpoint, now time.Time) api.WebhookEndpoint {
	out := api.WebhookEndpoint{
		Object: flattenObject(&e.Object), ConnectorID: e.ConnectorID, URL: e.URL, EventTypes: e.EventTypes, Enabled: e.Enabled,
	}
	if d := e.Disabled; d != nil {
		out.Disabled = &api.Disabled{Reason: d.Reason, At: d.At.UTC(), By: d.By}
	}
	if e.PausedUntil.After(now) {
		out.PausedUntil = utc(e.PausedUntil)
	}
	if f := e.Failing; !f.Since.IsZero() {
		out.Failing = &api.Failing{Since: f.Since.UTC(), At: f.At.UTC(), Detail: f.Detail}
	}
	return out
}
