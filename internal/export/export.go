// Package export writes what an environment of the platform has as a Terraform configuration with import blocks, for a
// CLI without terraform query. It has no secret: none is ever read.
package export

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/hashicorp/hcl/v2/hclwrite"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

// Count is how many objects of each kind were written.
type Count struct {
	Kind    api.Kind
	Written int
}

// Write reads the objects of the kinds that the filter selects, and writes them, in the order in which they depend on
// each other. It writes nothing where anything cannot be read.
func Write(
	ctx context.Context, c *client.Client, kinds []api.Kind, filter client.Filter, w io.Writer,
) ([]Count, error) {
	e := &exporter{addresses: map[string]string{}}
	var counts []Count
	for _, kind := range ordered {
		if !slices.Contains(kinds, kind) {
			continue
		}
		before := len(e.blocks)
		if err := e.read(ctx, c, kind, filter); err != nil {
			return nil, err
		}
		counts = append(counts, Count{kind, len(e.blocks) - before})
	}
	file := hclwrite.NewEmptyFile()
	for i, b := range e.blocks {
		if i > 0 {
			file.Body().AppendNewline()
		}
		e.write(file.Body(), b)
	}
	_, err := file.WriteTo(w)
	return counts, err
}

// ordered are the kinds, each after those that it refers to.
var ordered = []api.Kind{
	api.RotationPolicies, api.Connectors, api.ScopedTokens, api.WebhookEndpoints, api.SigningSecrets,
	api.WorkloadIdentities,
}

// exporter has what was read so far.
type exporter struct {
	blocks    []block
	addresses map[string]string // by id, of what is written
}

// block is one object, and the attributes of its configuration.
type block struct {
	kind       api.Kind
	object     api.Object
	attributes []attribute
}

func (e *exporter) add(kind api.Kind, object api.Object, attributes []attribute) {
	e.blocks = append(e.blocks, block{kind, object, attributes})
	e.addresses[object.ID] = kind.Terraform + "." + label(object.Name)
}

// label makes a name a name in Terraform, which does not begin with a digit.
func label(name string) string {
	if name != "" && name[0] >= '0' && name[0] <= '9' {
		return "_" + name
	}
	return name
}

func (e *exporter) read(ctx context.Context, c *client.Client, kind api.Kind, filter client.Filter) error {
	switch kind {
	case api.RotationPolicies:
		return collect(ctx, e, kind, c.RotationPolicies().List, filter, policy)
	case api.Connectors:
		return collect(ctx, e, kind, c.Connectors().List, filter, connector)
	case api.ScopedTokens:
		return collect(ctx, e, kind, c.ScopedTokens().List, filter, token)
	case api.WebhookEndpoints:
		return collect(ctx, e, kind, c.WebhookEndpoints().List, filter, endpoint)
	case api.SigningSecrets:
		return collect(ctx, e, kind, c.SigningSecrets().List, filter, signingSecret)
	case api.WorkloadIdentities:
		return collect(ctx, e, kind, c.WorkloadIdentities().List, filter, workloadIdentity)
	}
	return fmt.Errorf("%s cannot be exported", kind.Plural)
}

// collect adds the objects of one kind. What is being deleted is left out: it has no configuration any more.
func collect[T interface{ AsObject() api.Object }](
	ctx context.Context, e *exporter, kind api.Kind,
	list func(context.Context, client.Filter) ([]T, error), filter client.Filter,
	describe func(*T) (attributes []attribute, deleting bool),
) error {
	found, err := list(ctx, filter)
	if err != nil {
		return err
	}
	for i := range found {
		if attributes, deleting := describe(&found[i]); !deleting {
			e.add(kind, found[i].AsObject(), attributes)
		}
	}
	return nil
}
