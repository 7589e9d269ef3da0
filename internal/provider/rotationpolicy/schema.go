// Package rotationpolicy has the resource and the data source quickconnect_rotation_policy.
package rotationpolicy

import (
	"fmt"
	"maps"

	datasource "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

var kind = api.RotationPolicies

// The descriptions that resource and data source share.
const (
	intervalText = "How old a secret may get before its rotation falls due, counted from its last rotation. " +
		"At least `1s`."
	overlapText  = "How long a replaced version stays valid beside the new one. At most `30d`; `0s` ends it at once."
	maxStageText = "How long a new version may wait for proof that it is in use before `on_stage_timeout` decides. " +
		"At least `1s`, at most `30d`."
	maxAgeText = "Age from which a secret is overdue: every plan then warns. Longer than `interval`."
	ackText    = "Whether a new version replaces the old one only after it was seen in use. With `false` a " +
		"rotation is a single step."
	timeoutText = "What happens if the new version was not used within `max_stage`: `cancel` ends the new " +
		"version and keeps the old one, `promote` makes the new one current."
	quietText = "When the old version has not been used for this long, it may be retired before the overlap " +
		"ends. At least `1s`."
	unitText = " A duration such as `90d`, `12h` or `1h30m`: whole numbers with the units `y w d h m s`, the " +
		"largest first; another text for the same time is no change."
)

func resourceSchema() schema.Schema {
	duration := []validator.String{tfkit.Duration()}
	same := []planmodifier.String{tfkit.SameDuration()}
	attributes := tfkit.CommonAttributes(kind)
	maps.Copy(attributes, map[string]schema.Attribute{
		"interval": schema.StringAttribute{
			Required: true, Validators: duration, PlanModifiers: same,
			MarkdownDescription: intervalText + unitText + " No default.",
		},
		"overlap": schema.StringAttribute{
			Optional:      true,
			Computed:      true,
			Default:       stringdefault.StaticString(api.DefaultOverlap),
			Validators:    duration,
			PlanModifiers: same,
			MarkdownDescription: overlapText + unitText + fmt.Sprintf(" Default `%s`. A change applies to later "+
				"rotations: an overlap that is running keeps its end.", api.DefaultOverlap),
		},
		"max_stage": schema.StringAttribute{
			Optional:      true,
			Computed:      true,
			Default:       stringdefault.StaticString(api.DefaultMaxStage),
			Validators:    duration,
			PlanModifiers: same,
			MarkdownDescription: maxStageText + unitText + fmt.Sprintf(" Default `%s`. A change applies to "+
				"later rotations.", api.DefaultMaxStage),
		},
		"max_age": schema.StringAttribute{
			Optional: true, Validators: duration, PlanModifiers: same,
			MarkdownDescription: maxAgeText + unitText + " No default: without it nothing is ever overdue.",
		},
		"require_acknowledgement": schema.BoolAttribute{
			Optional: true, Computed: true, Default: booldefault.StaticBool(api.DefaultRequireAcknowledgement),
			MarkdownDescription: ackText + " Default `true`.",
		},
		"on_stage_timeout": schema.StringAttribute{
			Optional: true, Computed: true, Default: stringdefault.StaticString(api.DefaultOnStageTimeout),
			MarkdownDescription: timeoutText + fmt.Sprintf(" Default `%s`; anything but these two is an error "+
				"in the plan.", api.DefaultOnStageTimeout),
		},
		"quiet_period": schema.StringAttribute{
			Optional: true, Validators: duration, PlanModifiers: same,
			MarkdownDescription: quietText + unitText + " No default: without it the old version stays until the " +
				"overlap ends.",
		},
	})
	return schema.Schema{
		MarkdownDescription: "How old a secret may get and how long two of its versions may overlap. Tokens and " +
			"connectors refer to a policy by its `id`. " + tfkit.DeletionText + " A change of a policy " +
			"applies to later rotations and never moves a deadline that is running. An output of " +
			"`rotation.next_rotation_at`, or of anything else that follows from the policy, needs a second apply after " +
			"an edit of the policy: what has moved shows at the next refresh. " +
			"An error about one of the durations is given in the plan, on the attribute.",
		Attributes: attributes,
	}
}

func dataAttributes() map[string]datasource.Attribute {
	attributes := tfkit.CommonDataAttributes(kind)
	maps.Copy(attributes, map[string]datasource.Attribute{
		"interval":  datasource.StringAttribute{Computed: true, MarkdownDescription: intervalText},
		"overlap":   datasource.StringAttribute{Computed: true, MarkdownDescription: overlapText},
		"max_stage": datasource.StringAttribute{Computed: true, MarkdownDescription: maxStageText},
		"max_age": datasource.StringAttribute{
			Computed:            true,
			MarkdownDescription: maxAgeText + " Null where there is none.",
		},
		"require_acknowledgement": datasource.BoolAttribute{Computed: true, MarkdownDescription: ackText},
		"on_stage_timeout":        datasource.StringAttribute{Computed: true, MarkdownDescription: timeoutText},
		"quiet_period": datasource.StringAttribute{
			Computed:            true,
			MarkdownDescription: quietText + " Null where there is none.",
		},
	})
	return attributes
}
