package connector

import (
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit/writeonly"
)

// warnEnds says what becomes of the credentials of a connector that is destroyed or replaced.
func warnEnds(diags *diag.Diagnostics, state model, verb string, more ...string) {
	if state.CredentialsDigest.IsNull() {
		return
	}
	text := fmt.Sprintf("The platform erases version %s of them: at once, or with the last object that uses the "+
		"connector, and until then they still work. They stay valid at the outside service: where nobody else uses them, "+
		"revoke them there.", state.Version.String())
	diags.AddWarning(fmt.Sprintf("Connector %s will be %s: its credentials end with it", state.Name.String(), verb),
		strings.Join(append([]string{text}, more...), " "))
}

// refuseTypeOnHold refuses to change the type of a connector on hold that has credentials, as the platform does: it
// would end them.
func refuseTypeOnHold(diags *diag.Diagnostics, plan, state model, hold *api.Hold) bool {
	if hold == nil || !tfkit.Moved(plan.Type, state.Type) || state.CredentialsDigest.IsNull() {
		return false
	}
	diags.AddAttributeError(path.Root("type"), "Connector on hold", fmt.Sprintf("Another type ends the credentials of "+
		"connector %s, and on hold the platform refuses that. It is on hold since %s, by %s: %s. Find out why, release "+
		"the hold (POST %s), and plan again.", state.Name.String(), hold.At.UTC().Format(time.RFC3339),
		api.Actor(hold.By, hold.ByName), hold.Reason, kind.Route(state.ID.ValueString(), "release")))
	return true
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
		why := reasons[because]
		if tfkit.Moved(plan.Type, state.Type) {
			why = fmt.Sprintf("type changes from %s to %s. The configured credentials are sent and replace those of "+
				"the old type.", state.Type.ValueString(), plan.Type.ValueString())
		}
		diags.AddAttributeWarning(at, "Credentials will be sent", fmt.Sprintf("Connector %q: %s", name, why))
		return
	}
	if tfkit.Moved(plan.Type, state.Type) && !state.CredentialsDigest.IsNull() {
		diags.AddAttributeWarning(path.Root("type"), fmt.Sprintf("Credentials of %q end at once", name), fmt.Sprintf(
			"type changes from %s to %s, and credentials_wo is not set: version %s of the credentials ends, and the "+
				"connector has none until some are configured.",
			state.Type.ValueString(), plan.Type.ValueString(), state.Version.String()))
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
	warnRefresh(diags, plan, state)
	warnAge(diags, state, d == writeonly.Keep && because == writeonly.Nothing)
}

// warnRefresh says that the platform has given up on renewing the access token. Other settings begin anew.
func warnRefresh(diags *diag.Diagnostics, plan, state model) {
	if state.RefreshStatus.ValueString() != api.RefreshFailed || tfkit.Moved(plan.Type, state.Type) ||
		!plan.Settings.Equal(state.Settings) {
		return
	}
	diags.AddAttributeWarning(path.Root("credentials_wo"), "Access token cannot be renewed", fmt.Sprintf("The platform "+
		"has stopped renewing the access token of connector %q (%s): %s. Services that use the connector fail once the "+
		"present token has ended. To begin anew, configure new credentials or other settings; to have the same "+
		"credentials tried again, raise credentials_wo_version.",
		state.Name.ValueString(), api.RefreshFailed, state.RefreshReason.ValueString()))
}

// warnAge says that the credentials are due, overdue, or revoked with nothing to send.
func warnAge(diags *diag.Diagnostics, state model, nothing bool) {
	at := path.Root("credentials_wo")
	name := state.Name.ValueString()
	due := state.CredentialsDueAt.ValueString()
	past := "are past the max_age of their rotation policy"
	if end := state.ExpireAt.ValueString(); end != "" {
		past += ", or ended at the third party (" + end + ")"
	}
	switch state.CredentialsStatus.ValueString() {
	case api.CredentialsDue:
		diags.AddAttributeWarning(at, "Credentials due", fmt.Sprintf("The credentials of connector %q were set at "+
			"%s and have been due for replacement since %s. Get new ones from the outside service and configure them.",
			name, state.CredentialsSetAt.ValueString(), due))
	case api.CredentialsOverdue:
		diags.AddAttributeWarning(at, "Credentials overdue", fmt.Sprintf("The credentials of connector %q were set "+
			"at %s, were due for replacement at %s, and %s. Get new ones from the outside service and configure them.",
			name, state.CredentialsSetAt.ValueString(), due, past))
	case api.CredentialsRevoked:
		if nothing {
			diags.AddAttributeWarning(at, "Credentials revoked", fmt.Sprintf("The credentials of connector %q were "+
				"revoked, and the configuration has none to send: the connector does not work.", name))
		}
	}
}
