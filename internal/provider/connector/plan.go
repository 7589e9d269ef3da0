package connector

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit/writeonly"
)

// ModifyPlan decides whether the configured credentials are sent, and plans an update if they are. It depends on
// configuration, prior state, private state and the comparison key, and on nothing else.
func (r *connectorResource) ModifyPlan(
	ctx context.Context,
	req resource.ModifyPlanRequest,
	resp *resource.ModifyPlanResponse,
) {
	if !r.BelongsHere(ctx, req.Private, req.State, &resp.Diagnostics) {
		return
	}
	if req.Plan.Raw.IsNull() || req.State.Raw.IsNull() {
		return // a destruction, or a creation, where everything computed is unknown
	}
	var config, plan, state model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	last := writeonly.LoadApplied(ctx, req.Private, &resp.Diagnostics)
	hold := loadHold(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	differs := !req.Plan.Raw.Equal(req.State.Raw)
	f, _ := factsOf(r.Session(), plan.CredentialsWOVersion, config.CredentialsWO, state, last)
	if writeonly.Unseen(f) {
		r.Session().WarnUnseen(&resp.Diagnostics)
	}
	d, because := writeonly.Decide(f)
	r.warn(&resp.Diagnostics, plan, state, hold, f, d, because)
	if hold != nil {
		d = writeonly.Keep
	}
	switch {
	case d != writeonly.Keep || (differs && hold == nil && writeonly.MaySend(f)):
		plan = plan.withCredentialsUnknown()
	case differs:
		plan = plan.withCredentialsOf(state)
		if !plan.RotationPolicyID.Equal(state.RotationPolicyID) {
			plan.CredentialsDueAt = types.StringUnknown()
			plan.CredentialsStatus = types.StringUnknown()
		}
	default:
		return
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
}

func (m model) withCredentialsUnknown() model {
	m.Version = types.Int64Unknown()
	m.CredentialsDigest = types.StringUnknown()
	m.CredentialsSetAt = types.StringUnknown()
	m.CredentialsDueAt = types.StringUnknown()
	m.CredentialsStatus = types.StringUnknown()
	return m
}

func (m model) withCredentialsOf(state model) model {
	m.Version = state.Version
	m.CredentialsDigest = state.CredentialsDigest
	m.CredentialsSetAt = state.CredentialsSetAt
	m.CredentialsDueAt = state.CredentialsDueAt
	m.CredentialsStatus = state.CredentialsStatus
	return m
}

var reasons = map[writeonly.Why]string{
	writeonly.Missing: "The platform has no credentials for this connector. The configured ones are sent.",
	writeonly.Revoked: "The credentials of this connector were revoked on the platform. The configured ones " +
		"are sent again: make sure that they are not the ones that had to go.",
	writeonly.Number: "credentials_wo_version changed. The configured credentials are sent.",
	writeonly.LowerNumber: "credentials_wo_version is lower than at the last apply. The configured credentials " +
		"are sent all the same: check that it is not an old configuration.",
	writeonly.Configuration: "The configured credentials changed since the last apply. They are sent.",
	writeonly.Platform: "The credentials were changed on the platform since the last apply. The configured " +
		"ones are sent and replace them.",
	writeonly.Both: "The credentials changed since the last apply, both in the configuration and on the " +
		"platform. The configured ones are sent and replace the platform's.",
	writeonly.Different: "The configured credentials are not those that the platform has, and no earlier apply " +
		"tells which side changed. The configured ones are sent and replace the platform's.",
}

// warn adds the warnings of a plan: why credentials are sent, and that they are due or on hold.
func (r *connectorResource) warn(
	diags *diag.Diagnostics,
	plan, state model,
	hold *api.Hold,
	f writeonly.Facts,
	d writeonly.Decision,
	because writeonly.Why,
) {
	at := path.Root("credentials_wo")
	name := state.Name.ValueString()
	if hold != nil {
		text := fmt.Sprintf("Connector %q has been on hold since %s, by %s: %s. Terraform never "+
			"releases a hold.", name, hold.At.UTC().Format(time.RFC3339), api.Actor(hold.By, hold.ByName), hold.Reason)
		if d == writeonly.Send {
			text += " The configured credentials are to be sent, because they differ from what the platform has or " +
				"because their number changed; they are not sent until it is released."
		}
		diags.AddAttributeWarning(at, "Connector on hold", text)
	} else if d == writeonly.Send {
		diags.AddAttributeWarning(
			at,
			"Credentials will be sent",
			fmt.Sprintf("Connector %q: %s", name, reasons[because]),
		)
		return
	}
	if because == writeonly.Adopted && !plan.CredentialsWOVersion.Equal(state.CredentialsWOVersion) {
		text := fmt.Sprintf("Connector %q was imported and has credentials, but no number on the platform: "+
			"credentials_wo_version is adopted and nothing is sent.", name)
		if f.Value != "" && !writeonly.Unseen(f) && f.Value != f.Platform {
			text += " The configured value differs from the platform's and is NOT sent; raise " +
				"credentials_wo_version to send it."
		}
		diags.AddAttributeWarning(at, "Credentials taken over", text)
	}
	due := state.CredentialsDueAt.ValueString()
	switch state.CredentialsStatus.ValueString() {
	case api.CredentialsDue:
		diags.AddAttributeWarning(at, "Credentials due", fmt.Sprintf("The credentials of connector %q were set at "+
			"%s and have been due for replacement since %s. Get new ones from the outside service and configure them.",
			name, state.CredentialsSetAt.ValueString(), due))
	case api.CredentialsOverdue:
		diags.AddAttributeWarning(at, "Credentials overdue", fmt.Sprintf("The credentials of connector %q were set "+
			"at %s, were due for replacement at %s, and are past the max_age of their rotation policy. "+
			"Get new ones from the outside service and configure them.", name, state.CredentialsSetAt.ValueString(), due))
	case api.CredentialsRevoked:
		if d == writeonly.Keep && because == writeonly.Nothing {
			diags.AddAttributeWarning(at, "Credentials revoked", fmt.Sprintf("The credentials of connector %q were "+
				"revoked, and the configuration has none to send: the connector does not work.", name))
		}
	}
}
