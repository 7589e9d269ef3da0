package rotation

import "time"

// Attention says why somebody should look at a credential.
type Attention struct {
	Due     bool // a step is due; of a connector, new credentials are
	Overdue bool // the policy's max_age has passed, or the credentials have ended at the third party
	Waiting bool // the pending version waits for evidence
	Held    bool

	Quarantined bool
}

// AttentionAt is what the status of a credential asks for.
func AttentionAt(c Credential, p Policy, now time.Time) Attention {
	s := StatusAt(c, p, now)
	return Attention{
		Due: s.Due != StepNone, Overdue: s.Reason == ReasonOverdue, Held: c.Hold != nil,
		Quarantined: c.Quarantine != nil,
		Waiting:     s.Reason == ReasonAwaitingAcknowledgement || s.Reason == ReasonNotEnforced,
	}
}

// ConnectorAttentionAt is what the age of a connector's credentials asks for; see AgeAt.
func ConnectorAttentionAt(c Credential, p Policy, expiry, now time.Time) Attention {
	status := AgeAt(c, p, expiry, now).Status
	return Attention{
		Due: status == AgeDue || status == AgeOverdue, Overdue: status == AgeOverdue, Held: c.Hold != nil,
		Quarantined: c.Quarantine != nil,
	}
}
