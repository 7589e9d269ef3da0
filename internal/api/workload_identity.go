package api

import "time"

// Limits of a workload identity.
const (
	DefaultMaxTTL = "15m"

	shortestMaxTTL = time.Minute
	longestMaxTTL  = time.Hour
	maxIssuer      = 512
	maxAudience    = 256
	maxClaims      = 32
	maxClaimValue  = 512
)

// WorkloadIdentity says which workload may exchange a JWT of its issuer for an access token, and with which role.
type WorkloadIdentity struct {
	Object
	Owner        string            `json:"owner" doc:"Who answers for it: an e-mail address or a team name."`
	Role         string            `json:"role" doc:"What the workload may do. It counts at each use of an access token, not at its exchange." enum:"auditor,planner,operator,deployer,security,runtime"`
	Preset       string            `json:"preset" doc:"What issues the JWT. It says which claims are required." enum:"github_actions,gitlab,hcp_terraform,kubernetes,spiffe,buildkite,circleci,custom"`
	Issuer       string            `json:"issuer" doc:"The iss claim of the JWT, exactly. Its keys are found there, unless jwks has them."`
	Audience     string            `json:"audience" doc:"The aud claim of the JWT, which has exactly this one audience."`
	Claims       map[string]string `json:"claims" doc:"What other claims must be: a value by the path of the claim. All of them must fit." nullable:"false"`
	MaxTTL       string            `json:"max_ttl" doc:"The longest life of an access token, such as 15m. A shorter one can be asked for."`
	AllowedCIDRs []string          `json:"allowed_cidrs" doc:"The exchange, and each use of an access token, is refused from any other address, and from everywhere where this is empty. Null for no limit."`
	JWKS         *string           `json:"jwks" doc:"The public keys of the issuer as a JWK set (RFC 7517), as it was given. Null where the platform fetches them from the issuer."`
	LastUsedAt   *time.Time        `json:"last_used_at" doc:"The last request with an access token of the identity; at most a minute behind. Null for never."`
}

// WorkloadIdentityCreate creates a workload identity. An absent member gets its default.
type WorkloadIdentityCreate struct {
	Name         string            `json:"name,omitempty" doc:"1 to 63 lower-case letters, digits and hyphens, unique among the workload identities of the environment."`
	NamePrefix   string            `json:"name_prefix,omitempty" doc:"The platform chooses the name: this and 12 random letters and digits. 1 to 50 lower-case letters, digits and hyphens, with a letter or digit first. Exactly one of name and name_prefix."`
	Description  *string           `json:"description,omitempty" doc:"Free text of at most 1,024 bytes."`
	Labels       map[string]string `json:"labels,omitzero" doc:"Free key-value pairs, at most 64."`
	Owner        string            `json:"owner" doc:"Who answers for it: an e-mail address or a team name."`
	Role         string            `json:"role" doc:"What the workload may do: a role that the caller's role may grant. Role deployer grants auditor, planner, operator, deployer and runtime; role security grants auditor, security and runtime."`
	Preset       string            `json:"preset" doc:"What issues the JWT: github_actions, gitlab, hcp_terraform, kubernetes, spiffe, buildkite, circleci or custom."`
	Issuer       *string           `json:"issuer,omitempty" doc:"The iss claim of the JWT, exactly: a URL with https. Absent is the public issuer of the preset: github_actions, gitlab, hcp_terraform and buildkite have one."`
	Audience     string            `json:"audience" doc:"The aud claim of the JWT: 1 to 256 printable characters. Use one that only this platform has."`
	Claims       map[string]string `json:"claims" doc:"What other claims must be: a value by the path of the claim, at most 32. Dots in a path lead into nested objects; a key with other characters than letters, digits, _ and - stands in brackets, such as [kubernetes.io].serviceaccount.uid. In a value, * stands for one whole segment between / or :. The preset says which claims are required."`
	MaxTTL       *string           `json:"max_ttl,omitempty" doc:"The longest life of an access token: 1m to 1h; 15m if absent."`
	AllowedCIDRs []string          `json:"allowed_cidrs,omitzero" doc:"The exchange, and each use of an access token, is refused from any other address, and from everywhere where this is []. Absent or null is no limit."`
	JWKS         *string           `json:"jwks,omitempty" doc:"The public keys of an issuer that the platform cannot reach, as a JWK set (RFC 7517) of 1 to 20 asymmetric keys, each with a kid, in at most 64 KiB. Absent or null: the platform fetches them from the issuer."`
}

// WorkloadIdentityPatch changes a workload identity. It counts at the next use of an access token that exists.
type WorkloadIdentityPatch struct {
	Name         Optional[string]            `json:"name,omitzero" doc:"A new name."`
	Description  Optional[string]            `json:"description,omitzero" doc:"Free text of at most 1,024 bytes."`
	Labels       Optional[map[string]string] `json:"labels,omitzero" doc:"Replaces all labels."`
	Owner        Optional[string]            `json:"owner,omitzero" doc:"A new owner."`
	Role         Optional[string]            `json:"role,omitzero" doc:"A new role. The caller's role must be one that may grant the old one and the new one."`
	Preset       Optional[string]            `json:"preset,omitzero" doc:"Another preset. Send an issuer with it: the old one stays otherwise."`
	Issuer       Optional[string]            `json:"issuer,omitzero" doc:"A new issuer. Null is the public issuer of the preset."`
	Audience     Optional[string]            `json:"audience,omitzero" doc:"A new audience."`
	Claims       Optional[map[string]string] `json:"claims,omitzero" doc:"Replaces all claims."`
	MaxTTL       Optional[string]            `json:"max_ttl,omitzero" doc:"1m to 1h; null is 15m. Access tokens that exist keep their end."`
	AllowedCIDRs Optional[[]string]          `json:"allowed_cidrs,omitzero" doc:"Replaces all address ranges. Null is no limit; with [] the identity is accepted from nowhere."`
	JWKS         Optional[string]            `json:"jwks,omitzero" doc:"Replaces all keys. Null: the platform fetches them from the issuer."`
}

// CheckAudience checks an audience.
func CheckAudience(s string) error {
	return checkPrintable(s, maxAudience, "such as https://quickconnect.example.com")
}
