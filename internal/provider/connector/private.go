package connector

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// privateState is what a request or a response has of the resource's private state.
type privateState interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

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

func loadApplied(ctx context.Context, p privateState, diags *diag.Diagnostics) *applied {
	return load[applied](ctx, p, appliedKey, diags)
}

func loadHold(ctx context.Context, p privateState, diags *diag.Diagnostics) *api.Hold {
	return load[api.Hold](ctx, p, heldKey, diags)
}

func load[T any](ctx context.Context, p privateState, key string, diags *diag.Diagnostics) *T {
	raw, d := p.GetKey(ctx, key)
	diags.Append(d...)
	out := new(T)
	if len(raw) == 0 || json.Unmarshal(raw, out) != nil {
		return nil
	}
	return out
}

// store keeps v under key; nil removes it.
func store[T any](ctx context.Context, p privateState, key string, v *T, diags *diag.Diagnostics) {
	var raw []byte
	if v != nil {
		var err error
		if raw, err = json.Marshal(v); err != nil {
			diags.AddError("Private state", "A note about the connector cannot be written. Please report this.")
			return
		}
	}
	diags.Append(p.SetKey(ctx, key, raw)...)
}

func appliedOf(c *api.Connector) *applied {
	out := &applied{Number: c.CredentialsWOVersion}
	if c.CredentialsDigest != nil {
		out.Digest = *c.CredentialsDigest
	}
	return out
}
