package tftest

import (
	"context"
	"iter"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Listed is one result of a list.
type Listed struct {
	Name     string
	Identity *tfprotov6.ResourceIdentityData
	// Resource is null where the list does not include resources.
	Resource tftypes.Value
	Diags    Diags
}

// List lists objects of the resource's type, as terraform query does. A limit of 0 is none.
func (tf *Terraform) List(ctx context.Context, c Config, limit int64, include bool) iter.Seq[Listed] {
	tf.t.Helper()
	lists, ok := tf.server.(tfprotov6.ProviderServerWithListResource) //nolint:staticcheck // until a later version
	if !ok {
		tf.t.Fatal("the server lists nothing")
	}
	typ := tf.all.ListResourceSchemas[tf.typeName].ValueType()
	stream, err := lists.ListResource(ctx, &tfprotov6.ListResourceRequest{
		TypeName: tf.typeName, Config: Dynamic(tf.t, Value(typ, c)), Limit: limit, IncludeResource: include,
	})
	if err != nil {
		tf.t.Fatal(err)
	}
	return func(yield func(Listed) bool) {
		for r := range stream.Results {
			out := Listed{Name: r.DisplayName, Identity: r.Identity, Resource: tf.null(), Diags: r.Diagnostics}
			if r.Resource != nil {
				out.Resource = tf.value(r.Resource)
			}
			if !yield(out) {
				return
			}
		}
	}
}

// ListFilters returns the names of the filters of the list resource of the same type.
func (tf *Terraform) ListFilters() (names []string) {
	tf.t.Helper()
	for _, a := range tf.all.ListResourceSchemas[tf.typeName].Block.Attributes {
		names = append(names, a.Name)
	}
	return names
}

// Generated is the configuration that Terraform generates of a state.
func (tf *Terraform) Generated(state tftypes.Value) (tftypes.Value, Diags) {
	tf.t.Helper()
	r, err := tf.server.GenerateResourceConfig(tf.t.Context(), &tfprotov6.GenerateResourceConfigRequest{
		TypeName: tf.typeName, State: Dynamic(tf.t, state),
	})
	if err != nil {
		tf.t.Fatal(err)
	}
	return tf.result(tf.typ, r.Config, r.Diagnostics)
}

// PlanValue is PlanOnly with a configuration that was generated.
func (tf *Terraform) PlanValue(configuration tftypes.Value) Plan {
	tf.t.Helper()
	return tf.planFrom(configuration, tf.State, false)
}
