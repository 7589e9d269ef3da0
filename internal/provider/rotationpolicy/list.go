package rotationpolicy

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

// lists is the list resource of the kind.
var lists = tfkit.ListResource[api.RotationPolicy, managed]{
	Kind:  kind,
	Walks: func(c *client.Client) tfkit.Walks[api.RotationPolicy] { return c.RotationPolicies() },
	Imported: func(_ context.Context, p *api.RotationPolicy, _ *diag.Diagnostics) managed {
		return read(p, managed{})
	},
}

// NewListResource makes the list resource.
func NewListResource() list.ListResource { return lists.New() }
