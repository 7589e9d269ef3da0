package scopedtoken

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/rotate"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

// sources are the two data sources of the kind.
var sources = tfkit.DataSources[api.ScopedToken, dataModel]{
	Kind: api.ScopedTokens,
	Text: "The metadata of a scoped token, by its id or its name: who owns it, how old it is, " +
		"whether it is still used. It never has the token's value.",
	Attributes: dataAttributes,
	Filters: func() map[string]schema.Attribute {
		return map[string]schema.Attribute{
			"owner": tfkit.FilterOwner(), "connector_id": tfkit.FilterReference(api.Connectors),
		}
	},
	Reads:   func(c *client.Client) tfkit.Reads[api.ScopedToken] { return c.ScopedTokens() },
	Flatten: flattenData,
}

// NewDataSource makes the data source that reads one scoped token.
func NewDataSource() datasource.DataSource { return sources.One() }

// NewListDataSource makes the data source that lists scoped tokens.
func NewListDataSource() datasource.DataSource { return sources.List() }

type dataModel struct {
	metadata
	RotationRequested types.Bool        `tfsdk:"rotation_requested"`
	Hold              *tfkit.Hold       `tfsdk:"hold"`
	Quarantine        *tfkit.Quarantine `tfsdk:"quarantine"`
	LastUsedAt        types.String      `tfsdk:"last_used_at"`
}

func dataAttributes() map[string]schema.Attribute {
	attributes := tfkit.CommonDataAttributes(api.ScopedTokens)
	attributes["owner"] = tfkit.DataOwner()
	attributes["connector_id"] = schema.StringAttribute{
		Computed: true, MarkdownDescription: "Id of the connector that the token is for.",
	}
	attributes["scopes"] = schema.SetAttribute{
		Computed:            true,
		ElementType:         types.StringType,
		MarkdownDescription: "What the token may do. What counts is what the connector's `allowed_scopes` cover of it.",
	}
	attributes["allowed_cidrs"] = schema.SetAttribute{
		Computed:            true,
		ElementType:         types.StringType,
		MarkdownDescription: "Address ranges from which the token is accepted; null for everywhere.",
	}
	attributes["expires_at"] = schema.StringAttribute{
		Computed: true, MarkdownDescription: "When every version of the token ends (RFC 3339); null for never.",
	}
	attributes["rotation_policy_id"] = schema.StringAttribute{
		Computed: true, MarkdownDescription: "Id of its rotation policy; null for none.",
	}
	attributes["rate_limit_per_minute"] = schema.Int64Attribute{
		Computed: true, MarkdownDescription: "How many uses of the token are accepted in a minute; null for no limit.",
	}
	attributes["unused_expiry"] = schema.StringAttribute{
		Computed: true,
		MarkdownDescription: "Unused for so long, the token is put in quarantine; null for as the environment policy " +
			"says.",
	}
	attributes["rotate_when_changed"] = schema.MapAttribute{
		Computed:            true,
		ElementType:         types.StringType,
		MarkdownDescription: "Values whose change requests a rotation.",
	}
	attributes["minimum_version"] = schema.Int64Attribute{
		Computed: true, MarkdownDescription: "No version below this number is valid; null for no limit.",
	}
	attributes["deletion_protection"] = schema.BoolAttribute{
		Computed: true, MarkdownDescription: "Whether the platform refuses to delete it.",
	}
	attributes["certified_until"] = tfkit.DataCertifiedUntil()
	attributes["handover"] = schema.Int64Attribute{Computed: true, MarkdownDescription: rotate.HandoverText}
	attributes["version"] = schema.Int64Attribute{Computed: true, MarkdownDescription: rotate.VersionText}
	attributes["rotation"] = rotate.DataAttribute()
	attributes["rotation_requested"] = schema.BoolAttribute{
		Computed:            true,
		MarkdownDescription: "Whether a rotation was requested that falls due as soon as the phase is stable.",
	}
	attributes["hold"] = tfkit.DataHold("Set while someone has put the token on hold: no step of a rotation is " +
		"taken. Null otherwise.")
	attributes["quarantine"] = tfkit.DataQuarantine()
	attributes["last_used_at"] = schema.StringAttribute{
		Computed:            true,
		MarkdownDescription: "When any version of it was last used, to the second (RFC 3339); null for never.",
	}
	return attributes
}

func flattenData(_ context.Context, t *api.ScopedToken, diags *diag.Diagnostics) dataModel {
	tfkit.WarnQuarantine(api.ScopedTokens, t.ID, t.Name, t.Quarantine, diags)
	tfkit.WarnUnused(api.ScopedTokens, t.Name, t.UnusedQuarantineAt, t.LastUsedAt, diags)
	return dataModel{
		metadata:          flatten(t, metadata{}, diags).metadata,
		RotationRequested: types.BoolValue(t.RotationRequested),
		Hold:              tfkit.FlattenHold(t.Hold), Quarantine: tfkit.FlattenQuarantine(t.Quarantine),
		LastUsedAt: tfkit.TimeValue(t.LastUsedAt),
	}
}
