package guardrail

import "github.com/quickconnect/terraform-provider-quickconnect/internal/api"

var (
	tokens     = []string{api.KindScopedTokens}
	connectors = []string{api.KindConnectors}
	policies   = []string{api.KindRotationPolicies}
)

// checks are the rules in the order of api.Rules.
var checks = []check{
	{
		rule: api.RuleForbidWildcardScopes, kinds: tokens, needs: []string{"scopes"}, find: wildcard,
		why: "A token that leaks can then do more than its job needs.",
		worse: func(_ api.EnvironmentRules, was, is Subject) bool {
			return added(wildcards(was.Scopes), wildcards(is.Scopes))
		},
	},
	{
		rule: api.RuleMaxScopesPerToken, kinds: tokens, needs: []string{"scopes"}, find: tooManyScopes,
		why:   "A token with many scopes does many jobs, and its leak stops all of them.",
		worse: func(_ api.EnvironmentRules, was, is Subject) bool { return added(was.Scopes, is.Scopes) },
	},
	{
		rule: api.RuleForbidUnknownScopes, kinds: tokens, needs: []string{"scopes"}, find: unknownScope,
		why:   "A scope that the catalogue does not have is a mistake, or grants what was not reviewed.",
		worse: func(_ api.EnvironmentRules, was, is Subject) bool { return added(was.Scopes, is.Scopes) },
	},
	{
		rule: api.RuleAllowedConnectorTypes, kinds: connectors, needs: []string{"type"}, find: typeNotAllowed,
		why:   "Only services that were reviewed may get credentials of this environment.",
		worse: func(_ api.EnvironmentRules, was, is Subject) bool { return was.Type != is.Type },
	},
	{
		rule: api.RuleRequireConsent, kinds: connectors, needs: []string{"consent_id"}, find: noConsent,
		why: "Whose data a connector accesses has to agree to it first.",
	},
	{
		rule:  api.RuleRequireRotationPolicy,
		kinds: []string{api.KindConnectors, api.KindScopedTokens}, needs: []string{"rotation_policy_id"}, find: noPolicy,
		why: "Without a rotation policy a secret never falls due.",
	},
	{
		rule:  api.RuleMaxRotationInterval,
		needs: []string{"rotation_policy_id", "interval", "labels"}, find: longInterval,
		why: "The longer a secret lives, the longer a leak that was not noticed is of use.",
		worse: func(r api.EnvironmentRules, was, is Subject) bool {
			before, _ := longestInterval(r, was)
			after, _ := longestInterval(r, is)
			return is.Interval > was.Interval || after < before
		},
	},
	{
		rule: api.RuleMaxOverlap, kinds: policies, needs: []string{"overlap"}, find: longOverlap,
		why:   "In an overlap two values are valid, and the old one is the one that may have leaked.",
		worse: func(_ api.EnvironmentRules, was, is Subject) bool { return is.Overlap > was.Overlap },
	},
	{
		rule:  api.RuleRequireAcknowledgement,
		kinds: policies, needs: []string{"require_acknowledgement", "on_stage_timeout"}, find: notAcknowledged,
		why: "A value that was not seen in use may have reached no consumer, and its promotion breaks them.",
		worse: func(_ api.EnvironmentRules, was, is Subject) bool {
			return was.Acknowledged && !is.Acknowledged ||
				was.OnTimeout != api.OnStageTimeoutPromote && is.OnTimeout == api.OnStageTimeoutPromote
		},
	},
	{
		rule: api.RuleMaxTokenLifetime, kinds: tokens, needs: []string{"expires_at"}, find: longLife,
		why: "A token that nobody needs any more has to end by itself.",
		worse: func(_ api.EnvironmentRules, was, is Subject) bool {
			return !was.ExpiresAt.IsZero() && (is.ExpiresAt.IsZero() || is.ExpiresAt.After(was.ExpiresAt))
		},
	},
	{
		rule: api.RuleMaxAccessTokenTTL, kinds: []string{KindAccessTokens}, needs: []string{"ttl"}, find: longTTL,
		why: "An access token has to end soon after its job.",
	},
	{
		rule: api.RuleRequireCIDRs, kinds: tokens, needs: []string{"allowed_cidrs"}, find: anyAddress,
		why: "A token that leaks is of no use from an address that it is not for.",
	},
	{
		rule: api.RuleOwnerPattern, needs: []string{"owner"}, find: otherOwner,
		kinds: []string{
			api.KindConnectors, api.KindScopedTokens, api.KindSigningSecrets, api.KindWorkloadIdentities,
		},
		why:   "Only an owner in this form can be found and asked when a secret leaks.",
		worse: func(_ api.EnvironmentRules, was, is Subject) bool { return was.Owner != is.Owner },
	},
	{
		rule: api.RuleRequireLabels, needs: []string{"labels"}, find: labelMissing,
		kinds: []string{
			api.KindConnectors, api.KindScopedTokens, api.KindWebhookEndpoints, api.KindSigningSecrets,
			api.KindRotationPolicies, api.KindWorkloadIdentities,
		},
		why: "Reports and other rules select objects by these labels.",
		worse: func(r api.EnvironmentRules, was, is Subject) bool {
			return added(missing(r, was), missing(r, is))
		},
	},
	{
		rule: api.RuleForbidWeakCredentials, find: weakValue,
		why: "A value that can be guessed protects nothing.",
	},
	{
		rule: api.RuleForbidSecretReuse, find: reusedValue,
		why: "One leak then opens both, and neither can be replaced alone.",
	},
	{
		rule: api.RuleForbidStaticPrincipals, kinds: []string{api.KindPrincipals}, find: static,
		why: "A static token can be copied out of the place where it is kept.",
	},
}
