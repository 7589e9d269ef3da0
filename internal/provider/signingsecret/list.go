package signingsecret

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

// lists is the list resource of the kind.
var lists = tfkit.ListResource[api.SigningSecret, model]{
	Kind:    kind.Kind,
	Filters: []string{"owner", "endpoint_id", "older_than", "overdue"},
	Walks:   func(c *client.Client) tfkit.Walks[api.SigningSecret] { return c.SigningSecrets() },
	Imported: func(_ context.Context, s *api.SigningSecret, diags *diag.Diagnostics) model {
		return read(s, model{}, diags)
	},
}

// NewListResource makes the list resource.
func NewListResource() list.ListResource { return lists.New() }
