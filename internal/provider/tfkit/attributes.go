package tfkit

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// Common is the part of a model that every object has.
type Common struct {
	ID          types.String `tfsdk:"id"`
	Name        types.String `tfsdk:"name"`
	Description types.String `tfsdk:"description"`
	Labels      types.Map    `tfsdk:"labels"`
	Tenant      types.String `tfsdk:"tenant"`
	Environment types.String `tfsdk:"environment"`
	CreatedAt   types.String `tfsdk:"created_at"`
}

// Flatten converts the part of an answer that every object has.
func Flatten(o api.Object) Common {
	return Common{
		ID:          types.StringValue(o.ID),
		Name:        types.StringValue(o.Name),
		Description: types.StringPointerValue(o.Description),
		Labels:      MapValue(o.Labels),
		Tenant:      types.StringValue(o.Tenant),
		Environment: types.StringValue(o.Environment),
		CreatedAt:   TimeValue(&o.CreatedAt),
	}
}

// ReadOver is what Read stores over the state. An empty description on the platform is none where the state has none:
// Terraform itself writes null for it into the configuration that it generates of an import.
func (c Common) ReadOver(state Common) Common {
	if state.Description.IsNull() && c.Description.ValueString() == "" {
		c.Description = state.Description
	}
	return c
}

// Planned keeps what was planned and takes from the answer what the plan left open.
func (c Common) Planned(answered Common) Common {
	return Common{
		ID:          Planned(c.ID, answered.ID),
		Name:        Planned(c.Name, answered.Name),
		Description: Planned(c.Description, answered.Description),
		Labels:      Planned(c.Labels, answered.Labels),
		Tenant:      Planned(c.Tenant, answered.Tenant),
		Environment: Planned(c.Environment, answered.Environment),
		CreatedAt:   Planned(c.CreatedAt, answered.CreatedAt),
	}
}

const (
	labelsText = "Labels of your own choice: at most 64, keys of 1 to 63 letters, digits and `_ . / -`, " +
		"values of at most 256 bytes. Not for secrets: labels are stored in the state and shown in plans. No default."
	descriptionText = "What it is for, in at most 1,024 bytes. No default. After an import an empty " +
		"text on the platform counts as none."
	ownerText  = "Who answers for it: an e-mail address or a team name of at most 254 bytes."
	tenantText = "Tenant it belongs to. It is compared with the tenant of the provider before any request; a " +
		"difference is an error, never a reason to create it anew."
	environmentText = "Environment it belongs to. It is compared with the environment of the provider before any " +
		"request; a difference is an error, never a reason to create it anew."
)

// CommonAttributes returns the attributes of Common in a resource, and name_prefix.
func CommonAttributes(kind api.Kind) map[string]schema.Attribute {
	keep := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	return map[string]schema.Attribute{
		"id": schema.StringAttribute{
			Computed: true, PlanModifiers: keep,
			MarkdownDescription: fmt.Sprintf("Id that the platform gave to the %s. It never changes.", kind.Singular),
		},
		"name":        nameAttribute(kind.Singular),
		"name_prefix": namePrefixAttribute(kind),
		"description": schema.StringAttribute{
			Optional: true, MarkdownDescription: descriptionText,
			Validators: []validator.String{StringCheck("a description", api.CheckDescription)},
		},
		"labels": schema.MapAttribute{
			Optional: true, ElementType: types.StringType, MarkdownDescription: labelsText,
			Validators: []validator.Map{MapCheck("labels", api.CheckLabels)},
		},
		"tenant": schema.StringAttribute{Computed: true, PlanModifiers: keep, MarkdownDescription: tenantText},
		"environment": schema.StringAttribute{
			Computed:            true,
			PlanModifiers:       keep,
			MarkdownDescription: environmentText,
		},
		"created_at": schema.StringAttribute{
			Computed: true, PlanModifiers: keep,
			MarkdownDescription: fmt.Sprintf("When the %s was created (RFC 3339, UTC).", kind.Singular),
		},
	}
}

// Owner is the attribute `owner` of everything that has a secret.
func Owner() schema.StringAttribute {
	return schema.StringAttribute{
		Required: true, MarkdownDescription: ownerText,
		Validators: []validator.String{StringCheck("an owner", api.CheckOwner)},
	}
}
