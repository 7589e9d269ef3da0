package rotation

import "time"

// ActorPlatform is the actor of every transition that a deadline makes.
const ActorPlatform = "platform"

// Step names one change of a credential: what a client requests, what a Status says is due, and the name of an audit
// event.
type Step string

// The steps that a Command can request.
const (
	StepBegin       Step = "begin"
	StepRotate      Step = "rotate"
	StepAcknowledge Step = "acknowledge"
	StepPromote     Step = "promote"
	StepRetire      Step = "retire"
	StepCancel      Step = "cancel"
	StepRollback    Step = "rollback"
	StepRevoke      Step = "revoke"
	StepReissue     Step = "reissue"
	StepHold        Step = "hold"
	StepRelease     Step = "release"

	StepQuarantine        Step = "quarantine"
	StepReleaseQuarantine Step = "release_quarantine"
)

// Steps that have a function of their own, the step that only a deadline takes, and the absence of a step.
const (
	StepNone           Step = "none" // nothing is due
	StepCreate         Step = "create"
	StepExpire         Step = "expire"
	StepMinimumVersion Step = "minimum_version"
	StepReplace        Step = "replace"
	StepEndQuarantine  Step = "end_quarantine"
)

// Moves reports whether the step changes the stored object as a client sees it, so that its etag changes. Evidence does
// not.
func (s Step) Moves() bool { return s != StepAcknowledge }

// Command is a requested step.
type Command struct {
	Step     Step
	Actor    string
	Reason   string // required for revoke, hold, quarantine, and whatever is forced
	Force    bool   // promote and retire: without their guard
	Version  int64  // acknowledge: the pending version, so that no other version is acknowledged by mistake
	Evidence string // acknowledge: the kind of evidence; empty means EvidenceAcknowledgement
	Below    int64  // revoke: every version below this number
	All      bool   // revoke: every version
	Hold     bool   // revoke: set a hold as well

	Until  time.Time     // quarantine: when it ends by itself; zero for after Length
	Length time.Duration // quarantine: how long it lasts; zero for DefaultQuarantine
	Lifts  bool          // quarantine and release_quarantine: the actor may release what others have set
}

// Transition is one change of a credential: one audit event.
type Transition struct {
	Step     Step
	At       time.Time
	Actor    string
	Versions []int64 // the versions that it changed or is about, ascending
	Issued   int64   // the version it issued, whose value the caller has to make; 0 for none
	Forced   bool
	Reason   string
}

// The reasons a Status gives with what is due, or with why nothing is.
const (
	ReasonInterval                = "interval"
	ReasonRequested               = "requested"
	ReasonOverdue                 = "overdue"
	ReasonAcknowledged            = "acknowledged"
	ReasonAwaitingAcknowledgement = "awaiting_acknowledgement"
	ReasonNotEnforced             = "verification_not_enforced"
	ReasonQuiet                   = "quiet"
	ReasonHeld                    = "held"
	ReasonExpired                 = "expired"
	ReasonRevoked                 = "revoked"
	ReasonQuarantined             = "quarantined"
)

// The reasons that a Transition or an ended version records where none was given.
const (
	ReasonStageTimeout   = "stage_timeout"   // the stage ended without evidence
	ReasonRolledBack     = "rolled_back"     // the deadline of a version that was rolled back has passed
	ReasonOverlapEnded   = "overlap_ended"   // the overlap deadline has passed
	ReasonMinimumVersion = "minimum_version" // minimum_version was raised above it
	ReasonCancelled      = "cancelled"       // the pending version was cancelled
	ReasonRetired        = "retired"         // the previous version was retired before its deadline
	ReasonRollback       = "rollback"        // the hold that a rollback sets
	ReasonTokenRevoked   = "token_revoked"   // RFC 7009 revocation of one value
	ReasonReplaced       = "replaced"        // new connector credentials took its place
	ReasonRenewed        = "renewed"         // the authorization server replaced the refresh token
	ReasonTypeChanged    = "type_changed"    // the connector is for another service

	ReasonQuarantineEnded = "quarantine_ended" // the quarantine reached its end, and nobody had released it
)

// The codes of an Error, the same as on the wire.
const (
	CodeConflict = "conflict"
	CodeHeld     = "held"
	CodeInvalid  = "invalid"

	CodeQuarantined = "quarantined"
	CodeForbidden   = "forbidden"

	CodeAcknowledgementRequired = "acknowledgement_required"
)

// Error says why a step was refused and what to do next. It never contains a secret or a refused value.
type Error struct {
	Code    string
	Message string
	Field   string // JSON pointer to the part of the request at fault; only with CodeInvalid
}

func (e *Error) Error() string { return e.Message }

func invalid(field, message string) error {
	return &Error{Code: CodeInvalid, Message: message, Field: field}
}
