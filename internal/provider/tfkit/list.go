package tfkit

import (
	"context"
	"fmt"
	"iter"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

// Walks are the calls that read the objects of a kind one after the other.
type Walks[T any] interface {
	Each(ctx context.Context, filter client.Filter) iter.Seq2[*T, error]
}

// ListResource describes the list resource of a kind, for terraform query. T is an object in an answer, M a state.
type ListResource[T interface{ AsObject() api.Object }, M any] struct {
	Kind api.Kind
	// Filters are those that not every kind has: the names of fields of client.Filter, as Terraform writes them.
	Filters []string
	Walks   func(*client.Client) Walks[T]
	// Imported is the state that an import of the object begins with.
	Imported func(context.Context, *T, *diag.Diagnostics) M
}

// New makes the list resource.
func (l ListResource[T, M]) New() list.ListResource { return &lister[T, M]{of: l} }

type lister[T interface{ AsObject() api.Object }, M any] struct {
	access
	of ListResource[T, M]
}

func (l *lister[T, M]) Configure(
	_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse,
) {
	l.take(req.ProviderData, &resp.Diagnostics)
}

func (l *lister[T, M]) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = l.of.Kind.Terraform
}

func (l *lister[T, M]) ListResourceConfigSchema(
	_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse,
) {
	resp.Schema.Attributes = listFilters(l.of.Filters)
	resp.Schema.MarkdownDescription = fmt.Sprintf("Finds %s of the environment: all, or those that every given filter "+
		"selects, in the order of their creation. It reads them page by page, as far as `limit` needs them, and no secret. "+
		"Results have an identity for `import`, and with `include_resource` everything but the secrets. It needs a token "+
		"that may read.\n\nIt is for `terraform query`, in Terraform 1.14 or newer: the block stands in a file whose name "+
		"ends in `.tfquery.hcl`, beside the provider configuration. Without `limit` it finds at most 100.", l.of.Kind.Plural)
}

// List streams the objects. Nothing is read for an object that is not taken.
func (l *lister[T, M]) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var diags diag.Diagnostics
	filter := l.filter(ctx, req.Config, &diags)
	filter.AtMost = req.Limit
	c := l.Client(&diags)
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = func(push func(list.ListResult) bool) {
		var pushed int64
		for found, err := range l.of.Walks(c).Each(ctx, filter) {
			if err != nil {
				l.Report(&diags, err, Subject{Type: l.of.Kind.Terraform})
				push(list.ListResult{Diagnostics: diags})
				return
			}
			if pushed++; !push(l.result(ctx, req, found)) || pushed == req.Limit {
				return
			}
		}
	}
}

func (l *lister[T, M]) result(ctx context.Context, req list.ListRequest, found *T) list.ListResult {
	out, object := req.NewListResult(ctx), (*found).AsObject()
	out.DisplayName = object.Name
	Identify(ctx, out.Identity, Flatten(object), &out.Diagnostics)
	if req.IncludeResource {
		out.Diagnostics.Append(out.Resource.Set(ctx, l.of.Imported(ctx, found, &out.Diagnostics))...)
	}
	return out
}

// filter reads the filters of a list block. A block without a config has none.
func (l *lister[T, M]) filter(ctx context.Context, config tfsdk.Config, diags *diag.Diagnostics) (f client.Filter) {
	if config.Raw.IsNull() {
		return f
	}
	texts := map[string]*string{
		"owner": &f.Owner, "connector_id": &f.ConnectorID, "endpoint_id": &f.EndpointID, "label": &f.Label,
		"name_prefix": &f.NamePrefix, "older_than": &f.OlderThan, "expires_within": &f.ExpiresWithin,
	}
	flags := map[string]*bool{"orphan": &f.Orphan, "overdue": &f.Overdue}
	for name := range listFilters(l.of.Filters) {
		if to, ok := flags[name]; ok {
			var value types.Bool
			diags.Append(config.GetAttribute(ctx, path.Root(name), &value)...)
			*to = value.ValueBool()
			continue
		}
		var value types.String
		diags.Append(config.GetAttribute(ctx, path.Root(name), &value)...)
		*texts[name] = value.ValueString()
	}
	return f
}
