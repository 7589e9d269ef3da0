package webhookendpoint

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

// lists is the list resource of the kind.
var lists = tfkit.ListResource[api.WebhookEndpoint, model]{
	Kind:    kind,
	Filters: []string{"connector_id"},
	Walks:   func(c *client.Client) tfkit.Walks[api.WebhookEndpoint] { return c.WebhookEndpoints() },
	Imported: func(_ context.Context, e *api.WebhookEndpoint, _ *diag.Diagnostics) model {
		return read(e, model{})
	},
}

// NewListResource makes the list resource.
func NewListResource() list.ListResource { return lists.New() }
