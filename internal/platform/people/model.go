package people

import (
	"context"
	"errors"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// expand makes a binding of what the caller sent. The issuer must be one of the caller's tenant.
func expand(ctx context.Context, tx *txn.Tx, b *api.RoleBindingCreate) (*store.RoleBinding, error) {
	out := &store.RoleBinding{Role: b.Role}
	if err := setWhom(out, b.Group, b.Email); err != nil {
		return nil, err
	}
	issuer, err := IssuerByName(ctx, tx, tx.Scope.Tenant, b.Issuer)
	if errors.Is(err, store.ErrNotFound) {
		return nil, problem.Refused("/issuer", errors.New("must be the name of an issuer of this tenant; the operator of "+
			"the platform makes one with quickconnectd issuer add"))
	}
	if err != nil {
		return nil, err
	}
	id, err := tx.NewID(kind.IDPrefix)
	if err != nil {
		return nil, err
	}
	out.Object = store.Object{ID: id, Name: out.Value, Scope: tx.Scope, CreatedAt: tx.Now, Etag: 1}
	out.IssuerID, out.IssuerName = issuer.ID, issuer.Name
	return out, nil
}

// setWhom sets who has the role: the people of a group, or the person with an e-mail address.
func setWhom(b *store.RoleBinding, group, email *string) error {
	if err := api.CheckBound(group, email); err != nil {
		return problem.Refused("/group", err)
	}
	if group != nil {
		if err := api.CheckGroup(*group); err != nil {
			return problem.Refused("/group", err)
		}
		b.Attribute, b.Value = api.AttributeGroup, *group
		return nil
	}
	if err := api.CheckEmail(*email); err != nil {
		return problem.Refused("/email", err)
	}
	b.Attribute, b.Value = api.AttributeEmail, *email
	return nil
}

// merge changes a binding as the caller says.
func merge(b *store.RoleBinding, p *api.RoleBindingPatch) error {
	if err := httpapi.PatchRequired(&b.Role, p.Role, "/role"); err != nil {
		return err
	}
	is := flatten(b)
	httpapi.PatchNullable(&is.Group, p.Group)
	httpapi.PatchNullable(&is.Email, p.Email)
	return setWhom(b, is.Group, is.Email)
}

func flatten(b *store.RoleBinding) api.RoleBinding {
	o := httpapi.FlattenObject(&b.Object)
	value := b.Value
	out := api.RoleBinding{
		ID: o.ID, Tenant: o.Tenant, Environment: o.Environment, CreatedAt: o.CreatedAt, Etag: o.Etag,
		Issuer: b.IssuerName, Role: b.Role,
	}
	if b.Attribute == api.AttributeEmail {
		out.Email = &value
	} else {
		out.Group = &value
	}
	return out
}

// recorded is what the audit has of a binding.
func recorded(b *store.RoleBinding) map[string]string {
	return map[string]string{"name": b.Value, "role": b.Role, "issuer": b.IssuerName, "attribute": b.Attribute}
}
