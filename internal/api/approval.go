package api

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Operations that require_approval of an environment policy can name.
const (
	ApproveExemption    = "exemption"
	ApproveForcePromote = "force_promote"
	ApproveGrant        = "grant"
)

// OperationElevation is of an approval that gives its person a role for some time. It always waits.
const OperationElevation = "elevation"

// ApprovableOperations lists what require_approval can name.
func ApprovableOperations() []string {
	return []string{ApproveExemption, ApproveForcePromote, ApproveGrant}
}

// States of an approval.
const (
	ApprovalPending  = "pending"
	ApprovalApproved = "approved" // the request passes once, or the elevation runs
	ApprovalRefused  = "refused"
	ApprovalUsed     = "used"    // the request was carried out
	ApprovalExpired  = "expired" // nobody decided in time, or the request was not sent again in time
	ApprovalEnded    = "ended"   // the elevation is over
)

// ApprovalStates lists them.
func ApprovalStates() []string {
	return []string{
		ApprovalPending, ApprovalApproved, ApprovalRefused, ApprovalUsed, ApprovalExpired, ApprovalEnded,
	}
}

// How long an approval lasts.
const (
	ApprovalWait = 24 * time.Hour // a request waits so long for a decision
	ApprovalUse  = 4 * time.Hour  // an approved request passes so long

	MinElevation = 5 * time.Minute
	MaxElevation = 4 * time.Hour
)

// The paths and ids of approvals. They are no kind of object: nobody creates one by itself, or deletes one.
const (
	KindApprovals    = "approvals"
	ApprovalIDPrefix = "apr_"
	ApprovalsPath    = "/v1/" + KindApprovals
	ElevationsPath   = "/v1/elevations"
)

// Approval is a request that waits, or has waited, for a second person.
type Approval struct {
	ID          string            `json:"id" doc:"The platform's name for it, apr_ and a ULID."`
	Operation   string            `json:"operation" doc:"What waits." enum:"exemption,force_promote,grant,elevation"`
	State       string            `json:"state" doc:"Where it stands. An approved request passes once; an approved elevation runs." enum:"pending,approved,refused,used,expired,ended"`
	Method      string            `json:"method" doc:"The method of the request that waits."`
	Path        string            `json:"path" doc:"The path of the request that waits."`
	About       map[string]string `json:"about" nullable:"false" doc:"What the request does, by member. An approval is for exactly this."`
	Reason      string            `json:"reason,omitempty" doc:"Why it is asked for. Absent where the request has no reason."`
	AskedBy     string            `json:"asked_by" doc:"Id of who asks: a principal, a workload identity or a person."`
	AskedByName string            `json:"asked_by_name" doc:"Its name."`
	CreatedAt   time.Time         `json:"created_at" doc:"When it was asked for."`
	ExpiresAt   time.Time         `json:"expires_at" doc:"Until when it can be decided; once approved, until when the request passes or the elevation lasts."`
	DecidedBy   string            `json:"decided_by,omitempty" doc:"Id of the person who approved or refused. Absent until then."`
	DecidedName string            `json:"decided_by_name,omitempty" doc:"Name of that person."`
	DecidedAt   *time.Time        `json:"decided_at" doc:"When that was. Null until then."`
	Comment     string            `json:"comment,omitempty" doc:"What that person wrote."`
	ClosedAt    *time.Time        `json:"closed_at" doc:"When the request was carried out, the elevation ended, or the time was over. Null until then."`
	ClosedWhy   string            `json:"closed_why,omitempty" doc:"Of an elevation: why it ended." enum:"expired,ended,role_lost"`
	Role        string            `json:"role,omitempty" doc:"Of an elevation: the role that the person has while it runs." enum:"operator,security"`
	Lasts       string            `json:"lasts,omitempty" doc:"Of an elevation: for how long, a duration such as 2h."`
}

// FreeTexts returns the texts that somebody wrote.
func (a *Approval) FreeTexts() []*string {
	return []*string{&a.Reason, &a.Comment, &a.AskedByName, &a.DecidedName}
}

// ApprovalDecision approves or refuses.
type ApprovalDecision struct {
	Comment string `json:"comment,omitempty" doc:"Why, at most 500 printable characters. Whoever asked reads it."`
}

// ElevationRequest asks for a role for some time.
type ElevationRequest struct {
	Role   string `json:"role" doc:"operator or security."`
	For    string `json:"for" doc:"For how long from the approval on, a duration of 5m to 4h."`
	Reason string `json:"reason" doc:"Why, for whoever approves it, and for the audit trail."`
}

// Why an elevation ended.
const (
	ElevationExpired  = "expired"
	ElevationEnded    = "ended" // by the person, or by an approver
	ElevationRoleLost = "role_lost"
)

// ElevationRoles lists the roles that a person can ask for.
func ElevationRoles() []string { return []string{RoleOperator, RoleSecurity} }

// CheckElevationRole checks a role that is asked for. Its error completes the sentence "role …".
func CheckElevationRole(role string) error {
	if !slices.Contains(ElevationRoles(), role) {
		return fmt.Errorf("must be one of %s", strings.Join(ElevationRoles(), ", "))
	}
	return nil
}

// ParseElevation reads for how long a role is asked for. Its error completes the sentence "for …".
func ParseElevation(text string) (time.Duration, error) {
	if err := checkLimit(&text, MinElevation, MaxElevation); err != nil {
		return 0, err
	}
	return ParseDuration(text)
}

// checkApprovable checks an entry of require_approval.
func checkApprovable(operation string) error {
	if !slices.Contains(ApprovableOperations(), operation) {
		return fmt.Errorf("must be one of %s", strings.Join(ApprovableOperations(), ", "))
	}
	return nil
}
