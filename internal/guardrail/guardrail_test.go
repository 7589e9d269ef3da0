package guardrail_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/guardrail"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

var now = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

func text(s string) *string { return &s }

func count(n int64) *int64 { return &n }

// rule is a rule, something that breaks it, and changes of that.
type rule struct {
	rules api.EnvironmentRules
	bad   guardrail.Subject
	field string
	// good differs from bad in what the rule asks for.
	good guardrail.Subject
	// worse are changes of bad that go further, and better are changes that do not.
	worse, better []guardrail.Subject
}

func token(change func(*guardrail.Subject)) guardrail.Subject {
	s := guardrail.Subject{
		Kind: api.KindScopedTokens, Name: "notifier", Owner: "team-a", Scopes: []string{"messages:send"},
		FollowsPolicy: true, Interval: 90 * day, HasSecret: true, CIDRs: []string{"192.0.2.0/24"},
		Labels: map[string]string{"sensitivity": "high", "team": "a"}, ExpiresAt: now.Add(10 * day),
	}
	change(&s)
	return s
}

func scopes(all ...string) guardrail.Subject {
	return token(func(s *guardrail.Subject) { s.Scopes = all })
}

func policy(change func(*guardrail.Subject)) guardrail.Subject {
	s := guardrail.Subject{
		Kind: api.KindRotationPolicies, Name: "monthly", Interval: 30 * day, Overlap: day, Acknowledged: true,
		OnTimeout: api.OnStageTimeoutCancel,
	}
	change(&s)
	return s
}

func connector(change func(*guardrail.Subject)) guardrail.Subject {
	s := guardrail.Subject{Kind: api.KindConnectors, Name: "chat", Owner: "team-a", Type: "slack", HasSecret: true}
	change(&s)
	return s
}

func value(field, v, usedBy string) guardrail.Subject {
	return connector(func(s *guardrail.Subject) {
		s.Values = []guardrail.Value{{Field: field, Secret: secret.New(v), UsedBy: usedBy}}
	})
}

const strong = "vR7kPq2mXw9zLt4bHs8d"

func rules() map[string]rule {
	byLabel := &api.RotationIntervals{
		Default: text("180d"), ByLabel: []api.LabelInterval{{Label: "sensitivity", Value: "high", Interval: "30d"}},
	}
	interval := func(d time.Duration, sensitivity string) guardrail.Subject {
		return token(func(s *guardrail.Subject) {
			s.Interval, s.Labels = d, map[string]string{"sensitivity": sensitivity}
		})
	}
	expires := func(in time.Duration) guardrail.Subject {
		return token(func(s *guardrail.Subject) {
			if s.ExpiresAt = now.Add(in); in == 0 {
				s.ExpiresAt = time.Time{}
			}
		})
	}
	owner := func(o string) guardrail.Subject { return token(func(s *guardrail.Subject) { s.Owner = o }) }
	labels := func(keys ...string) guardrail.Subject {
		return token(func(s *guardrail.Subject) {
			s.Labels = map[string]string{}
			for _, k := range keys {
				s.Labels[k] = "x"
			}
		})
	}
	kind := func(typ string) guardrail.Subject { return connector(func(s *guardrail.Subject) { s.Type = typ }) }
	overlap := func(d time.Duration) guardrail.Subject {
		return policy(func(s *guardrail.Subject) { s.Overlap = d })
	}
	ack := func(required bool, onTimeout string) guardrail.Subject {
		return policy(func(s *guardrail.Subject) { s.Acknowledged, s.OnTimeout = required, onTimeout })
	}
	cidrs := func(all ...string) guardrail.Subject { return token(func(s *guardrail.Subject) { s.CIDRs = all }) }
	follows := func(yes bool) guardrail.Subject {
		return token(func(s *guardrail.Subject) { s.FollowsPolicy = yes })
	}
	ttl := func(d time.Duration) guardrail.Subject {
		return guardrail.Subject{Kind: guardrail.KindAccessTokens, Name: "notifier", TTL: d}
	}
	subjects := func(s ...guardrail.Subject) []guardrail.Subject { return s }
	return map[string]rule{
		api.RuleForbidWildcardScopes: {
			api.EnvironmentRules{ForbidWildcardScopes: true},
			scopes("messages:send", "files:*"), "/scopes/1",
			scopes("files:read"),
			subjects(scopes("files:*", "users:*")), subjects(scopes("files:*"), scopes("files:*", "users:read")),
		},
		api.RuleMaxScopesPerToken: {
			api.EnvironmentRules{MaxScopesPerToken: count(2)},
			scopes("a:a", "b:b", "c:c", "d:d"), "/scopes",
			scopes("a:a", "b:b"),
			subjects(scopes("a:a", "b:b", "e:e")), subjects(scopes("a:a", "b:b", "c:c")),
		},
		api.RuleForbidUnknownScopes: {
			api.EnvironmentRules{ForbidUnknownScopes: true},
			scopes("messages:send", "a:b"), "/scopes/1",
			scopes("messages:send", "messages:*"), subjects(scopes("a:b", "c:d")), subjects(scopes("a:b")),
		},
		api.RuleAllowedConnectorTypes: {
			api.EnvironmentRules{AllowedConnectorTypes: []string{"slack"}},
			kind("custom"), "/type", kind("slack"),
			subjects(kind("smtp")), nil,
		},
		api.RuleRequireConsent: {
			api.EnvironmentRules{RequireConsent: true},
			kind("slack"), "/consent_id",
			guardrail.Subject{Kind: api.KindConnectors, Name: "chat", HasConsent: true},
			nil, nil,
		},
		api.RuleRequireRotationPolicy: {
			api.EnvironmentRules{RequireRotationPolicy: true}, follows(false), "/rotation_policy_id", follows(true), nil, nil,
		},
		api.RuleMaxRotationInterval: {
			api.EnvironmentRules{MaxRotationInterval: byLabel},
			interval(90*day, "high"), "/rotation_policy_id",
			interval(90*day, "low"), subjects(interval(91*day, "high")),
			subjects(interval(60*day, "high"), interval(80*day, "high")),
		},
		api.RuleMaxOverlap: {
			api.EnvironmentRules{MaxOverlap: text("24h")},
			overlap(3 * day), "/overlap", overlap(day),
			subjects(overlap(4 * day)), subjects(overlap(2 * day)),
		},
		api.RuleRequireAcknowledgement: {
			api.EnvironmentRules{RequireAcknowledgement: true},
			ack(false, api.OnStageTimeoutCancel),
			"/require_acknowledgement", ack(true, api.OnStageTimeoutCancel),
			subjects(ack(false, api.OnStageTimeoutPromote)), nil,
		},
		api.RuleMaxTokenLifetime: {
			api.EnvironmentRules{MaxTokenLifetime: text("30d")},
			expires(40 * day), "/expires_at", expires(30 * day),
			subjects(expires(41*day), expires(0)), subjects(expires(39 * day)),
		},
		api.RuleMaxAccessTokenTTL: {
			api.EnvironmentRules{MaxAccessTokenTTL: text("10m")}, ttl(time.Hour), "/ttl", ttl(10 * time.Minute), nil, nil,
		},
		api.RuleRequireCIDRs: {
			api.EnvironmentRules{RequireCIDRs: true},
			cidrs("192.0.2.0/24", "0.0.0.0/0"), "/allowed_cidrs/1",
			cidrs("192.0.2.0/24"), nil, subjects(cidrs()),
		},
		api.RuleOwnerPattern: {
			api.EnvironmentRules{OwnerPattern: text("team-[a-z]+")},
			owner("bob team-a"), "/owner", owner("team-b"),
			subjects(owner("carol")), nil,
		},
		api.RuleRequireLabels: {
			api.EnvironmentRules{RequireLabels: []string{"team", "cost"}},
			labels("team"), "/labels", labels("team", "cost"),
			subjects(labels("cost"), labels()), nil,
		},
		api.RuleForbidWeakCredentials: {
			api.EnvironmentRules{ForbidWeakCredentials: true},
			value("/credentials/api_key", "changeme-please-1", ""),
			"/credentials/api_key", value("/credentials/api_key", strong, ""), nil, nil,
		},
		api.RuleForbidSecretReuse: {
			api.EnvironmentRules{ForbidSecretReuse: true},
			value("/credentials/api_key", strong, "the connector con_2"),
			"/credentials/api_key", value("/credentials/api_key", strong, ""), nil, nil,
		},
		api.RuleForbidStaticPrincipals: {
			api.EnvironmentRules{ForbidStaticPrincipals: true},
			guardrail.Subject{Kind: api.KindPrincipals, Name: "ci"},
			"/role",
			guardrail.Subject{Kind: "workload-identities", Name: "ci"},
			nil, nil,
		},
	}
}

// TestRules: each rule finds what breaks it and nothing else, refuses a change only for what that makes worse, and
// counts nothing while an exemption holds.
func TestRules(t *testing.T) {
	all := rules()
	for _, name := range api.Rules() {
		t.Run(name, func(t *testing.T) {
			c, ok := all[name]
			if !ok {
				t.Fatal("the rule has no case")
			}
			found := guardrail.Find(c.rules, nil, nil, c.bad, now)
			if len(found) != 1 || found[0].Rule != name || found[0].Field != c.field {
				t.Fatalf("found %+v", found)
			}
			member, _, _ := strings.Cut(c.field[1:], "/")
			if d := found[0].Detail; !strings.HasPrefix(d, member+" breaks the guardrail "+name) || strings.Contains(d, strong) {
				t.Errorf("the detail is %q", d)
			}
			none := func(what string, was *guardrail.Subject, is guardrail.Subject, r api.EnvironmentRules) {
				t.Helper()
				if found := guardrail.Find(r, nil, was, is, now); len(found) > 0 {
					t.Errorf("%s: found %+v", what, found)
				}
			}
			none("nothing is on", nil, c.bad, api.EnvironmentRules{})
			none("nothing is broken", nil, c.good, c.rules)
			if len(c.bad.Values) == 0 {
				none("nothing has changed", &c.bad, c.bad, c.rules)
			}
			for _, is := range c.better {
				none("a change that goes no further", &c.bad, is, c.rules)
			}
			for _, is := range append(c.worse, c.bad) {
				if is.Kind == c.good.Kind && len(guardrail.Find(c.rules, nil, &c.good, is, now)) == 0 {
					t.Errorf("a change from what is right to %+v is allowed", is)
				}
			}
			for _, is := range c.worse {
				if len(guardrail.Find(c.rules, nil, &c.bad, is, now)) == 0 {
					t.Errorf("a change to %+v goes further and is allowed", is)
				}
			}
		})
	}
}

// TestExemption: it is for one rule and one object, and ends at its date. A rename does not hand it on.
func TestExemption(t *testing.T) {
	rules := api.EnvironmentRules{ForbidWildcardScopes: true, RequireCIDRs: true}
	exempt := guardrail.Exemption{
		ID: "exm_1", Kind: api.KindScopedTokens, ObjectName: "notifier", Rule: api.RuleForbidWildcardScopes,
		ExpiresAt: now.Add(day),
	}
	bad := scopes("files:*")
	allowed := func(s guardrail.Subject, was *guardrail.Subject, at time.Time, e guardrail.Exemption) bool {
		found := guardrail.Find(rules, []guardrail.Exemption{e}, was, s, at)
		return !slices.ContainsFunc(found, func(v guardrail.Violation) bool { return v.Exemption == nil })
	}
	other := exempt
	other.Rule = api.RuleRequireCIDRs
	renamed := bad
	renamed.Name = "other"
	for what, c := range map[string]struct {
		got, want bool
	}{
		"while it holds":        {allowed(bad, nil, now, exempt), true},
		"the last moment":       {allowed(bad, nil, exempt.ExpiresAt.Add(-1), exempt), true},
		"at its end":            {allowed(bad, nil, exempt.ExpiresAt, exempt), false},
		"another rule":          {allowed(bad, nil, now, other), false},
		"another name":          {allowed(renamed, nil, now, exempt), false},
		"renamed out of it":     {allowed(renamed, &bad, now, exempt), false},
		"renamed after its end": {allowed(renamed, &bad, exempt.ExpiresAt, exempt), true},
	} {
		if c.got != c.want {
			t.Errorf("%s: allowed is %v", what, c.got)
		}
	}
}

// TestUnknownIsLeftToThePlatform: a rule finds nothing where a plan does not know what it looks at.
func TestUnknownIsLeftToThePlatform(t *testing.T) {
	rules := api.EnvironmentRules{ForbidWildcardScopes: true, RequireCIDRs: true}
	bad := scopes("files:*")
	bad.CIDRs, bad.Unknown = nil, []string{"scopes"}
	if found := guardrail.Find(rules, nil, nil, bad, now); len(found) != 1 || found[0].Rule != api.RuleRequireCIDRs {
		t.Errorf("found %+v", found)
	}
}

func TestLongestIntervalOfAPolicy(t *testing.T) {
	for what, c := range map[string]struct {
		r    api.RotationIntervals
		days int
		want bool
	}{
		"the default":             {api.RotationIntervals{Default: text("90d")}, 91, true},
		"an entry allows more":    {api.RotationIntervals{Default: text("90d"), ByLabel: entries("200d")}, 91, false},
		"longer than every entry": {api.RotationIntervals{Default: text("90d"), ByLabel: entries("200d")}, 201, true},
		"no default":              {api.RotationIntervals{ByLabel: entries("30d")}, 400, false},
	} {
		s := policy(func(s *guardrail.Subject) { s.Interval = time.Duration(c.days) * day })
		if got := len(guardrail.Find(api.EnvironmentRules{MaxRotationInterval: &c.r}, nil, nil, s, now)) > 0; got != c.want {
			t.Errorf("%s: found is %v", what, got)
		}
	}
}

func entries(interval string) []api.LabelInterval {
	return []api.LabelInterval{{Label: "sensitivity", Value: "high", Interval: interval}}
}

func TestWeakValues(t *testing.T) {
	for v, weak := range map[string]bool{
		"short": true, "aaaaaaaaaaaaaaaaaaaaaaaa": true, "change-me-change-me": true, "YOUR_API_KEY_HERE": true,
		"Password12345": true, "abababababababab": true, "whsec_YWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJj": true, strong: false,
		"https://hooks.example.com/T0/B1/xyzvR7kPq2mXw9z": false,
		"3f8a9c2e7b1d4056": false,
	} {
		rules := api.EnvironmentRules{ForbidWeakCredentials: true}
		found := guardrail.Find(rules, nil, nil, value("/credentials/k", v, ""), now)
		if got := len(found) > 0; got != weak {
			t.Errorf("%q: weak is %v", v, got)
		}
		if len(found) > 0 && strings.Contains(found[0].Detail, v) {
			t.Errorf("the detail repeats the value: %s", found[0].Detail)
		}
	}
	if found := guardrail.Find(api.EnvironmentRules{ForbidWeakCredentials: true}, nil, nil,
		value("/credentials/username", "bob", ""), now); len(found) > 0 {
		t.Errorf("a user name is no secret: %+v", found)
	}
}

// The labels of every kind of object can be required: a kind without them would be one that reports do not find.
func TestLabelsAreOfEveryKind(t *testing.T) {
	rules := api.EnvironmentRules{RequireLabels: []string{"team"}}
	for _, k := range api.Kinds() {
		found := guardrail.Find(rules, nil, nil, guardrail.Subject{Kind: k.Path, Name: "a"}, time.Time{})
		if len(found) != 1 || found[0].Rule != api.RuleRequireLabels {
			t.Errorf("%s without a label: %+v", k.Singular, found)
		}
	}
}

// Who has set no end is told to set one, and until when it may be.
func TestNoEndIsToldToBeSet(t *testing.T) {
	most := "30d"
	rules := api.EnvironmentRules{MaxTokenLifetime: &most}
	endless := token(func(s *guardrail.Subject) { s.ExpiresAt = time.Time{} })
	found := guardrail.Find(rules, nil, nil, endless, now)
	want := "Set expires_at, at most 30d after the apply (now: " + now.Add(30*day).Format(time.RFC3339) + ")"
	if len(found) != 1 || !strings.Contains(found[0].Detail, want) || strings.Contains(found[0].Detail, "earlier") {
		t.Errorf("got %+v, want %s", found, want)
	}
}
