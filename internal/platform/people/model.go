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
	if err := api.CheckBound(b.Group, b.Email); err != nil {
		return nil, problem.Refused("/group", err)
	}
	out := &store.RoleBinding{Role: b.Role, Attribute: api.AttributeGroup}
	if b.Group != nil {
		if err := api.CheckGroup(*b.Group); err != nil {
			return nil, problem.Refused("/group", err)
		}
		out.Value = *b.Group
	} else {
		if err := api.CheckEmail(*b.Email); err != nil {
			return nil, problem.Refused("/email", err)
		}
		out.Attribute, out.Value = api.AttributeEmail, *b.Email
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

func flatten(b *store.RoleBinding) api.RoleBinding {
	o := httpapi.FlattenObject(&b.Object)
	out := api.RoleBinding{
		ID: o.ID, Tenant: o.Tenant, Environment: o.Environment, CreatedAt: o.CreatedAt, Etag: o.Etag,
		Issuer: b.IssuerName, Role: b.Role,
	}
	if b.Attribute == api.AttributeEmail {
		out.Email = &b.Value
	} else {
		out.Group = &b.Value
	}
	return out
}

// recorded is what the audit has of a binding.
func recorded(b *store.RoleBinding) map[string]string {
	return map[string]string{"name": b.Value, "role": b.Role, "issuer": b.IssuerName, "attribute": b.Attribute}
}
