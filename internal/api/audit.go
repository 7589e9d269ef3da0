package api

// Outcomes of what an audit event records. An event of an older build has none.
const (
	OutcomeSuccess = "success"
	OutcomeFailure = "failure"
)
