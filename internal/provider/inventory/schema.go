package inventory

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

var kindCheck = tfkit.StringCheck("a kind", func(s string) error {
	if !slices.Contains(api.InventoryKinds(), s) {
		return fmt.Errorf("must be one of %s", strings.Join(api.InventoryKinds(), ", "))
	}
	return nil
})

var findingCheck = tfkit.StringCheck("a rule of findings", func(s string) error {
	if !slices.Contains(api.FindingKinds(), s) {
		return fmt.Errorf("must be one of %s", strings.Join(api.FindingKinds(), ", "))
	}
	return nil
})

func listSchema() schema.Schema {
	return schema.Schema{
		MarkdownDescription: "The inventory of the environment: every credential with its owner, its valid versions, who " +
			"uses each, what is due, and a risk to sort by. It has the credentials of connectors, scoped tokens, signing " +
			"secrets, workload identities and principals; never a value. It is read in every plan and changes by itself: " +
			"use it in outputs and `check` blocks, and let no resource depend on it. It needs a token that may read. The " +
			"guide `inventory` has a nightly plan that warns.",
		Attributes: map[string]schema.Attribute{
			"kind": filter("Only credentials of this kind: `"+strings.Join(api.InventoryKinds(), "`, `")+"`. Default: all.",
				kindCheck),
			"owner":        tfkit.FilterOwner(),
			"connector_id": tfkit.FilterReference(api.Connectors),
			"label": filter("Only credentials of objects with this label: `KEY` for any value, or `KEY=VALUE`. " +
				"Default: all."),
			"unused_for": filter("Only credentials that were made, and not used, in this time, such as `90d`. Default: all.",
				tfkit.Duration()),
			"older_than": filter("Only credentials whose current value is at least so old, such as `90d`; of workload "+
				"identities and principals, that were made so long ago. Default: all.", tfkit.Duration()),
			"expires_within": filter("Only credentials that end in this time, such as `30d`, or have ended. Default: all.",
				tfkit.Duration()),
			"finding": filter("Only credentials with an open finding of this rule: `"+
				strings.Join(api.FindingKinds(), "`, `")+"`. Default: all.", findingCheck),
			"overdue": flag("With `true`, only credentials whose current value is older than the `max_age` of the rotation " +
				"policy, or has ended; also on hold. Default: all."),
			"unacknowledged": flag("With `true`, only credentials whose pending version was not seen in use. Default: all."),
			"orphan": flag("With `true`, only objects that no Terraform state was seen to have. An import is not seen. " +
				"Default: all."),
			"certification_ended": flag("With `true`, only credentials whose `certified_until` has passed. Default: all."),
			"riskiest": flag("With `true`, those with the highest `risk`, the highest first; the provider reads the whole " +
				"inventory and keeps `limit` of it. Default: in the order of their ids."),
			"limit": schema.Int64Attribute{
				Optional: true, Validators: []validator.Int64{int64validator.Between(1, maxLimit)},
				MarkdownDescription: "How many credentials at most, 1 to 10000. The state has all of them. Default: 1000.",
			},
			"truncated": schema.BoolAttribute{
				Computed:            true,
				MarkdownDescription: "More credentials match than `limit`: use filters, or `quickconnect inventory`.",
			},
			"credentials": schema.ListNestedAttribute{
				Computed: true, NestedObject: schema.NestedAttributeObject{Attributes: itemAttributes()},
				MarkdownDescription: "The credentials. Empty if none match.",
			},
		},
	}
}

const labelsText = "Its labels. Null for none."

func itemAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"kind":         text("The kind of the object, as in its path, such as `scoped-tokens`."),
		"id":           text("Its id."),
		"name":         text("Its name."),
		"owner":        text("Who answers for it. Empty for a principal, which has no owner."),
		"environment":  text("The environment that it belongs to."),
		"labels":       schema.MapAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: labelsText},
		"connector_id": text("The connector that it is of, or is for. Null for workload identities and principals."),
		"role":         text("What a workload identity or a principal may do. Empty for the other kinds."),
		"created_at":   text("When it was made (RFC 3339, UTC)."),
		"claimed": truth("Whether a Terraform state was seen to have it. `false` also for what was imported, and for " +
			"principals."),
		"phase": text("Which versions are valid: `stable`, `staged`, `draining` or `revoked`. Empty for workload " +
			"identities and principals."),
		"due": text("The step of the rotation that is due now, `replace` for the credentials of a connector, or " +
			"`none`."),
		"due_reason":        text("Why it is due, or why nothing is. Empty where there is nothing to say."),
		"due_at":            text("When it falls due, or fell due, by age (RFC 3339, UTC). Null where nothing does."),
		"overdue":           truth("Whether the current value is older than the `max_age` of its policy, or has ended."),
		"acknowledged":      truth("Whether the pending version was seen in use. Null where no version is pending."),
		"expires_at":        text("When it ends as a whole (RFC 3339, UTC). Null for never."),
		"hold_reason":       text("Why it is on hold. Null where it is not."),
		"quarantine_reason": text("Why its versions are refused at every use. Null where they are not."),
		"quarantine_until": text("When the quarantine ends, and what it covers is revoked (RFC 3339, UTC). Null for " +
			"none."),
		"unused_quarantine_at": text("When the platform puts it in quarantine because nobody uses it, which was announced " +
			"14 days before at least (RFC 3339, UTC). Null where nothing is announced."),
		"certified_until": text("Until when somebody has certified that it is still needed (RFC 3339, UTC). Null where " +
			"nobody has, and for workload identities and principals."),
		"certification_ended": truth("Whether `certified_until` has passed. Nothing ends because of it."),
		"age_days":            count("How many whole days ago the current value became current. 0 without one."),
		"last_used_at":        text("The last use (RFC 3339, UTC). Null for never."),
		"unused_days":         count("How many whole days ago it was used last; where it never was, since it was made."),
		"versions": schema.ListNestedAttribute{
			Computed: true, NestedObject: schema.NestedAttributeObject{Attributes: versionAttributes()},
			MarkdownDescription: "The valid versions, the oldest first.",
		},
		"scopes": texts("What a scoped token may do. Null for the other kinds."),
		"unused_scopes": texts("The scopes that no use of a valid version named. Null where no use named a scope: then " +
			"nothing is known."),
		"reused_by": text("The id of another object that was supplied the same value; empty where it is in another " +
			"environment. Null where no reuse is known."),
		"exemptions": schema.ListNestedAttribute{
			Computed: true, MarkdownDescription: "The rules of the environment that it may break for now.",
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"rule": text("The rule."), "reason": text("Why."), "expires_at": text("When the exemption ends (RFC 3339)."),
			}},
		},
		"findings": schema.ListNestedAttribute{
			Computed: true, NestedObject: schema.NestedAttributeObject{Attributes: findingAttributes()},
			MarkdownDescription: "The open findings, one for each rule, ascending by rule.",
		},
		"risk": count("A rank: 0 for what is not valid any more, otherwise 1 to 72. It is reach (1 to 4) × age (1 to 3) × " +
			"owner (1 or 2) × rotation (1 to 3)."),
		"risk_reasons": texts("Why a factor of `risk` is above 1, such as `wildcard_scope`, `age_365d`, `no_owner` and " +
			"`overdue`."),
	}
}

func findingAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"finding": text("The rule, such as `new_network`."),
		"open": count("How many findings of the rule are open. The other attributes are those of the one that was seen " +
			"last."),
		"id":           text("Its id, to close it by."),
		"last_seen_at": text("When what it is about was seen last (RFC 3339, UTC)."),
		"summary":      text("What was seen, in one sentence."),
	}
}

func versionAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"version":      count("The number of the version."),
		"state":        text("`pending`, `current` or `previous`."),
		"issued_at":    text("When it was made (RFC 3339, UTC)."),
		"age_days":     count("How many whole days ago that was."),
		"expires_at":   text("When it ends by itself (RFC 3339, UTC). Null where no end is set."),
		"last_used_at": text("The last use (RFC 3339, UTC). Null for never."),
		"uses":         count("How many uses were recorded."),
		"complete": truth("Whether every use since it was made is counted. `false` where it is older than the recording " +
			"of uses, or that was impaired."),
		"consumers": schema.ListNestedAttribute{
			Computed: true, MarkdownDescription: "Who used it; at most 64.",
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"how":          text("`introspection`, `retrieval`, `exchange` or `delivery`."),
				"actor":        text("The id of who asked the platform."),
				"actor_name":   text("The name of that principal. Empty for what is no principal."),
				"consumer":     text("What it calls itself in the header `Quickconnect-Consumer`. Empty without."),
				"user_agent":   text("Its client. Empty without."),
				"last_used_at": text("Its last use (RFC 3339, UTC)."),
				"uses":         count("How many uses it had."),
			}},
		},
	}
}

func filter(description string, checks ...validator.String) schema.StringAttribute {
	return schema.StringAttribute{Optional: true, Validators: checks, MarkdownDescription: description}
}

func flag(description string) schema.BoolAttribute {
	return schema.BoolAttribute{Optional: true, MarkdownDescription: description}
}

func text(description string) schema.StringAttribute {
	return schema.StringAttribute{Computed: true, MarkdownDescription: description}
}

func truth(description string) schema.BoolAttribute {
	return schema.BoolAttribute{Computed: true, MarkdownDescription: description}
}

func count(description string) schema.Int64Attribute {
	return schema.Int64Attribute{Computed: true, MarkdownDescription: description}
}

func texts(description string) schema.ListAttribute {
	return schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: description}
}
