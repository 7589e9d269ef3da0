package tfkit

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// PrivateReader is the reading side of the framework's private state, whose type other modules cannot name.
type PrivateReader interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

// PrivateWriter is the writing side.
type PrivateWriter interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// LoadPrivate reads a note from the private state; nil where there is none. A note that cannot be read counts as none:
// every caller is safe without it, and the next refresh writes it again, which an error would prevent.
func LoadPrivate[T any](ctx context.Context, p PrivateReader, key string, diags *diag.Diagnostics) *T {
	raw, d := p.GetKey(ctx, key)
	diags.Append(d...)
	out := new(T)
	if len(raw) == 0 || json.Unmarshal(raw, out) != nil {
		return nil
	}
	return out
}

// StorePrivate stores a note under key; nil removes it.
func StorePrivate[T any](ctx context.Context, p PrivateWriter, key string, v *T, diags *diag.Diagnostics) {
	var raw []byte
	if v != nil {
		var err error
		if raw, err = json.Marshal(v); err != nil {
			diags.AddError("Private state", "A note of the provider's own cannot be written. Please report this.")
			return
		}
	}
	diags.Append(p.SetKey(ctx, key, raw)...)
}
