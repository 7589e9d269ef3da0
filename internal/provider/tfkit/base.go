package tfkit

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// ResourceBase gives a managed resource access to the platform.
type ResourceBase struct{ access }

func (b *ResourceBase) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	b.take(req.ProviderData, &resp.Diagnostics)
}

// DataSourceBase gives a data source access to the platform.
type DataSourceBase struct{ access }

func (b *DataSourceBase) Configure(
	_ context.Context,
	req datasource.ConfigureRequest,
	resp *datasource.ConfigureResponse,
) {
	b.take(req.ProviderData, &resp.Diagnostics)
}

// EphemeralBase gives an ephemeral resource access to the platform.
type EphemeralBase struct{ access }

func (b *EphemeralBase) Configure(
	_ context.Context,
	req ephemeral.ConfigureRequest,
	resp *ephemeral.ConfigureResponse,
) {
	b.take(req.ProviderData, &resp.Diagnostics)
}

// ActionBase gives an action access to the platform.
type ActionBase struct{ access }

func (b *ActionBase) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	b.take(req.ProviderData, &resp.Diagnostics)
}
