package scopedtoken

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

// lists is the list resource of the kind.
var lists = tfkit.ListResource[api.ScopedToken, model]{
	Kind:    kind.Kind,
	Filters: []string{"owner", "connector_id", "older_than", "overdue", "expires_within"},
	Walks:   func(c *client.Client) tfkit.Walks[api.ScopedToken] { return c.ScopedTokens() },
	Imported: func(_ context.Context, t *api.ScopedToken, diags *diag.Diagnostics) model {
		return read(t, model{}, diags)
	},
}

// NewListResource makes the list resource.
func NewListResource() list.ListResource { return lists.New() }
