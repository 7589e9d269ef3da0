// Package environmentpolicy has the resource quickconnect_environment_policy.
package environmentpolicy

import (
	"fmt"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

var kind = api.EnvironmentPolicies

var (
	labelType = map[string]attr.Type{
		"label":    types.StringType,
		"value":    types.StringType,
		"interval": types.StringType,
	}
	intervalTypes = map[string]attr.Type{
		"default": types.StringType, "by_label": types.ListType{ElemType: types.ObjectType{AttrTypes: labelType}},
	}
)

const durationText = " A duration such as `30d` or `12h`."

func computed(text string) schema.StringAttribute {
	keep := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	return schema.StringAttribute{Computed: true, PlanModifiers: keep, MarkdownDescription: text}
}

func flag(text string) schema.BoolAttribute {
	return schema.BoolAttribute{
		Optional: true, Computed: true, Default: booldefault.StaticBool(false),
		MarkdownDescription: text + " Default `false`.",
	}
}

func optional(text string) schema.StringAttribute {
	return schema.StringAttribute{Optional: true, MarkdownDescription: text}
}

func set(text string) schema.SetAttribute {
	return schema.SetAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: text}
}

func resourceSchema() schema.Schema {
	attributes := map[string]schema.Attribute{
		"id":          computed("Id that the platform gave to the policy. It never changes."),
		"tenant":      computed("Tenant it belongs to. It is compared with the tenant of the provider before any request."),
		"environment": computed("Environment whose writes it checks: that of the provider."),
		"created_at":  computed("When the policy was created (RFC 3339, UTC)."),
	}
	maps.Copy(attributes, rulesOfScopes())
	maps.Copy(attributes, rulesOfRotation())
	maps.Copy(attributes, rulesOfValues())
	maps.Copy(attributes, rulesOfFindings())
	return schema.Schema{
		MarkdownDescription: "The rules that writes in an environment are checked by. Every environment has one policy at " +
			"most, and it needs a token of role `security` (permission `govern`). What a plan breaks is an error on the " +
			"attribute, before anything is written; the platform refuses the same from every other client. What exists is " +
			"not changed: a plan of the policy warns of the objects that break it. Containment (revoke, hold), a narrower " +
			"object, `minimum_version` and steps of a rotation are never refused. The end of the resource returns the " +
			"environment to the rules that it began with.",
		Attributes: attributes,
	}
}

// rulesOfScopes are the rules about what an object may be used for.
func rulesOfScopes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"forbid_wildcard_scopes": flag("No scope of a scoped token may end in `*`. `allowed_scopes` of a connector may: " +
			"they are a limit, and grant nothing."),
		"max_scopes_per_token": schema.Int64Attribute{
			Optional: true,
			MarkdownDescription: fmt.Sprintf(
				"How many scopes a scoped token may have, 1 to %d. No default: no limit.",
				api.MaxScopes,
			),
		},
		"forbid_unknown_scopes": flag("Every scope of a scoped token must be in the scope catalogue, which the guide " +
			"`concepts` has."),
		"allowed_connector_types": set("The types that a connector may have. At least one. No default: every type is " +
			"allowed."),
		"require_consent": flag("Connectors must have a `consent_id`: the guide `consent` says how a person grants one."),
		"require_cidrs":   flag("Scoped tokens must have `allowed_cidrs`, and none of them may be every address."),
		"max_token_lifetime": optional(
			"Scoped tokens must have an `expires_at`, at most this long after the write that sets " +
				"it." + durationText + " No default: no limit.",
		),
		"max_access_token_ttl": optional(
			"The longest life of an access token." + durationText + " At most `1h`. No default: " +
				"`1h`.",
		),
		"forbid_static_principals": flag("`quickconnectd token create` makes no principal for the environment, unless it " +
			"is given `--break-glass`, which the audit trail records."),
	}
}

// rulesOfRotation are the rules about how old a secret gets.
func rulesOfRotation() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"require_rotation_policy": flag("Scoped tokens, and connectors with credentials, must have a `rotation_policy_id`."),
		"max_rotation_interval": schema.SingleNestedAttribute{
			Optional: true,
			MarkdownDescription: "The longest `interval` of the rotation policy that an object follows, by the labels of " +
				"the object. No default: no limit.",
			Attributes: map[string]schema.Attribute{
				"default": optional("The limit where no entry of `by_label` fits." + durationText + " No default: no limit."),
				"by_label": schema.ListNestedAttribute{
					Optional: true,
					MarkdownDescription: "Limits of objects with a label, at most 32. Where several fit, the shortest " +
						"counts. No default.",
					NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
						"label":    schema.StringAttribute{Required: true, MarkdownDescription: "Key of the label."},
						"value":    schema.StringAttribute{Required: true, MarkdownDescription: "Value of the label."},
						"interval": schema.StringAttribute{Required: true, MarkdownDescription: "The limit." + durationText},
					}},
				},
			},
		},
		"max_overlap": optional(
			"The longest `overlap` of a rotation policy." + durationText + " At most `30d`. No default: " +
				"no limit.",
		),
		"require_acknowledgement": flag("Rotation policies must have `require_acknowledgement`, and `cancel` as " +
			"`on_stage_timeout`."),
	}
}

// rulesOfValues are the rules about names, owners and supplied values.
func rulesOfValues() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"owner_pattern": optional(
			"A regular expression (RE2) that the whole `owner` of an object must match. No default: any " +
				"owner.",
		),
		"require_approval": set("Operations that wait for a second person: `exemption` (an exemption is created, or gets a " +
			"later end), `force_promote` (a version is promoted without its evidence) and `grant` (a workload identity or a " +
			"role binding is created or changed). The apply ends with `approval_required` and the id of what waits; once a " +
			"person with role `approver` has approved it, apply again within 4 h. Revoke, quarantine, hold, deletions and " +
			"`minimum_version` never wait. No default: nothing waits."),
		"require_labels": set("Keys of labels that every object must have, at most 16. No default."),
		"forbid_weak_credentials": flag("A supplied value must have 12 characters or more, and must not be a placeholder " +
			"or a repetition."),
		"forbid_secret_reuse": flag("A supplied value must not be of another object of the tenant. A plan asks the " +
			"platform and warns; the apply is refused. A value that was supplied to an older platform is not recognised."),
	}
}
