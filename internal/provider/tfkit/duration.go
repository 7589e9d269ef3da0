package tfkit

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// Duration checks a duration such as 90d or 12h.
func Duration() validator.String {
	return StringCheck("a duration such as 90d, 12h or 1h30m", func(s string) error {
		_, err := api.ParseDuration(s)
		return err
	})
}

// SameDuration keeps the text of the state where the configuration has the same time in other units: 7d equals 1w.
func SameDuration() planmodifier.String {
	return SameMeaning("Durations that mean the same time are no difference.", func(a, b string) bool {
		x, errX := api.ParseDuration(a)
		y, errY := api.ParseDuration(b)
		return errX == nil && errY == nil && x == y
	})
}

// SameSet keeps the set of the state where each entry of the configuration means the same as one of the state's, and
// the other way round.
func SameSet(description string, same func(a, b string) bool) planmodifier.Set {
	return sameSet{described(description), same}
}

type sameSet struct {
	described
	same func(a, b string) bool
}

// PlanModifySet may keep the set of the state, as PlanModifyString may keep its text.
func (m sameSet) PlanModifySet(_ context.Context, req planmodifier.SetRequest, resp *planmodifier.SetResponse) {
	if req.PlanValue.IsNull() || req.PlanValue.IsUnknown() || req.StateValue.IsNull() || anyUnknown(req.PlanValue) {
		return
	}
	plan, state := StringSlice(req.PlanValue), StringSlice(req.StateValue)
	if m.covers(plan, state) && m.covers(state, plan) {
		resp.PlanValue = req.StateValue
	}
}

// covers reports whether each entry of some means the same as one of all.
func (m sameSet) covers(all, some []string) bool {
	return !slices.ContainsFunc(some, func(a string) bool {
		return !slices.ContainsFunc(all, func(b string) bool { return m.same(a, b) })
	})
}

func anyUnknown(s types.Set) bool {
	return slices.ContainsFunc(s.Elements(), func(v attr.Value) bool { return v.IsUnknown() })
}

// SameMeaning keeps the text of the state where the configuration says the same in other words.
func SameMeaning(description string, same func(a, b string) bool) planmodifier.String {
	return sameMeaning{described(description), same}
}

type sameMeaning struct {
	described
	same func(a, b string) bool
}

// PlanModifyString may keep the text of the state: Terraform accepts a plan that equals the configuration or the prior
// state.
func (m sameMeaning) PlanModifyString(
	_ context.Context,
	req planmodifier.StringRequest,
	resp *planmodifier.StringResponse,
) {
	if req.PlanValue.IsNull() || req.PlanValue.IsUnknown() || req.StateValue.IsNull() {
		return
	}
	if m.same(req.PlanValue.ValueString(), req.StateValue.ValueString()) {
		resp.PlanValue = req.StateValue
	}
}
