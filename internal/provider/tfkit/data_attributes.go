package tfkit

import (
	"fmt"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// CommonDataAttributes returns the attributes of Common in a data source, which finds its object by id or by name.
func CommonDataAttributes(kind api.Kind) map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id": schema.StringAttribute{
			Optional: true, Computed: true,
			Validators: []validator.String{
				IDOf(kind.IDPrefix, kind.Singular), stringvalidator.ExactlyOneOf(path.MatchRoot("name")),
			},
			MarkdownDescription: fmt.Sprintf("Id of the %s to read. Exactly one of `id` and `name` is required; "+
				"the default is what the platform says.", kind.Singular),
		},
		"name": schema.StringAttribute{
			Optional: true, Computed: true,
			Validators: []validator.String{StringCheck("a name", api.CheckName)},
			MarkdownDescription: fmt.Sprintf("Name of the %s to read; the default is what the platform says of the "+
				"`id`. An error says that there is none of this name in the tenant and environment of the provider.",
				kind.Singular),
		},
		"description": schema.StringAttribute{Computed: true, MarkdownDescription: "What it is for."},
		"labels": schema.MapAttribute{
			Computed:            true,
			ElementType:         types.StringType,
			MarkdownDescription: "Its labels.",
		},
		"tenant":      schema.StringAttribute{Computed: true, MarkdownDescription: "Tenant it belongs to."},
		"environment": schema.StringAttribute{Computed: true, MarkdownDescription: "Environment it belongs to."},
		"created_at": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: fmt.Sprintf("When the %s was created (RFC 3339, UTC).", kind.Singular),
		},
	}
}

// DataOwner is the attribute `owner` in a data source.
func DataOwner() schema.StringAttribute {
	return schema.StringAttribute{Computed: true, MarkdownDescription: "Who answers for it."}
}

// DataList is the schema of a data source that lists the objects of a kind. one has the attributes of the data source
// that reads one of them; filters has what restricts the list.
func DataList(kind api.Kind, one, filters map[string]schema.Attribute) schema.Schema {
	item := maps.Clone(one)
	item["id"] = schema.StringAttribute{Computed: true, MarkdownDescription: "Its id."}
	item["name"] = schema.StringAttribute{Computed: true, MarkdownDescription: "Its name."}
	attributes := map[string]schema.Attribute{
		"label": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Only objects with this label: `KEY` for any value, or `KEY=VALUE`. " +
				"Default: all.",
		},
		kind.Collection(): schema.ListNestedAttribute{
			Computed: true, NestedObject: schema.NestedAttributeObject{Attributes: item},
			MarkdownDescription: fmt.Sprintf("The %s, in the order of their creation. Empty if there are none.",
				kind.Plural),
		},
	}
	maps.Copy(attributes, filters)
	return schema.Schema{
		MarkdownDescription: fmt.Sprintf("All %s of the environment, or those that every given filter selects: their "+
			"metadata, and no secret. It needs a token that may read. With many objects it is large: it is read in "+
			"every plan.", kind.Plural),
		Attributes: attributes,
	}
}

// FilterOwner is the filter by owner.
func FilterOwner() schema.StringAttribute {
	return schema.StringAttribute{
		Optional: true, Validators: []validator.String{StringCheck("an owner", api.CheckOwner)},
		MarkdownDescription: "Only objects of this owner. Default: all.",
	}
}

// FilterReference is a filter by the id of what an object belongs to.
func FilterReference(kind api.Kind) schema.StringAttribute {
	return schema.StringAttribute{
		Optional: true, Validators: []validator.String{IDOf(kind.IDPrefix, kind.Singular)},
		MarkdownDescription: fmt.Sprintf("Only objects of the %s with this id. Default: all.", kind.Singular),
	}
}
