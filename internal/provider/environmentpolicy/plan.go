package environmentpolicy

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// ModifyPlan warns of what the plan turns off, of what the platform will refuse, and of the objects that break the
// planned rules. They stay as they are.
func (r *policyResource) ModifyPlan(
	ctx context.Context,
	req resource.ModifyPlanRequest,
	resp *resource.ModifyPlanResponse,
) {
	diags := &resp.Diagnostics
	if !r.BelongsHere(ctx, req.Private, req.State, diags) {
		return
	}
	if req.State.Raw.IsNull() {
		r.PlanHome(ctx, &resp.Plan, diags)
	}
	if _, ok := r.Session().Identity(); !ok || req.Plan.Raw.Equal(req.State.Raw) {
		return
	}
	r.Session().NeedToPlan(diags, kind.WritePermission(), "the environment policy")
	if req.State.Raw.IsNull() {
		r.warnOfSecond(ctx, diags)
	}
	if req.Plan.Raw.IsNull() || !req.Config.Raw.IsFullyKnown() {
		return
	}
	var plan model
	diags.Append(req.Plan.Get(ctx, &plan)...)
	rules := plan.rules(ctx, diags)
	c := r.Client(diags)
	if diags.HasError() {
		return
	}
	r.warnOfOff(ctx, diags, rules)
	r.warnOfNoAction(ctx, diags, rules)
	found, err := c.EnvironmentPolicies().Check(ctx, rules)
	if err != nil {
		r.Report(diags, err, subject)
		return
	}
	warnViolations(diags, found)
}

// warnOfSecond warns of the creation of a policy where there is one. It is no error: a plan that replaces a policy
// creates it too.
func (r *policyResource) warnOfSecond(ctx context.Context, diags *diag.Diagnostics) {
	_, id, _ := r.Session().RulesInForce(ctx)
	if id == "" {
		return
	}
	here, _ := r.Session().Identity()
	diags.AddWarning("The environment has a policy already", fmt.Sprintf("Environment %q has the environment policy %s, "+
		"and can have one only: the apply is refused, unless it destroys that one before. If another state manages it, "+
		"remove this block; if none does, import it: terraform import ADDRESS %[1]s.", here.Environment, id))
}

// warnOfOff warns of rules that are on and that the plan turns off.
func (r *policyResource) warnOfOff(ctx context.Context, diags *diag.Diagnostics, planned api.EnvironmentRules) {
	now, id, ok := r.Session().RulesInForce(ctx)
	if !ok {
		return
	}
	stays := planned.On()
	off := slices.DeleteFunc(now.On(), func(rule string) bool { return slices.Contains(stays, rule) })
	if len(off) == 0 {
		return
	}
	why := "the environment policy " + id + " has"
	if id == "" {
		why = "the environment began with, and which hold as long as it has no policy"
	}
	diags.AddWarning("The plan turns guardrails off: "+strings.Join(off, ", "), fmt.Sprintf("On now are %s: %s. The "+
		"planned policy does not have %s, so what the apply writes afterwards is not checked by it any more. Set it in the "+
		"policy to keep it.", why, strings.Join(now.On(), ", "), strings.Join(off, ", ")))
}

// warnOfNoAction warns of findings that the platform acts on now, and does not act on after the plan.
func (r *policyResource) warnOfNoAction(ctx context.Context, diags *diag.Diagnostics, planned api.EnvironmentRules) {
	now, id, _ := r.Session().RulesInForce(ctx)
	var gone []string
	for kind, action := range now.OnFinding {
		if planned.OnFinding[kind] == "" {
			gone = append(gone, kind+" ("+action+" now)")
		}
	}
	if len(gone) == 0 {
		return
	}
	slices.Sort(gone)
	diags.AddWarning("The plan removes entries of on_finding: "+strings.Join(gone, ", "), fmt.Sprintf("The environment "+
		"policy %s has them. After the apply the platform opens such a finding and does nothing about the credential. Set "+
		"them in on_finding to keep them.", id))
}

// violationsShown is how many objects one warning names.
const violationsShown = 20

func warnViolations(diags *diag.Diagnostics, found *api.GuardrailCheck) {
	if found.Count == 0 {
		return
	}
	var lines []string
	for _, v := range found.Violations[:min(len(found.Violations), violationsShown)] {
		singular := strings.TrimSuffix(v.Kind, "s") // principals are no kind of object
		if k, ok := api.KindAt(v.Kind); ok {
			singular = k.Singular
		}
		lines = append(lines, fmt.Sprintf("- %s %q: %s", singular, v.Name, v.Detail))
	}
	if left := found.Count - len(lines); left > 0 {
		lines = append(lines, fmt.Sprintf("- and %d more", left))
	}
	diags.AddWarning("Objects that break the environment policy", fmt.Sprintf("The environment has %d violations of the "+
		"planned rules. These objects stay as they are and stay usable; a change that breaks a rule further is "+
		"refused.\n\n%s", found.Count, strings.Join(lines, "\n")))
}
