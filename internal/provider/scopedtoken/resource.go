// Package scopedtoken has everything of quickconnect_scoped_token: the managed resource with its plan-driven rotation, the
// ephemeral resource that reads the value, and the data source.
package scopedtoken

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
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
	t, err := c.CreateScopedToken(ctx, plan.expand(), client.NewKey())
	if err != nil {
		r.Report(&resp.Diagnostics, err, plan.subject())
		return
	}
	remember(ctx, resp.Private, t, &resp.Diagnostics)
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
	t, err := c.ScopedToken(ctx, state.ID.ValueString())
	if client.IsNotFound(err) {
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		r.Report(&resp.Diagnostics, err, state.subject())
		return
	}
	remember(ctx, resp.Private, t, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, flatten(ctx, t, state.ExpiresAt, &resp.Diagnostics))...)
}

// Update changes the attributes and then takes the step that was planned; see update.go.
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
	(&update{resource: r, client: c, plan: plan, state: state, resp: resp}).run(ctx)
}

// Delete deletes the token, in any phase; every value of it is refused from then on.
func (r *tokenResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	c := r.ClientFor(state.Tenant, state.Environment, &resp.Diagnostics)
	if c == nil {
		return
	}
	err := c.DeleteScopedToken(ctx, state.ID.ValueString(), client.NewKey())
	if err != nil && !client.IsNotFound(err) {
		r.Report(&resp.Diagnostics, err, state.subject())
	}
}

// ImportState takes the token's id or its name.
func (r *tokenResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	c := r.Client(&resp.Diagnostics)
	if c == nil {
		return
	}
	t, err := tfkit.Find(ctx, req.ID, "tok_", c.ScopedToken, c.ScopedTokenByName)
	if err != nil {
		r.Report(&resp.Diagnostics, err, tfkit.Subject{Type: typeName})
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), t.ID)...)
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
