// Package rolebinding has the resource quickconnect_role_binding.
package rolebinding

import (
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

var kind = api.RoleBindings

func resourceSchema() schema.Schema {
	keep := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	replace := []planmodifier.String{stringplanmodifier.RequiresReplace()}
	computed := func(text string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, PlanModifiers: keep, MarkdownDescription: text}
	}
	return schema.Schema{
		MarkdownDescription: "Gives the people of a group, or the person with an e-mail address, a role in this " +
			"environment: in the console. The people are those whom one issuer of the tenant signs in, an " +
			"OpenID provider that the operator of the platform has added (`quickconnectd issuer add`). A role counts from the " +
			"next request on, and so does its end.\n\nNobody sees a value: people never have the permissions `reveal` and " +
			"`use`, whatever the role. A write needs the permission `grant`.",
		Attributes: map[string]schema.Attribute{
			"id":          computed("Id that the platform gave to the binding. It never changes."),
			"tenant":      computed("Tenant it belongs to. It is compared with the tenant of the provider before any request."),
			"environment": computed("Environment it belongs to, in which the role counts: that of the provider."),
			"created_at":  computed("When the binding was created (RFC 3339, UTC)."),
			"issuer": schema.StringAttribute{
				Required: true, PlanModifiers: replace,
				Validators: []validator.String{tfkit.StringCheck("a name", api.CheckName)},
				MarkdownDescription: "Name of the issuer that signs the people in, as `quickconnectd issuer list` shows it. A " +
					"group counts only where this issuer names it. A change replaces the binding. No default.",
			},
			"group": schema.StringAttribute{
				Optional: true,
				Validators: []validator.String{
					tfkit.StringCheck("a group", api.CheckGroup), stringvalidator.ExactlyOneOf(path.MatchRoot("email")),
				},
				MarkdownDescription: "Group that has the role, exactly as the issuer writes it in the claim with the groups. At " +
					"most 256 printable characters. Exactly one of `group` and `email`. Default: `email` says who it is.",
			},
			"email": schema.StringAttribute{
				Optional:   true,
				Validators: []validator.String{tfkit.StringCheck("an e-mail address in lower case", api.CheckEmail)},
				MarkdownDescription: "E-mail address, in lower case, of the person who has the role. It counts only where the " +
					"issuer says that it is verified. Exactly one of `group` and `email`. Default: `group` says who it is.",
			},
			"role": schema.StringAttribute{
				Required: true, Validators: []validator.String{tfkit.StringCheck("a role of people", api.CheckPersonRole)},
				MarkdownDescription: "What the people may do: `auditor`, `operator`, `deployer`, `security`, `approver` or " +
					"`consenter`. `approver` and `consenter` may read besides, and nothing else. A write needs a token whose role " +
					"may grant both the old and the new one: `deployer` grants `auditor`, `operator` and `deployer`; `security` " +
					"grants `auditor`, `security`, `approver` and `consenter`. An error of the apply says so. No default.",
			},
		},
	}
}
