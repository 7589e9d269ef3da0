package tfkit

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

// Reads are the calls that read objects of a kind.
type Reads[T any] interface {
	Get(ctx context.Context, id string) (*T, error)
	ByName(ctx context.Context, name string) (*T, error)
	List(ctx context.Context, filter client.Filter) ([]T, error)
}

// DataSources describes the two data sources of a kind: the one that reads an object, and the one that lists them. T is
// an object in an answer, M in a state.
type DataSources[T, M any] struct {
	Kind api.Kind
	// Text describes the data source that reads one object.
	Text string
	// Attributes are those of one object.
	Attributes func() map[string]schema.Attribute
	// Filters restrict the list, besides the label: owner, connector_id, endpoint_id.
	Filters func() map[string]schema.Attribute
	Reads   func(*client.Client) Reads[T]
	Flatten func(context.Context, *T, *diag.Diagnostics) M
	// Note keeps in the session what other plans use of an object that was read; nil for nothing.
	Note func(*Session, M)
}

// One makes the data source that reads one object, by its id or its name.
func (d DataSources[T, M]) One() datasource.DataSource { return &oneSource[T, M]{of: d} }

// List makes the data source that lists objects.
func (d DataSources[T, M]) List() datasource.DataSource { return &listSource[T, M]{of: d} }

type oneSource[T, M any] struct {
	DataSourceBase
	of DataSources[T, M]
}

func (s *oneSource[T, M]) Metadata(
	_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse,
) {
	resp.TypeName = s.of.Kind.Terraform
}

func (s *oneSource[T, M]) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{MarkdownDescription: s.of.Text, Attributes: s.of.Attributes()}
}

func (s *oneSource[T, M]) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var id, name types.String
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("id"), &id)...)
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("name"), &name)...)
	c := s.Client(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	var found *T
	var err error
	if id.IsNull() {
		found, err = s.of.Reads(c).ByName(ctx, name.ValueString())
	} else {
		found, err = s.of.Reads(c).Get(ctx, id.ValueString())
	}
	if err != nil {
		s.Report(&resp.Diagnostics, err, Subject{Type: s.of.Kind.Terraform, Name: name.ValueString()})
		return
	}
	out := s.of.Flatten(ctx, found, &resp.Diagnostics)
	if s.of.Note != nil {
		s.of.Note(s.Session(), out)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, out)...)
}

type listSource[T, M any] struct {
	DataSourceBase
	of DataSources[T, M]
}

func (l *listSource[T, M]) name() string { return "quickconnect_" + l.of.Kind.Collection() }

func (l *listSource[T, M]) filters() map[string]schema.Attribute {
	if l.of.Filters == nil {
		return nil
	}
	return l.of.Filters()
}

func (l *listSource[T, M]) Metadata(
	_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse,
) {
	resp.TypeName = l.name()
}

func (l *listSource[T, M]) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = DataList(l.of.Kind, l.of.Attributes(), l.filters())
}

func (l *listSource[T, M]) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	filters := l.filters()
	given := map[string]string{}
	for _, name := range []string{"label", "owner", "connector_id", "endpoint_id"} {
		if _, here := filters[name]; !here && name != "label" {
			continue
		}
		var value types.String
		resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root(name), &value)...)
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(name), value)...)
		given[name] = value.ValueString()
	}
	c := l.Client(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	found, err := l.of.Reads(c).List(ctx, client.Filter{
		Owner: given["owner"], ConnectorID: given["connector_id"], EndpointID: given["endpoint_id"], Label: given["label"],
	})
	if err != nil {
		l.Report(&resp.Diagnostics, err, Subject{Type: l.name()})
		return
	}
	items := make([]M, len(found))
	for i := range found {
		items[i] = l.of.Flatten(ctx, &found[i], &resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(l.of.Kind.Collection()), items)...)
}
