package connector

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

// sources are the two data sources of the kind.
var sources = tfkit.DataSources[api.Connector, dataModel]{
	Kind: kind,
	Text: "Reads a connector that is managed elsewhere, by its id or its name: all its attributes " +
		"except the credentials. It needs a token that may read.",
	Attributes: dataAttributes,
	Filters: func() map[string]schema.Attribute {
		return map[string]schema.Attribute{"owner": tfkit.FilterOwner()}
	},
	Reads:   func(c *client.Client) tfkit.Reads[api.Connector] { return c.Connectors() },
	Flatten: flattenData,
	Note:    func(s *tfkit.Session, m dataModel) { s.ReadAllowedScopes(m.ID, m.AllowedScopes) },
}

// NewDataSource makes the data source that reads one connector.
func NewDataSource() datasource.DataSource { return sources.One() }

// NewListDataSource makes the data source that lists connectors.
func NewListDataSource() datasource.DataSource { return sources.List() }

type dataModel struct {
	metadata
	Hold                 *tfkit.Hold       `tfsdk:"hold"`
	Quarantine           *tfkit.Quarantine `tfsdk:"quarantine"`
	PreviousInUseBy      []consumer        `tfsdk:"previous_in_use_by"`
	SafeToRevokePrevious types.Bool        `tfsdk:"safe_to_revoke_previous"`
}

func flattenData(_ context.Context, c *api.Connector, diags *diag.Diagnostics) dataModel {
	tfkit.WarnQuarantine(api.Connectors, c.ID, c.Name, c.Quarantine, diags)
	tfkit.WarnUnused(api.Connectors, c.Name, c.UnusedQuarantineAt, nil, diags)
	return dataModel{
		metadata: flattenMetadata(c), Hold: tfkit.FlattenHold(c.Hold),
		Quarantine:           tfkit.FlattenQuarantine(c.Quarantine),
		PreviousInUseBy:      flattenConsumers(c.PreviousInUseBy),
		SafeToRevokePrevious: types.BoolPointerValue(c.SafeToRevokePrevious),
	}
}
