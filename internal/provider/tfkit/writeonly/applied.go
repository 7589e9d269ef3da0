package writeonly

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

const appliedKey = "applied"

// Applied is the note about what the last apply left on the platform. Digest is empty where it left no value.
type Applied struct {
	Digest string `json:"digest"`
	Number *int64 `json:"number"`
	// Imported says that there was no apply yet: the rest is what the first read found.
	Imported bool `json:"imported,omitempty"`
}

// AppliedOf returns the note that an answer of the platform makes.
func AppliedOf(digest *string, number *int64) *Applied {
	out := &Applied{Number: number}
	if digest != nil {
		out.Digest = *digest
	}
	return out
}

// Unsent is the note after an apply that sent nothing. Its digest is the one that the plan knew. A value
// that was set outside Terraform since is found by the next plan.
func (a *Applied) Unsent(f Facts) *Applied {
	out := *a
	out.Digest = f.Platform
	return &out
}

// LoadApplied reads the note from the private state; nil where there is none.
func LoadApplied(ctx context.Context, p tfkit.PrivateReader, diags *diag.Diagnostics) *Applied {
	return tfkit.LoadPrivate[Applied](ctx, p, appliedKey, diags)
}

// Store stores the note.
func (a *Applied) Store(ctx context.Context, p tfkit.PrivateWriter, diags *diag.Diagnostics) {
	tfkit.StorePrivate(ctx, p, appliedKey, a, diags)
}

// StoreImported stores what the first read after an import found, unless there was an apply already.
func (a *Applied) StoreImported(
	ctx context.Context,
	before tfkit.PrivateReader,
	p tfkit.PrivateWriter,
	diags *diag.Diagnostics,
) {
	if LoadApplied(ctx, before, diags) != nil {
		return
	}
	first := *a
	first.Imported = true
	first.Store(ctx, p, diags)
}
