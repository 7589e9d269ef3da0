package api

import (
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// States of a connector's credentials.
const (
	CredentialsMissing = "missing"
	CredentialsCurrent = "current"
	CredentialsDue     = "due"
	CredentialsOverdue = "overdue"
	CredentialsRevoked = "revoked"
)

// Connector is one integration with an outside service.
type Connector struct {
	Object
	Owner                string            `json:"owner"`
	Type                 string            `json:"type"`
	Settings             map[string]string `json:"settings"`
	AllowedScopes        []string          `json:"allowed_scopes"`
	Enabled              bool              `json:"enabled"`
	RotationPolicyID     *string           `json:"rotation_policy_id"`
	CredentialsWOVersion *int64            `json:"credentials_wo_version"`
	// Version counts the credentials; null as long as there were none.
	Version           *int64     `json:"version"`
	CredentialsDigest *string    `json:"credentials_digest"`
	CredentialsSetAt  *time.Time `json:"credentials_set_at"`
	CredentialsDueAt  *time.Time `json:"credentials_due_at"`
	CredentialsStatus string     `json:"credentials_status"`
	Hold              *Hold      `json:"hold"`
}

// ConnectorCreate makes a connector. Credentials print as redacted: the client builds the body that carries them.
type ConnectorCreate struct {
	Name                 string                  `json:"name"`
	Description          *string                 `json:"description,omitempty"`
	Labels               map[string]string       `json:"labels,omitzero"`
	Owner                string                  `json:"owner"`
	Type                 string                  `json:"type"`
	Settings             map[string]string       `json:"settings,omitzero"`
	AllowedScopes        []string                `json:"allowed_scopes,omitzero"`
	Enabled              *bool                   `json:"enabled,omitempty"`
	RotationPolicyID     *string                 `json:"rotation_policy_id,omitempty"`
	CredentialsWOVersion *int64                  `json:"credentials_wo_version,omitempty"`
	Credentials          map[string]secret.Value `json:"credentials,omitzero"`
}

// ConnectorPatch changes a connector. Credentials replace the present ones as a whole; absent, they stay.
type ConnectorPatch struct {
	Name                 Optional[string]            `json:"name,omitzero"`
	Description          Optional[string]            `json:"description,omitzero"`
	Labels               Optional[map[string]string] `json:"labels,omitzero"`
	Owner                Optional[string]            `json:"owner,omitzero"`
	Settings             Optional[map[string]string] `json:"settings,omitzero"`
	AllowedScopes        Optional[[]string]          `json:"allowed_scopes,omitzero"`
	Enabled              Optional[bool]              `json:"enabled,omitzero"`
	RotationPolicyID     Optional[string]            `json:"rotation_policy_id,omitzero"`
	CredentialsWOVersion Optional[int64]             `json:"credentials_wo_version,omitzero"`
	Credentials          map[string]secret.Value     `json:"credentials,omitzero"`
}
