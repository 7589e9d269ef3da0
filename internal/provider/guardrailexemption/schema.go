// Package guardrailexemption has the resource quickconnect_guardrail_exemption.
package guardrailexemption

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

var kind = api.GuardrailExemptions

type model struct {
	ID          types.String `tfsdk:"id"`
	Tenant      types.String `tfsdk:"tenant"`
	Environment types.String `tfsdk:"environment"`
	CreatedAt   types.String `tfsdk:"created_at"`
	Kind        types.String `tfsdk:"kind"`
	Name        types.String `tfsdk:"name"`
	Rule        types.String `tfsdk:"rule"`
	Reason      types.String `tfsdk:"reason"`
	ExpiresAt   types.String `tfsdk:"expires_at"`
}

// common is what the requests about an object of the state go by.
func (m model) common() tfkit.Common {
	return tfkit.Common{ID: m.ID, Name: m.Name, Tenant: m.Tenant, Environment: m.Environment}
}

func (m model) subject() tfkit.Subject {
	return tfkit.Subject{Type: kind.Terraform, Name: m.Name.ValueString()}
}

func flatten(e *api.GuardrailExemption) model {
	return model{
		ID: types.StringValue(e.ID), Tenant: types.StringValue(e.Tenant), Environment: types.StringValue(e.Environment),
		CreatedAt: tfkit.TimeValue(&e.CreatedAt), Kind: types.StringValue(e.Kind), Name: types.StringValue(e.Name),
		Rule: types.StringValue(e.Rule), Reason: types.StringValue(e.Reason), ExpiresAt: types.StringValue(e.ExpiresAt),
	}
}

func resourceSchema() schema.Schema {
	keep := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	computed := func(text string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, PlanModifiers: keep, MarkdownDescription: text}
	}
	fixed := func(text, what string, check func(string) error) schema.StringAttribute {
		return schema.StringAttribute{
			Required: true, MarkdownDescription: text + " A change replaces the exemption.",
			PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
			Validators:    []validator.String{tfkit.StringCheck(what, check)},
		}
	}
	return schema.Schema{
		MarkdownDescription: "Lets one object break one rule of the environment policy until a date. It needs a token of " +
			"role " +
			"`security` (permission `exempt`). The object need not exist yet: the exemption goes by its name. Every plan of " +
			"the object and of the exemption warns of it, every use is in the audit trail, and the platform ends it at its " +
			"date.",
		Attributes: map[string]schema.Attribute{
			"id":          computed("Id that the platform gave to the exemption. It never changes."),
			"tenant":      computed("Tenant it belongs to. It is compared with the tenant of the provider before any request."),
			"environment": computed("Environment it belongs to: that of the provider."),
			"created_at":  computed("When the exemption was created (RFC 3339, UTC)."),
			"kind": fixed("Kind of the object: one of `"+strings.Join(api.ExemptKinds(), "`, `")+"`.", "a kind",
				api.CheckExemptKind),
			"name": fixed("Name of the object, which need not exist yet.", "a name", api.CheckName),
			"rule": fixed("The rule that the object may break, as `quickconnect_environment_policy` calls it.", "a rule",
				api.CheckRule),
			"reason": schema.StringAttribute{
				Required: true, Validators: []validator.String{tfkit.StringCheck("a reason", api.CheckReason)},
				MarkdownDescription: "Why, in at most 256 bytes on one line. It is in the audit trail and in every warning.",
			},
			"expires_at": schema.StringAttribute{
				Required: true, Validators: []validator.String{tfkit.StringCheck("a date", api.CheckExemptionEnd)},
				MarkdownDescription: "When the exemption ends (RFC 3339). A new date must be in the future.",
			},
		},
	}
}
