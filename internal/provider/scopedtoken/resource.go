// Package scopedtoken has quickconnect_scoped_token: the managed resource with its plan-driven rotation, the ephemeral
// resource that reads the value, and the data source.
package scopedtoken

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/rotate"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

type tokenResource struct{ tfkit.ResourceBase }

// NewResource makes the managed resource.
func NewResource() resource.Resource { return &tokenResource{} }

func (r *tokenResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = kind.Terraform
}

func (r *tokenResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	c := r.Client(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	t := tfkit.Create(ctx, &r.ResourceBase, resp, plan.subject(), plan.expand(),
		c.ScopedTokens().CreateClaimed)
	if t == nil {
		return
	}
	snapshotOf(t).Notes.Store(ctx, resp.Private, &resp.Diagnostics)
	next := plan.planned(ctx, flatten(t, plan.metadata, &resp.Diagnostics), &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, next)...)
}

// reading is how a token is read.
var reading = tfkit.Reading[api.ScopedToken, model]{
	Reads:   func(c *client.Client) tfkit.Refreshes[api.ScopedToken] { return c.ScopedTokens() },
	Common:  func(m model) tfkit.Common { return m.Common },
	Subject: model.subject,
	Observe: func(
		ctx context.Context, t *api.ScopedToken, state model, private tfkit.Private, diags *diag.Diagnostics,
	) model {
		snapshotOf(t).Notes.Store(ctx, private, diags)
		rotate.WarnPaused(kind, t.Name, t.Rotation, diags)
		tfkit.WarnQuarantine(api.ScopedTokens, t.ID, t.Name, t.Quarantine, diags)
		tfkit.WarnFindings(api.ScopedTokens, t.ID, t.Name, t.Findings, diags)
		tfkit.WarnUnused(api.ScopedTokens, t.Name, t.UnusedQuarantineAt, t.LastUsedAt, diags)
		tfkit.WarnUses(kind.Kind, t.Name, t.Uses, diags)
		tfkit.WarnCertification(kind.Kind, t.Object, t.Owner, t.Certification, diags)
		return read(t, state, diags)
	},
}

func (r *tokenResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	reading.Read(ctx, &r.ResourceBase, req, resp)
}

func (r *tokenResource) Unchanged(ctx context.Context, has tfkit.Stored) (after context.Context, identity []byte) {
	return reading.Unchanged(ctx, &r.ResourceBase, r, has)
}

// Update changes the attributes and then takes the step that was planned.
func (r *tokenResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	c := r.ClientToUpdate(ctx, req, resp, state.Common)
	if c == nil {
		return
	}
	id, notes := state.ID.ValueString(), rotate.LoadNotes(ctx, req.Private, &resp.Diagnostics)
	change := rotate.Decide(ctx, kind, state.rotated(), plan.rotated(), rotate.Supply{}, notes, &resp.Diagnostics)
	step, ok := change.Start(&resp.Diagnostics)
	if !ok {
		return
	}

	var t *api.ScopedToken // the last answer
	in := plan.expandPatch(state)
	in.RotationRequested = change.Requests()
	if in != (api.ScopedTokenPatch{}) {
		var err error
		if t, err = c.ScopedTokens().Patch(ctx, id, in, client.Write{IfMatch: change.PatchIfMatch()}); err != nil {
			r.Report(&resp.Diagnostics, err, plan.subject())
			return
		}
		if change.Steps() {
			storePatched(ctx, resp, plan, t)
			if step, ok = change.Resume(step, snapshotOf(t), &resp.Diagnostics); !ok {
				return
			}
		}
	}

	if step.Verb != "" {
		stepped, err := c.ScopedTokens().
			Step(ctx, id, step.Verb, api.StepRequest{}, client.Write{IfMatch: step.IfMatch})
		if err != nil {
			r.Report(&resp.Diagnostics, err, plan.subject())
			if t != nil {
				change.StepFailed(step, &resp.Diagnostics)
			}
			return
		}
		t = stepped
	}

	if t != nil {
		r.NotePlatform(ctx, resp.Private, &resp.Diagnostics)
	}
	storeUpdated(ctx, resp, plan, state, t)
}

// storePatched stores what the platform has before a step that can still fail.
func storePatched(ctx context.Context, resp *resource.UpdateResponse, plan model, t *api.ScopedToken) {
	snapshotOf(t).Notes.Store(ctx, resp.Private, &resp.Diagnostics)
	now := flatten(t, plan.metadata, &resp.Diagnostics)
	now.NamePrefix = plan.NamePrefix
	resp.Diagnostics.Append(resp.State.Set(ctx, now)...)
}

// storeUpdated stores what an update leaves; the answer is nil where no call was made.
func storeUpdated(ctx context.Context, resp *resource.UpdateResponse, plan, state model, t *api.ScopedToken) {
	if t == nil {
		resp.Diagnostics.Append(resp.State.Set(ctx, plan.planned(ctx, state, &resp.Diagnostics))...)
		return
	}
	next := plan.planned(ctx, flatten(t, plan.metadata, &resp.Diagnostics), &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, next)...)
	if answer := snapshotOf(t); answer.Matches(ctx, next.Model, &resp.Diagnostics) {
		answer.Notes.Store(ctx, resp.Private, &resp.Diagnostics)
	}
}

func (r *tokenResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	tfkit.Remove(ctx, &r.ResourceBase, req, resp, tfkit.Subject{Type: kind.Terraform}, (*client.Client).ScopedTokens)
}

func (r *tokenResource) ImportState(
	ctx context.Context,
	req resource.ImportStateRequest,
	resp *resource.ImportStateResponse,
) {
	tfkit.Import(ctx, &r.ResourceBase, req, resp, kind.Kind, (*client.Client).ScopedTokens)
}

var (
	_ resource.ResourceWithIdentity       = (*tokenResource)(nil)
	_ resource.ResourceWithConfigure      = &tokenResource{}
	_ resource.ResourceWithModifyPlan     = &tokenResource{}
	_ resource.ResourceWithImportState    = &tokenResource{}
	_ resource.ResourceWithValidateConfig = &tokenResource{}
)
