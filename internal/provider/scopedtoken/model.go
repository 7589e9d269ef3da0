package scopedtoken

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/rotate"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

// metadata is the part that resource and data sources share.
type metadata struct {
	tfkit.Common
	rotate.Model
	ConnectorID  types.String `tfsdk:"connector_id"`
	Scopes       types.Set    `tfsdk:"scopes"`
	AllowedCIDRs types.Set    `tfsdk:"allowed_cidrs"`
	ExpiresAt    types.String `tfsdk:"expires_at"`

	RateLimitPerMinute types.Int64  `tfsdk:"rate_limit_per_minute"`
	UnusedExpiry       types.String `tfsdk:"unused_expiry"`
}

// model is the resource.
type model struct {
	metadata
	NamePrefix types.String `tfsdk:"name_prefix"`
}

func (m model) subject() tfkit.Subject {
	return tfkit.Subject{Type: kind.Terraform, Name: tfkit.NameOf(m.Name, m.NamePrefix), Sent: map[string][]string{
		"scopes": tfkit.StringSlice(m.Scopes), "allowed_cidrs": tfkit.StringSlice(m.AllowedCIDRs),
	}}
}

// rotated is the part of a plan or a state that decides about a step.
func (m model) rotated() rotate.Object {
	return rotate.Object{Common: m.Common, NamePrefix: m.NamePrefix, Model: m.Model, ExpiresAt: m.ExpiresAt}
}

func (m model) expand() api.ScopedTokenCreate {
	return api.ScopedTokenCreate{
		RotatedCreate:    m.rotated().Expand(),
		ConnectorID:      m.ConnectorID.ValueString(),
		Scopes:           tfkit.StringSlice(m.Scopes),
		AllowedCIDRs:     tfkit.StringSlice(m.AllowedCIDRs),
		ExpiresAt:        m.ExpiresAt.ValueStringPointer(),
		RotationPolicyID: m.RotationPolicyID.ValueStringPointer(),

		RateLimitPerMinute: m.RateLimitPerMinute.ValueInt64Pointer(),
		UnusedExpiry:       m.UnusedExpiry.ValueStringPointer(),
	}
}

// expandPatch has what differs from the state; it is the zero value where nothing does.
func (m model) expandPatch(state model) api.ScopedTokenPatch {
	return api.ScopedTokenPatch{
		RotatedPatch:     m.rotated().ExpandPatch(state.rotated()),
		Scopes:           tfkit.ChangedSet(m.Scopes, state.Scopes),
		AllowedCIDRs:     tfkit.ChangedSet(m.AllowedCIDRs, state.AllowedCIDRs),
		ExpiresAt:        tfkit.ChangedString(m.ExpiresAt, state.ExpiresAt),
		RotationPolicyID: tfkit.ChangedString(m.RotationPolicyID, state.RotationPolicyID),

		RateLimitPerMinute: tfkit.ChangedInt64(m.RateLimitPerMinute, state.RateLimitPerMinute),
		UnusedExpiry:       tfkit.ChangedString(m.UnusedExpiry, state.UnusedExpiry),
	}
}

// flatten keeps dates as they are written in the state or the plan, as long as they mean the same moment.
func flatten(t *api.ScopedToken, written metadata, diags *diag.Diagnostics) model {
	m := model{metadata: metadata{
		Common:       tfkit.Flatten(t.Object),
		Model:        rotate.Flatten(t.Rotated, t.RotationPolicyID, diags),
		ConnectorID:  types.StringValue(t.ConnectorID),
		Scopes:       tfkit.SetValue(t.Scopes),
		AllowedCIDRs: tfkit.SetValue(t.AllowedCIDRs),
		ExpiresAt:    tfkit.AsWritten(t.ExpiresAt, written.ExpiresAt),

		RateLimitPerMinute: types.Int64PointerValue(t.RateLimitPerMinute),
		UnusedExpiry:       types.StringPointerValue(t.UnusedExpiry),
	}}
	m.CertifiedUntil = tfkit.AsWritten(t.CertifiedUntil, written.CertifiedUntil)
	return m
}

// read is what Read stores over a state. Over the zero value it is what an import begins with.
func read(t *api.ScopedToken, state model, diags *diag.Diagnostics) model {
	next := flatten(t, state.metadata, diags)
	next.Common = next.ReadOver(state.Common)
	next.NamePrefix = tfkit.ReadPrefix(state.NamePrefix)
	return next
}

// planned is what is stored after a write: what the plan shows, and from the answer what the plan left open. Terraform
// takes any other difference for a bug of the provider; what has moved meanwhile shows at the next read.
func (m model) planned(ctx context.Context, answered model, diags *diag.Diagnostics) model {
	m.Common = m.Common.Planned(answered.Common)
	m.Model = m.Model.Planned(ctx, answered.Model, diags)
	return m
}

// snapshotOf is the part of an answer that matters to a step.
func snapshotOf(t *api.ScopedToken) rotate.Snapshot {
	return rotate.Snapshot{
		Version: t.Version, Rotation: t.Rotation,
		Notes: rotate.Notes{Etag: t.Etag, Hold: t.Hold, Quarantine: t.Quarantine, Versions: t.ValidVersions},
	}
}
