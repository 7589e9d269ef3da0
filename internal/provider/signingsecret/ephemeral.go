package signingsecret

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/rotate"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

// secretEphemeral reads what a receiver verifies with, and changes nothing.
type secretEphemeral struct{ tfkit.EphemeralBase }

var _ ephemeral.EphemeralResourceWithConfigure = (*secretEphemeral)(nil)

// NewEphemeralResource makes the ephemeral resource.
func NewEphemeralResource() ephemeral.EphemeralResource { return &secretEphemeral{} }

type ephemeralModel struct {
	ID         types.String `tfsdk:"id"`
	Value      types.String `tfsdk:"value"`
	Version    types.Int64  `tfsdk:"version"`
	OtherValue types.String `tfsdk:"other_value"`
}

func (e *secretEphemeral) Metadata(_ context.Context, _ ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = kind.Terraform
}

func (e *secretEphemeral) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "What a receiver verifies deliveries with, for a write-only argument of another " +
			"provider or for a command that hands it over. It is in neither the state nor the plan. " +
			"Give a receiver both values: during a rotation each delivery has a signature of both, and the " +
			"platform promotes the new one once the receiver was seen to accept it. " +
			"Opening it reads: it never makes a secret and never invalidates one, so a plan may open it as often " +
			"as it likes. It needs the permission `reveal` (role " + tfkit.RolesWith(api.PermissionReveal, "or") + ").",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				Required:   true,
				Validators: []validator.String{tfkit.IDOf(kind.IDPrefix, "a signing secret")},
				MarkdownDescription: "Id of the signing secret. While it is unknown, in the plan that creates it, " +
					"nothing is read.",
			},
			"value": schema.StringAttribute{
				Computed: true, Sensitive: true,
				MarkdownDescription: "The value of `version`: `whsec_…` for `hmac-sha256`; for `ed25519` the " +
					"public key `whpk_…`, because the private key never leaves the platform. " +
					"Null, with a warning, while there is no valid version (it is revoked, in quarantine or deleted), so that the " +
					"plan which puts that right, and a destroy, do not fail on it.",
			},
			"version": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: rotate.VersionText + " Null if the signing secret was deleted.",
			},
			"other_value": schema.StringAttribute{
				Computed: true, Sensitive: true,
				MarkdownDescription: "The value of the other valid version: the current one while `version` is " +
					"pending, the previous one afterwards. Null in phase `stable`, and in phase `revoked`.",
			},
		},
	}
}

func (e *secretEphemeral) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var m ephemeralModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	c := e.Client(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	found, err := e.reveal(ctx, c, m.ID.ValueString())
	switch {
	case err != nil:
		e.Report(&resp.Diagnostics, err, tfkit.Subject{Type: kind.Terraform})
		return
	case found.object == nil:
		resp.Diagnostics.AddWarning("Signing secret not found", fmt.Sprintf("There is no signing secret %s in the "+
			"tenant and environment of the provider, so its value is null. "+
			"If it is managed by Terraform, the plan creates it anew; otherwise correct the id.", m.ID.ValueString()))
	case found.value == nil && found.object.Quarantine.Covers(found.object.Version):
		resp.Diagnostics.AddWarning("Signing secret in quarantine", fmt.Sprintf("Version %d of %q signs nothing, so its "+
			"value is null. It comes back when the quarantine is released.", found.object.Version, found.object.Name))
	case found.value == nil:
		resp.Diagnostics.AddWarning(
			"Signing secret without a valid version",
			fmt.Sprintf("Every version of %q is revoked, so its value is null. "+
				"The plan of the managed resource says whether it issues a new one.", found.object.Name),
		)
	}
	m.Value, m.Version, m.OtherValue = types.StringNull(), types.Int64Null(), types.StringNull()
	if found.object != nil {
		m.Version = types.Int64Value(found.object.Version)
	}
	if found.value != nil {
		m.Value = types.StringValue(found.value.Value.Expose())
	}
	if found.other != nil {
		m.OtherValue = types.StringValue(found.other.Value.Expose())
	}
	resp.Diagnostics.Append(resp.Result.Set(ctx, m)...)
}

// opened is a signing secret with the values of its valid versions. What does not exist is nil.
type opened struct {
	object       *api.SigningSecret
	value, other *api.Reveal
}

// reveal reads the signing secret and its values. A version may end between the requests, so a refused reveal is
// repeated once.
func (e *secretEphemeral) reveal(ctx context.Context, c *client.Client, id string) (opened, error) {
	var last error
	for range 2 {
		s, err := c.SigningSecrets().Get(ctx, id)
		if client.IsNotFound(err) {
			return opened{}, nil
		}
		if err != nil {
			return opened{}, err
		}
		out := opened{object: s}
		if s.Rotation.Phase == api.PhaseRevoked || s.Quarantine.Covers(s.Version) {
			return out, nil
		}
		if out.value, err = c.SigningSecrets().Reveal(ctx, id, s.Version); err == nil {
			if other := otherVersion(s); other != 0 {
				out.other, err = c.SigningSecrets().Reveal(ctx, id, other)
			}
		}
		if err == nil {
			return out, nil
		}
		if last = err; !client.IsNotFound(err) && !client.HasCode(err, api.CodeConflict) &&
			!client.HasCode(err, api.CodeQuarantined) {
			break
		}
	}
	return opened{}, last
}

// otherVersion is the valid version besides the one that a consumer should hold; 0 for none.
func otherVersion(s *api.SigningSecret) int64 {
	for _, n := range []*int64{s.Rotation.CurrentVersion, s.Rotation.PendingVersion, s.Rotation.PreviousVersion} {
		if n != nil && *n != s.Version {
			return *n
		}
	}
	return 0
}
