package connector

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit/writeonly"
)

var (
	_ resource.ResourceWithIdentity       = (*connectorResource)(nil)
	_ resource.ResourceWithConfigure      = (*connectorResource)(nil)
	_ resource.ResourceWithImportState    = (*connectorResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*connectorResource)(nil)
	_ resource.ResourceWithValidateConfig = (*connectorResource)(nil)
)

type connectorResource struct{ tfkit.ResourceBase }

// NewResource makes the managed resource.
func NewResource() resource.Resource { return &connectorResource{} }

func (r *connectorResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = kind.Terraform
}

func (r *connectorResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = resourceSchema()
}

// ValidateConfig checks the settings and the credentials of the connector's type.
func (r *connectorResource) ValidateConfig(
	ctx context.Context,
	req resource.ValidateConfigRequest,
	resp *resource.ValidateConfigResponse,
) {
	var m model
	if resp.Diagnostics.Append(req.Config.Get(ctx, &m)...); resp.Diagnostics.HasError() {
		return
	}
	// While the type is not known, or is none, only what holds for every type is checked.
	if !m.Settings.IsUnknown() {
		m.validateSettings(&resp.Diagnostics)
	}
	if !m.CredentialsWO.IsUnknown() && !m.CredentialsWO.IsNull() {
		m.validateCredentials(&resp.Diagnostics)
	}
}

// Create builds the state from the plan and the answer, because the configuration has the credentials in it.
func (r *connectorResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan, config model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	c := r.Client(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	credentials, _ := credentialsOf(config.CredentialsWO)
	created := tfkit.Create(ctx, &r.ResourceBase, resp, plan.subject(), plan.expand(credentials),
		c.Connectors().CreateClaimed)
	if created == nil {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan.planned(flatten(created)))...)
	appliedOf(created).Store(ctx, resp.Private, &resp.Diagnostics)
}

// Read removes the connector from the state only if the platform itself says not_found.
func (r *connectorResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	if resp.Diagnostics.Append(req.State.Get(ctx, &state)...); resp.Diagnostics.HasError() {
		return
	}
	c := r.ClientToRead(ctx, req, resp, state.Common)
	if c == nil {
		return
	}
	claim := tfkit.ClaimOf(ctx, req.Private, &resp.Diagnostics)
	found, err := c.Connectors().Refreshed(ctx, state.ID.ValueString(), claim)
	if r.Gone(ctx, err, req.Private, &resp.Diagnostics) {
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		r.Report(&resp.Diagnostics, err, state.subject())
		return
	}
	r.NotePlatform(ctx, resp.Private, &resp.Diagnostics)
	tfkit.WarnDeleting(kind, found.ID, found.Name, found.Deletion, &resp.Diagnostics)
	tfkit.WarnUses(kind, found.Name, found.Uses, &resp.Diagnostics)
	next := read(found, state)
	r.Session().ReadAllowedScopes(next.ID, next.AllowedScopes)
	resp.Diagnostics.Append(resp.State.Set(ctx, next)...)
	tfkit.StorePrivate(ctx, resp.Private, heldKey, found.Hold, &resp.Diagnostics)
	tfkit.StorePrivate(ctx, resp.Private, keyPreviousUse, previousUseOf(found), &resp.Diagnostics)
	appliedOf(found).StoreImported(ctx, req.Private, resp.Private, &resp.Diagnostics)
}

// Update changes the connector in place. It decides by the value that is configured now whether the credentials are
// sent.
func (r *connectorResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state, config model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if writeonly.Ignored(ctx, req.Private, &resp.Diagnostics) {
		config.CredentialsWO = types.MapNull(types.StringType)
	}
	last := writeonly.LoadApplied(ctx, req.Private, &resp.Diagnostics)
	hold := loadHold(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	c := r.ClientToUpdate(ctx, req, resp, state.Common)
	if c == nil {
		return
	}

	f, credentials := factsOf(r.Session(), config.CredentialsWO, plan, state, last)
	d, because := writeonly.Decide(f)
	// A digest that the plan shows is a promise that nothing is sent.
	sends := d != writeonly.Keep && hold == nil && plan.CredentialsDigest.IsUnknown() && credentials != nil
	if !sends {
		credentials = nil
	}
	changed, err := c.Connectors().
		Patch(ctx, state.ID.ValueString(), plan.expandPatch(state, credentials), client.Write{})
	if err != nil {
		r.Report(&resp.Diagnostics, err, plan.subject())
		return
	}
	r.NotePlatform(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan.planned(flatten(changed)))...)
	// A plan without a refresh must not speak of the credentials that were replaced now.
	tfkit.StorePrivate(ctx, resp.Private, keyPreviousUse, previousUseOf(changed), &resp.Diagnostics)
	// From now on the value is the one of the configuration: it was sent, adopted or found to be the same.
	if sends || because == writeonly.Adopted || writeonly.Settled(f) {
		left := appliedOf(changed)
		if !sends {
			left = left.Unsent(f)
		}
		left.Store(ctx, resp.Private, &resp.Diagnostics)
	}
}

func (r *connectorResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	tfkit.RemoveWhenUnused(ctx, &r.ResourceBase, req, resp, kind, (*client.Client).Connectors)
}

func (r *connectorResource) ImportState(
	ctx context.Context,
	req resource.ImportStateRequest,
	resp *resource.ImportStateResponse,
) {
	tfkit.Import(ctx, &r.ResourceBase, req, resp, kind, (*client.Client).Connectors)
}
