// Package signingsecret has everything of quickconnect_webhook_signing_secret: the managed resource with its plan-driven rotation, and the
// ephemeral resource that reads the secret.
package signingsecret

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit/rotationplan"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit/writeonly"
)

const typeName = "quickconnect_webhook_signing_secret"

var (
	_ resource.ResourceWithConfigure      = (*secretResource)(nil)
	_ resource.ResourceWithImportState    = (*secretResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*secretResource)(nil)
	_ resource.ResourceWithValidateConfig = (*secretResource)(nil)
)

// secretResource is the managed resource.
type secretResource struct{ tfkit.ResourceBase }

// NewResource makes the resource for the provider's list.
func NewResource() resource.Resource { return &secretResource{} }

// Metadata names the type.
func (r *secretResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = typeName
}

// Create makes the signing secret and its first version. State comes from the plan and the answer: the configuration has the secret in it.
func (r *secretResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan, config model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	checkConfigured(&resp.Diagnostics, config.SecretWO)
	c := r.Client(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	created, err := c.SigningSecrets().Create(ctx, plan.expand(suppliedOf(config.SecretWO)))
	if err != nil {
		r.Report(&resp.Diagnostics, err, plan.subject())
		return
	}
	look(created).Notes.Store(ctx, resp.Private, &resp.Diagnostics)
	appliedOf(created).Store(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan.planned(ctx, flatten(ctx, created, &resp.Diagnostics), &resp.Diagnostics))...)
}

// Read copies the signing secret into the state. Only the platform's own "not found", under the identity that the state names, removes it.
func (r *secretResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	c := r.ClientFor(state.Tenant, state.Environment, &resp.Diagnostics)
	if c == nil {
		return
	}
	found, err := c.SigningSecrets().Get(ctx, state.ID.ValueString())
	if client.IsNotFound(err) {
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		r.Report(&resp.Diagnostics, err, state.subject())
		return
	}
	look(found).Notes.Store(ctx, resp.Private, &resp.Diagnostics)
	appliedOf(found).StoreImported(ctx, req.Private, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, flatten(ctx, found, &resp.Diagnostics))...)
}

// Update changes the attributes and then takes the step that was planned, or the one that the value which is configured now calls for.
func (r *secretResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state, config model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	checkConfigured(&resp.Diagnostics, config.SecretWO)
	last := writeonly.LoadApplied(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	c := r.ClientFor(state.Tenant, state.Environment, &resp.Diagnostics)
	if c == nil {
		return
	}
	id := state.ID.ValueString()
	facts := factsOf(r.Platform(), config.SecretWO, plan.SecretWOVersion, state, last)
	notes := rotationplan.LoadNotes(ctx, req.Private, &resp.Diagnostics)
	supply := supplyOf(facts, notes)
	if !plan.SecretDigest.IsUnknown() {
		supply.New, supply.Unsure, supply.Barred = false, false, false // a digest that the plan shows is a promise that nothing is sent
	}
	change := rotationplan.Decide(ctx, noun, state.Name.ValueString(), state.rotating(), plan.rotating(), supply, notes, &resp.Diagnostics)
	supplied := suppliedOf(config.SecretWO)
	run := &rotationplan.Update[api.SigningSecret]{
		Change: change, Diags: &resp.Diagnostics, Look: look,
		Patch: func(ctx context.Context, w client.Write) (*api.SigningSecret, error) {
			in := plan.patch(state)
			in.RotationRequested = change.Requests()
			if in == (api.SigningSecretPatch{}) {
				return nil, nil
			}
			if change.SuppliesInPatch() {
				in.Secret = supplied
			}
			return c.SigningSecrets().Patch(ctx, id, in, w)
		},
		Step: func(ctx context.Context, verb string, w client.Write) (*api.SigningSecret, error) {
			var in api.StepRequest
			if change.Supplies() {
				in.Secret = supplied
			}
			return c.SigningSecrets().Step(ctx, id, verb, in, w)
		},
		Keep: func(ctx context.Context, s *api.SigningSecret) {
			look(s).Notes.Store(ctx, resp.Private, &resp.Diagnostics)
			resp.Diagnostics.Append(resp.State.Set(ctx, flatten(ctx, s, &resp.Diagnostics))...)
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
	next := plan.planned(ctx, flatten(ctx, answer, &resp.Diagnostics), &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, next)...)
	if a := look(answer); a.Vouches(ctx, next.Version, next.Rotation, &resp.Diagnostics) {
		a.Notes.Store(ctx, resp.Private, &resp.Diagnostics)
	}
	// What was sent, what was adopted, what was found to be the same, and what an apply without a secret leaves: from here on it is ours.
	if _, why := writeonly.Decide(facts); change.Supplies() || why == writeonly.Adopted || sameValue(facts) || !facts.Configured {
		left := appliedOf(answer)
		if facts.Configured && !change.Supplies() {
			left = left.Unsent(facts)
		}
		if n := left.Number; !facts.Configured && n != nil && (last == nil || last.Number == nil || *last.Number != *n) {
			left.Number = nil // no secret was sent under it yet: when one comes, the number is a new one
		}
		left.Store(ctx, resp.Private, &resp.Diagnostics)
	}
}

// Delete deletes the signing secret, in any phase; nothing is signed with it from then on.
func (r *secretResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	tfkit.Remove(ctx, &r.ResourceBase, req, resp, tfkit.Subject{Type: typeName}, (*client.Client).SigningSecrets)
}

// ImportState takes a name or an id.
func (r *secretResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	tfkit.Import(ctx, &r.ResourceBase, req, resp, typeName, "sec_", (*client.Client).SigningSecrets)
}
