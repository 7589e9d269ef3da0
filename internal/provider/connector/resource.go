package connector

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
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

// reading is how a connector is read.
var reading = tfkit.Reading[api.Connector, model]{
	Reads:   func(c *client.Client) tfkit.Refreshes[api.Connector] { return c.Connectors() },
	Common:  func(m model) tfkit.Common { return m.Common },
	Subject: model.subject,
	Observe: func(
		ctx context.Context, found *api.Connector, state model, private tfkit.Private, diags *diag.Diagnostics,
	) model {
		tfkit.WarnDeleting(kind, found.ID, found.Name, found.Deletion, diags)
		tfkit.WarnUses(kind, found.Name, found.Uses, diags)
		warnConsent(found, diags)
		tfkit.WarnQuarantine(api.Connectors, found.ID, found.Name, found.Quarantine, diags)
		tfkit.WarnUnused(api.Connectors, found.Name, found.UnusedQuarantineAt, nil, diags)
		tfkit.WarnCertification(kind, found.Object, found.Owner, found.Certification, diags)
		tfkit.WarnFindings(api.Connectors, found.ID, found.Name, found.Findings, diags)
		tfkit.StorePrivate(ctx, private, heldKey, found.Hold, diags)
		tfkit.StorePrivate(ctx, private, keyPreviousUse, previousUseOf(found), diags)
		appliedOf(found).StoreImported(ctx, private, private, diags)
		return read(found, state)
	},
	Note: func(s *tfkit.Session, m model) { s.ReadAllowedScopes(m.ID, m.AllowedScopes) },
}

func (r *connectorResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	reading.Read(ctx, &r.ResourceBase, req, resp)
}

func (r *connectorResource) Unchanged(ctx context.Context, has tfkit.Stored) (after context.Context, identity []byte) {
	return reading.Unchanged(ctx, &r.ResourceBase, r, has)
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
