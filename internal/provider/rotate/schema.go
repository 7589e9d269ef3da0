package rotate

import (
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	datasource "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

// VersionText describes the attribute `version`.
const VersionText = "Number of the version that a consumer should hold: the pending one while a rotation is staged " +
	"(but not after a rollback), otherwise the current " +
	"one; in phase `revoked` it keeps its last number. It is known in the plan of a rotation, " +
	"so that the `…_wo_version` argument of another provider can follow it " +
	"and the new value is handed over in the same apply."

// HandoverText describes the attribute `handover`.
const HandoverText = "A number that changes with what a consumer should hold: with every new version, and with the " +
	"end of one. For a sink that holds both valid values, such as a receiver of webhooks with `value` and " +
	"`other_value`, as its `…_wo_version`: the apply after an overlap then drops the value that has ended. It is known " +
	"in every plan in which `version` and `rotation` are; a promotion does not change it. It can fall, so a sink must " +
	"follow any change."

const rotationText = "State of the rotation, as of the last refresh or apply."

// Attributes returns the attributes of Model in a resource, without `rotation_policy_id`: what a missing policy means
// differs between the kinds.
func Attributes(k Kind) map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"owner": tfkit.Owner(),
		"rotate_when_changed": schema.MapAttribute{
			Optional: true, ElementType: types.StringType,
			Validators: []validator.Map{tfkit.MapCheck("up to 64 triggers", api.CheckTriggers)},
			MarkdownDescription: "Values whose change requests a rotation, such as `{ incident = \"2026-07\" }`: " +
				"at most 64, each of at most 1,024 bytes, not secret. Only a changed value of an existing key counts; " +
				"adding or removing a key or the whole argument does not. While another rotation is in progress, the " +
				"request is recorded and falls due after it. Default: none.",
		},
		"minimum_version": schema.Int64Attribute{
			Optional:   true,
			Validators: []validator.Int64{int64validator.AtLeast(1)},
			MarkdownDescription: "Emergency path for a leaked " + k.Secret +
				": no version below this number is valid. " +
				"Raising it revokes every older version at once, without an overlap and also in the middle of " +
				"a rotation; " +
				"if none remains, a new one is issued" + k.Reissues + ". At most `rotation.next_version`, " +
				"which is an " +
				"error of the plan otherwise, except at creation, where the numbers start with it. On hold " +
				"it is refused " +
				"if it would revoke something. Lowering it does nothing. Default: none.",
		},
		"deletion_protection": schema.BoolAttribute{
			Optional: true,
			Computed: true,
			Default:  booldefault.StaticBool(false),
			MarkdownDescription: "While `true`, a plan that destroys or replaces the " + k.Short +
				" is an error, and the platform refuses to delete it. To delete it, set `false` and apply that first. " +
				"Default: `false`.",
		},
		"certified_until": tfkit.CertifiedUntil(k.Kind),
		"version":         schema.Int64Attribute{Computed: true, MarkdownDescription: VersionText},
		"handover":        schema.Int64Attribute{Computed: true, MarkdownDescription: HandoverText},
		"rotation":        rotationAttribute(),
	}
}

// members has the description of every member of `rotation`; the resource and the data source show the same ones.
var members = map[string]struct {
	kind attr.Type
	text string
}{
	"phase": {types.StringType, "Which versions are valid: `stable` (current), `staged` (current and pending), " +
		"`draining` (current and previous), `revoked` (none)."},
	"due": {types.StringType, "The step that the next plan takes: `none`, `begin`, `rotate`, `promote`, `retire` or " +
		"`reissue`."},
	"reason": {types.StringType, "Why the step is due, or why none is: `interval`, `requested`, " +
		"`awaiting_acknowledgement`, `verification_not_enforced`, `held`, `overdue`, `expired`, `revoked`, " +
		"`acknowledged`, `quiet`, or empty."},
	"requires_acknowledgement": {types.BoolType, "Whether a pending version must have been seen in use before it is " +
		"promoted."},
	"acknowledged":    {types.BoolType, "Whether the pending version was seen in use."},
	"current_version": {types.Int64Type, "Number of the current version; null in phase `revoked`."},
	"pending_version": {types.Int64Type, "Number of the version that is valid but not yet current; " +
		"null unless the phase is `staged`."},
	"previous_version": {types.Int64Type, "Number of the replaced version that is still valid; null unless the phase " +
		"is `draining`."},
	"next_version": {types.Int64Type, "Number that the next version issued will have: the highest ever, " +
		"cancelled ones " +
		"included, plus one."},
	"pending_expires_at": {types.StringType, "When the stage ends by itself (RFC 3339); null unless the phase is " +
		"`staged`."},
	"previous_expires_at": {types.StringType, "When the previous version is refused (RFC 3339), with or " +
		"without an apply; null unless the phase is `draining`."},
	"current_expires_at": {types.StringType, "When the current version is refused (RFC 3339), with or without an " +
		"apply: set where a newer version was revoked in the overlap with it; null otherwise."},
	"last_rotated_at": {types.StringType, "When the current version became current (RFC 3339); null in phase " +
		"`revoked`."},
	"next_rotation_at": {types.StringType, "When the next rotation falls due (RFC 3339); null without a " +
		"rotation policy " +
		"and in phase `revoked`."},
}

func rotationAttribute() schema.SingleNestedAttribute {
	attributes := make(map[string]schema.Attribute, len(members))
	for name, m := range members {
		switch m.kind {
		case types.BoolType:
			attributes[name] = schema.BoolAttribute{Computed: true, MarkdownDescription: m.text}
		case types.Int64Type:
			attributes[name] = schema.Int64Attribute{Computed: true, MarkdownDescription: m.text}
		default:
			attributes[name] = schema.StringAttribute{Computed: true, MarkdownDescription: m.text}
		}
	}
	return schema.SingleNestedAttribute{Computed: true, MarkdownDescription: rotationText, Attributes: attributes}
}

// DataAttribute is the attribute `rotation` of a data source.
func DataAttribute() datasource.SingleNestedAttribute {
	attributes := make(map[string]datasource.Attribute, len(members))
	for name, m := range members {
		switch m.kind {
		case types.BoolType:
			attributes[name] = datasource.BoolAttribute{Computed: true, MarkdownDescription: m.text}
		case types.Int64Type:
			attributes[name] = datasource.Int64Attribute{Computed: true, MarkdownDescription: m.text}
		default:
			attributes[name] = datasource.StringAttribute{Computed: true, MarkdownDescription: m.text}
		}
	}
	return datasource.SingleNestedAttribute{Computed: true, MarkdownDescription: rotationText, Attributes: attributes}
}
