package tftest

import (
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Open opens the ephemeral resource of the same type.
func (tf *Terraform) Open(c Config) (tftypes.Value, Diags) {
	tf.t.Helper()
	typ := tf.all.EphemeralResourceSchemas[tf.typeName].ValueType()
	r, err := tf.server.OpenEphemeralResource(tf.t.Context(),
		&tfprotov6.OpenEphemeralResourceRequest{TypeName: tf.typeName, Config: Dynamic(tf.t, Value(typ, c))})
	if err != nil {
		tf.t.Fatal(err)
	}
	return tf.result(typ, r.Result, r.Diagnostics)
}

// Read reads the data source of the same type.
func (tf *Terraform) Read(c Config) (tftypes.Value, Diags) {
	tf.t.Helper()
	typ := tf.all.DataSourceSchemas[tf.typeName].ValueType()
	r, err := tf.server.ReadDataSource(tf.t.Context(),
		&tfprotov6.ReadDataSourceRequest{TypeName: tf.typeName, Config: Dynamic(tf.t, Value(typ, c))})
	if err != nil {
		tf.t.Fatal(err)
	}
	return tf.result(typ, r.State, r.Diagnostics)
}

// HasDataAttribute reports whether the data source of the same type has an attribute.
func (tf *Terraform) HasDataAttribute(name string) bool {
	tf.t.Helper()
	for _, a := range tf.all.DataSourceSchemas[tf.typeName].Block.Attributes {
		if a.Name == name {
			return true
		}
	}
	return false
}

func (tf *Terraform) result(typ tftypes.Type, d *tfprotov6.DynamicValue, diags Diags) (tftypes.Value, Diags) {
	tf.t.Helper()
	if diags.Errors() != "" {
		return tftypes.NewValue(typ, nil), diags
	}
	v, err := d.Unmarshal(typ)
	if err != nil {
		tf.t.Fatal(err)
	}
	return v, diags
}

// Optional returns the names of the attributes that a configuration of the resource may leave out.
func (tf *Terraform) Optional() (names []string) {
	for _, a := range tf.schema.Block.Attributes {
		if a.Optional {
			names = append(names, a.Name)
		}
	}
	return names
}
