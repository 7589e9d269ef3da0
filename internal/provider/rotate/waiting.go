package rotate

import (
	"fmt"
	"strconv"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// waiting returns the warning of a plan that takes no step, with its reason. The summary is empty for no warning.
func (c Change) waiting(name string) (summary, text string) {
	p := c.prior
	if unproven := c.unproven(); unproven != "" && !p.stopped() {
		return fmt.Sprintf("Version %d of %s is current without proof", p.Current, name), unproven
	}
	switch p.reason {
	case rotation.ReasonHeld:
		return "Rotation of " + name + " is on hold", c.onHold()
	case rotation.ReasonAwaitingAcknowledgement:
		return fmt.Sprintf("Version %d of %s waits to be seen in use", p.Pending, name),
			paragraph(c.kind.Awaiting, c.probed(p.Pending), c.stillInUse(), c.handOverAgain(), c.acknowledging(),
				c.stageEnds())
	case rotation.ReasonNotEnforced:
		return fmt.Sprintf("Version %d of %s cannot be proven", p.Pending, name), c.notEnforced()
	case rotation.ReasonExpired:
		return tfkit.Capital(c.kind.Short) + " " + name + " has expired", fmt.Sprintf(
			"No version of it is valid since %s. To revive it, set expires_at to a later date, or remove it "+
				"(rotation_policy_id is required then): the plan changes it and issues version %d. "+
				"Otherwise remove the %s from the configuration.", p.expiresAt, p.Next, c.kind.Short)
	}
	return "", ""
}

// awaits reports whether the plan waits for the pending version to be seen in use.
func (c Change) awaits() bool { return c.prior.reason == rotation.ReasonAwaitingAcknowledgement }

// acknowledging says how to acknowledge a version that cannot be seen in use.
func (c Change) acknowledging() string {
	return fmt.Sprintf("To acknowledge it by hand: %s, with {\"version\": %d}.", c.callToAcknowledge(), c.prior.Pending)
}

// stageEnds says what happens to a pending version at the end of its stage.
func (c Change) stageEnds() string {
	p, ends := c.prior, c.rotation.CurrentExpiresAt.ValueString()
	if ends != "" && ends == p.phaseEnds {
		return fmt.Sprintf("A newer version than %d was revoked, and version %[1]d is current only until %s. "+
			"Version %d replaces it then, with or without evidence.", p.Current, ends, p.Pending)
	}
	text := fmt.Sprintf("Its stage ends at %s; what happens then is on_stage_timeout of the rotation policy.", p.phaseEnds)
	if alone := c.leftAlone(); alone != "" {
		text += " " + tfkit.Capital(alone)
	}
	return text
}

func (c Change) onHold() string {
	why := ""
	if h := c.notes.Hold; h != nil {
		why = fmt.Sprintf("Since %s, by %s: %s. ", h.At.UTC().Format(time.RFC3339), api.Actor(h.By, h.ByName), h.Reason)
	}
	if c.prior.Phase == rotation.PhaseRevoked {
		why += "No version of it is valid. "
	}
	if alone := c.leftAlone(); alone != "" {
		why += tfkit.Capital(alone) + " "
	}
	switch s := c.wanted.supply; {
	case s.Barred:
		why += s.Argument + " has a value that was revoked; it is not sent again by itself. "
	case s.New:
		why += "The configured value of " + s.Argument +
			" is not what the platform has; it is not sent until the hold is released. "
	}
	return why + "No step is planned, and Terraform never releases a hold. When the reason is gone, " +
		"release it on the " +
		"platform (" + c.callToRelease() + ")."
}

func (c Change) notEnforced() string {
	p, found := c.prior, "The receiver accepts"
	probe := c.notes.Probe
	if probe != nil && probe.Version == p.Pending && probe.Result != api.ProbeNotEnforced {
		found = "An earlier probe found that the receiver accepts"
	}
	return paragraph(fmt.Sprintf("%s events that are not genuine (verification_not_enforced), so its acceptance of "+
		"version %d proves nothing.", found, p.Pending), c.probed(p.Pending),
		fmt.Sprintf("Make it verify signatures; the next probe then finds it. To promote the version "+
			"nevertheless, force it, with a reason (%s). Its stage ends at %s; what happens then is "+
			"on_stage_timeout of the rotation policy.",
			c.callToPromote(), p.phaseEnds))
}

// unproven says that a version was promoted although the receiver did not accept it. It is empty when the version
// can no longer be rolled back.
func (c Change) unproven() string {
	p, probe := c.prior, c.notes.Probe
	if p.Phase != rotation.PhaseDraining || probe == nil || probe.Version != p.Current ||
		probe.Result != api.ProbeNotAccepted {
		return ""
	}
	return paragraph("It became current, by the rotation policy or by force, before the receiver was seen "+
		"to accept it, "+
		"and the platform continues to probe.", c.probed(p.Current),
		fmt.Sprintf("Until %s version %d signs as well; from then on a receiver that does not know version %d refuses "+
			"deliveries. Give it version %d, or roll back before that (%s).",
			p.phaseEnds, p.Previous, p.Current, p.Current, c.callToRollBack()), c.handOverAgain())
}

// probed says what the last probe of a version found.
func (c Change) probed(version int64) string {
	probe := c.notes.Probe
	if probe == nil || probe.Version != version {
		return ""
	}
	return fmt.Sprintf("The last probe, at %s: %s.", probe.At.UTC().Format(time.RFC3339), probe.Detail)
}

// requestRecorded says when a request falls due that this apply only records.
func (c Change) requestRecorded() string {
	why := "A value of rotate_when_changed has changed, but "
	switch {
	case c.prior.held():
		why += "the " + c.kind.Short + " is on hold. "
	case c.prior.quarantined():
		why += "the " + c.kind.Short + " is in quarantine. "
	case c.decision.left != "":
		why += "rotation_policy_id changes in this plan. "
	case c.Steps():
		why += "another step comes first, and an apply takes one. "
	default:
		why += fmt.Sprintf("the %s is in phase %s of a rotation. ", c.kind.Short, c.prior.Phase)
	}
	why += "The request is recorded on the platform. It falls due once the phase is stable"
	if c.prior.held() {
		why += " and the hold released"
	}
	if c.prior.quarantined() {
		why += " and the quarantine ended"
	}
	return why + "."
}

// warnLeft says that the step is left to the next plan, because the rotation policy changes in this one.
func (c Change) warnLeft(diags *diag.Diagnostics) {
	name := strconv.Quote(c.state.Name.ValueString())
	const why = "Which step is due depends on the policy, and under the new one it may be another one than now (%s). " +
		"This apply makes the other changes. The plan after it shows the step that is due then."
	if c.decision.reason == reasonPolicyOpen {
		diags.AddWarning("The rotation of "+name+" may wait for the next plan", fmt.Sprintf(
			"rotation_policy_id is not known yet. If it turns out to be another policy, no step is taken in this apply. "+
				why, c.decision.left))
		return
	}
	diags.AddWarning("The rotation of "+name+" waits for the next plan", fmt.Sprintf(
		"rotation_policy_id changes in this plan, so no step is taken in it. "+why, c.decision.left))
}

// newValueDue says that only a new value can begin a rotation, which Terraform cannot make.
func (c Change) newValueDue() string {
	if c.wanted.supply.Barred {
		return c.valueRevoked()
	}
	var why string
	switch {
	case c.Requests():
		why = "A value of rotate_when_changed has changed"
	case c.prior.reason == rotation.ReasonRequested:
		why = "A rotation was requested earlier"
	case c.prior.reason == rotation.ReasonOverdue:
		why = "Overdue: the max_age of the rotation policy has passed; due since " + c.dueSince()
	default:
		why = "Due since " + c.dueSince()
	}
	argument := c.wanted.supply.Argument
	return fmt.Sprintf("%s. Its value is supplied, not made by the platform, so there is nothing to rotate to: "+
		"configure a new one in %s (and raise %s_version if that is set). "+
		"For a value that the platform makes, remove %s and change a value of rotate_when_changed.",
		why, argument, argument, argument)
}

func (c Change) valueRevoked() string {
	why, leave := "Every version was revoked, and %[1]s still has a value that was revoked. ", ""
	if c.prior.Phase != rotation.PhaseRevoked {
		why = "%[1]s has a value that was revoked on the platform, which has gone on with another one. "
		leave = " To leave the choice to the platform, remove %[1]s."
	}
	return fmt.Sprintf(why+"It is not sent again by itself: configure a new one (and raise %[1]s_version if "+
		"that is set)."+
		leave+" To send the same one nevertheless, give %[1]s_version a number that it has not had.",
		c.wanted.supply.Argument)
}
