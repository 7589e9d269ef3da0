package environmentpolicy

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

type model struct {
	ID          types.String `tfsdk:"id"`
	Tenant      types.String `tfsdk:"tenant"`
	Environment types.String `tfsdk:"environment"`
	CreatedAt   types.String `tfsdk:"created_at"`

	ForbidWildcardScopes   types.Bool   `tfsdk:"forbid_wildcard_scopes"`
	MaxScopesPerToken      types.Int64  `tfsdk:"max_scopes_per_token"`
	ForbidUnknownScopes    types.Bool   `tfsdk:"forbid_unknown_scopes"`
	AllowedConnectorTypes  types.Set    `tfsdk:"allowed_connector_types"`
	RequireConsent         types.Bool   `tfsdk:"require_consent"`
	RequireRotationPolicy  types.Bool   `tfsdk:"require_rotation_policy"`
	MaxRotationInterval    types.Object `tfsdk:"max_rotation_interval"`
	MaxOverlap             types.String `tfsdk:"max_overlap"`
	RequireAcknowledgement types.Bool   `tfsdk:"require_acknowledgement"`
	MaxTokenLifetime       types.String `tfsdk:"max_token_lifetime"`
	MaxAccessTokenTTL      types.String `tfsdk:"max_access_token_ttl"`
	RequireCIDRs           types.Bool   `tfsdk:"require_cidrs"`
	OwnerPattern           types.String `tfsdk:"owner_pattern"`
	RequireLabels          types.Set    `tfsdk:"require_labels"`
	ForbidWeakCredentials  types.Bool   `tfsdk:"forbid_weak_credentials"`
	ForbidSecretReuse      types.Bool   `tfsdk:"forbid_secret_reuse"`
	ForbidStaticPrincipals types.Bool   `tfsdk:"forbid_static_principals"`
	MaxUnused              types.String `tfsdk:"max_unused"`
	RequireApproval        types.Set    `tfsdk:"require_approval"`
	FindingThresholds      types.Object `tfsdk:"finding_thresholds"`
	OnFinding              types.Map    `tfsdk:"on_finding"`
}

// intervals is max_rotation_interval.
type intervals struct {
	Default types.String `tfsdk:"default"`
	ByLabel []byLabel    `tfsdk:"by_label"`
}

type byLabel struct {
	Label    types.String `tfsdk:"label"`
	Value    types.String `tfsdk:"value"`
	Interval types.String `tfsdk:"interval"`
}

// common is what the requests about an object of the state go by.
func (m model) common() tfkit.Common {
	return tfkit.Common{ID: m.ID, Tenant: m.Tenant, Environment: m.Environment}
}

var subject = tfkit.Subject{Type: kind.Terraform}

// rules are the rules of a configuration that is known.
func (m model) rules(ctx context.Context, diags *diag.Diagnostics) api.EnvironmentRules {
	r := api.EnvironmentRules{
		ForbidWildcardScopes: m.ForbidWildcardScopes.ValueBool(), MaxScopesPerToken: m.MaxScopesPerToken.ValueInt64Pointer(),
		ForbidUnknownScopes:    m.ForbidUnknownScopes.ValueBool(),
		AllowedConnectorTypes:  tfkit.StringSlice(m.AllowedConnectorTypes),
		RequireConsent:         m.RequireConsent.ValueBool(),
		RequireRotationPolicy:  m.RequireRotationPolicy.ValueBool(),
		MaxOverlap:             m.MaxOverlap.ValueStringPointer(),
		RequireAcknowledgement: m.RequireAcknowledgement.ValueBool(),
		MaxTokenLifetime:       m.MaxTokenLifetime.ValueStringPointer(),
		MaxAccessTokenTTL:      m.MaxAccessTokenTTL.ValueStringPointer(),
		RequireCIDRs:           m.RequireCIDRs.ValueBool(), OwnerPattern: m.OwnerPattern.ValueStringPointer(),
		RequireLabels:         tfkit.StringSlice(m.RequireLabels),
		ForbidWeakCredentials: m.ForbidWeakCredentials.ValueBool(), ForbidSecretReuse: m.ForbidSecretReuse.ValueBool(),
		ForbidStaticPrincipals: m.ForbidStaticPrincipals.ValueBool(),
		MaxUnused:              m.MaxUnused.ValueStringPointer(),
		RequireApproval:        tfkit.StringSlice(m.RequireApproval),
		FindingThresholds:      expandThresholds(ctx, m.FindingThresholds, diags), OnFinding: tfkit.StringMap(m.OnFinding),
	}
	if m.MaxRotationInterval.IsNull() {
		return r
	}
	var in intervals
	diags.Append(m.MaxRotationInterval.As(ctx, &in, basetypes.ObjectAsOptions{})...)
	r.MaxRotationInterval = &api.RotationIntervals{Default: in.Default.ValueStringPointer()}
	for _, l := range in.ByLabel {
		r.MaxRotationInterval.ByLabel = append(r.MaxRotationInterval.ByLabel, api.LabelInterval{
			Label: l.Label.ValueString(), Value: l.Value.ValueString(), Interval: l.Interval.ValueString(),
		})
	}
	return r
}

// flatten is an answer as a state has it.
func flatten(ctx context.Context, p *api.EnvironmentPolicy, diags *diag.Diagnostics) model {
	m := model{
		ID:                   types.StringValue(p.ID),
		Tenant:               types.StringValue(p.Tenant),
		Environment:          types.StringValue(p.Environment),
		CreatedAt:            tfkit.TimeValue(&p.CreatedAt),
		ForbidWildcardScopes: types.BoolValue(p.ForbidWildcardScopes),
		MaxScopesPerToken:    types.Int64PointerValue(p.MaxScopesPerToken),
		ForbidUnknownScopes: types.BoolValue(
			p.ForbidUnknownScopes,
		),
		AllowedConnectorTypes:  tfkit.SetValue(p.AllowedConnectorTypes),
		RequireConsent:         types.BoolValue(p.RequireConsent),
		RequireRotationPolicy:  types.BoolValue(p.RequireRotationPolicy),
		MaxRotationInterval:    types.ObjectNull(intervalTypes),
		MaxOverlap:             types.StringPointerValue(p.MaxOverlap),
		RequireAcknowledgement: types.BoolValue(p.RequireAcknowledgement),
		MaxTokenLifetime:       types.StringPointerValue(p.MaxTokenLifetime),
		MaxAccessTokenTTL:      types.StringPointerValue(p.MaxAccessTokenTTL),
		RequireCIDRs:           types.BoolValue(p.RequireCIDRs),
		OwnerPattern:           types.StringPointerValue(p.OwnerPattern),
		RequireLabels:          tfkit.SetValue(p.RequireLabels),
		ForbidWeakCredentials:  types.BoolValue(p.ForbidWeakCredentials),
		ForbidSecretReuse:      types.BoolValue(p.ForbidSecretReuse),
		ForbidStaticPrincipals: types.BoolValue(p.ForbidStaticPrincipals),
		MaxUnused:              types.StringPointerValue(p.MaxUnused),
		RequireApproval:        tfkit.SetValue(p.RequireApproval),
		FindingThresholds:      flattenThresholds(ctx, p.FindingThresholds, diags), OnFinding: tfkit.MapValue(p.OnFinding),
	}
	if p.MaxRotationInterval == nil {
		return m
	}
	in := intervals{Default: types.StringPointerValue(p.MaxRotationInterval.Default)}
	for _, l := range p.MaxRotationInterval.ByLabel {
		in.ByLabel = append(in.ByLabel, byLabel{
			types.StringValue(l.Label), types.StringValue(l.Value), types.StringValue(l.Interval),
		})
	}
	var d diag.Diagnostics
	m.MaxRotationInterval, d = types.ObjectValueFrom(ctx, intervalTypes, in)
	diags.Append(d...)
	return m
}
