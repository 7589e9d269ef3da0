package rotation

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
)

// The reasons a Transition or an ended version records where nobody gave one.
const (
	ReasonStageTimeout   = "stage_timeout"   // the stage ended without evidence
	ReasonRolledBack     = "rolled_back"     // the deadline that a rolled back version kept has passed
	ReasonOverlapEnded   = "overlap_ended"   // the overlap deadline has passed
	ReasonMinimumVersion = "minimum_version" // minimum_version was raised above it
	ReasonCancelled      = "cancelled"       // the pending version was cancelled
	ReasonRetired        = "retired"         // the previous version was retired before its deadline
	ReasonRollback       = "rollback"        // the hold that a rollback sets
	ReasonTokenRevoked   = "token_revoked"   // RFC 7009 revocation of one value
	ReasonReplaced       = "replaced"        // new connector credentials took its place
)
