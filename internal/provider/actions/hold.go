package actions

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// hold sets or ends a hold.
type hold struct {
	base
	release bool
}

func newHold() action.Action {
	return &hold{base: base{name: "hold", permission: api.PermissionContain}}
}

func newRelease() action.Action {
	return &hold{base: base{name: "release", permission: api.PermissionContain}, release: true}
}

type holdModel struct {
	ID     types.String `tfsdk:"id"`
	Reason types.String `tfsdk:"reason"`
}

func (h *hold) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	does := "Puts a credential on hold: no step of a rotation is taken, and nothing is reissued, until it is released. " +
		"The versions that are valid stay so. Where it is on hold already, nothing changes, and the action says so."
	if h.release {
		does = "Ends the hold of a credential: its rotation goes on with the next plan. Where it is not on hold, nothing " +
			"changes, and the action says so."
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: h.text(does),
		Attributes: map[string]schema.Attribute{
			"id":     idAttribute(containable(), "Id of the connector, the scoped token or the signing secret."),
			"reason": reasonAttribute(),
		},
	}
}

func (h *hold) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var m holdModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	t, now, ok := h.find(ctx, m.ID.ValueString(), &resp.Diagnostics)
	if !ok {
		return
	}
	var err error
	switch {
	case h.release && now.hold == nil:
		says(resp, "The %s %q is not on hold. Nothing was changed.", now.kind.Singular, now.name)
		return
	case !h.release && now.hold != nil:
		says(resp, "The %s %q is on hold already, since %s (%s). Nothing was changed.", now.kind.Singular, now.name,
			now.hold.At.Format("2006-01-02 15:04 MST"), now.hold.Reason)
		return
	case h.release:
		now, err = t.release(ctx, m.Reason.ValueString())
	default:
		now, err = t.hold(ctx, m.Reason.ValueString())
	}
	if err != nil {
		h.report(&resp.Diagnostics, err)
		return
	}
	if h.release {
		says(resp, "The hold of %s %q has ended.", now.kind.Singular, now.name)
		return
	}
	says(resp, "The %s %q is on hold.", now.kind.Singular, now.name)
}

var (
	_ action.ActionWithConfigure  = &hold{}
	_ action.ActionWithModifyPlan = &hold{}
)
