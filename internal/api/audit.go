package api

// Outcomes of what an audit event records. An event of an older build has none.
const (
	OutcomeSuccess = "success"
	OutcomeFailure = "failure"
)

// KindAuditEvents is what the audit calls its own events.
const KindAuditEvents = "audit-events"
