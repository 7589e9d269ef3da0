package api

import (
	"fmt"
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
	Deletion
	Uses
	Certification
	Owner                string            `json:"owner" doc:"Who answers for the connector: an e-mail address or a team name."`
	Type                 string            `json:"type" doc:"The outside service." enum:"slack,microsoft_teams,discord,twilio,sendgrid,smtp,webhook,oauth2,custom"`
	Settings             map[string]string `json:"settings" doc:"What the service needs that is not secret. Which keys there are depends on the type."`
	AllowedScopes        []string          `json:"allowed_scopes" doc:"No token of this connector has a scope beyond these. Null is no limit, an empty list allows none."`
	Enabled              bool              `json:"enabled" doc:"While false, every token of this connector is inactive."`
	ConsentID            *string           `json:"consent_id" doc:"The consent that the scopes of its tokens are within. While it is revoked, every token of this connector is inactive. Null for none."`
	ConsentRevokedAt     *time.Time        `json:"consent_revoked_at" doc:"When that consent was revoked. Null while it counts, and without one."`
	RotationPolicyID     *string           `json:"rotation_policy_id" doc:"The policy that says how old the credentials may get. Null for none."`
	CredentialsWOVersion *int64            `json:"credentials_wo_version" doc:"The number that the configuration gave the credentials. The platform only keeps it."`
	CredentialsExpireAt  *string           `json:"credentials_expire_at" doc:"When the present credentials end at the third party, as RFC 3339 and as given. Null if that is not known."`
	Version              *int64            `json:"version" doc:"Counts the credentials. Null as long as there were none."`
	CredentialsDigest    *string           `json:"credentials_digest" doc:"Keyed digest of the credentials, to recognise them by. Null without credentials."`
	CredentialsSetAt     *time.Time        `json:"credentials_set_at" doc:"When the present credentials were set. Null without credentials."`
	CredentialsDueAt     *time.Time        `json:"credentials_due_at" doc:"When the present credentials are to be replaced: at the policy's interval, or an overlap before they end at the third party, whichever comes first. Null without credentials, or without both."`
	CredentialsStatus    string            `json:"credentials_status" doc:"missing: there never were any, or not since the type changed. due: past credentials_due_at. overdue: older than the policy's max_age, or ended at the third party. revoked: they were revoked." enum:"missing,current,due,overdue,revoked"`
	// RefreshStatus and RefreshReason are of the type oauth2 alone.
	RefreshStatus *string `json:"refresh_status" doc:"How the platform does with the access token of a connector of type oauth2. pending: it has none yet. current: it has one, and renews it before its end. retrying: it could not renew it, and tries again by itself. refresh_failed: it does not try again until credentials or settings are set. Null for other types, and without credentials."`
	RefreshReason *string `json:"refresh_reason" doc:"Why the status is retrying or refresh_failed, and what to do. It has nothing of the authorization server's text. Null otherwise."`
	// PreviousInUseBy and SafeToRevokePrevious move by themselves.
	PreviousInUseBy      []Consumer    `json:"previous_in_use_by" nullable:"false" doc:"The consumers that fetched an earlier version of the credentials and not yet the present one."`
	SafeToRevokePrevious *bool         `json:"safe_to_revoke_previous" doc:"True when every consumer has fetched the present credentials, and the time at which each was told to come back with the earlier ones has passed: the earlier ones may then be revoked at the third party. Null where no consumer fetched earlier ones."`
	UnusedQuarantineAt   *time.Time    `json:"unused_quarantine_at" doc:"When the platform puts the credentials in quarantine because nobody fetches them, which was announced 14 days before at least. A use before ends that. Null where nothing is announced."`
	Quarantine           *Quarantine   `json:"quarantine" doc:"While set, no consumer gets the credentials that it covers. Newer ones are handed out. Null otherwise."`
	Hold                 *Hold         `json:"hold" doc:"While set, new credentials are refused. Null otherwise."`
	Findings             []OpenFinding `json:"findings" nullable:"false" doc:"The open findings, one entry for each rule, ascending by rule. They move by themselves."`
}

// Consumer is who fetched the credentials of a connector.
type Consumer struct {
	Consumer        string    `json:"consumer" doc:"What the consumer calls itself in the header Quickconnect-Consumer, or else its address."`
	ScopedTokenID   string    `json:"scoped_token_id" doc:"The scoped token it fetches with."`
	ScopedTokenName string    `json:"scoped_token_name" doc:"The name of that token. Empty where it was deleted."`
	Version         int64     `json:"version" doc:"The newest version that it fetched."`
	Retrievals      int64     `json:"retrievals" doc:"How often it fetched that version, at least. Counted every second."`
	LastRetrievedAt time.Time `json:"last_retrieved_at" doc:"When it fetched last. At most a second behind."`
	FetchAgainAt    time.Time `json:"fetch_again_at" doc:"When it was told to come back, at the latest. At most a minute too late."`
}

// HeaderConsumer names the consumer that fetches credentials.
const HeaderConsumer = "Quickconnect-Consumer"

// MaxConsumer is the longest name of a consumer, in bytes.
const MaxConsumer = 128

// CheckConsumer checks what a consumer calls itself.
func CheckConsumer(s string) error {
	if len(s) > MaxConsumer || !oneWordRegexp.MatchString(s) {
		return fmt.Errorf("must be 1 to %d printable ASCII characters without spaces, such as the name of the service",
			MaxConsumer)
	}
	return nil
}

// ConnectorCreate creates a connector.
type ConnectorCreate struct {
	Name                 string                  `json:"name,omitempty" doc:"1 to 63 lower-case letters, digits and hyphens, unique among the connectors of the environment."`
	NamePrefix           string                  `json:"name_prefix,omitempty" doc:"The platform chooses the name: this and 12 random letters and digits. 1 to 50 lower-case letters, digits and hyphens, with a letter or digit first. Exactly one of name and name_prefix. The numbers of versions begin above every one that a name with this beginning has had."`
	Description          *string                 `json:"description,omitempty" doc:"Free text of at most 1,024 bytes."`
	Labels               map[string]string       `json:"labels,omitzero" doc:"Free key-value pairs, at most 64."`
	Owner                string                  `json:"owner" doc:"Who answers for the connector: an e-mail address or a team name."`
	Type                 string                  `json:"type" doc:"The outside service: slack, microsoft_teams, discord, twilio, sendgrid, smtp, webhook, oauth2 or custom."`
	Settings             map[string]string       `json:"settings,omitzero" doc:"What the service needs that is not secret. Which keys there are depends on the type."`
	AllowedScopes        []string                `json:"allowed_scopes,omitzero" doc:"No token of this connector may have a scope beyond these. Absent or null is no limit, an empty list allows none."`
	Enabled              *bool                   `json:"enabled,omitempty" doc:"While false, every token of this connector is inactive. True if absent."`
	ConsentID            *string                 `json:"consent_id,omitempty" doc:"A granted consent for the type of this connector. Its tokens have no scope beyond what was consented to."`
	RotationPolicyID     *string                 `json:"rotation_policy_id,omitempty" doc:"The policy that says how old the credentials may get."`
	CredentialsWOVersion *int64                  `json:"credentials_wo_version,omitempty" doc:"The number that the configuration gives the credentials, at least 1. The platform only keeps it."`
	CredentialsExpireAt  *string                 `json:"credentials_expire_at,omitempty" doc:"When the credentials end at the third party, as RFC 3339. Due and overdue count from it."`
	CertifiedUntil       *string                 `json:"certified_until,omitempty" doc:"Until when somebody has certified that this credential is still needed, as RFC 3339. It may be in the past."`
	Credentials          map[string]secret.Value `json:"credentials,omitzero" doc:"The secrets of the outside service, at most 32. They are sealed, and returned only to a scoped token of this connector that names credentials:read."`
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
	ConsentID            Optional[string]            `json:"consent_id,omitzero" doc:"Another granted consent for the type of this connector, which counts at once. Null for none."`
	RotationPolicyID     Optional[string]            `json:"rotation_policy_id,omitzero" doc:"The policy that says how old the credentials may get. Null for none."`
	CredentialsWOVersion Optional[int64]             `json:"credentials_wo_version,omitzero" doc:"The number that the configuration gives the credentials, at least 1. The platform only keeps it."`
	CredentialsExpireAt  Optional[string]            `json:"credentials_expire_at,omitzero" doc:"When the credentials end at the third party, as RFC 3339. Null if that is not known."`
	CertifiedUntil       Optional[string]            `json:"certified_until,omitzero" doc:"Until when somebody has certified that this credential is still needed, as RFC 3339; it may be in the past. Null for none."`
	Credentials          map[string]secret.Value     `json:"credentials,omitzero" doc:"Replaces the credentials as a whole and retires the old ones at once. Absent or null leaves them. The same ones again are no new version."`
}
