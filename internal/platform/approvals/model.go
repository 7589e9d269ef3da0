package approvals

import (
	"maps"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// flatten shows an approval at a moment: what has expired is shown so before the sweep has come to it.
func flatten(a *store.Approval, now time.Time) api.Approval {
	out := api.Approval{
		ID: a.ID, Operation: a.Operation, State: a.State, Method: a.Method, Path: a.Path, About: a.About, Reason: a.Reason,
		AskedBy: a.AskedBy, AskedByName: a.AskedByName, CreatedAt: a.CreatedAt.UTC(), ExpiresAt: a.ExpiresAt.UTC(),
		DecidedBy: a.DecidedBy, DecidedName: a.DecidedName, DecidedAt: httpapi.UTC(a.DecidedAt), Comment: a.Comment,
		ClosedAt: httpapi.UTC(a.ClosedAt), ClosedWhy: a.ClosedWhy, Role: a.Role,
	}
	if a.Lasts > 0 {
		out.Lasts = api.FormatDuration(a.Lasts)
	}
	if !now.Before(a.ExpiresAt) {
		out.State = over(a)
	}
	return out
}

// over returns the state of an approval whose time is over.
func over(a *store.Approval) string {
	switch {
	case a.State == api.ApprovalApproved && a.Operation == api.OperationElevation:
		return api.ApprovalEnded
	case a.State == api.ApprovalPending || a.State == api.ApprovalApproved:
		return api.ApprovalExpired
	}
	return a.State
}

// recorded is what the audit has of an approval.
func recorded(a *store.Approval) map[string]string {
	out := map[string]string{"operation": a.Operation, "asked_by": a.AskedBy}
	maps.Copy(out, a.About)
	for name, text := range map[string]string{
		"reason": a.Reason, "comment": a.Comment, "approved_by": a.DecidedBy, "why": a.ClosedWhy,
	} {
		if text != "" {
			out[name] = text
		}
	}
	return out
}

// undecidable is the problem of a decision that does not count.
func undecidable(a *store.Approval, reason string) error {
	switch reason {
	case reasonNoPerson, reasonNoPermission:
		return problem.New(api.CodeForbidden, "", "only a person with the permission %s (role %s) decides about approvals",
			api.PermissionApprove, api.RoleApprover)
	case reasonOwn:
		return problem.New(api.CodeForbidden, "", "the request %s is your own: another person with role %s decides about it",
			a.ID, api.RoleApprover)
	case reasonExpired:
		return problem.New(api.CodeConflict, "", "nobody decided about the request %s until %s; have it sent again", a.ID,
			a.ExpiresAt.UTC().Format(time.RFC3339))
	case reasonClock:
		return problem.New(api.CodeConflict, "", "the clock of the platform is in doubt, so it is not known whether the "+
			"request %s still waits; decide again when the clock is right", a.ID)
	}
	return problem.New(api.CodeConflict, "", "the request %s is not pending any more: %s", a.ID, decision(a))
}

func decision(a *store.Approval) string {
	verb := "approved"
	if a.State == api.ApprovalRefused {
		verb = "refused"
	}
	return verb + " by " + api.Actor(a.DecidedBy, a.DecidedName) + " at " + a.DecidedAt.UTC().Format(time.RFC3339)
}
