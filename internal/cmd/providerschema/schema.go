package main

import (
	"encoding/json"
	"errors"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
)

// converter turns the schemas of the protocol into those of the CLI's JSON. It keeps its errors.
type converter struct{ err error }

func providerSchema(
	in *tfprotov6.GetProviderSchemaResponse, identities *tfprotov6.GetResourceIdentitySchemasResponse,
) (*tfjson.ProviderSchema, error) {
	c := &converter{}
	out := &tfjson.ProviderSchema{
		ConfigSchema:             c.schema(in.Provider),
		ResourceSchemas:          c.schemas(in.ResourceSchemas),
		DataSourceSchemas:        c.schemas(in.DataSourceSchemas),
		EphemeralResourceSchemas: c.schemas(in.EphemeralResourceSchemas),
		ListResourceSchemas:      c.schemas(in.ListResourceSchemas),
		ActionSchemas:            map[string]*tfjson.ActionSchema{},
		Functions:                map[string]*tfjson.FunctionSignature{},
		ResourceIdentitySchemas:  map[string]*tfjson.IdentitySchema{},
	}
	for name, a := range in.ActionSchemas {
		out.ActionSchemas[name] = &tfjson.ActionSchema{Block: c.block(a.Schema.Block)}
	}
	for name, f := range in.Functions {
		out.Functions[name] = c.function(f)
	}
	for name, i := range identities.IdentitySchemas {
		out.ResourceIdentitySchemas[name] = c.identity(i)
	}
	return out, c.err
}

func (c *converter) schemas(in map[string]*tfprotov6.Schema) map[string]*tfjson.Schema {
	out := map[string]*tfjson.Schema{}
	for name, s := range in {
		out[name] = c.schema(s)
	}
	return out
}

func (c *converter) schema(in *tfprotov6.Schema) *tfjson.Schema {
	return &tfjson.Schema{Version: uint64(max(in.Version, 0)), Block: c.block(in.Block)}
}

func (c *converter) block(in *tfprotov6.SchemaBlock) *tfjson.SchemaBlock {
	out := &tfjson.SchemaBlock{
		Attributes: c.attributes(in.Attributes), NestedBlocks: map[string]*tfjson.SchemaBlockType{},
		Description: in.Description, DescriptionKind: descriptionKind(in.DescriptionKind), Deprecated: in.Deprecated,
	}
	for _, b := range in.BlockTypes {
		mode, ok := blockModes[b.Nesting]
		if !ok {
			c.err = errors.Join(c.err, errors.New("a block nests in a way that is not known here: "+b.TypeName))
		}
		out.NestedBlocks[b.TypeName] = &tfjson.SchemaBlockType{
			NestingMode: mode, Block: c.block(b.Block),
			MinItems: uint64(max(b.MinItems, 0)), MaxItems: uint64(max(b.MaxItems, 0)),
		}
	}
	return out
}

func (c *converter) attributes(in []*tfprotov6.SchemaAttribute) map[string]*tfjson.SchemaAttribute {
	out := map[string]*tfjson.SchemaAttribute{}
	for _, a := range in {
		converted := &tfjson.SchemaAttribute{
			Description: a.Description, DescriptionKind: descriptionKind(a.DescriptionKind), Deprecated: a.Deprecated,
			Required: a.Required, Optional: a.Optional, Computed: a.Computed, Sensitive: a.Sensitive, WriteOnly: a.WriteOnly,
		}
		if a.NestedType == nil {
			converted.AttributeType = c.ctyType(a.Type)
		} else {
			converted.AttributeNestedType = &tfjson.SchemaNestedAttributeType{
				Attributes: c.attributes(a.NestedType.Attributes), NestingMode: attributeModes[a.NestedType.Nesting],
			}
		}
		out[a.Name] = converted
	}
	return out
}

var blockModes = map[tfprotov6.SchemaNestedBlockNestingMode]tfjson.SchemaNestingMode{
	tfprotov6.SchemaNestedBlockNestingModeSingle: tfjson.SchemaNestingModeSingle,
	tfprotov6.SchemaNestedBlockNestingModeList:   tfjson.SchemaNestingModeList,
	tfprotov6.SchemaNestedBlockNestingModeSet:    tfjson.SchemaNestingModeSet,
	tfprotov6.SchemaNestedBlockNestingModeMap:    tfjson.SchemaNestingModeMap,
	tfprotov6.SchemaNestedBlockNestingModeGroup:  tfjson.SchemaNestingModeGroup,
}

var attributeModes = map[tfprotov6.SchemaObjectNestingMode]tfjson.SchemaNestingMode{
	tfprotov6.SchemaObjectNestingModeSingle: tfjson.SchemaNestingModeSingle,
	tfprotov6.SchemaObjectNestingModeList:   tfjson.SchemaNestingModeList,
	tfprotov6.SchemaObjectNestingModeSet:    tfjson.SchemaNestingModeSet,
	tfprotov6.SchemaObjectNestingModeMap:    tfjson.SchemaNestingModeMap,
}

func (c *converter) function(in *tfprotov6.Function) *tfjson.FunctionSignature {
	out := &tfjson.FunctionSignature{
		Description: in.Description, Summary: in.Summary, DeprecationMessage: in.DeprecationMessage,
		ReturnType: c.ctyType(in.Return.Type),
	}
	for _, p := range in.Parameters {
		out.Parameters = append(out.Parameters, c.parameter(p))
	}
	if in.VariadicParameter != nil {
		out.VariadicParameter = c.parameter(in.VariadicParameter)
	}
	return out
}

func (c *converter) parameter(in *tfprotov6.FunctionParameter) *tfjson.FunctionParameter {
	return &tfjson.FunctionParameter{
		Name: in.Name, Description: in.Description, IsNullable: in.AllowNullValue, Type: c.ctyType(in.Type),
	}
}

func (c *converter) identity(in *tfprotov6.ResourceIdentitySchema) *tfjson.IdentitySchema {
	out := &tfjson.IdentitySchema{
		Version: uint64(max(in.Version, 0)), Attributes: map[string]*tfjson.IdentityAttribute{},
	}
	for _, a := range in.IdentityAttributes {
		out.Attributes[a.Name] = &tfjson.IdentityAttribute{
			IdentityType: c.ctyType(a.Type), Description: a.Description,
			RequiredForImport: a.RequiredForImport, OptionalForImport: a.OptionalForImport,
		}
	}
	return out
}

// ctyType turns a type into that of another library, by the JSON that both write.
func (c *converter) ctyType(in tftypes.Type) cty.Type {
	var out cty.Type
	text, err := json.Marshal(in)
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	c.err = errors.Join(c.err, err)
	return out
}

func descriptionKind(in tfprotov6.StringKind) tfjson.SchemaDescriptionKind {
	if in == tfprotov6.StringKindMarkdown {
		return tfjson.SchemaDescriptionKindMarkdown
	}
	return tfjson.SchemaDescriptionKindPlain
}
