package tfkit

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/guardrail"
)

// guardrails are the rules of the environment as this run has read them. Only diagnostics depend on them.
type guardrails struct {
	once sync.Once // the first plan check of a run reads them; the others wait for it

	read       bool   // nothing below counts otherwise
	policyID   string // empty: there is no policy
	rules      api.EnvironmentRules
	exemptions []guardrail.Exemption
	now        time.Time // of the platform, when they were read

	mu        sync.Mutex
	intervals map[string]string     // of the rotation policies that this run has read or planned, by their ids
	asked     map[string]*sync.Once // the rotation policies that this run has asked for to know their intervals

	compared atomic.Int64 // how many supplied values this run has asked the platform about
}

// guardrails returns the rules of the environment. Where they cannot be read, the plan shows none of them, and the
// platform refuses at the apply.
func (s *Session) guardrails(ctx context.Context) *guardrails {
	s.guard.once.Do(func() {
		if !s.May(api.PermissionRead) {
			return
		}
		answer, err := s.client.EnvironmentPolicies().InForce(ctx)
		if err != nil {
			tflog.Warn(ctx, "the guardrails of the environment were not read: this plan shows no violation of them")
			return
		}
		s.guard.take(answer)
	})
	return &s.guard
}

func (g *guardrails) take(answer *api.Guardrails) {
	g.read, g.rules, g.now = true, answer.Rules, answer.At
	if answer.EnvironmentPolicyID != nil {
		g.policyID = *answer.EnvironmentPolicyID
	}
	for _, e := range answer.Exemptions {
		end, err := api.ParseExpiry(e.ExpiresAt)
		if err != nil {
			continue // the platform has checked it
		}
		g.exemptions = append(g.exemptions, guardrail.Exemption{
			ID: e.ID, Kind: e.Kind, ObjectName: e.Name, Rule: e.Rule, Reason: e.Reason, ExpiresAt: end,
		})
	}
}

// RulesInForce returns the rules of the environment as this run has read them, and the id of the policy that sets them,
// which is empty where they are the defaults. ok is false where they could not be read.
func (s *Session) RulesInForce(ctx context.Context) (rules api.EnvironmentRules, policyID string, ok bool) {
	g := s.guardrails(ctx)
	return g.rules, g.policyID, g.read
}

// NoteInterval notes the interval of a rotation policy, for the objects that follow it.
func (s *Session) NoteInterval(policyID, interval string) {
	if s == nil || policyID == "" {
		return
	}
	s.guard.mu.Lock()
	defer s.guard.mu.Unlock()
	if s.guard.intervals == nil {
		s.guard.intervals = map[string]string{}
	}
	s.guard.intervals[policyID] = interval
}

// intervalOf returns the interval of a rotation policy as far as this run knows it; empty where it does not.
func (s *Session) intervalOf(policyID string) string {
	s.guard.mu.Lock()
	defer s.guard.mu.Unlock()
	return s.guard.intervals[policyID]
}

// readInterval is intervalOf, which reads a rotation policy that this run does not know. Where it cannot be read, the
// platform refuses at the apply.
func (s *Session) readInterval(ctx context.Context, policyID string) string {
	known := s.intervalOf(policyID)
	if known != "" || policyID == "" || !s.May(api.PermissionRead) {
		return known
	}
	s.guard.askFor(policyID).Do(func() {
		p, err := s.client.RotationPolicies().Refreshed(ctx, policyID, "")
		if err != nil {
			tflog.Warn(ctx, "a rotation policy was not read: this plan does not show whether its interval is too long",
				map[string]any{"rotation_policy_id": policyID})
			return
		}
		if s.intervalOf(policyID) == "" { // what was planned meanwhile counts
			s.NoteInterval(policyID, p.Interval)
		}
	})
	return s.intervalOf(policyID)
}

// askFor returns what reads a rotation policy once in this run.
func (g *guardrails) askFor(policyID string) *sync.Once {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.asked == nil {
		g.asked = map[string]*sync.Once{}
	}
	if g.asked[policyID] == nil {
		g.asked[policyID] = &sync.Once{}
	}
	return g.asked[policyID]
}

// Guard shows where a plan breaks the rules of the environment. A ModifyPlan defers it: it looks at the finished plan.
func (b *ResourceBase) Guard(
	ctx context.Context, kind api.Kind, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
	if _, ok := b.session.Identity(); !ok || resp.Plan.Raw.IsNull() || resp.Diagnostics.HasError() {
		return
	}
	s, diags := b.session, &resp.Diagnostics
	planned := readingOf(ctx, resp.Plan.GetAttribute)
	if kind == api.RotationPolicies {
		s.NoteInterval(planned.text("id"), planned.text("interval"))
	}
	g := s.guardrails(ctx)
	interval := s.intervalOf
	if g.rules.MaxRotationInterval != nil && !resp.Plan.Raw.Equal(req.State.Raw) {
		interval = func(id string) string { return s.readInterval(ctx, id) }
	}
	is := planned.subject(kind, interval)
	var was *guardrail.Subject
	stored := reading(func(string) attr.Value { return nil })
	if !req.State.Raw.IsNull() {
		stored = readingOf(ctx, req.State.GetAttribute)
		old := stored.subject(kind, interval)
		was = &old
	}
	is.Values = readingOf(ctx, req.Config.GetAttribute).supplied(planned, s.comparing(kind, planned, stored))
	is.HasSecret = is.HasSecret || len(is.Values) > 0
	s.findUses(ctx, diags, g, stored.text("id"), is.Values)
	if kind != api.ScopedTokens || !g.rules.ForbidUnknownScopes {
		warnUnknownScopes(diags, kind, stored, planned)
	}
	for _, v := range guardrail.Find(g.rules, g.exemptions, nil, is, g.now) {
		if v.Exemption != nil {
			s.warnExempted(diags, nameInSummary(kind, planned), v)
		}
	}
	for _, v := range guardrail.Find(g.rules, g.exemptions, was, is, g.now) {
		if v.Exemption == nil {
			s.refuse(diags, kind, nameInSummary(kind, planned), v)
		}
	}
}

// nameInSummary names an object in the summary of a warning: Terraform shows the first one of warnings with the same
// summary, and only counts the others.
func nameInSummary(kind api.Kind, planned reading) string {
	name := planned.text("name")
	if prefix := planned.text("name_prefix"); name == "" && prefix != "" {
		name = prefix + "…"
	}
	if name == "" {
		return ""
	}
	return fmt.Sprintf(": %s %q", kind.Singular, name)
}

// refuse adds what a plan breaks: an error where the plan of this object alone can mend it.
func (s *Session) refuse(diags *diag.Diagnostics, kind api.Kind, named string, v guardrail.Violation) {
	at, member := attributeAt(v.Field)
	summary, text := "Guardrail "+v.Rule, member+v.Detail[len(memberOf(v.Field)):]
	switch {
	case s.May(api.PermissionGovern) || s.May(api.PermissionExempt):
		text += " This is a warning, because the provider's principal may change the rules: the apply is refused " +
			"unless the policy is changed, or an exemption is given, before."
	case v.Rule == api.RuleMaxRotationInterval && kind != api.RotationPolicies:
		text += " This is a warning, because the rotation policy may be changed in the same plan: otherwise the apply " +
			"is refused."
	case v.Rule == api.RuleForbidSecretReuse:
		text += " This is a warning, because the other object may be deleted before: otherwise the apply is refused."
	default:
		diags.AddAttributeError(at, summary, text+" Nothing was written. The policy of the environment is set by role "+
			RolesWith(api.PermissionGovern, "or")+", which may also give an exemption.")
		return
	}
	diags.AddAttributeWarning(at, summary+named, text)
}

func (s *Session) warnExempted(diags *diag.Diagnostics, named string, v guardrail.Violation) {
	at, member := attributeAt(v.Field)
	summary := "Exempt from the guardrail " + v.Rule + named
	diags.AddAttributeWarning(at, summary, fmt.Sprintf("%s breaks the guardrail %s of this environment, and may until "+
		"%s: %q (%s). After that, a change that breaks it is refused.", member, v.Rule,
		v.Exemption.ExpiresAt.Format(time.RFC3339), v.Exemption.Reason, v.Exemption.ID))
}

// May reports whether the caller of the provider has a permission.
func (s *Session) May(permission string) bool {
	return slices.Contains(s.identity.Permissions, permission)
}
