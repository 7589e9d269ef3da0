package rotationplan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

// The warnings of a plan say what will happen and why, or what waits for whom. They are made from the state alone and give
// dates, never "since three days": Terraform plans once more at apply time. A plan with nothing to do is silent.

// Warn adds the warnings of the plan.
func (c Change) Warn(diags *diag.Diagnostics) {
	name, p, w, d := strconv.Quote(c.name), c.prior, c.wanted, c.decision
	if d.step != "" {
		summary, what := announce(c.noun, name, p, d)
		diags.AddWarning(summary, paragraph(what, c.because(), c.skipped(), c.unsupplied()))
	} else if summary, text := c.waiting(name); summary != "" {
		diags.AddWarning(summary, text)
	}
	if d.waits {
		diags.AddWarning("Rotation of "+name+" is requested, not begun", c.recorded())
	}
	if d.lacks {
		diags.AddWarning("A new value for "+name+" is due", c.lacking(w))
	}
	if d.parted {
		diags.AddWarning(name+" does not have the configured value", fmt.Sprintf("The platform went back to another value than that of %s, and in phase %s no other one can be sent. "+
			"The phase ends at %s; a plan after that sends the configured value.", w.supply.Argument, p.phase, p.phaseEnds))
	}
}

// announce says what a step does.
func announce(noun Noun, name string, p prior, d decision) (summary, what string) {
	n := d.after
	switch d.step {
	case stepMinimumVersion:
		what = paragraph(fmt.Sprintf("Revoked at once, without an overlap: version %s.", join(p.endedBy(n))), noun.EndsNow)
		if d.issues(p) {
			return fmt.Sprintf("Version %d of %s will be issued, every older one revoked", n.current, name), paragraph(what, noun.Fails)
		}
		return fmt.Sprintf("Every version of %s older than %d will be revoked", name, n.current), paragraph(what, fmt.Sprintf("Version %d is current from then on.", n.current))
	case api.StepBegin:
		return fmt.Sprintf("Rotation of %s begins: version %d will be issued", name, n.pending),
			fmt.Sprintf("Version %d stays valid beside it; version %d is promoted by a later apply, once it was seen in use.", n.current, n.pending)
	case api.StepRotate:
		return fmt.Sprintf("Rotation of %s: version %d will be issued and current", name, n.current),
			fmt.Sprintf("Version %d stays valid for the overlap of the rotation policy; whoever does not have version %d by then fails.", n.previous, n.current)
	case api.StepPromote:
		return fmt.Sprintf("Rotation of %s goes on: version %d will be current", name, n.current),
			fmt.Sprintf("Version %d stays valid for the overlap of the rotation policy; after that it %s.", n.previous, noun.Ends)
	case api.StepRetire:
		return fmt.Sprintf("Rotation of %s ends: version %d will be retired", name, p.previous),
			fmt.Sprintf("From then on version %d %s; version %d is the only valid one.", p.previous, noun.Ends, n.current)
	case api.StepReissue:
		return fmt.Sprintf("Version %d of %s will be issued", n.current, name), "No version of it is valid now."
	}
	return "", ""
}

// because says why the step is taken in this plan.
func (c Change) because() string {
	p, w, d, short := c.prior, c.wanted, c.decision, c.noun.Short
	switch {
	case d.step == stepMinimumVersion:
		why := fmt.Sprintf("Why: minimum_version is raised to %d.", w.minimumVersion)
		if d.supplies {
			why += " The new version is the configured value."
		} else if w.supply.New && !w.supply.Barred {
			why += " The new value of " + w.supply.Argument + " is not sent by this apply; a plan after it sends it."
		}
		return why
	case d.supplies && w.supply.Revoked:
		return "Why: " + w.supply.Argument + "_version has a new number. The value was revoked on the platform before, and is sent again: make sure that nobody else has it."
	case d.supplies && d.step == api.StepReissue:
		return "Why: no version is valid, and " + w.supply.Argument + " has a new value, or its number is a new one. It is sent: make sure that it is not a value that had to go."
	case d.supplies && !w.supply.ByUser:
		return "Why: the platform does not have the configured value of " + w.supply.Argument + ". It is sent."
	case d.supplies:
		return "Why: " + w.supply.Argument + " has a new value. It is sent."
	case d.revives:
		if w.expiresAt == "" {
			return fmt.Sprintf("Why: the %s expired at %s, and this plan removes expires_at.", short, p.expiresAt)
		}
		return fmt.Sprintf("Why: the %s expired at %s, and this plan moves expires_at to %s.", short, p.expiresAt, w.expiresAt)
	case p.due != d.step:
		return "Why: a value of rotate_when_changed has changed."
	}
	switch p.reason {
	case api.ReasonInterval:
		return "Why: due since " + dueSince(c.rotation) + "."
	case api.ReasonOverdue:
		return "Why: overdue, the max_age of the rotation policy has passed; due since " + dueSince(c.rotation) + "."
	case api.ReasonRequested:
		return "Why: a rotation was requested earlier."
	case api.ReasonAcknowledged:
		return fmt.Sprintf("Why: version %d was seen in use, or somebody acknowledged it.", p.pending)
	case api.ReasonQuiet:
		return fmt.Sprintf("Why: version %d has been unused for the quiet_period of the rotation policy.", p.previous)
	case api.ReasonRevoked:
		return "Why: every version was revoked, and the " + short + " is still in the configuration. If it must stay dead, remove it from the configuration, or put it on hold on the platform."
	}
	if d.step == api.StepPromote {
		return "Why: the rotation policy requires no acknowledgement."
	}
	return ""
}

// skipped names the versions above the current one, which others were before or had to go back from: somebody should know why, before another
// one is issued.
func (c Change) skipped() string {
	p := c.prior
	if c.decision.step != api.StepBegin && c.decision.step != api.StepRotate {
		return ""
	}
	switch first, last := p.current+1, p.next-1; {
	case last < first:
		return ""
	case last == first:
		return fmt.Sprintf("Version %d was there before and is not current. What became of it: %s.", first, c.noun.versions())
	default:
		return fmt.Sprintf("Versions %d to %d were there before and are not current. What became of them: %s.", first, last, c.noun.versions())
	}
}

// unsupplied says that the platform makes the value of what was supplied before.
func (c Change) unsupplied() string {
	s := c.wanted.supply
	if !s.Supplied || s.Configured || !c.decision.issues(c.prior) {
		return ""
	}
	return "The platform makes its value, because " + s.Argument + " is not set; the one before was supplied."
}

// dueSince gives the date on which a rotation fell due, and the interval by which it did.
func dueSince(r rotation) string {
	next := r.NextRotationAt.ValueString()
	to, errTo := time.Parse(time.RFC3339, next)
	from, errFrom := time.Parse(time.RFC3339, r.LastRotatedAt.ValueString())
	if errTo != nil || errFrom != nil {
		return next
	}
	return next + ", interval " + api.FormatDuration(to.Sub(from))
}

// waiting says why nothing happens although somebody should know.
func (c Change) waiting(name string) (summary, text string) {
	p := c.prior
	if unproven := c.unproven(); unproven != "" && p.reason != api.ReasonHeld {
		return fmt.Sprintf("Version %d of %s is current without proof", p.current, name), unproven
	}
	switch p.reason {
	case api.ReasonHeld:
		why := ""
		if h := c.notes.Hold; h != nil {
			why = fmt.Sprintf("Since %s, by %s: %s. ", h.At.UTC().Format(time.RFC3339), h.By, h.Reason)
		}
		if p.phase == api.PhaseRevoked {
			why += "No version of it is valid. "
		}
		switch s := c.wanted.supply; {
		case s.Barred:
			why += s.Argument + " has a value that was revoked; it is not sent again by itself. "
		case s.New:
			why += "The configured value of " + s.Argument + " is not what the platform has; it is not sent until the hold is released. "
		}
		return "Rotation of " + name + " is on hold", why + "No step is planned, and Terraform never releases a hold. When the reason is gone, release it on the platform " +
			"(" + c.noun.release() + ")."
	case api.ReasonAwaitingAcknowledgement:
		return fmt.Sprintf("Version %d of %s waits to be seen in use", p.pending, name),
			paragraph(c.noun.Awaiting, c.probed(p.pending), fmt.Sprintf("Its stage ends at %s; what happens then is on_stage_timeout of the rotation policy.", p.phaseEnds))
	case api.ReasonNotEnforced:
		found := "The receiver accepts"
		if probe := c.notes.Probe; probe != nil && probe.Version == p.pending && probe.Result != api.ProbeNotEnforced {
			found = "An earlier probe found that the receiver accepts"
		}
		return fmt.Sprintf("Version %d of %s cannot prove itself", p.pending, name),
			paragraph(fmt.Sprintf("%s what is not genuine (verification_not_enforced), so that it accepts version %d proves nothing.", found, p.pending), c.probed(p.pending),
				fmt.Sprintf("Make it verify; the platform then finds out by itself. To promote the version nevertheless, force it, with a reason (%s). Its stage ends at %s; "+
					"what happens then is on_stage_timeout of the rotation policy.", c.noun.promote(), p.phaseEnds))
	case api.ReasonExpired:
		return tfkit.Capital(c.noun.Short) + " " + name + " has expired", fmt.Sprintf("No version of it is valid since %s. To revive it, set expires_at to a later date, or remove it (rotation_policy_id is required then): "+
			"the plan changes it and issues version %d. Otherwise remove the %s from the configuration.", p.expiresAt, p.next, c.noun.Short)
	}
	return "", ""
}

// unproven says that a version was promoted although the receiver did not accept it, for as long as there is a way back. Empty otherwise.
func (c Change) unproven() string {
	p, probe := c.prior, c.notes.Probe
	if p.phase != api.PhaseDraining || probe == nil || probe.Version != p.current || probe.Result != api.ProbeNotAccepted {
		return ""
	}
	return paragraph("It became current, by the rotation policy or by force, before the receiver was seen to accept it, and the platform goes on asking.", c.probed(p.current),
		fmt.Sprintf("Until %s version %d signs as well; from then on a receiver that does not know version %d refuses deliveries. Give it version %d, or go back before that (%s).",
			p.phaseEnds, p.previous, p.current, p.current, c.noun.rollback()))
}

// probed is what the platform found when it last asked the receiver about a version.
func (c Change) probed(version int64) string {
	probe := c.notes.Probe
	if probe == nil || probe.Version != version {
		return ""
	}
	return fmt.Sprintf("The last probe, at %s: %s.", probe.At.UTC().Format(time.RFC3339), probe.Detail)
}

// recorded says when a request is answered that this apply only records.
func (c Change) recorded() string {
	p, d := c.prior, c.decision
	why := "A value of rotate_when_changed has changed, but "
	switch {
	case p.reason == api.ReasonHeld:
		why += "the " + c.noun.Short + " is on hold. "
	case d.step != "":
		why += "another step comes first, and an apply takes one. "
	default:
		why += fmt.Sprintf("the %s is in phase %s of a rotation. ", c.noun.Short, p.phase)
	}
	why += "The request is recorded on the platform. It falls due once the phase is stable"
	if p.reason == api.ReasonHeld {
		why += " and the hold released"
	}
	return why + "."
}

// lacking says that a rotation can only begin with a new value, which Terraform cannot make.
func (c Change) lacking(w wanted) string {
	if w.supply.Barred {
		why, leave := "Every version was revoked, and %[1]s still has a value that was revoked. ", ""
		if c.prior.phase != api.PhaseRevoked {
			why = "%[1]s has a value that was revoked on the platform, which has gone on with another one. "
			leave = " To leave the choice to the platform, remove %[1]s."
		}
		return fmt.Sprintf(why+"It is not sent again by itself: configure a new one (and raise %[1]s_version if that is set)."+leave+
			" To send the same one nevertheless, give %[1]s_version a number that it has not had.", w.supply.Argument)
	}
	why := "A value of rotate_when_changed has changed"
	switch {
	case c.decision.requested:
	case c.prior.reason == api.ReasonRequested:
		why = "A rotation was requested earlier"
	case c.prior.reason == api.ReasonOverdue:
		why = "Overdue: the max_age of the rotation policy has passed; due since " + dueSince(c.rotation)
	default:
		why = "Due since " + dueSince(c.rotation)
	}
	return fmt.Sprintf("%s. Its value is supplied, not made by the platform, so there is nothing to rotate to: configure a new one in %s (and raise %s_version if that is set). "+
		"For a value that the platform makes, remove %s and change a value of rotate_when_changed.", why, w.supply.Argument, w.supply.Argument, w.supply.Argument)
}

// endedBy lists the valid versions that are valid no more.
func (n numbers) endedBy(after numbers) []int64 {
	var out []int64
	for _, v := range []int64{n.previous, n.current, n.pending} {
		if v != 0 && v != after.current && v != after.pending && v != after.previous {
			out = append(out, v)
		}
	}
	return out
}

func join(versions []int64) string {
	texts := make([]string, 0, len(versions))
	for _, v := range versions {
		texts = append(texts, strconv.FormatInt(v, 10))
	}
	return strings.Join(texts, " and version ")
}

// paragraph joins sentences, without those that there is nothing to say for.
func paragraph(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " ")
}
