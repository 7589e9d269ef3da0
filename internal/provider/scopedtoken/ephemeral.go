package scopedtoken

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/rotate"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

// tokenEphemeral reads the value of a token and changes nothing.
type tokenEphemeral struct{ tfkit.EphemeralBase }

// NewEphemeralResource makes the ephemeral resource.
func NewEphemeralResource() ephemeral.EphemeralResource { return &tokenEphemeral{} }

type ephemeralModel struct {
	ID        types.String `tfsdk:"id"`
	Value     types.String `tfsdk:"value"`
	Version   types.Int64  `tfsdk:"version"`
	ExpiresAt types.String `tfsdk:"expires_at"`
}

func (e *tokenEphemeral) Metadata(_ context.Context, _ ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = kind.Terraform
}

func (e *tokenEphemeral) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The value of a scoped token, for a write-only argument of another provider or for a " +
			"provider's configuration. It is in neither the state nor the plan. " +
			"Opening it reads: it never makes a token and never invalidates one, so a plan may open it as often as " +
			"it likes. It needs the permission `reveal` (role " + tfkit.RolesWith(api.PermissionReveal, "or") + ").",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				Required:   true,
				Validators: []validator.String{tfkit.IDOf(kind.IDPrefix, "a scoped token")},
				MarkdownDescription: "Id of the scoped token. While it is unknown, in the plan that creates the " +
					"token, nothing is read.",
			},
			"value": schema.StringAttribute{
				Computed: true, Sensitive: true,
				MarkdownDescription: "The value of `version`. Null, with a warning, while the token has no valid " +
					"version (it is revoked, expired, in quarantine or deleted), so that the plan which puts that right, and a " +
					"destroy, do not fail on it. Also null, with a warning, where the token names the scope " +
					"`credentials:read` and the provider's own token has no permission `write` (role `planner`).",
			},
			"version": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: rotate.VersionText + " Null if the token was deleted.",
			},
			"expires_at": schema.StringAttribute{
				Computed: true, MarkdownDescription: "When this value ends by itself, as far as that is decided " +
					"(RFC 3339); null if it is not, or if there is no value.",
			},
		},
	}
}

func (e *tokenEphemeral) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var m ephemeralModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	c := e.Client(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	t, revealed, err := e.reveal(ctx, c, m.ID.ValueString())
	switch {
	case err != nil:
		e.Report(&resp.Diagnostics, err, tfkit.Subject{Type: kind.Terraform})
		return
	case t == nil:
		resp.Diagnostics.AddWarning("Scoped token not found", fmt.Sprintf("There is no scoped token %s in the "+
			"tenant and environment of the provider, so its value is null. "+
			"If it is managed by Terraform, the plan creates it anew; otherwise correct the id.", m.ID.ValueString()))
	case revealed == nil && t.Quarantine.Covers(t.Version):
		resp.Diagnostics.AddWarning("Scoped token in quarantine", fmt.Sprintf("Version %d of %q is refused at every use, so "+
			"its value is null. It comes back when the quarantine is released.", t.Version, t.Name))
	case revealed == nil && e.withheld(t):
		resp.Diagnostics.AddWarning("Value not revealed", fmt.Sprintf("Scoped token %q names the scope %s, so its value "+
			"opens the credentials of its connector: revealing it also needs the permission write, which the role of the "+
			"provider's token does not have. The value is null here. An apply with a token that has the permission gets it.",
			t.Name, api.ScopeReadCredentials))
	case revealed == nil:
		resp.Diagnostics.AddWarning(
			"Scoped token without a valid version",
			fmt.Sprintf("Every version of %q is revoked or expired, so its value is null. "+
				"The plan of the managed resource says whether it issues a new one.", t.Name),
		)
	}
	m.Value, m.Version, m.ExpiresAt = types.StringNull(), types.Int64Null(), types.StringNull()
	if t != nil {
		m.Version = types.Int64Value(t.Version)
	}
	if revealed != nil {
		m.Value, m.Version = types.StringValue(revealed.Value.Expose()), types.Int64Value(revealed.Version)
		m.ExpiresAt = tfkit.TimeValue(revealed.ExpiresAt)
	}
	resp.Diagnostics.Append(resp.Result.Set(ctx, m)...)
}

// withheld reports whether the platform refuses to reveal the value because it opens more than the caller may have. The
// plans of a planner must not fail on that.
func (e *tokenEphemeral) withheld(t *api.ScopedToken) bool {
	who, _ := e.Session().Identity()
	return slices.Contains(t.Scopes, api.ScopeReadCredentials) &&
		slices.Contains(who.Permissions, api.PermissionReveal) && !slices.Contains(who.Permissions, api.PermissionWrite)
}

// reveal returns the token and the value of its version: no token if it does not exist, no value if no version is
// valid. The version may end between the two requests, so a refused reveal is repeated once.
func (e *tokenEphemeral) reveal(
	ctx context.Context,
	c *client.Client,
	id string,
) (*api.ScopedToken, *api.Reveal, error) {
	var last error
	for range 2 {
		t, err := c.ScopedTokens().Get(ctx, id)
		if client.IsNotFound(err) {
			return nil, nil, nil
		}
		if err != nil {
			return nil, nil, err
		}
		if t.Rotation.Phase == api.PhaseRevoked || t.Quarantine.Covers(t.Version) || e.withheld(t) {
			return t, nil, nil
		}
		value, err := c.ScopedTokens().Reveal(ctx, id, t.Version)
		if err == nil {
			return t, value, nil
		}
		if last = err; !client.IsNotFound(err) && !client.HasCode(err, api.CodeConflict) &&
			!client.HasCode(err, api.CodeQuarantined) {
			break
		}
	}
	return nil, nil, last
}

var _ ephemeral.EphemeralResourceWithConfigure = &tokenEphemeral{}
