package sink

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// secretResource behaves as well-made sinks do: it sends the write-only value when its version number changes, and
// never otherwise.
type secretResource struct{}

type secretModel struct {
	Path           types.String `tfsdk:"path"`
	KeepsState     types.Bool   `tfsdk:"keeps_state"`
	Value          types.String `tfsdk:"value"`
	ValueWO        types.String `tfsdk:"value_wo"`
	ValueWOVersion types.Int64  `tfsdk:"value_wo_version"`
}

func (secretResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "sink_secret"
}

func (secretResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"path": schema.StringAttribute{
			Required:      true,
			Description:   "The file to which every delivery is appended.",
			PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
		},
		"keeps_state": schema.BoolAttribute{
			Optional: true,
			Description: "Store the planned state even if the update fails, as a provider on the older plugin SDK does by " +
				"default: the state then has a number whose value the sink never got.",
		},
		"value": schema.StringAttribute{
			Optional: true, Sensitive: true,
			Description: "The secret as older configurations give it: it is in the state, and is sent when it changes.",
		},
		"value_wo":         schema.StringAttribute{Optional: true, WriteOnly: true, Description: "The secret."},
		"value_wo_version": schema.Int64Attribute{Optional: true, Description: "value_wo is sent when this changes."},
	}}
}

func (secretResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan, config secretModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if deliver(plan, config, &resp.Diagnostics) {
		resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	}
}

func (secretResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, config secretModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if deliver(plan, config, &resp.Diagnostics) || plan.KeepsState.ValueBool() {
		resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	}
}

func (secretResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state secretModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if _, err := os.Stat(state.Path.ValueString()); errors.Is(err, fs.ErrNotExist) {
		resp.State.RemoveResource(ctx)
	}
}

func (secretResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state secretModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if err := os.Remove(state.Path.ValueString()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		resp.Diagnostics.AddError("The sink's file cannot be removed", err.Error())
	}
}

func deliver(plan, config secretModel, diags *diag.Diagnostics) bool {
	d := Delivery{Version: plan.ValueWOVersion.ValueInt64()}
	d.Value = config.ValueWO.ValueStringPointer()
	if !plan.Value.IsNull() {
		d.Value = plan.Value.ValueStringPointer()
	}
	if err := appendDelivery(filepath.Clean(plan.Path.ValueString()), d); err != nil {
		diags.AddError("The sink's file cannot be written", err.Error())
		return false
	}
	return true
}
