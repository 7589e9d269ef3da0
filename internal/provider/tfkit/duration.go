package tfkit

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// Duration checks a duration such as 90d or 12h.
func Duration() validator.String {
	return StringCheck("a duration such as 90d, 12h or 1h30m", func(s string) error {
		_, err := api.ParseDuration(s)
		return err
	})
}

// SameDuration keeps the state's text where the configuration says the same time in other units: 7d and 1w are no difference.
func SameDuration() planmodifier.String { return sameDuration{} }

type sameDuration struct{}

// Description says what happens.
func (sameDuration) Description(context.Context) string {
	return "Durations that mean the same time are no difference."
}

// MarkdownDescription says what happens.
func (d sameDuration) MarkdownDescription(ctx context.Context) string { return d.Description(ctx) }

// PlanModifyString keeps the state's text. Terraform accepts a plan that equals either the configuration or the prior state.
func (sameDuration) PlanModifyString(_ context.Context, req planmodifier.StringRequest, resp *planmodifier.StringResponse) {
	if req.PlanValue.IsNull() || req.PlanValue.IsUnknown() || req.StateValue.IsNull() {
		return
	}
	planned, err := api.ParseDuration(req.PlanValue.ValueString())
	if err != nil {
		return
	}
	if stored, err := api.ParseDuration(req.StateValue.ValueString()); err == nil && stored == planned {
		resp.PlanValue = req.StateValue
	}
}
