// Package workloadidentity has the resource and the data sources quickconnect_workload_identity.
package workloadidentity

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

var kind = api.WorkloadIdentities

// The descriptions that resource and data sources share.
const (
	roleText = "What the workload may do: `auditor`, `planner`, `operator`, `deployer`, `security` or `runtime`. It " +
		"counts at each use of an access token: a change reaches the tokens that exist at once."
	presetText = "What issues the JWT: `github_actions`, `gitlab`, `hcp_terraform`, `kubernetes`, `spiffe`, " +
		"`buildkite`, `circleci` or `custom`."
	issuerText   = "The `iss` claim of the JWT, exactly: a URL with https."
	audienceText = "The `aud` claim of the JWT, which must have exactly this one audience."
	claimsText   = "What other claims of the JWT must be, by the path of the claim. All of them must fit."
	maxTTLText   = "The longest life of an access token."
	cidrsText    = "Address ranges (CIDR) from which the exchange, and each use of an access token, is accepted."
	jwksText     = "The public keys of the issuer as a JWK set (RFC 7517)."
)

// requiredText lists what each preset requires.
func requiredText() string {
	var lines []string
	for _, name := range api.Presets() {
		preset, _ := api.PresetOf(name)
		required := preset.RequiredClaims()
		switch name {
		case api.PresetCircleCI:
			required = "nothing here: the organisation is in `issuer`, which ends in `/org/ORGANISATION_ID`"
		case api.PresetCustom:
			required = "`sub`, or another claim that says who the workload is: `azp`, `email`, or one whose name ends in `id`"
		default:
			required = "`" + strings.NewReplacer(" and ", "` and `", ", or ", "`, or `").Replace(required) + "`"
		}
		lines = append(lines, fmt.Sprintf("`%s` %s", name, required))
	}
	return strings.Join(lines, "; ")
}

func resourceSchema() schema.Schema {
	required := func(text string, check validator.String) schema.StringAttribute {
		return schema.StringAttribute{
			Required: true, Validators: []validator.String{check}, MarkdownDescription: text + " No default.",
		}
	}
	attributes := tfkit.CommonAttributes(kind)
	maps.Copy(attributes, map[string]schema.Attribute{
		"owner": tfkit.Owner(),
		"role": required(roleText+" A write needs a token whose role may grant both the old and the new one: `deployer` "+
			"grants `auditor`, `planner`, `operator`, `deployer` and `runtime`; `security` grants `auditor`, `security` and "+
			"`runtime`. An error of the apply says so.", tfkit.StringCheck("a role", api.CheckRole)),
		"preset": required(presetText+" It says which claims are required, and how long a JWT may live.",
			tfkit.StringCheck("a preset", api.CheckPreset)),
		"issuer": issuer(),
		"audience": required(audienceText+" At most 256 printable characters. Choose one that only this platform has: a JWT "+
			"for another service is refused by it.", tfkit.StringCheck("an audience", api.CheckAudience)),
		"claims": claims(),
		"max_ttl": schema.StringAttribute{
			Optional: true, Computed: true, Default: stringdefault.StaticString(api.DefaultMaxTTL),
			Validators:    []validator.String{tfkit.StringCheck("a duration from 1m to 1h", api.CheckMaxTTL)},
			PlanModifiers: []planmodifier.String{tfkit.SameDuration()},
			MarkdownDescription: maxTTLText + fmt.Sprintf(" A duration from `1m` to `1h`; another text for the same time is no "+
				"change. An exchange can ask for a shorter one. A change leaves the tokens that exist as they are. "+
				"Default `%s`.", api.DefaultMaxTTL),
		},
		"allowed_cidrs": schema.SetAttribute{
			Optional: true, ElementType: types.StringType,
			Validators: []validator.Set{
				setvalidator.SizeAtMost(api.MaxCIDRs),
				tfkit.EachString("address ranges such as 192.0.2.0/24", api.CheckCIDR),
			},
			PlanModifiers: []planmodifier.Set{tfkit.SameSet("Spellings of the same address range are no "+
				"difference.", api.SameCIDR)},
			MarkdownDescription: cidrsText + " At most 64. A change counts at once, also for the tokens that exist. " +
				"Default: accepted from everywhere.",
		},
		"jwks": schema.StringAttribute{
			Optional: true, Validators: []validator.String{tfkit.StringCheck("a JWK set", api.CheckJWKS)},
			PlanModifiers: []planmodifier.String{tfkit.SameMeaning("JSON that means the same is no difference.", sameJSON)},
			MarkdownDescription: jwksText + " For an issuer that the platform cannot reach: 1 to 20 public keys for " +
				"signatures, RSA of at least 2,048 bits, EC or Ed25519, each with a `kid`, in at most 64 KiB. Replace them " +
				"when the issuer's keys change. Default: the platform fetches the keys from the issuer, which has a public " +
				"address, or which the operator of the platform has named with `--trusted-issuer`.",
		},
	})
	return schema.Schema{
		MarkdownDescription: "A workload, such as a CI job or a pod, that may exchange a JWT of its issuer for an access " +
			"token of this environment, so that no secret has to be stored with it. The JWT must be signed by the issuer, " +
			"and fit `issuer`, `audience` and every one of `claims`. An access token may do what `role` says, as of now, and " +
			"ends with the identity. The platform's audit trail says of every refusal which claim did not fit.\n\n" +
			"A write needs the permission `grant`.",
		Attributes: attributes,
	}
}

func claims() schema.MapAttribute {
	return schema.MapAttribute{
		Required: true, ElementType: types.StringType,
		MarkdownDescription: claimsText + " At most 32. In a path, dots lead into nested objects; a key with other " +
			"characters than letters, digits, `_` and `-` stands in brackets: `[kubernetes.io].serviceaccount.uid`, " +
			"`[oidc.circleci.com/project-id]`. In a value, `*` stands for one whole segment between `/` or `:`, so `org/*` " +
			"fits `org/app` and not `org/app/x`; a part of a segment, such as `org/app*`, is an error in the plan, and so is " +
			"a value that fits everything. Numbers and booleans are compared as text. Each preset requires ids that " +
			"never change, and the plan says which one is missing: " + requiredText() + ". No default.",
	}
}

func issuer() schema.StringAttribute {
	var public []string
	for _, name := range api.Presets() {
		if url := api.IssuerOf(name); url != "" {
			public = append(public, fmt.Sprintf("`%s` for `%s`", url, name))
		}
	}
	return schema.StringAttribute{
		Optional: true, Computed: true,
		Validators:    []validator.String{tfkit.StringCheck("the URL of an issuer", api.CheckIssuer)},
		PlanModifiers: []planmodifier.String{presetIssuer{}},
		MarkdownDescription: issuerText + " At most 512 bytes. It is compared as a text: a slash at the end counts. Set it " +
			"for an instance of your own, and for a preset without a public issuer. Default: " +
			strings.Join(public, ", ") + ".",
	}
}

// presetIssuer plans the public issuer of the preset where the configuration has none.
type presetIssuer struct{}

func (presetIssuer) Description(context.Context) string {
	return "Without an issuer, the public one of the preset counts."
}

func (m presetIssuer) MarkdownDescription(ctx context.Context) string { return m.Description(ctx) }

func (presetIssuer) PlanModifyString(
	ctx context.Context, req planmodifier.StringRequest, resp *planmodifier.StringResponse,
) {
	if !req.ConfigValue.IsNull() {
		return
	}
	var preset types.String
	resp.Diagnostics.Append(req.Plan.GetAttribute(ctx, path.Root("preset"), &preset)...)
	if public := api.IssuerOf(preset.ValueString()); public != "" {
		resp.PlanValue = types.StringValue(public)
	}
}

// DefaultIn returns the public issuer of the preset in a configuration; nil for none.
func (presetIssuer) DefaultIn(config map[string]tftypes.Value) attr.Value {
	var preset string
	if config["preset"].As(&preset) != nil || api.IssuerOf(preset) == "" {
		return nil
	}
	return types.StringValue(api.IssuerOf(preset))
}

// sameJSON reports whether two texts are the same JSON, in whatever order and spacing.
func sameJSON(a, b string) bool {
	var x, y any
	return json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && reflect.DeepEqual(x, y)
}
