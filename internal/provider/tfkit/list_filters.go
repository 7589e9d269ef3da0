package tfkit

import (
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// listFilters returns the filters that every kind has, and those of these names.
func listFilters(names []string) map[string]schema.Attribute {
	optional := func(text string, checks ...validator.String) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, Validators: checks, MarkdownDescription: text + " Default: all."}
	}
	attributes := map[string]schema.Attribute{
		"label":       optional("Only objects with this label: `KEY` for any value, or `KEY=VALUE`."),
		"name_prefix": optional("Only objects whose name begins with this."),
		"orphan": schema.BoolAttribute{
			Optional: true,
			MarkdownDescription: "While `true`, only objects that no state has ever claimed: what was made by hand, and what " +
				"an interrupted run left behind. An object that was made by hand stays one after an import. Default: `false`.",
		},
	}
	for _, name := range names {
		switch name {
		case "owner":
			attributes[name] = optional("Only objects of this owner.", StringCheck("an owner", api.CheckOwner))
		case "connector_id":
			attributes[name] = optional("Only objects of the connector with this id.",
				IDOf(api.Connectors.IDPrefix, api.Connectors.Singular))
		case "endpoint_id":
			attributes[name] = optional("Only objects of the webhook endpoint with this id.",
				IDOf(api.WebhookEndpoints.IDPrefix, api.WebhookEndpoints.Singular))
		case "older_than":
			attributes[name] = optional("Only objects whose current value is at least so old, such as `90d`.", Duration())
		case "expires_within":
			attributes[name] = optional("Only objects whose values end in this time, such as `30d`, or have ended.", Duration())
		case "overdue":
			attributes[name] = schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "While `true`, only objects whose current value is older than the `max_age` of the rotation " +
					"policy, or has ended; also on hold. Default: `false`.",
			}
		}
	}
	return attributes
}
