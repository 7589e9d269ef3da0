package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/defaults"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// GenerateResourceConfig is called when Terraform writes the configuration of an object, such as one that a list found.
// The framework leaves out what only the platform sets. What has its default is left out as well.
func (s *server) GenerateResourceConfig(
	ctx context.Context, req *tfprotov6.GenerateResourceConfigRequest,
) (*tfprotov6.GenerateResourceConfigResponse, error) {
	resp, err := s.protocol.GenerateResourceConfig(ctx, req)
	if err != nil || resp == nil || resp.Config == nil {
		return resp, err
	}
	shape, ok := s.provider.resourceSchema(ctx, req.TypeName)
	if !ok {
		return resp, nil
	}
	typ := shape.Type().TerraformType(ctx)
	value, err := resp.Config.Unmarshal(typ)
	if err != nil {
		return nil, err
	}
	if value, err = withoutDefaults(ctx, shape, value); err != nil {
		return nil, err
	}
	short, err := tfprotov6.NewDynamicValue(typ, value)
	resp.Config = &short
	return resp, err
}

// resourceSchema returns the schema of a resource, and whether there is one of this type.
func (p *quickconnect) resourceSchema(ctx context.Context, typeName string) (schema.Schema, bool) {
	for _, newResource := range p.Resources(ctx) {
		r := newResource()
		var named resource.MetadataResponse
		if r.Metadata(ctx, resource.MetadataRequest{}, &named); named.TypeName != typeName {
			continue
		}
		var shape resource.SchemaResponse
		r.Schema(ctx, resource.SchemaRequest{}, &shape)
		return shape.Schema, true
	}
	return schema.Schema{}, false
}

// withoutDefaults makes the attributes of a configuration null that have their default.
func withoutDefaults(ctx context.Context, shape schema.Schema, config tftypes.Value) (tftypes.Value, error) {
	return tftypes.Transform(config, func(at *tftypes.AttributePath, v tftypes.Value) (tftypes.Value, error) {
		if len(at.Steps()) != 1 || v.IsNull() {
			return v, nil
		}
		name, ok := at.Steps()[0].(tftypes.AttributeName)
		if !ok {
			return v, nil
		}
		usual := defaultOf(ctx, shape.Attributes[string(name)], path.Root(string(name)), config)
		if usual == nil {
			return v, nil
		}
		of, err := usual.ToTerraformValue(ctx)
		if err == nil && v.Equal(of) {
			v = tftypes.NewValue(v.Type(), nil)
		}
		return v, err
	})
}

// dependentDefault is a plan modifier that plans a default which depends on the rest of the configuration.
type dependentDefault interface {
	DefaultIn(config map[string]tftypes.Value) attr.Value
}

// defaultOf returns the default of an attribute in a configuration; nil for none.
func defaultOf(ctx context.Context, a schema.Attribute, at path.Path, config tftypes.Value) attr.Value {
	switch a := a.(type) {
	case schema.BoolAttribute:
		if a.Default != nil {
			var resp defaults.BoolResponse
			a.Default.DefaultBool(ctx, defaults.BoolRequest{Path: at}, &resp)
			return resp.PlanValue
		}
	case schema.StringAttribute:
		if a.Default != nil {
			var resp defaults.StringResponse
			a.Default.DefaultString(ctx, defaults.StringRequest{Path: at}, &resp)
			return resp.PlanValue
		}
		var attributes map[string]tftypes.Value
		for _, m := range a.PlanModifiers {
			if d, ok := m.(dependentDefault); ok && config.As(&attributes) == nil {
				return d.DefaultIn(attributes)
			}
		}
	}
	return nil
}
