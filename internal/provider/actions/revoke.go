package actions

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// revoke ends versions of a credential at once.
type revoke struct{ base }

func newRevoke() action.Action {
	return &revoke{base{name: "revoke", permission: api.PermissionContain}}
}

type revokeModel struct {
	ID     types.String `tfsdk:"id"`
	Below  types.Int64  `tfsdk:"below"`
	Hold   types.Bool   `tfsdk:"hold"`
	Reason types.String `tfsdk:"reason"`
}

func (r *revoke) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: r.text("Ends versions of a credential at once, after a leak. What still uses them is " +
			"refused from the next request on. The next plan issues a new version of a scoped token or a signing secret, " +
			"unless it is on hold. Where nothing is valid that could end, nothing changes, and the action says so."),
		Attributes: map[string]schema.Attribute{
			"id": idAttribute(containable(), "Id of the connector, the scoped token or the signing secret."),
			"below": schema.Int64Attribute{
				Optional: true,
				MarkdownDescription: "End only the versions with a lower number than this, at least 2. Every version " +
					"ends where it is absent.",
				Validators: []validator.Int64{int64validator.AtLeast(2)},
			},
			"hold": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Also put the credential on hold, so that nothing is reissued until it is released. " +
					"Default: false.",
			},
			"reason": reasonAttribute(),
		},
	}
}

func (r *revoke) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var m revokeModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	t, before, ok := r.find(ctx, m.ID.ValueString(), &resp.Diagnostics)
	if !ok {
		return
	}
	if !before.valid && (!m.Hold.ValueBool() || before.hold != nil) {
		says(resp, "The %s %q has no valid version. Nothing was changed.", before.kind.Singular, before.name)
		return
	}
	now, err := t.revoke(ctx, api.RevokeRequest{
		All: m.Below.IsNull(), Below: m.Below.ValueInt64Pointer(), Hold: m.Hold.ValueBool(), Reason: m.Reason.ValueString(),
	})
	if err != nil {
		r.report(&resp.Diagnostics, err)
		return
	}
	switch {
	case m.Below.IsNull():
		says(resp, "Every version of %s %q is revoked.", now.kind.Singular, now.name)
	default:
		says(resp, "No version of %s %q below %d is valid.", now.kind.Singular, now.name, m.Below.ValueInt64())
	}
	if now.hold != nil {
		says(resp, "The %s %q is on hold: nothing is reissued until it is released.", now.kind.Singular, now.name)
	}
}

var (
	_ action.ActionWithConfigure  = &revoke{}
	_ action.ActionWithModifyPlan = &revoke{}
)
