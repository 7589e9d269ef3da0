package connector

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

const (
	appliedKey = "applied"
	heldKey    = "held"
)

// applied is what the last apply left on the platform. Digest is empty where it left no credentials.
type applied struct {
	Digest string `json:"digest"`
	Number *int64 `json:"number"`
	// Imported says that no apply was here yet: the rest is what the first read found.
	Imported bool `json:"imported,omitempty"`
}

func loadApplied(ctx context.Context, p tfkit.PrivateReader, diags *diag.Diagnostics) *applied {
	return tfkit.LoadPrivate[applied](ctx, p, appliedKey, diags)
}

func loadHold(ctx context.Context, p tfkit.PrivateReader, diags *diag.Diagnostics) *api.Hold {
	return tfkit.LoadPrivate[api.Hold](ctx, p, heldKey, diags)
}

func appliedOf(c *api.Connector) *applied {
	out := &applied{Number: c.CredentialsWOVersion}
	if c.CredentialsDigest != nil {
		out.Digest = *c.CredentialsDigest
	}
	return out
}
