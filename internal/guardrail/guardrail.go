// Package guardrail has the rules that an environment sets for what is written in it. Each rule is a named check, a
// pure function over the policy and what is written. The platform refuses by them, and the provider shows them at plan.
package guardrail

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// KindAccessTokens is the kind of a subject that is an access token. An exemption names the kind of its parent.
const KindAccessTokens = "access-tokens"

// Subject is what the rules look at of one object. A member that its kind does not have is zero.
type Subject struct {
	Kind          string // the path of its kind, api.KindPrincipals or KindAccessTokens
	Name          string
	Labels        map[string]string
	Owner         string
	Type          string // of a connector
	Role          string // of a principal that exists
	Scopes        []string
	CIDRs         []string
	ExpiresAt     time.Time     // zero: it has no end
	HasSecret     bool          // a connector has credentials
	HasConsent    bool          // a connector has a consent
	FollowsPolicy bool          // it has a rotation policy
	Interval      time.Duration // of the rotation policy: of the one that it follows, or its own; 0: not known
	Overlap       time.Duration // of a rotation policy
	Acknowledged  bool          // a rotation policy requires it
	OnTimeout     string        // on_stage_timeout of a rotation policy
	TTL           time.Duration // of an access token
	Parent        string        // of an access token: the kind of what it was made from, whose name it has
	Values        []Value       // that come with this write
	// Unknown are the members that a plan does not know yet. What depends on one is left to the platform.
	Unknown []string
}

// Value is a secret that a caller has supplied.
type Value struct {
	Field  string // JSON pointer, such as /credentials/api_key
	Secret secret.Value
	UsedBy string // the other object that has it, in words; empty for none
}

// Violation is one rule that a write breaks.
type Violation struct {
	Rule   string
	Field  string // JSON pointer; its first part is a member of the object
	Detail string // begins with the member; never repeats a secret
	// Exemption is the exemption that allows it; nil for none.
	Exemption *Exemption
}

// Exemption lets one object break one rule until a date.
type Exemption struct {
	ID         string
	Kind       string // of the object
	ObjectName string
	Rule       string
	Reason     string
	ExpiresAt  time.Time
}

// In reports whether the exemption is for a rule and an object of this name, and still holds.
func (e Exemption) In(rule, kind, name string, now time.Time) bool {
	return e.Rule == rule && e.Kind == kind && e.ObjectName == name && now.Before(e.ExpiresAt)
}

// found is what a check has found: the member that breaks the rule, what is wrong with it, and what to do instead.
type found struct{ field, wrong, instead string }

// check is one rule.
type check struct {
	rule  string
	kinds []string // empty: every kind that has the member
	needs []string // the members that it looks at
	why   string   // the rule exists
	find  func(r api.EnvironmentRules, s Subject, now time.Time) *found
	// worse reports whether a change goes further in what was wrong before. Nil: it never does.
	worse func(r api.EnvironmentRules, was, is Subject) bool
}

// Find returns what an object breaks, in the order of the rules. was is the object before a change; nil for a new one.
// A change is refused only for what it breaks or makes worse: what a tightened policy finds stays as it is.
func Find(r api.EnvironmentRules, all []Exemption, was *Subject, is Subject, now time.Time) (out []Violation) {
	for _, c := range checks {
		if len(c.kinds) > 0 && !slices.Contains(c.kinds, is.Kind) || is.misses(c.needs) {
			continue
		}
		f := c.find(r, is, now)
		if f == nil || was != nil && !c.changed(r, all, *was, is, now) {
			continue
		}
		v := Violation{Rule: c.rule, Field: f.field, Detail: c.sentence(f)}
		v.Exemption = exemption(all, c.rule, is, now)
		out = append(out, v)
	}
	return out
}

// changed reports whether a change breaks the rule, goes further, or takes the name that an exemption is for away from
// an object that needs it.
func (c check) changed(r api.EnvironmentRules, all []Exemption, was, is Subject, now time.Time) bool {
	if c.find(r, was, now) == nil || c.worse != nil && c.worse(r, was, is) {
		return true
	}
	return was.Name != is.Name && exemption(all, c.rule, was, now) != nil
}

func (c check) sentence(f *found) string {
	member, _, _ := strings.Cut(strings.TrimPrefix(f.field, "/"), "/")
	return fmt.Sprintf("%s breaks the guardrail %s of this environment: %s. %s %s", member, c.rule, f.wrong, c.why,
		f.instead)
}

func exemption(all []Exemption, rule string, s Subject, now time.Time) *Exemption {
	for i, e := range all {
		if e.In(rule, s.ExemptKind(), s.Name, now) {
			return &all[i]
		}
	}
	return nil
}

// ExemptKind is the kind that an exemption of the object names.
func (s Subject) ExemptKind() string { return cmp.Or(s.Parent, s.Kind) }

// misses reports whether a plan does not know one of these members.
func (s Subject) misses(members []string) bool {
	return slices.ContainsFunc(members, func(m string) bool { return slices.Contains(s.Unknown, m) })
}

// limit reads a duration of a policy, which was checked before it was stored; ok is false where there is none.
func limit(text *string) (d time.Duration, ok bool) {
	if text == nil {
		return 0, false
	}
	d, err := api.ParseDuration(*text)
	return d, err == nil
}

// added reports whether an entry is in is and not in was.
func added(was, is []string) bool {
	return slices.ContainsFunc(is, func(s string) bool { return !slices.Contains(was, s) })
}
