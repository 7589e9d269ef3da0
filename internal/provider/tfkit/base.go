package tfkit

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// ResourceBase is embedded by every managed resource.
type ResourceBase struct{ access }

// Configure takes what the provider hands over.
func (b *ResourceBase) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	b.take(req.ProviderData, &resp.Diagnostics)
}

// DataSourceBase is embedded by every data source.
type DataSourceBase struct{ access }

// Configure takes what the provider hands over.
func (b *DataSourceBase) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	b.take(req.ProviderData, &resp.Diagnostics)
}

// EphemeralBase is embedded by every ephemeral resource.
type EphemeralBase struct{ access }

// Configure takes what the provider hands over.
func (b *EphemeralBase) Configure(_ context.Context, req ephemeral.ConfigureRequest, resp *ephemeral.ConfigureResponse) {
	b.take(req.ProviderData, &resp.Diagnostics)
}
