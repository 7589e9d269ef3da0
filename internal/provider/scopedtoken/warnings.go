package scopedtoken

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

// The warnings of a plan say what will happen and why, or what waits for whom. They are made from the state alone and give
// dates, never "since three days": Terraform plans once more at apply time. A plan with nothing to do is silent.

func warn(diags *diag.Diagnostics, name string, p prior, r rotation, hold *api.Hold, w wanted, d decision) {
	token := strconv.Quote(name)
	if d.step != "" {
		summary, what := announce(token, p, d)
		diags.AddWarning(summary, paragraph(what, because(p, r, w, d)))
	} else if summary, text := waiting(token, p, r, hold); summary != "" {
		diags.AddWarning(summary, text)
	}
	if d.waits {
		diags.AddWarning("Rotation of "+token+" is requested, not begun", recorded(d, p))
	}
}

// announce says what a step does.
func announce(token string, p prior, d decision) (summary, what string) {
	n := d.after
	switch d.step {
	case stepMinimumVersion:
		what = fmt.Sprintf("Refused at once, without an overlap: version %s. ", join(p.endedBy(n)))
		if d.issues(p) {
			return fmt.Sprintf("Version %d of %s will be issued, every older one revoked", n.current, token), what + "Whoever holds an old value fails until it has the new one."
		}
		return fmt.Sprintf("Every version of %s older than %d will be revoked", token, n.current), what + fmt.Sprintf("Version %d is current from then on.", n.current)
	case api.StepBegin:
		return fmt.Sprintf("Rotation of %s begins: version %d will be issued", token, n.pending),
			fmt.Sprintf("Version %d stays valid beside it; version %d is promoted by a later apply, once it was seen in use.", n.current, n.pending)
	case api.StepRotate:
		return fmt.Sprintf("Rotation of %s: version %d will be issued and current", token, n.current),
			fmt.Sprintf("Version %d stays valid for the overlap of the rotation policy.", n.previous)
	case api.StepPromote:
		return fmt.Sprintf("Rotation of %s goes on: version %d will be current", token, n.current),
			fmt.Sprintf("Version %d stays valid for the overlap of the rotation policy and is then refused.", n.previous)
	case api.StepRetire:
		return fmt.Sprintf("Rotation of %s ends: version %d will be retired", token, p.previous),
			fmt.Sprintf("Version %d is refused from then on; version %d is the only valid one.", p.previous, n.current)
	case api.StepReissue:
		return fmt.Sprintf("Version %d of %s will be issued", n.current, token), "No version of it is valid now."
	}
	return "", ""
}

// because says why the step is taken in this plan.
func because(p prior, r rotation, w wanted, d decision) string {
	switch {
	case d.step == stepMinimumVersion:
		return fmt.Sprintf("Why: minimum_version is raised to %d.", w.minimumVersion)
	case d.revives:
		if w.expiresAt == "" {
			return fmt.Sprintf("Why: the token expired at %s, and this plan removes expires_at.", p.expiresAt)
		}
		return fmt.Sprintf("Why: the token expired at %s, and this plan moves expires_at to %s.", p.expiresAt, w.expiresAt)
	case p.due != d.step:
		return "Why: a value of rotate_when_changed has changed."
	}
	switch p.reason {
	case api.ReasonInterval:
		return "Why: due since " + dueSince(r) + "."
	case api.ReasonOverdue:
		return "Why: overdue, the max_age of the rotation policy has passed; due since " + dueSince(r) + "."
	case api.ReasonRequested:
		return "Why: a rotation was requested earlier."
	case api.ReasonAcknowledged:
		return fmt.Sprintf("Why: version %d was seen in use.", p.pending)
	case api.ReasonQuiet:
		return fmt.Sprintf("Why: version %d has been unused for the quiet_period of the rotation policy.", p.previous)
	case api.ReasonRevoked:
		return "Why: every version was revoked, and the token is still in the configuration. If it must stay dead, remove it from the configuration, or put it on hold on the platform."
	}
	if d.step == api.StepPromote {
		return "Why: the rotation policy requires no acknowledgement."
	}
	return ""
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
func waiting(token string, p prior, r rotation, hold *api.Hold) (summary, text string) {
	switch p.reason {
	case api.ReasonHeld:
		why := ""
		if hold != nil {
			why = fmt.Sprintf("Since %s, by %s: %s. ", hold.At.UTC().Format(time.RFC3339), hold.By, hold.Reason)
		}
		if p.phase == api.PhaseRevoked {
			why += "No version of it is valid. "
		}
		return "Rotation of " + token + " is on hold", why + "No step is planned, and Terraform never releases a hold. When the reason is gone, release it on the platform " +
			"(POST /v1/scoped-tokens/{id}/release, role " + tfkit.RolesWith(api.PermissionContain, "or") + ")."
	case api.ReasonAwaitingAcknowledgement:
		return fmt.Sprintf("Version %d of %s waits to be seen in use", p.pending, token),
			fmt.Sprintf("It is promoted by the next apply after a consumer used it or somebody acknowledged it. Its stage ends at %s; what happens then is on_stage_timeout of the rotation policy.", r.PendingExpiresAt.ValueString())
	case api.ReasonNotEnforced:
		return fmt.Sprintf("Version %d of %s cannot prove itself", p.pending, token),
			fmt.Sprintf("The receiver accepts what is not genuine (verification_not_enforced), so that it accepts version %d proves nothing. Make it verify, then acknowledge the version. Its stage ends at %s.",
				p.pending, r.PendingExpiresAt.ValueString())
	case api.ReasonExpired:
		return "Token " + token + " has expired", fmt.Sprintf("No version of it is valid since %s. To revive it, set expires_at to a later date, or remove it (rotation_policy_id is required then): "+
			"the plan changes it and issues version %d. Otherwise remove the token from the configuration.", p.expiresAt, p.next)
	}
	return "", ""
}

// recorded says when a request is answered that this apply only records.
func recorded(d decision, p prior) string {
	why := "A value of rotate_when_changed has changed, but "
	switch {
	case p.reason == api.ReasonHeld:
		why += "the token is on hold. "
	case d.step != "":
		why += "another step comes first, and an apply takes one. "
	default:
		why += fmt.Sprintf("the token is in phase %s of a rotation. ", p.phase)
	}
	why += "The request is recorded on the platform. It falls due once the phase is stable"
	if p.reason == api.ReasonHeld {
		why += " and the hold released"
	}
	return why + "."
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

func paragraph(parts ...string) string {
	return strings.TrimSpace(strings.Join(parts, " "))
}
