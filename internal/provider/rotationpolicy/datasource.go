package rotationpolicy

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

// sources are the two data sources of the kind.
var sources = tfkit.DataSources[api.RotationPolicy, model]{
	Kind: kind,
	Text: "A rotation policy that is managed elsewhere, by its id or its name. It needs a token " +
		"that may read.",
	Attributes: dataAttributes,
	Reads:      func(c *client.Client) tfkit.Reads[api.RotationPolicy] { return c.RotationPolicies() },
	Flatten:    func(_ context.Context, p *api.RotationPolicy, _ *diag.Diagnostics) model { return flatten(p) },
}

// NewDataSource makes the data source that reads one rotation policy.
func NewDataSource() datasource.DataSource { return sources.One() }

// NewListDataSource makes the data source that lists rotation policies.
func NewListDataSource() datasource.DataSource { return sources.List() }
