package rolebinding

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

type model struct {
	ID          types.String `tfsdk:"id"`
	Tenant      types.String `tfsdk:"tenant"`
	Environment types.String `tfsdk:"environment"`
	CreatedAt   types.String `tfsdk:"created_at"`
	Issuer      types.String `tfsdk:"issuer"`
	Group       types.String `tfsdk:"group"`
	Email       types.String `tfsdk:"email"`
	Role        types.String `tfsdk:"role"`
}

// name is the group or the address, which messages call the binding by.
func (m model) name() types.String {
	if m.Group.IsNull() {
		return m.Email
	}
	return m.Group
}

// common is what the requests about an object of the state go by.
func (m model) common() tfkit.Common {
	return tfkit.Common{ID: m.ID, Name: m.name(), Tenant: m.Tenant, Environment: m.Environment}
}

func (m model) subject() tfkit.Subject {
	return tfkit.Subject{Type: kind.Terraform, Name: m.name().ValueString()}
}

func (m model) expand() api.RoleBindingCreate {
	return api.RoleBindingCreate{
		Issuer: m.Issuer.ValueString(), Group: m.Group.ValueStringPointer(), Email: m.Email.ValueStringPointer(),
		Role: m.Role.ValueString(),
	}
}

func flatten(b *api.RoleBinding) model {
	return model{
		ID: types.StringValue(b.ID), Tenant: types.StringValue(b.Tenant), Environment: types.StringValue(b.Environment),
		CreatedAt: tfkit.TimeValue(&b.CreatedAt), Issuer: types.StringValue(b.Issuer),
		Group: types.StringPointerValue(b.Group), Email: types.StringPointerValue(b.Email), Role: types.StringValue(b.Role),
	}
}
