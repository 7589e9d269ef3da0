package workloadidentity

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

// warnOfPlan warns of what the apply of a plan would be refused, and of what it would do to the identity that it runs
// as.
func (r *identityResource) warnOfPlan(
	ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
	if _, ok := r.Session().Identity(); !ok || resp.Plan.Raw.Equal(req.State.Raw) {
		return
	}
	var plan, state *managed
	if !resp.Plan.Raw.IsNull() {
		plan = &managed{}
		resp.Diagnostics.Append(resp.Plan.Get(ctx, plan)...)
	}
	if !req.State.Raw.IsNull() {
		state = &managed{}
		resp.Diagnostics.Append(req.State.Get(ctx, state)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	warnGrant(r.Session(), &resp.Diagnostics, state, plan)
	if len(resp.RequiresReplace) > 0 {
		plan = nil
	}
	if state != nil {
		warnOwn(r.Session(), &resp.Diagnostics, *state, plan)
	}
}

// warnGrant warns of a role that the caller may not grant. A caller that may write no identity only plans.
func warnGrant(s *tfkit.Session, diags *diag.Diagnostics, state, plan *managed) {
	caller, _ := s.Identity()
	if !s.May(api.PermissionWrite) && !s.May(api.PermissionGrant) {
		return
	}
	var refused []string
	name := ""
	for _, m := range []*managed{state, plan} {
		if m == nil {
			continue
		}
		name = tfkit.NameOf(m.Name, m.NamePrefix)
		role := m.Role.ValueString()
		if role != "" && !api.MayGrant(caller.Role, role) && !slices.Contains(refused, role) {
			refused = append(refused, role)
		}
	}
	if len(refused) == 0 {
		return
	}
	granting := slices.DeleteFunc(api.Roles(), func(by string) bool {
		return slices.ContainsFunc(refused, func(role string) bool { return !api.MayGrant(by, role) })
	})
	what := "to be allowed to grant the role " + strings.Join(refused, " and the role ")
	if len(granting) == 0 {
		diags.AddWarning(fmt.Sprintf("No role may make this change of workload identity %q", name),
			fmt.Sprintf("It needs %s, which no role may both. Delete the identity and create it anew, each with a role that "+
				"may.", what))
		return
	}
	s.WarnNotAllowed(diags, fmt.Sprintf("The provider may not write workload identity %q", name), what, granting)
}

// warnOwn warns of a plan that ends or narrows the identity that the run acts as. plan is nil where it is destroyed.
func warnOwn(s *tfkit.Session, diags *diag.Diagnostics, state managed, plan *managed) {
	own, byName := s.ActsAs(state.ID.ValueString())
	if !own {
		return
	}
	name := state.Name.ValueString()
	var what string
	switch {
	case plan == nil:
		what = "The plan destroys it: its access tokens are refused from then on, also for what is left of the apply."
	case lowered(state, *plan):
		what = fmt.Sprintf("The plan changes its role from %s to %s, which counts at once: what is left of the apply, and "+
			"every later run, lacks the permissions that only %[1]s has.", state.Role.ValueString(), plan.Role.ValueString())
	case byName && !plan.Name.Equal(state.Name):
		what = "The plan renames it, and the provider is configured with its old name: the next exchange of a JWT is " +
			"refused, in this apply or in a later run. Name it by its id, or change the provider configuration in the same " +
			"commit."
	case takesOthers(state, *plan):
		what = "The plan changes which JWTs it takes, or from where: if those of this run are not among them, the next " +
			"exchange is refused, in this apply or in a later run."
	default:
		return
	}
	diags.AddWarning(fmt.Sprintf("This run acts as workload identity %q, which the plan changes", name), what+
		" Apply this with another deployer. If it locks you out, the way back is a token that quickconnectd token create "+
		"makes on the machine of the platform.")
}

// lowered reports whether a role is planned that lacks a permission of the present one.
func lowered(state, plan managed) bool {
	return !plan.Role.IsUnknown() && !api.Includes(plan.Role.ValueString(), state.Role.ValueString())
}

func takesOthers(state, plan managed) bool {
	for _, changes := range [][2]attr.Value{
		{state.Preset, plan.Preset},
		{state.Issuer, plan.Issuer},
		{state.Audience, plan.Audience},
		{state.Claims, plan.Claims},
		{state.JWKS, plan.JWKS},
		{state.AllowedCIDRs, plan.AllowedCIDRs},
	} {
		if !changes[0].Equal(changes[1]) {
			return true
		}
	}
	return false
}
