package api

import "net/http"

// Error codes. They are stable: a client decides by them, not by a text or a status.
const (
	CodeNotFound           = "not_found"
	CodeConflict           = "conflict"
	CodeInvalid            = "invalid"
	CodePreconditionFailed = "precondition_failed"
	CodeUnauthenticated    = "unauthenticated"
	CodeForbidden          = "forbidden"
	CodeHeld               = "held"
	CodeQuarantined        = "quarantined"
	// CodeAcknowledgementRequired is of a step that a rotation policy without acknowledgements would allow.
	CodeAcknowledgementRequired = "acknowledgement_required"
	CodeRateLimited             = "rate_limited"
	// CodeTokenRateLimited is of the rate_limit_per_minute of the scoped token that a request is about, or that sends it.
	CodeTokenRateLimited = "token_rate_limited"
	CodeUnavailable      = "unavailable"
	// CodeRestored: the platform was restored from a backup, and no operator has confirmed that. It does not pass by
	// waiting, and says nothing about the object or the value.
	CodeRestored = "restored"
	// CodeLimitReached is of a limit that does not pass by waiting a little: something must be deleted first.
	CodeLimitReached        = "limit_reached"
	CodeInternal            = "internal"
	CodeInProgress          = "in_progress"
	CodeIdempotencyMismatch = "idempotency_mismatch"
	CodeNameTaken           = "name_taken"
	CodeTooLarge            = "too_large"
	CodeMethodNotAllowed    = "method_not_allowed"
	CodeUnsupportedMedia    = "unsupported_media_type"
	// CodeUnsupportedToken is of RFC 7009: /v1/revoke cannot end a value of this kind.
	CodeUnsupportedToken = "unsupported_token_type"
	// CodeInvalidGrant is of RFC 6749: every refusal of an exchange, whatever its reason.
	CodeInvalidGrant = "invalid_grant"
	// CodeClaimSuperseded: another run has adopted the object that the claim was for.
	CodeClaimSuperseded = "claim_superseded"
	// CodeNoSuchRoute differs from CodeNotFound because a wrong path says nothing about an object.
	CodeNoSuchRoute = "no_such_route"
	// CodeGuardrailViolation is of a write that breaks a rule of the environment policy.
	CodeGuardrailViolation = "guardrail_violation"
	// CodeApprovalRequired: the request passes once a second person has approved it. Nothing was changed.
	CodeApprovalRequired = "approval_required"
)

// StatusOf maps error codes to HTTP statuses.
var StatusOf = map[string]int{
	CodeNotFound:           http.StatusNotFound,
	CodeConflict:           http.StatusConflict,
	CodeInvalid:            http.StatusUnprocessableEntity,
	CodePreconditionFailed: http.StatusPreconditionFailed,
	CodeUnauthenticated:    http.StatusUnauthorized,
	CodeForbidden:          http.StatusForbidden,
	CodeHeld:               http.StatusConflict,
	CodeQuarantined:        http.StatusConflict,

	CodeAcknowledgementRequired: http.StatusConflict,

	CodeRateLimited:         http.StatusTooManyRequests,
	CodeTokenRateLimited:    http.StatusTooManyRequests,
	CodeLimitReached:        http.StatusTooManyRequests,
	CodeUnavailable:         http.StatusServiceUnavailable,
	CodeRestored:            http.StatusServiceUnavailable,
	CodeInternal:            http.StatusInternalServerError,
	CodeInProgress:          http.StatusConflict,
	CodeIdempotencyMismatch: http.StatusUnprocessableEntity,
	CodeNameTaken:           http.StatusConflict,
	CodeTooLarge:            http.StatusRequestEntityTooLarge,
	CodeMethodNotAllowed:    http.StatusMethodNotAllowed,
	CodeNoSuchRoute:         http.StatusNotFound,
	CodeUnsupportedMedia:    http.StatusUnsupportedMediaType,
	CodeUnsupportedToken:    http.StatusBadRequest,
	CodeInvalidGrant:        http.StatusBadRequest,
	CodeClaimSuperseded:     http.StatusConflict,
	CodeGuardrailViolation:  http.StatusUnprocessableEntity,
	CodeApprovalRequired:    http.StatusConflict,
}

// Reasons of CodeNameTaken. A create without a claim, and a change of a name, have none.
const (
	TakenUnclaimed          = "unclaimed"           // it was made without a claim
	TakenPresented          = "presented"           // a state has it
	TakenOtherPrincipal     = "other_principal"     // another principal made it
	TakenOtherSpecification = "other_specification" // another create made it
	TakenChanged            = "changed"             // it is not as it was made
	TakenTooOld             = "too_old"             // it was made too long ago
	TakenSameRun            = "same_run"            // the run of this create made it
	TakenEndedInOrder       = "ended_in_order"      // the run that made it got all its answers
)

// ProblemContentType is the media type of every error (RFC 9457).
const ProblemContentType = "application/problem+json"

// ProblemTypePrefix and a code make a problem's type.
const ProblemTypePrefix = "urn:quickconnect:problem:"

// Problem is an error as the platform sends it. Detail never repeats a refused value.
type Problem struct {
	Type      string `json:"type" doc:"urn:quickconnect:problem: and the code."`
	Title     string `json:"title" doc:"The HTTP status in words."`
	Status    int    `json:"status" doc:"The HTTP status."`
	Detail    string `json:"detail" doc:"What happened, to which object, and what to do next. Never repeats a refused value."`
	Code      string `json:"code" doc:"Stable; decide by it."`
	Field     string `json:"field,omitempty" doc:"JSON pointer of the member of the request that was refused."`
	OAuth     string `json:"error,omitempty" doc:"Of invalid_grant: the code once more, where OAuth libraries look for it." enum:"invalid_grant"`
	Reason    string `json:"reason,omitempty" doc:"Of name_taken, where the create had a claim: why it does not get that object." enum:"unclaimed,presented,other_principal,other_specification,changed,too_old,same_run,ended_in_order"`
	Rule      string `json:"rule,omitempty" doc:"Of guardrail_violation: the rule of the environment policy that the write breaks."`
	Approval  string `json:"approval_id,omitempty" doc:"Of approval_required: the id of what waits (GET /v1/approvals/{id})."`
	RequestID string `json:"request_id" doc:"Names this request in the platform's log and audit."`
}
