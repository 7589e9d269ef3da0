// Package scopedtoken has everything of quickconnect_scoped_token: the managed resource with its plan-driven rotation, the
// ephemeral resource that reads the value, and the data source.
package scopedtoken

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit/rotationplan"
)

const typeName = "quickconnect_scoped_token"

// tokenResource is the managed resource.
type tokenResource struct{ tfkit.ResourceBase }

// NewResource makes the resource for the provider's list.
func NewResource() resource.Resource { return &tokenResource{} }

// Metadata names the type.
func (r *tokenResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = typeName
}

// Create makes the token and its first version.
func (r *tokenResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	c := r.Client(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	t, err := c.ScopedTokens().Create(ctx, plan.expand())
	if err != nil {
		r.Report(&resp.Diagnostics, err, plan.subject())
		return
	}
	look(t).Notes.Store(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan.planned(ctx, flatten(ctx, t, plan.ExpiresAt, &resp.Diagnostics), &resp.Diagnostics))...)
}

// Read copies the token into the state. Only the platform's own "not found", under the identity that the state names, removes it.
func (r *tokenResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	c := r.ClientFor(state.Tenant, state.Environment, &resp.Diagnostics)
	if c == nil {
		return
	}
	t, err := c.ScopedTokens().Get(ctx, state.ID.ValueString())
	if client.IsNotFound(err) {
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		r.Report(&resp.Diagnostics, err, state.subject())
		return
	}
	look(t).Notes.Store(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, flatten(ctx, t, state.ExpiresAt, &resp.Diagnostics))...)
}

// Update changes the attributes and then takes the step that was planned.
func (r *tokenResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	c := r.ClientFor(state.Tenant, state.Environment, &resp.Diagnostics)
	if c == nil {
		return
	}
	id := state.ID.ValueString()
	change := rotationplan.Decide(ctx, noun, state.Name.ValueString(), state.rotating(), plan.rotating(), rotationplan.Supply{},
		rotationplan.LoadNotes(ctx, req.Private, &resp.Diagnostics), &resp.Diagnostics)
	run := &rotationplan.Update[api.ScopedToken]{
		Change: change, Diags: &resp.Diagnostics, Look: look,
		Patch: func(ctx context.Context, w client.Write) (*api.ScopedToken, error) {
			in := plan.patch(state)
			in.RotationRequested = change.Requests()
			if in == (api.ScopedTokenPatch{}) {
				return nil, nil
			}
			return c.ScopedTokens().Patch(ctx, id, in, w)
		},
		Step: func(ctx context.Context, verb string, w client.Write) (*api.ScopedToken, error) {
			return c.ScopedTokens().Step(ctx, id, verb, api.StepRequest{}, w)
		},
		Keep: func(ctx context.Context, t *api.ScopedToken) {
			look(t).Notes.Store(ctx, resp.Private, &resp.Diagnostics)
			resp.Diagnostics.Append(resp.State.Set(ctx, flatten(ctx, t, plan.ExpiresAt, &resp.Diagnostics))...)
		},
		Fail: func(err error) { r.Report(&resp.Diagnostics, err, plan.subject()) },
	}
	answer, ok := run.Run(ctx)
	if !ok {
		return
	}
	if answer == nil {
		resp.Diagnostics.Append(resp.State.Set(ctx, plan.planned(ctx, state, &resp.Diagnostics))...)
		return
	}
	next := plan.planned(ctx, flatten(ctx, answer, plan.ExpiresAt, &resp.Diagnostics), &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, next)...)
	if a := look(answer); a.Vouches(ctx, next.Version, next.Rotation, &resp.Diagnostics) {
		a.Notes.Store(ctx, resp.Private, &resp.Diagnostics)
	}
}

// Delete deletes the token, in any phase; every value of it is refused from then on.
func (r *tokenResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	tfkit.Remove(ctx, &r.ResourceBase, req, resp, tfkit.Subject{Type: typeName}, (*client.Client).ScopedTokens)
}

// ImportState takes a name or an id.
func (r *tokenResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	tfkit.Import(ctx, &r.ResourceBase, req, resp, typeName, "tok_", (*client.Client).ScopedTokens)
}

func (m model) subject() tfkit.Subject {
	return tfkit.Subject{Type: typeName, Name: m.Name.ValueString(), Sent: map[string][]string{
		"scopes": tfkit.StringSlice(m.Scopes), "allowed_cidrs": tfkit.StringSlice(m.AllowedCIDRs),
	}}
}

var (
	_ resource.ResourceWithConfigure      = &tokenResource{}
	_ resource.ResourceWithModifyPlan     = &tokenResource{}
	_ resource.ResourceWithImportState    = &tokenResource{}
	_ resource.ResourceWithValidateConfig = &tokenResource{}
)
