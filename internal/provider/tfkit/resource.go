package tfkit

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

// Remove is the Delete of a resource. That the object is gone already is what was wanted.
func (b *ResourceBase) Remove(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse, s Subject,
	remove func(c *client.Client, ctx context.Context, id, key string) error,
) {
	var id, name, tenant, environment types.String
	for attribute, to := range map[string]*types.String{"id": &id, "name": &name, "tenant": &tenant, "environment": &environment} {
		resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root(attribute), to)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	c := b.ClientFor(tenant, environment, &resp.Diagnostics)
	if c == nil {
		return
	}
	s.Name = name.ValueString()
	if err := remove(c, ctx, id.ValueString(), client.NewKey()); err != nil && !client.IsNotFound(err) {
		b.Report(&resp.Diagnostics, err, s)
	}
}

// Protect adds an error to a plan that ends an object which has deletion_protection.
func Protect(diags *diag.Diagnostics, noun string, name types.String, protection types.Bool, verb string) {
	if protection.ValueBool() {
		diags.AddAttributeError(path.Root("deletion_protection"), Capital(noun)+" protected from deletion",
			"This plan "+verb+" the "+noun+" "+name.String()+", which has deletion_protection = true. If that is meant, set deletion_protection = false, apply that first, and plan again.")
	}
}

// Import is the ImportState of a resource, which takes a name or an id. The read that follows fills in the rest.
func Import[T any](ctx context.Context, b *ResourceBase, req resource.ImportStateRequest, resp *resource.ImportStateResponse, typeName, prefix string,
	byID, byName func(c *client.Client, ctx context.Context, idOrName string) (*T, error), idOf func(*T) string,
) {
	c := b.Client(&resp.Diagnostics)
	if c == nil {
		return
	}
	on := func(find func(*client.Client, context.Context, string) (*T, error)) func(context.Context, string) (*T, error) {
		return func(ctx context.Context, s string) (*T, error) { return find(c, ctx, s) }
	}
	found, err := Find(ctx, req.ID, prefix, on(byID), on(byName))
	if err != nil {
		b.Report(&resp.Diagnostics, err, Subject{Type: typeName})
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), idOf(found))...)
}
