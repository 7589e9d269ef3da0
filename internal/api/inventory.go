package api

import "time"

// KindInventory is the path of the inventory, which has the credentials of every kind.
const KindInventory = "credentials"

// DueReplace is what is due of a connector: new credentials, which only the third party gives.
const DueReplace = "replace"

// InventoryKinds lists the kinds that the inventory has, in the order of their ids.
func InventoryKinds() []string {
	return []string{KindConnectors, KindPrincipals, KindSigningSecrets, KindScopedTokens, KindWorkloadIdentities}
}

// InventoryEntry is one credential of an environment: of a connector, a scoped token, a signing secret, a workload
// identity or a principal. Nothing in it is a value.
type InventoryEntry struct {
	Kind        string            `json:"kind" enum:"connectors,principals,signing-secrets,scoped-tokens,workload-identities" doc:"The kind of the object, as in its path."`
	ID          string            `json:"id" doc:"The id of the object."`
	Name        string            `json:"name" doc:"The name of the object."`
	Owner       string            `json:"owner" doc:"Who answers for it. Empty for a principal, which has no owner."`
	Tenant      string            `json:"tenant" doc:"The tenant that it belongs to."`
	Environment string            `json:"environment" doc:"The environment of the tenant that it belongs to."`
	Labels      map[string]string `json:"labels" doc:"The labels of the object. Null for none, and for a principal, which has no labels."`
	ConnectorID *string           `json:"connector_id" doc:"The connector that it is of, or is for. Null for workload identities and principals."`
	Role        string            `json:"role" doc:"What a workload identity or a principal may do. Empty for the other kinds."`
	CreatedAt   time.Time         `json:"created_at" doc:"When the object was made."`
	Claimed     bool              `json:"claimed" doc:"Whether a Terraform state was seen to have it. False also for what was imported, and always for a principal."`

	Phase              string      `json:"phase" doc:"Which versions are valid: stable, staged, draining or revoked. Empty for workload identities and principals, which have no versions."`
	Due                string      `json:"due" doc:"The step of the rotation that is due now; replace for credentials of a connector that are to be replaced; none." enum:"none,begin,rotate,promote,retire,reissue,replace"`
	DueReason          string      `json:"due_reason" doc:"Why it is due, or why nothing is. Empty where there is nothing to say."`
	DueAt              *time.Time  `json:"due_at" doc:"When the rotation falls due, or fell due, by age. Null where nothing falls due by age."`
	Overdue            bool        `json:"overdue" doc:"Whether the current value is older than the max_age of its rotation policy, or has ended; also on hold."`
	Acknowledged       *bool       `json:"acknowledged" doc:"Whether the pending version was seen in use. Null where no version is pending."`
	ExpiresAt          *time.Time  `json:"expires_at" doc:"When it ends as a whole, or has ended. Null for never."`
	CertifiedUntil     *time.Time  `json:"certified_until" doc:"Until when somebody has certified that it is still needed. Null where nobody has, and for workload identities and principals."`
	CertificationEnded bool        `json:"certification_ended" doc:"Whether certified_until has passed. Nothing ends because of it."`
	Quarantine         *Quarantine `json:"quarantine" doc:"While set, the versions that it covers are refused at every use. Null otherwise."`
	Hold               *Hold       `json:"hold" doc:"While set, nothing is rotated. Null otherwise."`

	UnusedQuarantineAt *time.Time `json:"unused_quarantine_at" doc:"When the platform puts it in quarantine because nobody uses it, which was announced 14 days before at least. Null where nothing is announced."`

	AgeDays    int64              `json:"age_days" doc:"How many whole days ago the current value became current; of a workload identity and a principal, since it was made. 0 without a current value."`
	LastUsedAt *time.Time         `json:"last_used_at" doc:"The last use. Null for never."`
	UnusedDays int64              `json:"unused_days" doc:"How many whole days ago it was used last; since it was made where it never was."`
	Versions   []InventoryVersion `json:"versions" nullable:"false" doc:"The valid versions, the oldest first. None for workload identities and principals."`

	Scopes       []string             `json:"scopes" doc:"What a scoped token may do. Null for the other kinds."`
	UnusedScopes []string             `json:"unused_scopes" nullable:"true" doc:"The scopes that no use of a valid version named. Null where no use named a scope."`
	Reuse        *InventoryReuse      `json:"reuse" doc:"Another object that was supplied the same value. Null where none is known. Values that the platform makes are never the same."`
	Exemptions   []InventoryExemption `json:"exemptions" nullable:"false" doc:"The rules of the environment that it may break for now."`
	Findings     []OpenFinding        `json:"findings" nullable:"false" doc:"The open findings, one entry for each rule, ascending by rule. They move by themselves."`
	Risk         Risk                 `json:"risk" doc:"A rank to sort by: what to look at first."`
}

// InventoryVersion is a valid version of a credential and who uses it.
type InventoryVersion struct {
	Version    int64         `json:"version" doc:"The number of the version."`
	State      string        `json:"state" enum:"pending,current,previous" doc:"Where it stands in the rotation."`
	IssuedAt   time.Time     `json:"issued_at" doc:"When it was made."`
	AgeDays    int64         `json:"age_days" doc:"How many whole days ago that was."`
	ExpiresAt  *time.Time    `json:"expires_at" doc:"When it ends by itself. Null where no end is set."`
	LastUsedAt *time.Time    `json:"last_used_at" doc:"The last use. Null for never."`
	Uses       int64         `json:"uses" doc:"How many uses were recorded."`
	Consumers  []ConsumerUse `json:"consumers" nullable:"false" doc:"Who used it; at most 64."`
	Complete   bool          `json:"complete" doc:"Whether every use since the version was made is counted. False where the version is older than the recording of uses, and where that was impaired: the absence of a use then proves nothing."`
}

// InventoryReuse is another object with the same value.
type InventoryReuse struct {
	Kind             string `json:"kind" doc:"The kind of the other object. Empty where it is in another environment."`
	ID               string `json:"id" doc:"The id of the other object. Empty where it is in another environment."`
	OtherEnvironment bool   `json:"other_environment" doc:"An object of another environment of the tenant has it, and none of this one. Only a caller with the permission write or contain learns of that."`
}

// InventoryExemption lets an object break one rule until a date.
type InventoryExemption struct {
	Rule      string `json:"rule" doc:"The rule that it may break."`
	Reason    string `json:"reason" doc:"Why."`
	ExpiresAt string `json:"expires_at" doc:"When the exemption ends (RFC 3339)."`
}

// Risk is what a credential is ranked by.
type Risk struct {
	Score   int64    `json:"score" doc:"0 for what is not valid any more; otherwise 1 to 72, the product of four factors: reach (1 to 4), age (1 to 3), owner (1 or 2) and rotation (1 to 3)."`
	Reasons []string `json:"reasons" nullable:"false" doc:"Why a factor is above 1: powerful_role, wildcard_scope, third_party, reads_credentials, many_scopes (10 or more) or several_scopes (4 or more); age_365d or age_90d; no_owner; overdue or not_rotated."`
}

// Reasons of a Risk.
const (
	RiskPowerfulRole     = "powerful_role"
	RiskWildcardScope    = "wildcard_scope"
	RiskThirdParty       = "third_party"
	RiskReadsCredentials = "reads_credentials"
	RiskManyScopes       = "many_scopes"
	RiskSeveralScopes    = "several_scopes"
	RiskAge365           = "age_365d"
	RiskAge90            = "age_90d"
	RiskNoOwner          = "no_owner"
	RiskOverdue          = "overdue"
	RiskNotRotated       = "not_rotated"
)
