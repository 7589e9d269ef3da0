package tfkit

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

// identity is what identifies an object of every kind. It never changes.
type identity struct {
	ID          types.String `tfsdk:"id"`
	Tenant      types.String `tfsdk:"tenant"`
	Environment types.String `tfsdk:"environment"`
}

// IdentitySchema is the schema of the identity, which is the same for every kind.
func (b *ResourceBase) IdentitySchema(
	_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse,
) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"id": identityschema.StringAttribute{
			RequiredForImport: true, Description: "Id that the platform gave to the object.",
		},
		"tenant": identityschema.StringAttribute{
			OptionalForImport: true,
			Description: "Tenant of the object. An import compares it with the tenant of the provider; a difference is an " +
				"error. Without it nothing is compared.",
		},
		"environment": identityschema.StringAttribute{
			OptionalForImport: true,
			Description: "Environment of the object. An import compares it with the environment of the provider; a " +
				"difference is an error. Without it nothing is compared.",
		},
	}}
}

// Identify sets the identity of an object.
func Identify(ctx context.Context, to *tfsdk.ResourceIdentity, c Common, diags *diag.Diagnostics) {
	diags.Append(to.Set(ctx, identity{ID: c.ID, Tenant: c.Tenant, Environment: c.Environment})...)
}

// identifyState sets the identity of an object of the state. Right after an import the state has the id alone: the
// object then belongs to the tenant and the environment of the provider, which has just found it there.
func (a *access) identifyState(ctx context.Context, to *tfsdk.ResourceIdentity, c Common, diags *diag.Diagnostics) {
	if here, ok := a.session.Identity(); ok && c.Tenant.IsNull() && c.Environment.IsNull() {
		c.Tenant, c.Environment = types.StringValue(here.Tenant), types.StringValue(here.Environment)
	}
	Identify(ctx, to, c, diags)
}

// findByIdentity finds the object of an import by its identity. One of another tenant or environment is refused: here
// the platform would only say that there is no such object.
func findByIdentity[T any](
	ctx context.Context, b *ResourceBase, from *tfsdk.ResourceIdentity, kind api.Kind,
	byID func(context.Context, string) (*T, error), diags *diag.Diagnostics,
) (*T, error) {
	var given identity
	diags.Append(from.Get(ctx, &given)...)
	if diags.HasError() || !b.importsFromHere(given, diags) {
		return nil, nil
	}
	id := given.ID.ValueString()
	if !strings.HasPrefix(id, kind.IDPrefix) || !client.IsID(id) {
		diags.AddAttributeError(path.Root("id"), "No id of a "+kind.Singular, fmt.Sprintf("The id of a %s is %s and "+
			"letters and digits, such as %s01J8Z3N6T4, and the identity has %q. Use the id that the platform shows.",
			kind.Singular, kind.IDPrefix, kind.IDPrefix, id))
		return nil, nil
	}
	return byID(ctx, id)
}

func (a *access) importsFromHere(given identity, diags *diag.Diagnostics) bool {
	here, _ := a.session.Identity()
	tenant, environment := here.Tenant, here.Environment
	if !given.Tenant.IsNull() {
		tenant = given.Tenant.ValueString()
	}
	if !given.Environment.IsNull() {
		environment = given.Environment.ValueString()
	}
	return a.isEnvironment("identity", "", tenant, environment, diags)
}
