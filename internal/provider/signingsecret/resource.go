// Package signingsecret has quickconnect_webhook_signing_secret: the managed resource with its plan-driven rotation,
// and the ephemeral resource that reads the secret.
package signingsecret

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/rotate"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit/writeonly"
)

var (
	_ resource.ResourceWithIdentity       = (*secretResource)(nil)
	_ resource.ResourceWithConfigure      = (*secretResource)(nil)
	_ resource.ResourceWithImportState    = (*secretResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*secretResource)(nil)
	_ resource.ResourceWithValidateConfig = (*secretResource)(nil)
)

type secretResource struct{ tfkit.ResourceBase }

// NewResource makes the managed resource.
func NewResource() resource.Resource { return &secretResource{} }

func (r *secretResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = kind.Terraform
}

// Create builds the state from the plan and the answer, because the configuration has the secret in it.
func (r *secretResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan, config model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	checkConfigured(&resp.Diagnostics, config.SecretWO)
	c := r.Client(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	created := tfkit.Create(ctx, &r.ResourceBase, resp, plan.subject(), plan.expand(suppliedOf(config.SecretWO)),
		c.SigningSecrets().CreateClaimed)
	if created == nil {
		return
	}
	snapshotOf(created).Notes.Store(ctx, resp.Private, &resp.Diagnostics)
	appliedOf(created).Store(ctx, resp.Private, &resp.Diagnostics)
	next := plan.planned(ctx, flatten(created, plan.CertifiedUntil, &resp.Diagnostics), &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, next)...)
}

// reading is how a signing secret is read.
var reading = tfkit.Reading[api.SigningSecret, model]{
	Reads:   func(c *client.Client) tfkit.Refreshes[api.SigningSecret] { return c.SigningSecrets() },
	Common:  func(m model) tfkit.Common { return m.Common },
	Subject: model.subject,
	Observe: func(
		ctx context.Context, found *api.SigningSecret, state model, private tfkit.Private, diags *diag.Diagnostics,
	) model {
		snapshotOf(found).Notes.Store(ctx, private, diags)
		rotate.WarnPaused(kind, found.Name, found.Rotation, diags)
		tfkit.WarnQuarantine(api.SigningSecrets, found.ID, found.Name, found.Quarantine, diags)
		tfkit.WarnFindings(api.SigningSecrets, found.ID, found.Name, found.Findings, diags)
		tfkit.WarnUnused(api.SigningSecrets, found.Name, found.UnusedQuarantineAt, found.LastUsedAt, diags)
		tfkit.WarnUses(kind.Kind, found.Name, found.Uses, diags)
		tfkit.WarnCertification(kind.Kind, found.Object, found.Owner, found.Certification, diags)
		appliedOf(found).StoreImported(ctx, private, private, diags)
		return read(found, state, diags)
	},
}

func (r *secretResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	reading.Read(ctx, &r.ResourceBase, req, resp)
}

func (r *secretResource) Unchanged(ctx context.Context, has tfkit.Stored) (after context.Context, identity []byte) {
	return reading.Unchanged(ctx, &r.ResourceBase, r, has)
}

// Update changes the attributes and then takes the step that was planned, or the one that the configured value needs
// now.
func (r *secretResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	config := configured(ctx, req, &resp.Diagnostics)
	last := writeonly.LoadApplied(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	c := r.ClientToUpdate(ctx, req, resp, state.Common)
	if c == nil {
		return
	}
	id, notes := state.ID.ValueString(), rotate.LoadNotes(ctx, req.Private, &resp.Diagnostics)
	facts := factsOf(r.Session(), config.SecretWO, plan.SecretWOVersion, state, last)
	supply := supplyAtApply(facts, notes, plan)
	change := rotate.Decide(ctx, kind, state.rotated(), plan.rotated(), supply, notes, &resp.Diagnostics)
	step, ok := change.Start(&resp.Diagnostics)
	if !ok {
		return
	}

	var s *api.SigningSecret // the last answer
	in := patchOf(plan, state, config, change)
	if in != (api.SigningSecretPatch{}) {
		var err error
		if s, err = c.SigningSecrets().Patch(ctx, id, in, client.Write{IfMatch: change.PatchIfMatch()}); err != nil {
			r.Report(&resp.Diagnostics, err, plan.subject())
			return
		}
		if change.Steps() {
			storePatched(ctx, resp, plan, s)
			if step, ok = change.Resume(step, snapshotOf(s), &resp.Diagnostics); !ok {
				return
			}
		}
	}

	if step.Verb != "" {
		request := stepOf(config, change)
		stepped, err := c.SigningSecrets().Step(ctx, id, step.Verb, request, client.Write{IfMatch: step.IfMatch})
		if err != nil {
			r.Report(&resp.Diagnostics, err, plan.subject())
			if s != nil {
				change.StepFailed(step, &resp.Diagnostics)
			}
			return
		}
		s = stepped
	}

	storeUpdated(ctx, resp, plan, state, s)
	if s != nil {
		r.NotePlatform(ctx, resp.Private, &resp.Diagnostics)
		storeApplied(ctx, resp, s, facts, change.SendsValue())
	}
}

// configured reads the configuration of an update, without a secret that ignore_changes names.
func configured(ctx context.Context, req resource.UpdateRequest, diags *diag.Diagnostics) (config model) {
	diags.Append(req.Config.Get(ctx, &config)...)
	if writeonly.Ignored(ctx, req.Private, diags) {
		config.SecretWO = types.StringNull()
	}
	checkConfigured(diags, config.SecretWO)
	return config
}

// patchOf has the configured secret only beside a raised minimum_version, which the PATCH carries out.
func patchOf(plan, state, config model, change rotate.Change) api.SigningSecretPatch {
	in := plan.expandPatch(state)
	in.RotationRequested = change.Requests()
	if change.SendsValueInPatch() {
		in.Secret = suppliedOf(config.SecretWO)
	}
	return in
}

func stepOf(config model, change rotate.Change) api.StepRequest {
	if !change.SendsValue() {
		return api.StepRequest{}
	}
	return api.StepRequest{Secret: suppliedOf(config.SecretWO)}
}

// storePatched stores what the platform has before a step that can still fail.
func storePatched(ctx context.Context, resp *resource.UpdateResponse, plan model, s *api.SigningSecret) {
	snapshotOf(s).Notes.Store(ctx, resp.Private, &resp.Diagnostics)
	now := flatten(s, plan.CertifiedUntil, &resp.Diagnostics)
	now.NamePrefix = plan.NamePrefix
	resp.Diagnostics.Append(resp.State.Set(ctx, now)...)
}

// storeUpdated stores what an update leaves; the answer is nil where no call was made.
func storeUpdated(ctx context.Context, resp *resource.UpdateResponse, plan, state model, s *api.SigningSecret) {
	if s == nil {
		resp.Diagnostics.Append(resp.State.Set(ctx, plan.planned(ctx, state, &resp.Diagnostics))...)
		return
	}
	next := plan.planned(ctx, flatten(s, plan.CertifiedUntil, &resp.Diagnostics), &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, next)...)
	if answer := snapshotOf(s); answer.Matches(ctx, next.Model, &resp.Diagnostics) {
		answer.Notes.Store(ctx, resp.Private, &resp.Diagnostics)
	}
}

// storeApplied keeps what this apply left on the platform, if that is the configuration's from now on: what was sent,
// adopted or found to be the same, and what an apply without a secret leaves.
func storeApplied(
	ctx context.Context, resp *resource.UpdateResponse, s *api.SigningSecret, facts writeonly.Facts, sent bool,
) {
	_, why := writeonly.Decide(facts)
	if !sent && why != writeonly.Adopted && !sameValue(facts) && facts.Configured {
		return
	}
	left, last := appliedOf(s), facts.Applied
	if facts.Configured && !sent {
		left = left.Unsent(facts)
	}
	if n := left.Number; !facts.Configured && n != nil && (last == nil || last.Number == nil || *last.Number != *n) {
		left.Number = nil // no secret was sent under it yet: when one comes, the number is a new one
	}
	left.Store(ctx, resp.Private, &resp.Diagnostics)
}

func (r *secretResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	tfkit.Remove(ctx, &r.ResourceBase, req, resp, tfkit.Subject{Type: kind.Terraform}, (*client.Client).SigningSecrets)
}

func (r *secretResource) ImportState(
	ctx context.Context,
	req resource.ImportStateRequest,
	resp *resource.ImportStateResponse,
) {
	tfkit.Import(ctx, &r.ResourceBase, req, resp, kind.Kind, (*client.Client).SigningSecrets)
}
