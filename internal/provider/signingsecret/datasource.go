package signingsecret

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
var sources = tfkit.DataSources[api.SigningSecret, dataModel]{
	Kind: api.SigningSecrets,
	Text: "The metadata of a webhook signing secret, by its id or its name: who owns it, how old it is, " +
		"its public keys. It never has the secret.",
	Attributes: dataAttributes,
	Filters: func() map[string]schema.Attribute {
		return map[string]schema.Attribute{
			"owner": tfkit.FilterOwner(), "endpoint_id": tfkit.FilterReference(api.WebhookEndpoints),
		}
	},
	Reads:   func(c *client.Client) tfkit.Reads[api.SigningSecret] { return c.SigningSecrets() },
	Flatten: flattenData,
}

// NewDataSource makes the data source that reads one signing secret.
func NewDataSource() datasource.DataSource { return sources.One() }

// NewListDataSource makes the data source that lists signing secrets.
func NewListDataSource() datasource.DataSource { return sources.List() }

type dataModel struct {
	tfkit.Common
	Owner            types.String      `tfsdk:"owner"`
	EndpointID       types.String      `tfsdk:"endpoint_id"`
	Algorithm        types.String      `tfsdk:"algorithm"`
	PublicKeys       types.List        `tfsdk:"public_keys"`
	RotationPolicyID types.String      `tfsdk:"rotation_policy_id"`
	Version          types.Int64       `tfsdk:"version"`
	Handover         types.Int64       `tfsdk:"handover"`
	Rotation         types.Object      `tfsdk:"rotation"`
	Hold             *tfkit.Hold       `tfsdk:"hold"`
	Quarantine       *tfkit.Quarantine `tfsdk:"quarantine"`
	LastUsedAt       types.String      `tfsdk:"last_used_at"`
	CertifiedUntil   types.String      `tfsdk:"certified_until"`
}

func dataAttributes() map[string]schema.Attribute {
	attributes := tfkit.CommonDataAttributes(api.SigningSecrets)
	attributes["owner"] = tfkit.DataOwner()
	attributes["endpoint_id"] = schema.StringAttribute{
		Computed: true, MarkdownDescription: "Id of the webhook endpoint whose deliveries it signs.",
	}
	attributes["algorithm"] = schema.StringAttribute{
		Computed: true, MarkdownDescription: "`hmac-sha256` or `ed25519`.",
	}
	attributes["public_keys"] = schema.ListAttribute{
		Computed: true, ElementType: types.StringType,
		MarkdownDescription: "The public keys (`whpk_…`) of the valid versions, the newest first; null unless " +
			"`algorithm` is `ed25519`.",
	}
	attributes["rotation_policy_id"] = schema.StringAttribute{
		Computed: true, MarkdownDescription: "Id of its rotation policy.",
	}
	attributes["version"] = schema.Int64Attribute{Computed: true, MarkdownDescription: rotate.VersionText}
	attributes["handover"] = schema.Int64Attribute{Computed: true, MarkdownDescription: rotate.HandoverText}
	attributes["rotation"] = rotate.DataAttribute()
	attributes["hold"] = tfkit.DataHold("Set while someone has put the signing secret on hold: no step of a rotation is " +
		"taken. Null otherwise.")
	attributes["quarantine"] = tfkit.DataQuarantine()
	attributes["certified_until"] = tfkit.DataCertifiedUntil()
	attributes["last_used_at"] = schema.StringAttribute{
		Computed: true, MarkdownDescription: "When it last signed an accepted delivery (RFC 3339); null for never.",
	}
	return attributes
}

func flattenData(_ context.Context, s *api.SigningSecret, diags *diag.Diagnostics) dataModel {
	tfkit.WarnQuarantine(api.SigningSecrets, s.ID, s.Name, s.Quarantine, diags)
	tfkit.WarnUnused(api.SigningSecrets, s.Name, s.UnusedQuarantineAt, s.LastUsedAt, diags)
	m := flatten(s, types.StringNull(), diags)
	return dataModel{
		Common: m.Common, Owner: m.Owner, EndpointID: m.EndpointID, Algorithm: m.Algorithm, PublicKeys: m.PublicKeys,
		RotationPolicyID: m.RotationPolicyID, Version: m.Version, Handover: m.Handover, Rotation: m.Rotation,
		Hold:       tfkit.FlattenHold(s.Hold),
		Quarantine: tfkit.FlattenQuarantine(s.Quarantine), LastUsedAt: tfkit.TimeValue(s.LastUsedAt),
		CertifiedUntil: m.CertifiedUntil,
	}
}
