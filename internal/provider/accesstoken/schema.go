package accesstoken

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

func (a *accessToken) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A short-lived access token (`qca_…`) of a scoped token, for what runs during the apply: a " +
			"provisioner, or the configuration of another provider. It is in neither the state nor the plan. It is accepted " +
			"where the scoped token is, at introspection and for the credentials of its connector, within `scopes`; the API " +
			"does not accept it.\n\nOpening it makes an additional token, and changes neither the scoped token nor another " +
			"access token. During a long run it is extended before it ends, for 12 hours at most; while the platform " +
			"does not answer, the extension is tried again until shortly before that end. It ends at once with the " +
			"version of the scoped token that it was made from. It needs the permission `reveal` (role " +
			tfkit.RolesWith(api.PermissionReveal, "or") + ").",
		Attributes: map[string]schema.Attribute{
			"scoped_token_id": schema.StringAttribute{
				Required:   true,
				Validators: []validator.String{tfkit.IDOf(api.ScopedTokens.IDPrefix, "a scoped token")},
				MarkdownDescription: "Id of the scoped token. The current version is used, not a pending one. While the id is " +
					"unknown, in the plan that creates the token, nothing is opened.",
			},
			"scopes": schema.SetAttribute{
				Optional: true, Computed: true, ElementType: types.StringType,
				Validators: []validator.Set{
					setvalidator.SizeBetween(1, api.MaxScopes),
					tfkit.EachString("scopes such as messages:send", api.CheckScope),
				},
				MarkdownDescription: "What the access token may do: 1 to 64 scopes within the effective scopes of the scoped " +
					"token; another one is an error. With `credentials:read` it also needs the permission `write`. Default: all " +
					"effective scopes, which are the result then.",
			},
			"ttl": schema.StringAttribute{
				Optional:   true,
				Validators: []validator.String{tfkit.StringCheck("a duration from 10s to 1h", checkTTL)},
				MarkdownDescription: "How long the access token lives, and by how much each extension makes it live from then " +
					"on: from `10s` to `1h`. It ends earlier where the version of the scoped token does. Default: `15m`.",
			},
			"revoke_on_close": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Whether the access token is revoked once nothing in the run needs it any more. Set it to " +
					"`false` for what uses the token after the run; it ends by itself then. Where the revocation fails, a warning " +
					"says when it ends. Default: `true`.",
			},
			"access_token": schema.StringAttribute{
				Computed: true, Sensitive: true,
				MarkdownDescription: "The value. Null, with a warning, while no version of the scoped token is valid (it is " +
					"revoked, expired or deleted) or its connector is disabled, so that the plan which puts that right, and a " +
					"destroy, do not fail on it; and where the permission `write` is missing for the scope `credentials:read`.",
			},
			"id": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "Id of the access token, as the audit names it. Null if there is no value.",
			},
			"expires_at": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "When it ends by itself, as it was opened (RFC 3339): an extension does not change this. " +
					"Null if there is no value.",
			},
		},
	}
}

func checkTTL(text string) error {
	d, err := api.ParseDuration(text)
	if err == nil {
		err = api.CheckAccessTokenTTL(d)
	}
	return err
}
