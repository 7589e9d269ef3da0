package api

import "fmt"

// ScopedToken is a least-privilege API token for one job of one connector. Its value is only in a Reveal.
type ScopedToken struct {
	Object
	Rotated
	ConnectorID      string   `json:"connector_id" doc:"The connector that the token is for. Never changes."`
	Scopes           []string `json:"scopes" nullable:"false" doc:"What the token may do. What counts is what the connector allows of it."`
	AllowedCIDRs     []string `json:"allowed_cidrs" doc:"The token is inactive from any other address, and from everywhere where this is empty. Null for no limit."`
	ExpiresAt        *string  `json:"expires_at" doc:"When every version of the token ends, as RFC 3339 and as given. Null for never."`
	RotationPolicyID *string  `json:"rotation_policy_id" doc:"How old a version may get and how long two may overlap. Null for none."`

	RateLimitPerMinute *int64 `json:"rate_limit_per_minute" doc:"How many uses in a minute are accepted, of all versions together. Null for no limit."`

	UnusedExpiry *string `json:"unused_expiry" doc:"Unused for so long, the token is put in quarantine, which is announced 14 days before. It counts instead of max_unused of the environment. Null for as the environment says."`
}

// ScopedTokenCreate creates a scoped token and its first version.
type ScopedTokenCreate struct {
	RotatedCreate
	ConnectorID      string   `json:"connector_id" doc:"The connector that the token is for."`
	Scopes           []string `json:"scopes" doc:"What the token may do: 1 to 64 scopes such as messages:send, none beyond what the connector allows."`
	AllowedCIDRs     []string `json:"allowed_cidrs,omitzero" doc:"The token is inactive from any other address, and from everywhere where this is []. Absent or null is no limit."`
	ExpiresAt        *string  `json:"expires_at,omitempty" doc:"When every version of the token ends, as RFC 3339, in the future. This or rotation_policy_id is required."`
	RotationPolicyID *string  `json:"rotation_policy_id,omitempty" doc:"How old a version may get and how long two may overlap. This or expires_at is required."`

	RateLimitPerMinute *int64 `json:"rate_limit_per_minute,omitempty" doc:"How many uses in a minute are accepted, of all versions together: 1 to 1,000,000. Absent or null is no limit."`

	UnusedExpiry *string `json:"unused_expiry,omitempty" doc:"Unused for so long, the token is put in quarantine, which is announced 14 days before. A duration of 15d to 365d. It counts instead of max_unused of the environment. Absent or null is as the environment says."`
}

// ScopedTokenPatch changes a scoped token. Raising minimum_version above a valid version revokes that version in the
// same transaction.
type ScopedTokenPatch struct {
	RotatedPatch
	Scopes           Optional[[]string] `json:"scopes,omitzero" doc:"Replaces all scopes. Counts at once, for every valid version."`
	AllowedCIDRs     Optional[[]string] `json:"allowed_cidrs,omitzero" doc:"Replaces all address ranges. Null is no limit; with [] the token is accepted from nowhere."`
	ExpiresAt        Optional[string]   `json:"expires_at,omitzero" doc:"A new end in the future, or null for none. Revives nothing that has ended: reissue does."`
	RotationPolicyID Optional[string]   `json:"rotation_policy_id,omitzero" doc:"Null for none. Moves no running deadline."`

	RateLimitPerMinute Optional[int64] `json:"rate_limit_per_minute,omitzero" doc:"Null is no limit. Counts at once."`

	UnusedExpiry Optional[string] `json:"unused_expiry,omitzero" doc:"A duration of 15d to 365d. Null is as the environment says. What is announced by then is judged again."`
}

// MaxTokenRate is the highest rate_limit_per_minute.
const MaxTokenRate = 1_000_000

// CheckTokenRate checks a rate_limit_per_minute. Its error completes the sentence "<attribute> …".
func CheckTokenRate(n int64) error {
	if n < 1 || n > MaxTokenRate {
		return fmt.Errorf("must be from 1 to %d", MaxTokenRate)
	}
	return nil
}
