package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// Rules of an environment policy, as a policy, an exemption and a refusal name them.
const (
	RuleForbidWildcardScopes   = "forbid_wildcard_scopes"
	RuleMaxScopesPerToken      = "max_scopes_per_token"
	RuleAllowedConnectorTypes  = "allowed_connector_types"
	RuleRequireRotationPolicy  = "require_rotation_policy"
	RuleMaxRotationInterval    = "max_rotation_interval"
	RuleMaxOverlap             = "max_overlap"
	RuleMaxTokenLifetime       = "max_token_lifetime"
	RuleMaxAccessTokenTTL      = "max_access_token_ttl"
	RuleRequireAcknowledgement = "require_acknowledgement"
	RuleRequireCIDRs           = "require_cidrs"
	RuleOwnerPattern           = "owner_pattern"
	RuleRequireLabels          = "require_labels"
	RuleForbidSecretReuse      = "forbid_secret_reuse"
	RuleForbidWeakCredentials  = "forbid_weak_credentials"
	RuleForbidStaticPrincipals = "forbid_static_principals"
	RuleForbidUnknownScopes    = "forbid_unknown_scopes"
	RuleRequireConsent         = "require_consent"
)

// Rules lists the rules in the order in which they are checked.
func Rules() []string {
	return []string{
		RuleForbidWildcardScopes, RuleMaxScopesPerToken, RuleForbidUnknownScopes, RuleAllowedConnectorTypes,
		RuleRequireConsent,
		RuleRequireRotationPolicy, RuleMaxRotationInterval, RuleMaxOverlap, RuleRequireAcknowledgement,
		RuleMaxTokenLifetime, RuleMaxAccessTokenTTL, RuleRequireCIDRs, RuleOwnerPattern, RuleRequireLabels,
		RuleForbidWeakCredentials, RuleForbidSecretReuse, RuleForbidStaticPrincipals,
	}
}

// EnvironmentRules are the rules that writes in an environment are checked by. What is absent is off.
type EnvironmentRules struct {
	ForbidWildcardScopes   bool               `json:"forbid_wildcard_scopes,omitempty" doc:"No scope of a scoped token may end in *. False if absent."`
	MaxScopesPerToken      *int64             `json:"max_scopes_per_token,omitempty" doc:"How many scopes a scoped token may have, 1 to 64. No limit if absent."`
	ForbidUnknownScopes    bool               `json:"forbid_unknown_scopes,omitempty" doc:"Every scope of a scoped token must be in the scope catalogue (GET /v1/scopes). False if absent."`
	AllowedConnectorTypes  []string           `json:"allowed_connector_types,omitzero" doc:"The types that a connector may have. Any type if absent."`
	RequireConsent         bool               `json:"require_consent,omitempty" doc:"Connectors must have a consent_id. False if absent."`
	RequireRotationPolicy  bool               `json:"require_rotation_policy,omitempty" doc:"Scoped tokens, and connectors with credentials, must have a rotation policy. False if absent."`
	MaxRotationInterval    *RotationIntervals `json:"max_rotation_interval,omitempty" doc:"The longest interval that the rotation policy of an object may have. No limit if absent."`
	MaxOverlap             *string            `json:"max_overlap,omitempty" doc:"The longest overlap that a rotation policy may have, a duration such as 24h. No limit if absent."`
	RequireAcknowledgement bool               `json:"require_acknowledgement,omitempty" doc:"Rotation policies must have require_acknowledgement, and on_stage_timeout cancel. False if absent."`
	MaxTokenLifetime       *string            `json:"max_token_lifetime,omitempty" doc:"Scoped tokens must have an expires_at, at most this long after the write that sets it. A duration such as 90d. No limit if absent."`
	MaxAccessTokenTTL      *string            `json:"max_access_token_ttl,omitempty" doc:"The longest life of an access token, a duration of at most 1h. 1h if absent."`
	RequireCIDRs           bool               `json:"require_cidrs,omitempty" doc:"Scoped tokens must have allowed_cidrs, and none of them may be every address. False if absent."`
	OwnerPattern           *string            `json:"owner_pattern,omitempty" doc:"A regular expression (RE2) that the whole owner of an object must match. Any owner if absent."`
	RequireLabels          []string           `json:"require_labels,omitzero" doc:"Keys of labels that every object must have. None if absent."`
	ForbidWeakCredentials  bool               `json:"forbid_weak_credentials,omitempty" doc:"A supplied value must be long enough and no placeholder. False if absent."`
	ForbidSecretReuse      bool               `json:"forbid_secret_reuse,omitempty" doc:"A supplied value must not be of another object of the tenant. False if absent."`
	ForbidStaticPrincipals bool               `json:"forbid_static_principals,omitempty" doc:"quickconnectd token create makes no principal for the environment, unless it is told to break the glass. False if absent."`

	MaxUnused *string `json:"max_unused,omitempty" doc:"A scoped token, a signing secret or the credentials of a connector that nobody has used for so long are put in quarantine, which is announced 14 days before. A duration of 15d to 365d. unused_expiry of a scoped token counts instead of it. Never if absent."`

	RequireApproval []string `json:"require_approval,omitzero" doc:"Operations that wait for a second person: exemption, force_promote, grant. The answer is 409 approval_required, and the same request passes once within 4h of the approval. Revoke, quarantine and hold never wait. None if absent."`

	FindingThresholds *FindingThresholds `json:"finding_thresholds,omitempty" doc:"When the platform finds something about a credential (GET /v1/findings). The defaults if absent."`
	OnFinding         map[string]string  `json:"on_finding,omitzero" doc:"What the platform does by itself about findings: for leaked, new_network and superseded_use it can be revoke, which ends the version, or quarantine, which makes the credential inactive for 7 days, until it is released or revoked. Nothing if absent."`
}

// On lists the rules that are on, in the order of Rules.
func (r EnvironmentRules) On() (on []string) {
	var members map[string]any
	text, err := json.Marshal(r)
	if err == nil {
		err = json.Unmarshal(text, &members)
	}
	if err != nil {
		panic(err) // texts, numbers and lists only
	}
	for _, rule := range Rules() {
		if _, has := members[rule]; has {
			on = append(on, rule)
		}
	}
	return on
}

// RotationIntervals are the longest intervals of rotation policies, by the labels of the object that has the secret.
type RotationIntervals struct {
	Default *string         `json:"default,omitempty" doc:"Where no entry of by_label fits. A duration such as 180d. No limit if absent."`
	ByLabel []LabelInterval `json:"by_label,omitzero" doc:"For objects with a label, at most 32. Where several fit, the shortest counts."`
}

// LabelInterval is the longest interval for objects with a label.
type LabelInterval struct {
	Label    string `json:"label" doc:"The key of the label."`
	Value    string `json:"value" doc:"The value of the label."`
	Interval string `json:"interval" doc:"The longest interval, a duration such as 30d."`
}

// EnvironmentPolicy is the policy of an environment. There is one at most.
type EnvironmentPolicy struct {
	ID          string    `json:"id" doc:"The platform's name for the policy, epl_ and a ULID. Never changes."`
	Tenant      string    `json:"tenant" doc:"The tenant that the policy belongs to."`
	Environment string    `json:"environment" doc:"The environment of the tenant that the policy is of."`
	CreatedAt   time.Time `json:"created_at" doc:"When the policy was made."`
	Etag        string    `json:"etag" doc:"Counts the changes of the policy. If-Match takes it in quotes."`
	EnvironmentRules
}

// AsObject returns the part that objects of every kind have. The policy is called as its environment.
func (p EnvironmentPolicy) AsObject() Object {
	return Object{
		ID: p.ID, Name: p.Environment, Tenant: p.Tenant, Environment: p.Environment, CreatedAt: p.CreatedAt, Etag: p.Etag,
	}
}

// Guardrails are what writes in an environment are checked by now.
type Guardrails struct {
	EnvironmentPolicyID *string          `json:"environment_policy_id" doc:"Id of the environment policy. Null where there is none, and the defaults hold."`
	Rules               EnvironmentRules `json:"rules" doc:"The rules that hold."`
	At                  time.Time        `json:"at" doc:"The time of the platform at which they hold."`
	// Exemptions are those that hold.
	Exemptions []GuardrailExemption `json:"exemptions" nullable:"false" doc:"The exemptions that hold."`
}

// MaxViolationsShown is how many violations GuardrailCheck shows.
const MaxViolationsShown = 100

// GuardrailCheck is what an environment has that rules would refuse.
type GuardrailCheck struct {
	Count      int         `json:"count" doc:"How many violations there are."`
	Violations []Violation `json:"violations" nullable:"false" doc:"The first of them, at most 100."`
}

// Violation is one object that breaks one rule.
type Violation struct {
	Kind   string `json:"kind" doc:"The kind of the object, as in its path."`
	ID     string `json:"id" doc:"Id of the object."`
	Name   string `json:"name" doc:"Name of the object."`
	Rule   string `json:"rule" doc:"The rule that it breaks."`
	Field  string `json:"field" doc:"JSON pointer of the member that breaks it."`
	Detail string `json:"detail" doc:"What is wrong, why the rule exists, and what to do instead."`
}

// ValueCheckRequest asks whether forbid_secret_reuse would refuse a value.
type ValueCheckRequest struct {
	ID    string       `json:"id,omitempty" doc:"The connector, webhook endpoint or signing secret of this environment that gets the value. It may have the value already. Absent for one that is not made yet."`
	Value secret.Value `json:"value" doc:"The value. It is not kept."`
}

// ValueCheck says whether forbid_secret_reuse would refuse a value.
type ValueCheck struct {
	Refused bool   `json:"refused" doc:"Whether the rule would refuse the value. False while the rule is off."`
	UsedBy  string `json:"used_by,omitempty" doc:"Which other object has the value, in the words of a refusal. Of another environment it says only that. Absent where nothing is refused."`
}

const (
	maxOwnerPattern    = 256
	maxLabelIntervals  = 32
	maxRequiredLabels  = 16
	longestAccessToken = time.Hour
)

// CheckRules checks the rules of an environment policy, each by itself.
func CheckRules(r EnvironmentRules) (wrong []Mistake) {
	refuse := func(rule string, err error) {
		if err != nil {
			wrong = append(wrong, Mistake{rule, err})
		}
	}
	if n := r.MaxScopesPerToken; n != nil && (*n < 1 || *n > MaxScopes) {
		refuse(RuleMaxScopesPerToken, fmt.Errorf("must be 1 to %d", MaxScopes))
	}
	refuse(RuleAllowedConnectorTypes, checkEach(r.AllowedConnectorTypes, len(connectorTypes), CheckConnectorType))
	refuse(RuleMaxRotationInterval, checkIntervals(r.MaxRotationInterval))
	refuse(RuleMaxOverlap, checkLimit(r.MaxOverlap, 0, longestOverlap))
	refuse(RuleMaxTokenLifetime, checkLimit(r.MaxTokenLifetime, time.Second, maxDuration))
	refuse(RuleMaxAccessTokenTTL, checkLimit(r.MaxAccessTokenTTL, time.Second, longestAccessToken))
	if p := r.OwnerPattern; p != nil {
		_, err := OwnerRegexp(*p)
		refuse(RuleOwnerPattern, err)
	}
	refuse(RuleRequireLabels, checkEach(r.RequireLabels, maxRequiredLabels, checkLabelKey))
	if r.MaxUnused != nil {
		refuse("max_unused", CheckUnused(*r.MaxUnused))
	}
	refuse("require_approval", checkEach(r.RequireApproval, len(ApprovableOperations()), checkApprovable))
	refuse("finding_thresholds", checkThresholds(r.FindingThresholds))
	refuse("on_finding", checkOnFinding(r.OnFinding))
	return wrong
}

// OwnerRegexp returns the expression that the whole of an owner must match.
func OwnerRegexp(pattern string) (*regexp.Regexp, error) {
	if pattern == "" || len(pattern) > maxOwnerPattern {
		return nil, fmt.Errorf("must be a regular expression of 1 to %d bytes", maxOwnerPattern)
	}
	re, err := regexp.Compile(`\A(?:` + pattern + `)\z`)
	if err != nil {
		return nil, errors.New("must be a regular expression in the syntax of RE2")
	}
	return re, nil
}

// Bounds of max_unused and unused_expiry. The shortest leaves a day before the announcement. The impairments of the
// recording of uses are kept for longer than the longest.
const (
	shortestUnused = 15 * 24 * time.Hour
	longestUnused  = 365 * 24 * time.Hour
)

// CheckUnused checks a max_unused or an unused_expiry. Its error completes the sentence "<attribute> …".
func CheckUnused(text string) error { return checkLimit(&text, shortestUnused, longestUnused) }

// checkEach checks a list that is absent, or has one to most entries.
func checkEach(entries []string, most int, check func(string) error) error {
	if entries != nil && (len(entries) == 0 || len(entries) > most) {
		return fmt.Errorf("must have 1 to %d entries, or be absent", most)
	}
	for i, entry := range entries {
		if err := check(entry); err != nil {
			return fmt.Errorf("has as entry %d what %w", i+1, err)
		}
		if slices.Contains(entries[:i], entry) {
			return fmt.Errorf("has entry %d twice", i+1)
		}
	}
	return nil
}

func checkLabelKey(key string) error {
	if !keyRegexp.MatchString(key) {
		return errors.New("must be a key of a label: 1 to 63 letters, digits or any of _ . / - with a letter or digit at " +
			"both ends")
	}
	return nil
}

func checkLimit(text *string, shortest, longest time.Duration) error {
	if text == nil {
		return nil
	}
	d, err := ParseDuration(*text)
	if err == nil && (d < shortest || d > longest) {
		err = fmt.Errorf("must be %s to %s", FormatDuration(shortest), FormatDuration(longest))
	}
	return err
}

func checkIntervals(r *RotationIntervals) error {
	if r == nil {
		return nil
	}
	if r.Default == nil && len(r.ByLabel) == 0 || len(r.ByLabel) > maxLabelIntervals {
		return fmt.Errorf("must have a default, or 1 to %d entries in by_label", maxLabelIntervals)
	}
	if err := checkLimit(r.Default, minRotationInterval, maxDuration); err != nil {
		return fmt.Errorf("has a default that %w", err)
	}
	for i, entry := range r.ByLabel {
		if err := checkLabelKey(entry.Label); err != nil {
			return fmt.Errorf("has in entry %d of by_label a label that %w", i+1, err)
		}
		if err := checkLimit(&entry.Interval, minRotationInterval, maxDuration); err != nil {
			return fmt.Errorf("has in entry %d of by_label an interval that %w", i+1, err)
		}
	}
	return nil
}

// IsWildcard reports whether a scope stands for every scope that begins as it does.
func IsWildcard(scope string) bool { return strings.HasSuffix(scope, "*") }
