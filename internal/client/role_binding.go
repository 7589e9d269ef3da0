package client

import (
	"context"
	"fmt"
	"net/http"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// RoleBindings has the operations on role bindings.
type RoleBindings struct{ client *Client }

// RoleBindings returns the operations on role bindings.
func (c *Client) RoleBindings() RoleBindings { return RoleBindings{c} }

// Create creates a role binding.
func (b RoleBindings) Create(ctx context.Context, in api.RoleBindingCreate) (*api.RoleBinding, error) {
	name := api.RoleBinding{Group: in.Group, Email: in.Email}.AsObject().Name
	return fetch[api.RoleBinding](ctx, b.client, creation(api.RoleBindings, naming{name: name}, in))
}

// Get reads a role binding.
func (b RoleBindings) Get(ctx context.Context, id string) (*api.RoleBinding, error) {
	return get[api.RoleBinding](ctx, b.client, api.RoleBindings, id)
}

// List reads the role bindings of the environment in the order of their ids.
func (b RoleBindings) List(ctx context.Context, filter Filter) ([]api.RoleBinding, error) {
	return list[api.RoleBinding](ctx, b.client, api.RoleBindings, filter)
}

// ByName reads the role binding of a group or of an e-mail address. Where there are several, it takes an id.
func (b RoleBindings) ByName(ctx context.Context, name string) (*api.RoleBinding, error) {
	all, err := b.List(ctx, Filter{})
	if err != nil {
		return nil, err
	}
	var found []api.RoleBinding
	for _, x := range all {
		if x.AsObject().Name == name {
			found = append(found, x)
		}
	}
	switch len(found) {
	case 0:
		return nil, fmt.Errorf("there is no role binding of a group or an e-mail address %q", name)
	case 1:
		return &found[0], nil
	}
	return nil, fmt.Errorf("%d role bindings are of %q: use the id of one, such as %s (role %s)", len(found), name,
		found[0].ID, found[0].Role)
}

// Patch changes the role of a binding.
func (b RoleBindings) Patch(
	ctx context.Context, id string, in api.RoleBindingPatch, w Write,
) (*api.RoleBinding, error) {
	r, err := below(api.RoleBindings, id, http.MethodPatch, "change", api.PermissionGrant)
	if err != nil {
		return nil, err
	}
	r.body, r.write, r.changes = in, w, true
	return fetch[api.RoleBinding](ctx, b.client, r)
}

// Delete deletes a role binding. Its people lose the role at their next request.
func (b RoleBindings) Delete(ctx context.Context, id string) error {
	return remove(ctx, b.client, api.RoleBindings, id)
}
