package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/jwtsource"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

const (
	workloadBlock = "workload_identity"

	variableToken    = "QUICKCONNECT_TOKEN"
	variableIdentity = "QUICKCONNECT_IDENTITY"
)

// workloadIdentity is the block: the workload identity that the provider acts as, and where its JWT comes from.
type workloadIdentity struct {
	Identity  types.String `tfsdk:"identity"`
	Token     types.String `tfsdk:"token"`
	TokenFile types.String `tfsdk:"token_file"`
	Tag       types.String `tfsdk:"tag"`
	Audience  types.String `tfsdk:"audience"`
}

func workloadIdentityBlock() schema.Block {
	return schema.SingleNestedBlock{
		MarkdownDescription: "The provider acts as a workload identity, so that no secret is stored where Terraform " +
			"runs: it " +
			"exchanges a JWT that shows which workload this is for an access token, and renews that at 80 % of its life and " +
			"when the platform refuses it, so that an apply may take longer than both live. Instead of `token`; with " +
			"`QUICKCONNECT_TOKEN` in the environment the block counts, with a warning.\n\n" +
			"The JWT is the first of these that is there: `token` or `token_file`; in HCP Terraform " +
			"`TFC_WORKLOAD_IDENTITY_TOKEN_QUICKCONNECT`, or else `TFC_WORKLOAD_IDENTITY_TOKEN`; in GitHub Actions one that is " +
			"asked for by `ACTIONS_ID_TOKEN_REQUEST_URL`, which a job with `permissions: id-token: write` has; " +
			"`QUICKCONNECT_IDENTITY_TOKEN`; the file that `QUICKCONNECT_IDENTITY_TOKEN_FILE` names. The log names the " +
			"one that is used. One that is there and fails is an error that says what to do, and the next one is not tried.",
		Attributes: map[string]schema.Attribute{
			"identity": schema.StringAttribute{
				Optional:   true,
				Validators: []validator.String{tfkit.StringCheck("a workload identity", checkIdentity)},
				MarkdownDescription: "The workload identity: its id (`wid_…`), or its name in `tenant` and `environment`. " +
					"Required, here or in `QUICKCONNECT_IDENTITY`, which needs no block. An identity that does not take the JWT " +
					"is an error \"JWT refused\" that shows what the JWT says.",
			},
			"token": schema.StringAttribute{
				Optional: true, Sensitive: true,
				Validators: []validator.String{
					tfkit.StringCheck("a JWT", func(s string) error { return client.CheckJWT(secret.New(s)) }),
					without("token_file", "tag"),
				},
				MarkdownDescription: "The JWT itself, from an ephemeral value. It cannot be renewed: once it has ended, the " +
					"access token that was made of it last is the last one, and an error says so. Default: another source.",
			},
			"token_file": schema.StringAttribute{
				Optional:   true,
				Validators: []validator.String{tfkit.StringCheck("a file", checkPresent), without("tag")},
				MarkdownDescription: "A file with the JWT, which is read again for each renewal: Kubernetes and SPIFFE replace " +
					"it while Terraform runs. A file that is missing or has no JWT is an error that names it. " +
					"Default: another source.",
			},
			"tag": schema.StringAttribute{
				Optional:   true,
				Validators: []validator.String{tfkit.StringCheck("a tag", jwtsource.CheckTag)},
				MarkdownDescription: "Takes the JWT from `TFC_WORKLOAD_IDENTITY_TOKEN_<tag>`, which HCP Terraform " +
					"sets for the audience in `TFC_WORKLOAD_IDENTITY_AUDIENCE_<tag>`: for two configurations of the provider in " +
					"one run. A variable that is not set is an error. Letters, digits and `_`; upper and lower case count. " +
					"Default: `QUICKCONNECT`, or else no tag.",
			},
			"audience": schema.StringAttribute{
				Optional:   true,
				Validators: []validator.String{tfkit.StringCheck("an audience", checkPresent)},
				MarkdownDescription: "The audience that GitHub Actions is asked for; it must be `audience` of the identity. " +
					"A JWT from another source has its audience already. Default: `endpoint`, without a slash at its end.",
			},
		},
	}
}

// without refuses an attribute of the block beside these others.
func without(names ...string) validator.String {
	var others []path.Expression
	for _, name := range names {
		others = append(others, path.MatchRoot(workloadBlock).AtName(name))
	}
	return stringvalidator.ConflictsWith(others...)
}

// checkIdentity checks an id or a name. Its error completes the sentence "identity …".
func checkIdentity(s string) error {
	if strings.HasPrefix(s, api.WorkloadIdentities.IDPrefix) && client.IsID(s) || api.CheckName(s) == nil {
		return nil
	}
	return fmt.Errorf("must be the id of a workload identity (%s…), or its name", api.WorkloadIdentities.IDPrefix)
}

// unknownOfWorkload is firstUnknown for the block.
func (c configuration) unknownOfWorkload() string {
	if c.WorkloadIdentity.IsUnknown() {
		return workloadBlock
	}
	for _, name := range []string{"identity", "token", "token_file", "tag", "audience"} {
		if v, ok := c.WorkloadIdentity.Attributes()[name]; ok && v.IsUnknown() {
			return workloadBlock + "." + name
		}
	}
	return ""
}

// Who the provider acts as.
type actor int

const (
	actorToken    actor = iota // the principal of a token
	actorWorkload              // a workload identity
	actorUnclear               // the environment names both
)

// actorOf decides who the provider acts as: what the configuration says comes before the environment. unused is the
// variable that is set and does not count; empty for none.
func actorOf(block, token bool, getenv func(string) string) (who actor, unused string) {
	hasToken, hasIdentity := getenv(variableToken) != "", getenv(variableIdentity) != ""
	switch {
	case block && hasToken:
		return actorWorkload, variableToken
	case block:
		return actorWorkload, ""
	case token && hasIdentity:
		return actorToken, variableIdentity
	case token || !hasIdentity:
		return actorToken, ""
	case hasToken:
		return actorUnclear, ""
	}
	return actorWorkload, ""
}

// authenticate sets who the client acts as. place has the tenant and the environment.
func (p *quickconnect) authenticate(
	ctx context.Context, cfg *client.Config, c configuration, place client.Workload, diags *diag.Diagnostics,
) {
	who, unused := actorOf(!c.WorkloadIdentity.IsNull(), !c.Token.IsNull(), p.getenv)
	switch unused {
	case variableToken:
		diags.AddAttributeWarning(path.Root(workloadBlock), variableToken+" is not used", "The block workload_identity says "+
			"who the provider acts as, and "+variableToken+" is set in the environment besides. Remove it from where this "+
			"run gets it: a token that is not needed can only leak.")
	case variableIdentity:
		diags.AddAttributeWarning(path.Root("token"), variableIdentity+" is not used", "The argument token says who the "+
			"provider acts as, and "+variableIdentity+" is set in the environment besides. Remove one of them.")
	}
	switch who {
	case actorUnclear:
		diags.AddError("Token and workload identity", "The environment has both "+variableToken+" and "+variableIdentity+
			", and the configuration has neither token nor the block workload_identity: it is not clear as whom the provider "+
			"is to act. Remove one of the variables.")
	case actorToken:
		cfg.Token = secret.New(p.required(diags, "token", c.Token, variableToken,
			func(s string) error { return client.CheckToken(secret.New(s)) }))
	case actorWorkload:
		cfg.Workload = p.workload(ctx, cfg.Endpoint, c, place, diags)
	}
}

// workload returns the workload identity to act as; nil, with an error, for none.
func (p *quickconnect) workload(
	ctx context.Context, endpoint string, c configuration, out client.Workload, diags *diag.Diagnostics,
) *client.Workload {
	var w workloadIdentity
	if !c.WorkloadIdentity.IsNull() {
		diags.Append(c.WorkloadIdentity.As(ctx, &w, basetypes.ObjectAsOptions{})...)
	}
	identity := w.Identity.ValueString()
	if identity == "" {
		identity = p.identityInEnvironment(diags)
	}
	audience := w.Audience.ValueString()
	if audience == "" {
		audience = strings.TrimRight(endpoint, "/")
	}
	source, err := jwtsource.Choose(jwtsource.Settings{
		Token: secret.New(w.Token.ValueString()), TokenFile: w.TokenFile.ValueString(), Tag: w.Tag.ValueString(),
		Audience: audience,
	}, p.getenv)
	if err != nil {
		diags.AddAttributeError(path.Root(workloadBlock), "No JWT for the workload identity", err.Error())
	}
	if diags.HasError() {
		return nil
	}
	tflog.Info(ctx, "the provider acts as a workload identity", map[string]any{
		"identity": identity, "jwt_source": source.Name,
	})
	out.Identity, out.Source, out.Advice, out.Read = identity, source.Name, source.Advice, source.Read
	return &out
}

func (p *quickconnect) identityInEnvironment(diags *diag.Diagnostics) string {
	at, identity := path.Root(workloadBlock).AtName("identity"), p.getenv(variableIdentity)
	if identity == "" {
		diags.AddAttributeError(at, "Missing identity", "identity is required: set it in the block workload_identity or in "+
			"the environment variable "+variableIdentity+".")
	} else if err := checkIdentity(identity); err != nil {
		diags.AddAttributeError(at, "Invalid "+variableIdentity, fmt.Sprintf("The environment variable %s %s.",
			variableIdentity, err))
	}
	return identity
}

// isWorkloadIdentity reports whether a caller is a workload identity, and not a principal with a token of its own.
func isWorkloadIdentity(who *api.Identity) bool {
	return strings.HasPrefix(who.PrincipalID, api.WorkloadIdentities.IDPrefix)
}
