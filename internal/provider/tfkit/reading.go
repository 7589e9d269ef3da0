package tfkit

import (
	"context"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit/raw"
)

// Refreshes is the call that reads an object of a kind for a refresh.
type Refreshes[T any] interface {
	Refreshed(ctx context.Context, id, claim string) (*T, error)
}

// Private is the private state of an object.
type Private interface {
	PrivateReader
	PrivateWriter
}

// Reading describes the Read of a kind. T is an object in an answer, M in a state.
type Reading[T, M any] struct {
	Reads func(*client.Client) Refreshes[T]
	// Common and Subject are parts of a state.
	Common  func(M) Common
	Subject func(M) Subject
	// Observe returns the state after an answer. It notes in the private state what the answer has besides, and adds the
	// warnings. It depends on its arguments alone, and may be called twice with one answer.
	Observe func(ctx context.Context, found *T, state M, private Private, diags *diag.Diagnostics) M
	// Note keeps in the session what other plans use of an object that was read; nil for nothing.
	Note func(*Session, M)

	once    sync.Once
	decoder *raw.Decoder[M] // nil where every state is left to the framework
}

// Read is the Read of a managed object. It removes the object from the state only if the platform itself says "not
// found", under the identity that the state names.
func (r *Reading[T, M]) Read(
	ctx context.Context, b *ResourceBase, req resource.ReadRequest, resp *resource.ReadResponse,
) {
	var state M
	if resp.Diagnostics.Append(req.State.Get(ctx, &state)...); resp.Diagnostics.HasError() {
		return
	}
	c := b.ClientToRead(ctx, req, resp, r.Common(state))
	if c == nil {
		return
	}
	claim := ClaimOf(ctx, req.Private, &resp.Diagnostics)
	found, err := r.ask(ctx, c, r.Common(state).ID.ValueString(), claim)
	if b.Gone(ctx, err, req.Private, &resp.Diagnostics) {
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		b.Report(&resp.Diagnostics, err, r.Subject(state))
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, r.observe(ctx, b, found, state, resp.Private, &resp.Diagnostics))...)
}

func (r *Reading[T, M]) observe(
	ctx context.Context, b *ResourceBase, found *T, state M, private Private, diags *diag.Diagnostics,
) M {
	b.NotePlatform(ctx, private, diags)
	next := r.Observe(ctx, found, state, private, diags)
	if r.Note != nil {
		r.Note(b.session, next)
	}
	return next
}

// answer is what the platform has said of an object, for a Read of the framework that comes after it.
type answer[T any] struct {
	id, claim string
	found     *T
	err       error
}

type answerKey struct{}

// ask reads an object, unless Unchanged has read it for the same request: a second read would be one of another
// refresh.
func (r *Reading[T, M]) ask(ctx context.Context, c *client.Client, id, claim string) (*T, error) {
	if a, ok := ctx.Value(answerKey{}).(answer[T]); ok && a.id == id && a.claim == claim {
		return a.found, a.err
	}
	return r.Reads(c).Refreshed(ctx, id, claim)
}
