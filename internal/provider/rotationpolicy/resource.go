package rotationpolicy

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

var (
	_ resource.ResourceWithIdentity       = (*policyResource)(nil)
	_ resource.ResourceWithConfigure      = (*policyResource)(nil)
	_ resource.ResourceWithImportState    = (*policyResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*policyResource)(nil)
	_ resource.ResourceWithValidateConfig = (*policyResource)(nil)
)

type policyResource struct{ tfkit.ResourceBase }

// NewResource makes the managed resource.
func NewResource() resource.Resource { return &policyResource{} }

func (r *policyResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = kind.Terraform
}

func (r *policyResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = resourceSchema()
}

// ValidateConfig compares the durations with each other, as far as they are known.
func (r *policyResource) ValidateConfig(
	ctx context.Context,
	req resource.ValidateConfigRequest,
	resp *resource.ValidateConfigResponse,
) {
	var m managed
	if resp.Diagnostics.Append(req.Config.Get(ctx, &m)...); resp.Diagnostics.HasError() {
		return
	}
	// An unknown value is replaced by one that is never wrong.
	valueOr := func(v types.String, otherwise string) string {
		if v.IsNull() || v.IsUnknown() {
			return otherwise
		}
		return v.ValueString()
	}
	wrong := api.CheckRotationPolicy(
		valueOr(m.Interval, "1s"),
		valueOr(m.Overlap, api.DefaultOverlap),
		valueOr(m.MaxStage, api.DefaultMaxStage),
		valueOr(m.MaxAge, ""),
		valueOr(m.OnStageTimeout, api.DefaultOnStageTimeout),
		valueOr(m.QuietPeriod, ""),
	)
	durations := map[string]types.String{
		"interval": m.Interval, "overlap": m.Overlap, "max_stage": m.MaxStage, "max_age": m.MaxAge,
		"quiet_period": m.QuietPeriod,
	}
	for _, w := range wrong {
		if v, ok := durations[w.Where]; ok {
			if _, malformed := api.ParseDuration(v.ValueString()); malformed != nil {
				continue // the attribute's own validator reports it
			}
		}
		tfkit.Invalid(&resp.Diagnostics, path.Root(w.Where), w.Err)
	}
}

// ModifyPlan refuses a state of another environment, which a plan without a refresh would not notice.
func (r *policyResource) ModifyPlan(
	ctx context.Context,
	req resource.ModifyPlanRequest,
	resp *resource.ModifyPlanResponse,
) {
	defer r.Guard(ctx, api.RotationPolicies, req, resp)
	if req.State.Raw.IsNull() {
		r.PlanHome(ctx, &resp.Plan, &resp.Diagnostics)
		return
	}
	r.BelongsHere(ctx, req.Private, req.State, &resp.Diagnostics)
}

func (r *policyResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan managed
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	c := r.Client(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	created := tfkit.Create(ctx, &r.ResourceBase, resp, plan.subject(), plan.expand(),
		c.RotationPolicies().CreateClaimed)
	if created == nil {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan.planned(flatten(created)))...)
}

// reading is how a policy is read.
var reading = tfkit.Reading[api.RotationPolicy, managed]{
	Reads:   func(c *client.Client) tfkit.Refreshes[api.RotationPolicy] { return c.RotationPolicies() },
	Common:  func(m managed) tfkit.Common { return m.Common },
	Subject: managed.subject,
	Note:    func(s *tfkit.Session, m managed) { s.NoteInterval(m.ID.ValueString(), m.Interval.ValueString()) },
	Observe: func(
		_ context.Context, p *api.RotationPolicy, state managed, _ tfkit.Private, diags *diag.Diagnostics,
	) managed {
		tfkit.WarnDeleting(kind, p.ID, p.Name, p.Deletion, diags)
		return read(p, state)
	},
}

func (r *policyResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	reading.Read(ctx, &r.ResourceBase, req, resp)
}

func (r *policyResource) Unchanged(ctx context.Context, has tfkit.Stored) (after context.Context, identity []byte) {
	return reading.Unchanged(ctx, &r.ResourceBase, r, has)
}

func (r *policyResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state managed
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.Append(req.State.Get(ctx, &state)...); resp.Diagnostics.HasError() {
		return
	}
	c := r.ClientToUpdate(ctx, req, resp, state.Common)
	if c == nil {
		return
	}
	p, err := c.RotationPolicies().Patch(ctx, state.ID.ValueString(), plan.expandPatch(state), client.Write{})
	if err != nil {
		r.Report(&resp.Diagnostics, err, plan.subject())
		return
	}
	r.NotePlatform(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan.planned(flatten(p)))...)
}

func (r *policyResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	tfkit.RemoveWhenUnused(ctx, &r.ResourceBase, req, resp, kind, (*client.Client).RotationPolicies)
}

func (r *policyResource) ImportState(
	ctx context.Context,
	req resource.ImportStateRequest,
	resp *resource.ImportStateResponse,
) {
	tfkit.Import(ctx, &r.ResourceBase, req, resp, kind, (*client.Client).RotationPolicies)
}
