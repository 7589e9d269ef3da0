package api

import "time"

// ScopedToken is a least-privilege API token for one job of one connector. It never carries a value: only a reveal does.
type ScopedToken struct {
	Object
	Owner              string            `json:"owner"`
	ConnectorID        string            `json:"connector_id"`
	Scopes             []string          `json:"scopes"`
	AllowedCIDRs       []string          `json:"allowed_cidrs"`
	ExpiresAt          *string           `json:"expires_at"`
	RotationPolicyID   *string           `json:"rotation_policy_id"`
	RotateWhenChanged  map[string]string `json:"rotate_when_changed"`
	MinimumVersion     *int64            `json:"minimum_version"`
	DeletionProtection bool              `json:"deletion_protection"`
	// Version is the one a consumer should hold: the pending one while staged (not after a rollback), otherwise the current
	// one. In phase revoked it keeps its last number.
	Version  int64    `json:"version"`
	Rotation Rotation `json:"rotation"`
	// RotationRequested says that a rotation was asked for and is due as soon as the phase is stable.
	RotationRequested bool       `json:"rotation_requested"`
	Hold              *Hold      `json:"hold"`
	LastUsedAt        *time.Time `json:"last_used_at"`
}

// ScopedTokenCreate makes a scoped token and its first version.
type ScopedTokenCreate struct {
	Name               string            `json:"name"`
	Description        *string           `json:"description,omitempty"`
	Labels             map[string]string `json:"labels,omitzero"`
	Owner              string            `json:"owner"`
	ConnectorID        string            `json:"connector_id"`
	Scopes             []string          `json:"scopes"`
	AllowedCIDRs       []string          `json:"allowed_cidrs,omitzero"`
	ExpiresAt          *string           `json:"expires_at,omitempty"`
	RotationPolicyID   *string           `json:"rotation_policy_id,omitempty"`
	RotateWhenChanged  map[string]string `json:"rotate_when_changed,omitzero"`
	MinimumVersion     *int64            `json:"minimum_version,omitempty"`
	DeletionProtection *bool             `json:"deletion_protection,omitempty"`
}

// ScopedTokenPatch changes a scoped token. Raising minimum_version above a valid version revokes that version in the same transaction.
type ScopedTokenPatch struct {
	Name               Optional[string]            `json:"name,omitzero"`
	Description        Optional[string]            `json:"description,omitzero"`
	Labels             Optional[map[string]string] `json:"labels,omitzero"`
	Owner              Optional[string]            `json:"owner,omitzero"`
	Scopes             Optional[[]string]          `json:"scopes,omitzero"`
	AllowedCIDRs       Optional[[]string]          `json:"allowed_cidrs,omitzero"`
	ExpiresAt          Optional[string]            `json:"expires_at,omitzero"`
	RotationPolicyID   Optional[string]            `json:"rotation_policy_id,omitzero"`
	RotateWhenChanged  Optional[map[string]string] `json:"rotate_when_changed,omitzero"`
	MinimumVersion     Optional[int64]             `json:"minimum_version,omitzero"`
	DeletionProtection Optional[bool]              `json:"deletion_protection,omitzero"`
	// RotationRequested true records a request for a rotation; false does nothing.
	RotationRequested bool `json:"rotation_requested,omitempty"`
}
