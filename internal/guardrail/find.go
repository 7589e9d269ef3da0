package guardrail

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func wildcards(scopes []string) (out []string) {
	for _, s := range scopes {
		if api.IsWildcard(s) {
			out = append(out, s)
		}
	}
	return out
}

// entry is the JSON pointer of one scope.
func entry(s Subject, scope string) string {
	return "/scopes/" + strconv.Itoa(slices.Index(s.Scopes, scope))
}

func wildcard(r api.EnvironmentRules, s Subject, _ time.Time) *found {
	all := wildcards(s.Scopes)
	if !r.ForbidWildcardScopes || len(all) == 0 {
		return nil
	}
	now := "none of the scope catalogue"
	if has := api.ScopesFor(all[0]); len(has) > 0 {
		now = api.ScopesInWords(has)
	}
	return &found{
		entry(s, all[0]), fmt.Sprintf("%q stands for every scope that begins so, also for those that come later; now it "+
			"is %s", all[0], now),
		"Name each scope that the job needs.",
	}
}

func tooManyScopes(r api.EnvironmentRules, s Subject, _ time.Time) *found {
	if r.MaxScopesPerToken == nil || int64(len(s.Scopes)) <= *r.MaxScopesPerToken {
		return nil
	}
	return &found{
		"/scopes", fmt.Sprintf("the limit is %d, and it has %d entries: %s", *r.MaxScopesPerToken, len(s.Scopes),
			counted(s.Scopes)),
		"Leave out what the job does not need, or make a token for each job.",
	}
}

// mostNamed is how many scopes a message names with what they allow.
const mostNamed = 8

// counted names scopes with what they allow, so that a reader sees which ones a job can do without.
func counted(scopes []string) string {
	var out []string
	for i, scope := range scopes {
		if i == mostNamed {
			out = append(out, fmt.Sprintf("and %d more", len(scopes)-i))
			break
		}
		known := api.ScopesFor(scope)
		switch {
		case api.IsWildcard(scope):
			scope += " (a wildcard)"
		case len(known) == 0:
			scope += " (not in the scope catalogue)"
		default:
			scope = known[0].InWords()
		}
		out = append(out, scope)
	}
	return strings.Join(out, ", ")
}

func unknownScope(r api.EnvironmentRules, s Subject, _ time.Time) *found {
	for _, scope := range s.Scopes {
		if r.ForbidUnknownScopes && !api.ScopeKnown(scope) {
			return &found{
				entry(s, scope), api.UnknownScope(scope),
				"Use a scope of the catalogue: GET /v1/scopes lists them.",
			}
		}
	}
	return nil
}

func typeNotAllowed(r api.EnvironmentRules, s Subject, _ time.Time) *found {
	if r.AllowedConnectorTypes == nil || slices.Contains(r.AllowedConnectorTypes, s.Type) {
		return nil
	}
	return &found{
		"/type", "only " + strings.Join(r.AllowedConnectorTypes, ", ") + " are allowed",
		"Use a connector of an allowed type.",
	}
}

func noConsent(r api.EnvironmentRules, s Subject, _ time.Time) *found {
	if !r.RequireConsent || s.HasConsent {
		return nil
	}
	return &found{
		"/consent_id", "it is required, and absent",
		"Ask for a consent with POST /v1/consents, and set it to the id of the granted one.",
	}
}

func noPolicy(r api.EnvironmentRules, s Subject, _ time.Time) *found {
	if !r.RequireRotationPolicy || s.FollowsPolicy || s.Kind == api.KindConnectors && !s.HasSecret {
		return nil
	}
	return &found{"/rotation_policy_id", "it is required, and absent", "Set it to the id of a rotation policy."}
}

// longestInterval is the longest interval that the policy allows for an object, by its labels. For a rotation policy it
// is the longest that any object may have: the labels of those that follow it decide.
func longestInterval(r api.EnvironmentRules, s Subject) (longest time.Duration, ok bool) {
	if r.MaxRotationInterval == nil {
		return 0, false
	}
	byDefault, limited := limit(r.MaxRotationInterval.Default)
	if s.Kind == api.KindRotationPolicies {
		for _, l := range r.MaxRotationInterval.ByLabel {
			d, _ := limit(&l.Interval)
			byDefault = max(byDefault, d)
		}
		return byDefault, limited
	}
	for _, l := range r.MaxRotationInterval.ByLabel {
		if value, has := s.Labels[l.Label]; has && value == l.Value {
			if d, _ := limit(&l.Interval); !ok || d < longest {
				longest, ok = d, true
			}
		}
	}
	if ok {
		return longest, true
	}
	return byDefault, limited
}

func longInterval(r api.EnvironmentRules, s Subject, _ time.Time) *found {
	longest, ok := longestInterval(r, s)
	if !ok || s.Interval <= longest {
		return nil
	}
	f := &found{
		"/rotation_policy_id", fmt.Sprintf("the interval of its rotation policy is %s, and at most %s is allowed for "+
			"the labels of this object", api.FormatDuration(s.Interval), api.FormatDuration(longest)),
		"Refer to a rotation policy with a shorter interval, or shorten the interval of this one.",
	}
	if s.Kind == api.KindRotationPolicies {
		f.field, f.instead = "/interval", "Use a shorter interval."
		f.wrong = fmt.Sprintf("at most %s is allowed for any object", api.FormatDuration(longest))
	}
	return f
}

func longOverlap(r api.EnvironmentRules, s Subject, _ time.Time) *found {
	longest, ok := limit(r.MaxOverlap)
	if !ok || s.Overlap <= longest {
		return nil
	}
	return &found{
		"/overlap", fmt.Sprintf("at most %s is allowed", api.FormatDuration(longest)), "Use a shorter overlap.",
	}
}

func notAcknowledged(r api.EnvironmentRules, s Subject, _ time.Time) *found {
	switch {
	case !r.RequireAcknowledgement:
		return nil
	case !s.Acknowledged:
		return &found{"/require_acknowledgement", "it must be true", "Leave it out: true is its default."}
	case s.OnTimeout == api.OnStageTimeoutPromote:
		return &found{
			"/on_stage_timeout", "promote makes a value current that was not seen in use", "Use cancel, the default.",
		}
	}
	return nil
}

func longLife(r api.EnvironmentRules, s Subject, now time.Time) *found {
	longest, ok := limit(r.MaxTokenLifetime)
	if !ok || !s.ExpiresAt.IsZero() && !s.ExpiresAt.After(now.Add(longest)) {
		return nil
	}
	latest := now.Add(longest).UTC().Format(time.RFC3339)
	const moveOn = ", and move it on with a later apply as long as the token is needed."
	if s.ExpiresAt.IsZero() {
		return &found{
			"/expires_at", "it is required, and absent",
			fmt.Sprintf("Set expires_at, at most %s after the apply (now: %s)", api.FormatDuration(longest), latest) + moveOn,
		}
	}
	return &found{
		"/expires_at", fmt.Sprintf("it may be at most %s after the write that sets it (now: %s)",
			api.FormatDuration(longest), latest),
		"Set an earlier date" + moveOn,
	}
}

func longTTL(r api.EnvironmentRules, s Subject, _ time.Time) *found {
	longest, ok := limit(r.MaxAccessTokenTTL)
	if !ok || s.TTL <= longest {
		return nil
	}
	return &found{"/ttl", fmt.Sprintf("at most %s is allowed", api.FormatDuration(longest)), "Ask for a shorter life."}
}

func anyAddress(r api.EnvironmentRules, s Subject, _ time.Time) *found {
	if !r.RequireCIDRs {
		return nil
	}
	f := &found{"/allowed_cidrs", "it is required, and empty", "List the address ranges that the token is used from."}
	if len(s.CIDRs) == 0 {
		return f
	}
	for i, c := range s.CIDRs {
		if p, err := netip.ParsePrefix(c); err == nil && p.Bits() == 0 {
			f.field, f.wrong = "/allowed_cidrs/"+strconv.Itoa(i), "one of its entries is every address"
			return f
		}
	}
	return nil
}

func otherOwner(r api.EnvironmentRules, s Subject, _ time.Time) *found {
	if r.OwnerPattern == nil {
		return nil
	}
	re, err := api.OwnerRegexp(*r.OwnerPattern)
	if err != nil || re.MatchString(s.Owner) {
		return nil
	}
	return &found{"/owner", "the whole of it must match " + *r.OwnerPattern, "Name an owner in this form."}
}

// missing lists the labels that an object must have and has not.
func missing(r api.EnvironmentRules, s Subject) (out []string) {
	for _, key := range r.RequireLabels {
		if _, has := s.Labels[key]; !has {
			out = append(out, key)
		}
	}
	return out
}

func labelMissing(r api.EnvironmentRules, s Subject, _ time.Time) *found {
	absent := missing(r, s)
	if len(absent) == 0 {
		return nil
	}
	return &found{"/labels", "it lacks " + strings.Join(absent, ", "), "Set these labels."}
}

func weakValue(r api.EnvironmentRules, s Subject, _ time.Time) *found {
	for _, v := range s.Values {
		if r.ForbidWeakCredentials {
			if why := weakness(v); why != "" {
				return &found{v.Field, "a value " + why, "Use a value that was made at random."}
			}
		}
	}
	return nil
}

func reusedValue(r api.EnvironmentRules, s Subject, _ time.Time) *found {
	for _, v := range s.Values {
		if r.ForbidSecretReuse && v.UsedBy != "" {
			return &found{v.Field, "a value is in use by " + v.UsedBy + " already", "Make another value for this object."}
		}
	}
	return nil
}

func static(r api.EnvironmentRules, s Subject, _ time.Time) *found {
	if !r.ForbidStaticPrincipals {
		return nil
	}
	if s.Role != "" {
		return &found{
			"/role", fmt.Sprintf("it has a static token with the role %s", s.Role),
			"Replace it by a workload identity, and end it with DELETE /v1/principals/{id}.",
		}
	}
	return &found{"/role", "no static token is made", "Use a workload identity."}
}
