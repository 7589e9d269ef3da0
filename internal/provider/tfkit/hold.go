package tfkit

import (
	datasource "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// Hold is the attribute `hold` of a data source; nil where there is none.
type Hold struct {
	Reason types.String `tfsdk:"reason"`
	At     types.String `tfsdk:"at"`
	By     types.String `tfsdk:"by"`
	ByName types.String `tfsdk:"by_name"`
}

// FlattenHold converts a hold; nil stays nil.
func FlattenHold(h *api.Hold) *Hold {
	if h == nil {
		return nil
	}
	return &Hold{
		Reason: types.StringValue(h.Reason), At: TimeValue(&h.At),
		By: types.StringValue(h.By), ByName: types.StringValue(h.ByName),
	}
}

// DataHold is the schema of the attribute `hold` in a data source. text says what a hold stops.
func DataHold(text string) datasource.SingleNestedAttribute {
	return datasource.SingleNestedAttribute{
		Computed: true, MarkdownDescription: text,
		Attributes: map[string]datasource.Attribute{
			"reason": datasource.StringAttribute{Computed: true, MarkdownDescription: "Why."},
			"at":     datasource.StringAttribute{Computed: true, MarkdownDescription: "Since when (RFC 3339, UTC)."},
			"by":     datasource.StringAttribute{Computed: true, MarkdownDescription: "The id of the principal that did it."},
			"by_name": datasource.StringAttribute{
				Computed: true, MarkdownDescription: "The name of that principal. Empty for what is no principal.",
			},
		},
	}
}
