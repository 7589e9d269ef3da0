package api

import "time"

// IdentifiesPerMinute is how many values one principal may have identified in a minute.
const IdentifiesPerMinute = 60

// States of a principal, in an Identification. Those of versions are State of Version.
const (
	PrincipalActive  = "active"
	PrincipalExpired = "expired"
	PrincipalRevoked = "revoked"
)

// Identification says what a value is or was. For a value that no object of the environment has or had, it is
// {"found":false}.
type Identification struct {
	Found      bool        `json:"found" doc:"Whether an object of this environment has or had the value. If not, no other member is present: try each environment."`
	Kind       string      `json:"kind,omitempty" doc:"scoped-tokens, signing-secrets, access-tokens or principals, as in the paths of the API."`
	ID         string      `json:"id,omitempty" doc:"The object."`
	ParentID   string      `json:"parent_id,omitempty" doc:"Of an access token: what it was made from. Name, owner and version are of that."`
	Name       string      `json:"name,omitempty" doc:"Its name."`
	Owner      string      `json:"owner,omitempty" doc:"Who answers for it. Absent for a principal."`
	Version    int64       `json:"version,omitempty" doc:"Which version the value is. Absent for a principal."`
	State      string      `json:"state,omitempty" enum:"pending,current,previous,retired,revoked,active,expired" doc:"pending, current, previous and active are accepted, unless quarantine is there; retired, revoked and expired never are again. active and expired are of principals and access tokens only."`
	Quarantine *Quarantine `json:"quarantine,omitempty" doc:"The value is in quarantine: it is refused at every use until it is released. Absent otherwise."`
	// InactiveReason is of scoped tokens, and of access tokens made from them, whose state alone would accept the value.
	InactiveReason string     `json:"inactive_reason,omitempty" enum:"connector_disabled,consent_revoked,not_consented" doc:"Why the value is refused although its state is accepted. connector_disabled: enabled of the connector is false. consent_revoked: the consent of the connector was revoked. not_consented: the consent covers no scope of the token. Absent otherwise."`
	ExpiresAt      *time.Time `json:"expires_at,omitempty" doc:"When the value ends, or has ended, by itself. Absent where no end is set."`
	EndedAt        *time.Time `json:"ended_at,omitempty" doc:"When it ended. Absent while it is accepted."`
	EndReason      string     `json:"end_reason,omitempty" doc:"Why it ended. Absent while it is accepted."`
	EndedBy        string     `json:"ended_by,omitempty" doc:"Who ended it: the id of a principal, or platform. Absent while it is accepted."`
	ClosedAt       *time.Time `json:"closed_at,omitempty" doc:"When its object was deleted; see its tombstone. Absent while the object exists."`
	EndedByName    string     `json:"ended_by_name,omitempty" doc:"The name of that principal. Absent for what is no principal."`
}
