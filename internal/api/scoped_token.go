package api

import "time"

// ScopedToken is a least-privilege API token for one job of one connector. It never carries a value: only a reveal does.
type ScopedToken struct {
	Object
	Owner              string            `json:"owner" doc:"Who answers for the token: an e-mail address or a team name."`
	ConnectorID        string            `json:"connector_id" doc:"The connector that the token is for. Never changes."`
	Scopes             []string          `json:"scopes" nullable:"false" doc:"What the token may do. What counts is what the connector allows of it."`
	AllowedCIDRs       []string          `json:"allowed_cidrs" doc:"The token is inactive from any other address, and from everywhere where this is empty. Null for no limit."`
	ExpiresAt          *string           `json:"expires_at" doc:"When every version of the token ends, as RFC 3339 and as given. Null for never."`
	RotationPolicyID   *string           `json:"rotation_policy_id" doc:"How old a version may get and how long two may overlap. Null for none."`
	RotateWhenChanged  map[string]string `json:"rotate_when_changed" doc:"Values whose change asks for a rotation. The platform only keeps them."`
	MinimumVersion     *int64            `json:"minimum_version" doc:"No version below this number is valid."`
	DeletionProtection bool              `json:"deletion_protection" doc:"While true, DELETE is refused."`
	// Version is the one a consumer should hold: the pending one while staged (not after a rollback), otherwise the current
	// one. In phase revoked it keeps its last number.
	Version  int64    `json:"version" doc:"The version a consumer should hold: the pending one while staged (not after a rollback), otherwise the current one. Phase revoked keeps the last."`
	Rotation Rotation `json:"rotation" doc:"Where the token stands between two of its versions."`
	// RotationRequested says that a rotation was asked for and is due as soon as the phase is stable.
	RotationRequested bool       `json:"rotation_requested" doc:"A rotation was asked for and is due as soon as the phase is stable."`
	Hold              *Hold      `json:"hold" doc:"While set, nothing is rotated. Null otherwise."`
	LastUsedAt        *time.Time `json:"last_used_at" doc:"The last use of any version, to the second. Null for never."`
}

// ScopedTokenCreate makes a scoped token and its first version.
type ScopedTokenCreate struct {
	Name               string            `json:"name" doc:"1 to 63 lower-case letters, digits and hyphens, unique among the tokens of the environment."`
	Description        *string           `json:"description,omitempty" doc:"Free text of at most 1,024 bytes."`
	Labels             map[string]string `json:"labels,omitzero" doc:"Free key-value pairs, at most 64."`
	Owner              string            `json:"owner" doc:"Who answers for the token: an e-mail address or a team name."`
	ConnectorID        string            `json:"connector_id" doc:"The connector that the token is for."`
	Scopes             []string          `json:"scopes" doc:"What the token may do: 1 to 64 scopes such as messages:send, none beyond what the connector allows."`
	AllowedCIDRs       []string          `json:"allowed_cidrs,omitzero" doc:"The token is inactive from any other address, and from everywhere where this is []. Absent or null is no limit."`
	ExpiresAt          *string           `json:"expires_at,omitempty" doc:"When every version of the token ends, as RFC 3339, in the future. This or rotation_policy_id is required."`
	RotationPolicyID   *string           `json:"rotation_policy_id,omitempty" doc:"How old a version may get and how long two may overlap. This or expires_at is required."`
	RotateWhenChanged  map[string]string `json:"rotate_when_changed,omitzero" doc:"Values whose change asks for a rotation. The platform only keeps them."`
	MinimumVersion     *int64            `json:"minimum_version,omitempty" doc:"Numbering starts here, unless the name has had a higher number before."`
	DeletionProtection *bool             `json:"deletion_protection,omitempty" doc:"While true, DELETE is refused. False if absent."`
}

// ScopedTokenPatch changes a scoped token. Raising minimum_version above a valid version revokes that version in the same transaction.
type ScopedTokenPatch struct {
	Name               Optional[string]            `json:"name,omitzero" doc:"A new name. The numbers of the new name are continued."`
	Description        Optional[string]            `json:"description,omitzero" doc:"Free text of at most 1,024 bytes."`
	Labels             Optional[map[string]string] `json:"labels,omitzero" doc:"Replaces all labels."`
	Owner              Optional[string]            `json:"owner,omitzero" doc:"Who answers for the token: an e-mail address or a team name."`
	Scopes             Optional[[]string]          `json:"scopes,omitzero" doc:"Replaces all scopes. Counts at once, for every valid version."`
	AllowedCIDRs       Optional[[]string]          `json:"allowed_cidrs,omitzero" doc:"Replaces all address ranges. Null is no limit; with [] the token is accepted from nowhere."`
	ExpiresAt          Optional[string]            `json:"expires_at,omitzero" doc:"A new end in the future, or null for none. Revives nothing that has ended: reissue does."`
	RotationPolicyID   Optional[string]            `json:"rotation_policy_id,omitzero" doc:"Null for none. Moves no running deadline."`
	RotateWhenChanged  Optional[map[string]string] `json:"rotate_when_changed,omitzero" doc:"Values whose change asks for a rotation. The platform only keeps them."`
	MinimumVersion     Optional[int64]             `json:"minimum_version,omitzero" doc:"Revokes every version below this number in the same transaction; the newest that remains is current, and if none remains the next version is issued. At most next_version. Lowering it does nothing."`
	DeletionProtection Optional[bool]              `json:"deletion_protection,omitzero" doc:"While true, DELETE is refused."`
	// RotationRequested true records a request for a rotation; false does nothing.
	RotationRequested bool `json:"rotation_requested,omitempty" doc:"True records a request for a rotation. False does nothing."`
}
