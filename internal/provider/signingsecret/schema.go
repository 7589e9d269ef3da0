package signingsecret

import (
	"context"
	"errors"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/rotate"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

func (r *secretResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	attributes := tfkit.CommonAttributes(kind.Kind)
	maps.Copy(attributes, rotate.Attributes(kind))
	attributes["endpoint_id"] = schema.StringAttribute{
		Required:      true,
		Validators:    []validator.String{tfkit.IDOf("wep_", "a webhook endpoint")},
		PlanModifiers: []planmodifier.String{tfkit.ReplacesIfKnown()},
		MarkdownDescription: "Id of the webhook endpoint whose deliveries it signs. A change replaces the signing " +
			"secret." + tfkit.UnknownID + "An endpoint may have up to 8: each delivery has a signature of every valid " +
			"version of all of them, " +
			"so a second one is the way to another algorithm without a lost delivery. An error on it means that " +
			"there is no such endpoint in the environment, or that it has 8 already.",
	}
	attributes["algorithm"] = schema.StringAttribute{
		Optional: true, Computed: true, Default: stringdefault.StaticString(api.DefaultAlgorithm),
		Validators:    []validator.String{tfkit.StringCheck("an algorithm", checkAlgorithm)},
		PlanModifiers: []planmodifier.String{tfkit.ReplacesIfKnown()},
		MarkdownDescription: "How deliveries are signed (Standard Webhooks 1.0.0): `hmac-sha256`, with a secret " +
			"that platform and receiver share (`whsec_…`, signatures `v1`), or `ed25519`, with a key pair whose " +
			"public half " +
			"(`whpk_…`, signatures `v1a`) is all that a receiver needs. Every library verifies the first, few the " +
			"second. A change replaces the signing secret. Default: `hmac-sha256`.",
	}
	attributes["secret_wo"] = schema.StringAttribute{
		Optional: true, Sensitive: true, WriteOnly: true,
		Validators: []validator.String{tfkit.StringCheck("a signing secret", checkSupplied)},
		MarkdownDescription: "A secret of your own, for `hmac-sha256` only: `whsec_` and 24 to 64 bytes in " +
			"standard base64. Write-only: it is sent to the platform, which seals it, and is in no state " +
			"and no plan. " +
			"A new value begins a rotation to it; while another rotation is in progress that is an error of the " +
			"plan, which says until when, except together with a raised `minimum_version`, which sends it at once. " +
			"Without `secret_wo_version` the provider compares a keyed digest of it with the platform's. The " +
			"platform cannot make the next one of a supplied secret: when it is due, every plan warns. A value " +
			"that was revoked is not sent again by itself: that needs a `secret_wo_version` that it has not had. " +
			"With `ignore_changes` on it, it is sent at the creation alone. " +
			"Default: the platform makes the secret.",
	}
	attributes["secret_wo_version"] = schema.Int64Attribute{
		Optional:   true,
		Validators: []validator.Int64{int64validator.AtLeast(1)},
		MarkdownDescription: "Switches the comparison off and sends `secret_wo` when this number changes, or when " +
			"the platform no longer has the value of the last apply, unless that was revoked. The choice for a " +
			"value that is made anew on every run. " +
			"At least 1; a lower number than before is sent too. After an import the first number is adopted and " +
			"nothing is sent, where the platform has a supplied secret and no number. No default.",
	}
	attributes["rotation_policy_id"] = schema.StringAttribute{
		Required:   true,
		Validators: []validator.String{tfkit.IDOf("pol_", "a rotation policy")},
		MarkdownDescription: "Id of the rotation policy that says when a rotation is due, how long a new version " +
			"may wait for proof that the receiver knows it, and how long two versions sign. " +
			"A change applies to later transitions and never moves a running deadline. An error on it means that " +
			"there is no such policy in the environment.",
	}
	attributes["secret_digest"] = schema.StringAttribute{
		Computed: true, Sensitive: true,
		MarkdownDescription: "Keyed digest of the supplied secret that `version` names, by which the provider " +
			"recognises it. It reveals nothing without the environment's comparison key. Null where the " +
			"platform made the secret.",
	}
	attributes["public_keys"] = schema.ListAttribute{
		Computed: true, ElementType: types.StringType,
		MarkdownDescription: "The public keys (`whpk_…`) of the valid versions, the newest first: what a receiver " +
			"verifies with. They are not secret. Null unless `algorithm` is `ed25519`.",
	}
	attributes["version"] = schema.Int64Attribute{
		Computed:            true,
		MarkdownDescription: rotate.VersionText + " Of a supplied secret it is known after the apply.",
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "A secret that signs the deliveries to one webhook endpoint. During a rotation each " +
			"delivery has a signature of both valid versions, so receivers of either accept it. A new version is " +
			"made current only after the receiver accepted it (in a probe that the new version alone signs) and " +
			"refused a forged signature. The secret is in neither the state nor the plan: the ephemeral resource " +
			"of the same name reads it.",
		Attributes: attributes,
	}
}

// ValidateConfig refuses a supplied secret with ed25519, where the platform makes the key pair.
func (r *secretResource) ValidateConfig(
	ctx context.Context,
	req resource.ValidateConfigRequest,
	resp *resource.ValidateConfigResponse,
) {
	var algorithm, supplied types.String
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("algorithm"), &algorithm)...)
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("secret_wo"), &supplied)...)
	if algorithm.ValueString() == api.AlgorithmEd25519 && !supplied.IsNull() && !supplied.IsUnknown() &&
		!resp.Diagnostics.HasError() {
		resp.Diagnostics.AddAttributeError(path.Root("secret_wo"), "Invalid secret_wo",
			"secret_wo belongs to the algorithm hmac-sha256. With ed25519 the platform makes the key pair, and its "+
				"private half never leaves the platform: leave secret_wo out.")
	}
}

func checkAlgorithm(s string) error {
	if s != api.AlgorithmHMAC && s != api.AlgorithmEd25519 {
		return errors.New("must be hmac-sha256 or ed25519")
	}
	return nil
}

func checkSupplied(s string) error {
	_, err := webhook.ParseSupplied(s)
	return err
}
