package tfkit

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

// Deleter deletes an object of one kind.
type Deleter interface {
	Delete(ctx context.Context, id string) error
}

// Remove is the Delete of a resource. of is the client's method for the kind, such as (*client.Client).ScopedTokens. An
// object that is gone already is no error.
func Remove[C Deleter](ctx context.Context, b *ResourceBase, req resource.DeleteRequest, resp *resource.DeleteResponse,
	s Subject, of func(*client.Client) C,
) {
	remove(ctx, b, req, resp, s, func(c *client.Client, id, _ string) error { return of(c).Delete(ctx, id) })
}

func remove(ctx context.Context, b *ResourceBase, req resource.DeleteRequest, resp *resource.DeleteResponse,
	s Subject, call func(c *client.Client, id, name string) error,
) {
	var id, name, tenant, environment types.String
	for attribute, to := range map[string]*types.String{
		"id": &id, "name": &name, "tenant": &tenant, "environment": &environment,
	} {
		resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root(attribute), to)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	c := b.ClientFor(ctx, req.Private, tenant, environment, &resp.Diagnostics)
	if c == nil {
		return
	}
	s.Name = name.ValueString()
	err := call(c, id.ValueString(), s.Name)
	if err != nil && !b.Gone(ctx, err, req.Private, &resp.Diagnostics) {
		b.Report(&resp.Diagnostics, err, s)
	}
}

// Protect adds an error to a plan that ends an object with deletion_protection.
func Protect(diags *diag.Diagnostics, singular string, name types.String, protection types.Bool, verb string) {
	if protection.ValueBool() {
		diags.AddAttributeError(path.Root("deletion_protection"), Capital(singular)+" protected from deletion",
			"This plan "+verb+" the "+singular+" "+name.String()+", which has deletion_protection = true. If that "+
				"is meant, set deletion_protection = false, apply that first, and plan again.")
	}
}

// Collection finds an object of one kind.
type Collection[T any] interface {
	Get(ctx context.Context, id string) (*T, error)
	ByName(ctx context.Context, name string) (*T, error)
}

// ClientToRead is ClientFor for the Read of a managed object. It sets the identity first: Terraform wants it also where
// the object is gone. Where nothing can be sent, one Read of a run says so with an error, which stops the run. The
// others return nil without one, and their state stays as it is.
func (b *ResourceBase) ClientToRead(
	ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse, state Common,
) *client.Client {
	b.identifyState(ctx, resp.Identity, state, &resp.Diagnostics)
	if s := b.session; s != nil && s.client == nil && s.read.Swap(true) {
		return nil
	}
	return b.ClientFor(ctx, req.Private, state.Tenant, state.Environment, &resp.Diagnostics)
}

// ClientToUpdate is ClientFor for the Update of a managed object, whose identity it sets.
func (b *ResourceBase) ClientToUpdate(
	ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse, state Common,
) *client.Client {
	b.identifyState(ctx, resp.Identity, state, &resp.Diagnostics)
	return b.ClientFor(ctx, req.Private, state.Tenant, state.Environment, &resp.Diagnostics)
}

// Import is the ImportState of a resource, which takes a name, an id or an identity. of is the client's method for the
// kind, such as (*client.Client).ScopedTokens. The read that follows fills in the rest.
func Import[T interface{ AsObject() api.Object }, C Collection[T]](ctx context.Context, b *ResourceBase,
	req resource.ImportStateRequest, resp *resource.ImportStateResponse, kind api.Kind, of func(*client.Client) C,
) {
	c := b.Client(&resp.Diagnostics)
	if c == nil {
		return
	}
	var found *T
	var err error
	if req.ID == "" {
		found, err = findByIdentity(ctx, b, req.Identity, kind, of(c).Get, &resp.Diagnostics)
	} else {
		found, err = Find(ctx, req.ID, kind.IDPrefix, of(c).Get, of(c).ByName)
	}
	if err != nil {
		b.Report(&resp.Diagnostics, err, Subject{Type: kind.Terraform})
	}
	if found == nil || resp.Diagnostics.HasError() {
		return
	}
	object := (*found).AsObject()
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), object.ID)...)
	Identify(ctx, resp.Identity, Flatten(object), &resp.Diagnostics)
}
