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
	Owner                string            `json:"owner" doc:"Who answers for the connector: an e-mail address or a team name."`
	Type                 string            `json:"type" doc:"The outside service." enum:"slack,microsoft_teams,discord,twilio,sendgrid,smtp,webhook,custom"`
	Settings             map[string]string `json:"settings" doc:"What the service needs that is not secret. Which keys there are depends on the type."`
	AllowedScopes        []string          `json:"allowed_scopes" doc:"No token of this connector has a scope beyond these. Null is no limit, an empty list allows none."`
	Enabled              bool              `json:"enabled" doc:"While false, every token of this connector is inactive."`
	RotationPolicyID     *string           `json:"rotation_policy_id" doc:"The policy that says how old the credentials may get. Null for none."`
	CredentialsWOVersion *int64            `json:"credentials_wo_version" doc:"The number that the configuration gave the credentials. The platform only keeps it."`
	Version              *int64            `json:"version" doc:"Counts the credentials. Null as long as there were none."`
	CredentialsDigest    *string           `json:"credentials_digest" doc:"Keyed digest of the credentials, to recognise them by. Null without credentials."`
	CredentialsSetAt     *time.Time        `json:"credentials_set_at" doc:"When the present credentials were set. Null without credentials."`
	CredentialsDueAt     *time.Time        `json:"credentials_due_at" doc:"When the present credentials reach the policy's interval. Null without credentials or policy."`
	CredentialsStatus    string            `json:"credentials_status" doc:"missing: there never were any, or not since the type changed. due: older than the policy's interval. overdue: older than its max_age. revoked: they were revoked." enum:"missing,current,due,overdue,revoked"`
	Hold                 *Hold             `json:"hold" doc:"While set, new credentials are refused. Null otherwise."`
}

// ConnectorCreate creates a connector.
type ConnectorCreate struct {
	Name                 string                  `json:"name" doc:"1 to 63 lower-case letters, digits and hyphens, unique among the connectors of the environment."`
	Description          *string                 `json:"description,omitempty" doc:"Free text of at most 1,024 bytes."`
	Labels               map[string]string       `json:"labels,omitzero" doc:"Free key-value pairs, at most 64."`
	Owner                string                  `json:"owner" doc:"Who answers for the connector: an e-mail address or a team name."`
	Type                 string                  `json:"type" doc:"The outside service: slack, microsoft_teams, discord, twilio, sendgrid, smtp, webhook or custom."`
	Settings             map[string]string       `json:"settings,omitzero" doc:"What the service needs that is not secret. Which keys there are depends on the type."`
	AllowedScopes        []string                `json:"allowed_scopes,omitzero" doc:"No token of this connector may have a scope beyond these. Absent or null is no limit, an empty list allows none."`
	Enabled              *bool                   `json:"enabled,omitempty" doc:"While false, every token of this connector is inactive. True if absent."`
	RotationPolicyID     *string                 `json:"rotation_policy_id,omitempty" doc:"The policy that says how old the credentials may get."`
	CredentialsWOVersion *int64                  `json:"credentials_wo_version,omitempty" doc:"The number that the configuration gives the credentials, at least 1. The platform only keeps it."`
	Credentials          map[string]secret.Value `json:"credentials,omitzero" doc:"The secrets of the outside service, at most 32. They are sealed and never returned."`
}

// ConnectorPatch changes a connector. Credentials replace the present ones as a whole; absent, they stay.
type ConnectorPatch struct {
	Name                 Optional[string]            `json:"name,omitzero" doc:"A new name. The numbers of the new name are continued."`
	Description          Optional[string]            `json:"description,omitzero" doc:"Free text of at most 1,024 bytes."`
	Labels               Optional[map[string]string] `json:"labels,omitzero" doc:"Replaces all labels."`
	Owner                Optional[string]            `json:"owner,omitzero" doc:"Who answers for the connector: an e-mail address or a team name."`
	Type                 Optional[string]            `json:"type,omitzero" doc:"Another outside service. The settings are checked for it. The credentials end, unless new ones come with it; on hold that is refused."`
	Settings             Optional[map[string]string] `json:"settings,omitzero" doc:"Replaces all settings."`
	AllowedScopes        Optional[[]string]          `json:"allowed_scopes,omitzero" doc:"Replaces the list. Narrowing it counts at once. Null is no limit, an empty list allows none."`
	Enabled              Optional[bool]              `json:"enabled,omitzero" doc:"While false, every token of this connector is inactive."`
	RotationPolicyID     Optional[string]            `json:"rotation_policy_id,omitzero" doc:"The policy that says how old the credentials may get. Null for none."`
	CredentialsWOVersion Optional[int64]             `json:"credentials_wo_version,omitzero" doc:"The number that the configuration gives the credentials, at least 1. The platform only keeps it."`
	Credentials          map[string]secret.Value     `json:"credentials,omitzero" doc:"Replaces the credentials as a whole and retires the old ones at once. Absent or null leaves them. The same ones again are no new version."`
}
