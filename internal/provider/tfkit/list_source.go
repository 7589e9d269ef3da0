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

// ListSource is the data source that lists the objects of a kind: T in an answer, M in a state.
type ListSource[T, M any] struct {
	DataSourceBase
	Kind api.Kind
	// One has the attributes of the data source that reads one of them.
	One map[string]schema.Attribute
	// Filters are what restricts the list, besides the label: owner, connector_id, endpoint_id.
	Filters map[string]schema.Attribute
	List    func(context.Context, *client.Client, client.Filter) ([]T, error)
	Flatten func(context.Context, *T, *diag.Diagnostics) M
}

func (l *ListSource[T, M]) Metadata(
	_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse,
) {
	resp.TypeName = "quickconnect_" + l.Kind.Collection()
}

func (l *ListSource[T, M]) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = DataList(l.Kind, l.One, l.Filters)
}

func (l *ListSource[T, M]) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	given := map[string]string{}
	for _, name := range []string{"label", "owner", "connector_id", "endpoint_id"} {
		if _, here := l.Filters[name]; !here && name != "label" {
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
	found, err := l.List(ctx, c, client.Filter{
		Owner: given["owner"], ConnectorID: given["connector_id"], EndpointID: given["endpoint_id"], Label: given["label"],
	})
	if err != nil {
		l.Report(&resp.Diagnostics, err, Subject{Type: "quickconnect_" + l.Kind.Collection()})
		return
	}
	items := make([]M, len(found))
	for i := range found {
		items[i] = l.Flatten(ctx, &found[i], &resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(l.Kind.Collection()), items)...)
}
