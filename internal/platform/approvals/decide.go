package approvals

import (
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// Why a caller may not decide, or a request does not pass.
const (
	reasonNoPerson     = "no_person"     // a machine decides nothing
	reasonNoPermission = "no_permission" // its roles do not have the permission approve
	reasonOwn          = "own_request"
	reasonDecided      = "decided" // by somebody else, or before
	reasonExpired      = "expired"
	reasonClock        = "clock_in_doubt"

	reasonPending = "pending"
	reasonRefused = "refused"
	reasonUsed    = "used"
	reasonOther   = "another_request"
	reasonNone    = "not_asked_for"
)

// caller is who decides.
type caller struct {
	id       string
	person   bool
	approves bool // has the permission approve
}

// mayDecide says why a caller may not approve or refuse at a moment; empty where it may.
func mayDecide(a *store.Approval, by caller, now time.Time, inDoubt bool) string {
	switch {
	case !by.person:
		return reasonNoPerson
	case !by.approves:
		return reasonNoPermission
	case a.AskedBy == by.id:
		return reasonOwn
	case a.State == api.ApprovalExpired:
		return reasonExpired
	case a.State != api.ApprovalPending:
		return reasonDecided
	case inDoubt:
		return reasonClock
	case !now.Before(a.ExpiresAt):
		return reasonExpired
	}
	return ""
}

// passes says why a request does not pass with an approval at a moment; empty where it passes. Nil is no approval.
func passes(a *store.Approval, hash string, now time.Time, inDoubt bool) string {
	switch {
	case a == nil:
		return reasonNone
	case string(a.Hash) != hash:
		return reasonOther
	case a.State == api.ApprovalRefused:
		return reasonRefused
	case a.State == api.ApprovalUsed:
		return reasonUsed
	case a.State != api.ApprovalPending && a.State != api.ApprovalApproved:
		return reasonExpired
	case inDoubt:
		return reasonClock
	case !now.Before(a.ExpiresAt):
		return reasonExpired
	case a.State == api.ApprovalPending:
		return reasonPending
	}
	return ""
}

// asksAgain reports whether a request that does not pass needs a new approval: the last one decides nothing any more.
func asksAgain(reason string) bool { return reason != reasonPending && reason != reasonClock }
