package connector

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

// lists is the list resource of the kind.
var lists = tfkit.ListResource[api.Connector, model]{
	Kind:    kind,
	Filters: []string{"owner", "older_than", "overdue", "expires_within"},
	Walks:   func(c *client.Client) tfkit.Walks[api.Connector] { return c.Connectors() },
	Imported: func(_ context.Context, c *api.Connector, _ *diag.Diagnostics) model {
		return read(c, model{})
	},
}

// NewListResource makes the list resource.
func NewListResource() list.ListResource { return lists.New() }
