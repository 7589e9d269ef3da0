package connector

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit/writeonly"
)

const heldKey = "held"

func loadHold(ctx context.Context, p tfkit.PrivateReader, diags *diag.Diagnostics) *api.Hold {
	return tfkit.LoadPrivate[api.Hold](ctx, p, heldKey, diags)
}

func appliedOf(c *api.Connector) *writeonly.Applied {
	return writeonly.AppliedOf(c.CredentialsDigest, c.CredentialsWOVersion)
}
