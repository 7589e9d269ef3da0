package workloadidentity

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

// sources are the two data sources of the kind.
var sources = tfkit.DataSources[api.WorkloadIdentity, dataModel]{
	Kind: kind,
	Text: "A workload identity that is managed elsewhere, by its id or its name: what it takes, what it may do, and " +
		"whether it is still used. It has no secret. It needs a token that may read.",
	Attributes: dataAttributes,
	Filters: func() map[string]schema.Attribute {
		return map[string]schema.Attribute{"owner": tfkit.FilterOwner()}
	},
	Reads: func(c *client.Client) tfkit.Reads[api.WorkloadIdentity] { return c.WorkloadIdentities() },
	Flatten: func(_ context.Context, w *api.WorkloadIdentity, _ *diag.Diagnostics) dataModel {
		return dataModel{flatten(w), tfkit.TimeValue(w.LastUsedAt)}
	},
}

// NewDataSource makes the data source that reads one workload identity.
func NewDataSource() datasource.DataSource { return sources.One() }

// NewListDataSource makes the data source that lists workload identities.
func NewListDataSource() datasource.DataSource { return sources.List() }

type dataModel struct {
	model
	LastUsedAt types.String `tfsdk:"last_used_at"`
}

func dataAttributes() map[string]schema.Attribute {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	attributes := tfkit.CommonDataAttributes(kind)
	maps.Copy(attributes, map[string]schema.Attribute{
		"owner":    tfkit.DataOwner(),
		"role":     text(roleText),
		"preset":   text(presetText),
		"issuer":   text(issuerText),
		"audience": text(audienceText),
		"claims": schema.MapAttribute{
			Computed: true, ElementType: types.StringType, MarkdownDescription: claimsText,
		},
		"max_ttl": text(maxTTLText),
		"allowed_cidrs": schema.SetAttribute{
			Computed: true, ElementType: types.StringType, MarkdownDescription: cidrsText + " Null for everywhere.",
		},
		"jwks": text(jwksText + " Null where the platform fetches the keys."),
		"last_used_at": text("When an access token of the identity was last used (RFC 3339, UTC); at most a minute " +
			"behind. Null for never."),
	})
	return attributes
}
