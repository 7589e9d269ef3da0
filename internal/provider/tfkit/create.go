package tfkit

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit/run"
)

// claimKey is the note in the private state by which a state proves to have an object.
const claimKey = "claim"

// Create makes an object, notes its claim and sets its identity. call is the client's method for the kind, such as
// client.Client.ScopedTokens().CreateClaimed. It returns nil, with an error, where there is no object.
func Create[In any, T interface{ AsObject() api.Object }](
	ctx context.Context, b *ResourceBase, resp *resource.CreateResponse, s Subject, in In,
	call func(context.Context, In, *client.Claim) (*T, error),
) *T {
	diags := &resp.Diagnostics
	claim, done, err := b.session.run.Claim(ctx)
	if errors.Is(err, run.ErrInterrupted) {
		diags.AddError("Interrupted", fmt.Sprintf("%s %q was not created: %s. The next apply creates it.",
			s.Type, s.Name, err))
		return nil
	}
	created, err := call(ctx, in, claim)
	done()
	if err != nil {
		b.Report(diags, err, s)
		return nil
	}
	if claim.Adopted {
		diags.AddWarning("Adopted an object that an interrupted run made", fmt.Sprintf(
			"Adopted %s %q (%s) that an interrupted run made with the same configuration: no state had it. "+
				"If another state is to have it, remove it from this one with terraform state rm.",
			s.Type, (*created).AsObject().Name, (*created).AsObject().ID))
	}
	b.NotePlatform(ctx, resp.Private, diags)
	StorePrivate(ctx, resp.Private, claimKey, &claim.Value, diags)
	Identify(ctx, resp.Identity, Flatten((*created).AsObject()), diags)
	return created
}

// ClaimOf returns the claim of an object of the state; empty for an object that has none, such as an imported one.
func ClaimOf(ctx context.Context, private PrivateReader, diags *diag.Diagnostics) string {
	claim := LoadPrivate[string](ctx, private, claimKey, diags)
	if claim == nil || !api.IsClaim(*claim) {
		return ""
	}
	return *claim
}
