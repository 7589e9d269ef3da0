package rotate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// The warnings of a plan say what will happen and why, or what the plan waits for. They depend on the state alone, and
// give dates instead of elapsed time: Terraform plans again at apply time. A plan with nothing to do is silent.

// Warn adds the warnings of the plan. Where the configuration is not known well enough it adds hardly any: Terraform
// plans again once the values are known.
func (c Change) Warn(diags *diag.Diagnostics) {
	if c.decision.left != "" {
		c.warnLeft(diags)
	}
	if c.Unknown() {
		return
	}
	name := strconv.Quote(c.state.Name.ValueString())
	if c.Steps() {
		summary, what := c.announcement(name)
		diags.AddWarning(summary, paragraph(what, c.why(), c.skipped(), c.platformMakesValue()))
	} else if summary, text := c.waiting(name); summary != "" && c.decision.left == "" {
		diags.AddWarning(summary, text)
	}
	c.warnBehind(name, diags)
	if c.recordsRequest() {
		diags.AddWarning("Rotation of "+name+" is requested, not begun", c.requestRecorded())
	}
	if c.needsValue() {
		diags.AddWarning("A new value for "+name+" is due", c.newValueDue())
	}
	if c.superseded() {
		diags.AddWarning(name+" does not have the configured value", fmt.Sprintf(
			"The platform went back to another value than that of %s, and in phase %s no other one can be sent. "+
				"The phase ends at %s; a plan after that sends the configured value.",
			c.wanted.supply.Argument, c.prior.Phase, c.prior.phaseEnds))
	}
}

// WarnPaused warns where a deadline of an object has passed that the platform does not carry out. It is for Read, which
// gets the answer.
func WarnPaused(k Kind, name string, r api.Rotation, diags *diag.Diagnostics) {
	if !r.DeadlinePaused {
		return
	}
	diags.AddWarning("A deadline of "+strconv.Quote(name)+" waits", fmt.Sprintf("The clock of the platform jumped and is "+
		"in doubt. By it, a deadline of this %s has passed: a version that ends then is refused, and nothing else was done. "+
		"The plan shows the %[1]s as it was before, and its steps work. The operator of the platform has to set its clock "+
		"right, or accept it (quickconnectd clock accept); until then, rotate nothing that can wait.", k.Short))
}

// announcement says what the step does.
func (c Change) announcement(name string) (summary, what string) {
	p, n, k := c.prior, c.decision.after, c.kind
	switch c.decision.step {
	case rotation.StepMinimumVersion:
		what = paragraph(revokedAtOnce(c.ended()), k.EndsNow)
		if c.issues() {
			return fmt.Sprintf("Version %d of %s will be issued, every older one revoked", n.Current, name),
				paragraph(what, k.Fails)
		}
		return fmt.Sprintf("Every version of %s older than %d will be revoked", name, n.Current),
			paragraph(what, fmt.Sprintf("Version %d is current from then on.", n.Current))
	case rotation.StepBegin:
		return fmt.Sprintf("Rotation of %s begins: version %d will be issued", name, n.Pending),
			fmt.Sprintf("Version %d stays valid beside it; version %d is promoted by a later apply, once it was "+
				"seen in use.",
				n.Current, n.Pending)
	case rotation.StepRotate:
		return fmt.Sprintf("Rotation of %s: version %d will be issued and current", name, n.Current),
			fmt.Sprintf("Version %d stays valid for the overlap of the rotation policy; "+
				"a consumer without version %d fails after that.", n.Previous, n.Current)
	case rotation.StepPromote:
		return fmt.Sprintf("Rotation of %s goes on: version %d will be current", name, n.Current),
			fmt.Sprintf("Version %d stays valid for the overlap of the rotation policy; after that it %s.",
				n.Previous, k.Ends)
	case rotation.StepRetire:
		return fmt.Sprintf("Rotation of %s ends: version %d will be retired", name, p.Previous),
			fmt.Sprintf("From then on version %d %s; version %d is the only valid one.", p.Previous, k.Ends, n.Current)
	case rotation.StepReissue:
		return fmt.Sprintf("Version %d of %s will be issued", n.Current, name), "No version of it is valid now."
	}
	return "", ""
}

// why says why the step is taken in this plan.
func (c Change) why() string {
	p, w, argument := c.prior, c.wanted, c.wanted.supply.Argument
	switch c.decision.reason {
	case reasonMinimum:
		why := fmt.Sprintf("Why: minimum_version is raised to %d.", w.minimumVersion)
		if w.supply.New && !w.supply.Barred {
			why += " The new value of " + argument + " is not sent by this apply; a plan after it sends it."
		}
		return why
	case reasonMinimumWithValue:
		return fmt.Sprintf("Why: minimum_version is raised to %d. The new version is the configured value.",
			w.minimumVersion)
	case reasonValueAgain:
		return "Why: " + argument + "_version has a new number. The value was revoked on the platform before, " +
			"and is sent again: make sure that nobody else has it."
	case reasonValueAfterRevoked:
		return "Why: no version is valid, and " + argument + " has a new value, or its number is a new one. " +
			"It is sent: make sure that it is not the value that was revoked."
	case reasonValueDrifted:
		return "Why: the platform does not have the configured value of " + argument + ". It is sent."
	case reasonValue:
		return "Why: " + argument + " has a new value. It is sent."
	case reasonExpiryMoved:
		moves := "removes expires_at"
		if w.expiresAt != "" {
			moves = "moves expires_at to " + w.expiresAt
		}
		return fmt.Sprintf("Why: the %s expired at %s, and this plan %s.", c.kind.Short, p.expiresAt, moves)
	case reasonTrigger:
		return "Why: a value of rotate_when_changed has changed."
	}
	return c.whyDue()
}

// whyDue says why the platform has made the step due.
func (c Change) whyDue() string {
	p := c.prior
	switch p.reason {
	case rotation.ReasonInterval:
		return "Why: due since " + c.dueSince() + "."
	case rotation.ReasonOverdue:
		return "Why: overdue, the max_age of the rotation policy has passed; due since " + c.dueSince() + "."
	case rotation.ReasonRequested:
		return "Why: a rotation was requested earlier."
	case rotation.ReasonAcknowledged:
		return fmt.Sprintf("Why: version %d was seen in use or acknowledged.", p.Pending)
	case rotation.ReasonQuiet:
		return fmt.Sprintf("Why: version %d has been unused for the quiet_period of the rotation policy.", p.Previous)
	case rotation.ReasonRevoked:
		if p.Phase != rotation.PhaseRevoked {
			return "Why: " + c.leftAlone() + " If no rotation begins by then, no version is valid."
		}
		return "Why: every version was revoked, and the " + c.kind.Short + " is still in the configuration. " +
			"If it must stay revoked, remove it from the configuration, or put it on hold on the platform."
	}
	if c.decision.step == rotation.StepPromote {
		return "Why: the rotation policy requires no acknowledgement."
	}
	return ""
}

// leftAlone says that the current version ends by itself; empty where it does not.
func (c Change) leftAlone() string {
	ends := c.rotation.CurrentExpiresAt.ValueString()
	if ends == "" {
		return ""
	}
	newer := "a newer version"
	if p := c.prior; p.Phase == rotation.PhaseStable && p.Next == p.Current+2 {
		newer = fmt.Sprintf("version %d", p.Current+1)
	}
	return fmt.Sprintf("%s was revoked, and version %d is current only until %s.", newer, c.prior.Current, ends)
}

// dueSince gives the date on which a rotation fell due, and the interval by which it did.
func (c Change) dueSince() string {
	next := c.rotation.NextRotationAt.ValueString()
	to, errTo := time.Parse(time.RFC3339, next)
	from, errFrom := time.Parse(time.RFC3339, c.rotation.LastRotatedAt.ValueString())
	if errTo != nil || errFrom != nil {
		return next
	}
	return next + ", interval " + api.FormatDuration(to.Sub(from))
}

// skipped names the versions above the current one, which were cancelled or rolled back. A user must find out why
// before the next one is issued.
func (c Change) skipped() string {
	if c.decision.step != rotation.StepBegin && c.decision.step != rotation.StepRotate {
		return ""
	}
	switch first, last := c.prior.Current+1, c.prior.Next-1; {
	case last < first:
		return ""
	case last == first:
		return fmt.Sprintf("Version %d was issued earlier and is not current. See its record: %s.",
			first, c.callToListVersions())
	default:
		return fmt.Sprintf("Versions %d to %d were issued earlier and are not current. See their records: %s.",
			first, last, c.callToListVersions())
	}
}

// platformMakesValue says that the platform makes the value of what was supplied before.
func (c Change) platformMakesValue() string {
	s := c.wanted.supply
	if !s.Supplied || s.Configured || !c.issues() {
		return ""
	}
	return "The platform makes its value, because " + s.Argument + " is not set; the one before was supplied."
}

// ended lists the valid versions that the step ends, oldest first.
func (c Change) ended() []int64 {
	left := c.decision.after.Valid()
	return slices.DeleteFunc(c.prior.Valid(), func(v int64) bool { return slices.Contains(left, v) })
}

func join(versions []int64) string {
	texts := make([]string, 0, len(versions))
	for _, v := range versions {
		texts = append(texts, strconv.FormatInt(v, 10))
	}
	return strings.Join(texts, " and version ")
}

// paragraph joins sentences and leaves out empty ones.
func paragraph(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " ")
}
