package workloadidentity

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

// lists is the list resource of the kind.
var lists = tfkit.ListResource[api.WorkloadIdentity, managed]{
	Kind:    kind,
	Filters: []string{"owner"},
	Walks:   func(c *client.Client) tfkit.Walks[api.WorkloadIdentity] { return c.WorkloadIdentities() },
	Imported: func(_ context.Context, w *api.WorkloadIdentity, _ *diag.Diagnostics) managed {
		return read(w, managed{})
	},
}

// NewListResource makes the list resource.
func NewListResource() list.ListResource { return lists.New() }
