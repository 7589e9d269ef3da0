package tfkit

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit/raw"
)

// Stored is what Terraform has of an object, as the protocol brings it: the state in MessagePack, the private state in
// JSON, and the identity in MessagePack, which may be nil.
type Stored struct{ State, Private, Identity []byte }

// Refreshed is a managed resource whose objects can be read without the framework.
type Refreshed interface {
	resource.ResourceWithConfigure
	// Unchanged reads an object. Where the framework's answer would be what Terraform has, without a diagnostic, it
	// returns the identity of the object. Otherwise the identity is nil, and the framework has to serve the request, with
	// the context that Unchanged returns: it has the platform's answer.
	Unchanged(ctx context.Context, has Stored) (after context.Context, identity []byte)
}

// Unchanged is the Unchanged of a kind's resource. The framework's answer follows from the state, the private state and
// the identity as they are decoded, by Observe. So where Observe returns the same state, and neither changes a note nor
// has a diagnostic, the framework would encode again what it has decoded. Whatever the framework does besides is left
// to it: what is right after an import, of another environment or another platform, gone, or refused.
func (r *Reading[T, M]) Unchanged(
	ctx context.Context, b *ResourceBase, of resource.Resource, has Stored,
) (after context.Context, identity []byte) {
	here, ok := b.session.Identity()
	decoder := r.decoderFor(ctx, of)
	if !ok || decoder == nil {
		return ctx, nil
	}
	state, err := decoder.Decode(has.State)
	private, legible := privateOf(has.Private)
	if err != nil || !legible {
		return ctx, nil
	}
	c := r.Common(state)
	identity = raw.Object(map[string]string{
		"id": c.ID.ValueString(), "tenant": here.Tenant, "environment": here.Environment,
	})
	elsewhere := c.Tenant.ValueString() != here.Tenant || c.Environment.ValueString() != here.Environment
	if elsewhere || has.Identity != nil && !bytes.Equal(has.Identity, identity) {
		return ctx, nil
	}
	var diags diag.Diagnostics
	if !b.isHome(ctx, private, &diags) {
		return ctx, nil
	}
	a := answer[T]{id: c.ID.ValueString(), claim: ClaimOf(ctx, private, &diags)}
	a.found, a.err = r.Reads(b.session.client).Refreshed(ctx, a.id, a.claim)
	after = context.WithValue(ctx, answerKey{}, a)
	if a.err != nil {
		return after, nil
	}
	next := r.observe(ctx, b, a.found, state, private, &diags)
	if len(diags) > 0 || private.changed || !decoder.Same(state, next) {
		return after, nil
	}
	return after, identity
}

// decoderFor returns the decoder of the kind's states; nil where its schema has something that is left to the
// framework.
func (r *Reading[T, M]) decoderFor(ctx context.Context, of resource.Resource) *raw.Decoder[M] {
	r.once.Do(func() {
		var resp resource.SchemaResponse
		of.Schema(ctx, resource.SchemaRequest{}, &resp)
		if decoder, err := raw.For[M](resp.Schema.Type()); err == nil {
			r.decoder = decoder
		}
	})
	return r.decoder
}

// privateState is a private state, and whether a note of it was changed.
type privateState struct {
	notes   map[string][]byte
	changed bool
}

// privateOf reads a private state. It is not legible where there is a note that the framework refuses, or one of the
// framework's own, which say what to do with the object.
func privateOf(text []byte) (p *privateState, legible bool) {
	p = &privateState{}
	if json.Unmarshal(text, &p.notes) != nil || p.notes == nil {
		return nil, false
	}
	for key, note := range p.notes {
		if strings.HasPrefix(key, ".") || !utf8.Valid(note) || !json.Valid(note) {
			return nil, false
		}
	}
	return p, true
}

func (p *privateState) GetKey(_ context.Context, key string) ([]byte, diag.Diagnostics) {
	return p.notes[key], nil
}

func (p *privateState) SetKey(_ context.Context, key string, note []byte) diag.Diagnostics {
	if !bytes.Equal(p.notes[key], note) {
		p.changed = true
		p.notes[key] = note
	}
	return nil
}
