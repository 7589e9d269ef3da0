package tftest

import (
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// IdentityRead returns the identity that the last Refresh brought, also with an error and where the object was gone.
func (tf *Terraform) IdentityRead() map[string]string {
	tf.t.Helper()
	return tf.IdentityIn(tf.read)
}

// IdentityIn returns the attributes of an identity; nil for none.
func (tf *Terraform) IdentityIn(data *tfprotov6.ResourceIdentityData) map[string]string {
	tf.t.Helper()
	if tf.known(data) == nil {
		return nil
	}
	v, err := data.IdentityData.Unmarshal(tf.identityType())
	if err != nil {
		tf.t.Fatal(err)
	}
	out := map[string]string{}
	for name := range tf.members(v) {
		out[name] = tf.Get(v, name)
	}
	return out
}

// known is an identity without one that is null, as Terraform keeps it.
func (tf *Terraform) known(data *tfprotov6.ResourceIdentityData) *tfprotov6.ResourceIdentityData {
	tf.t.Helper()
	if data == nil || data.IdentityData == nil {
		return nil
	}
	v, err := data.IdentityData.Unmarshal(tf.identityType())
	if err != nil {
		tf.t.Fatal(err)
	}
	if v.IsNull() {
		return nil
	}
	return data
}

// identityOf is the identity that a request has beside a state.
func (tf *Terraform) identityOf(state tftypes.Value) *tfprotov6.ResourceIdentityData {
	if state.IsNull() || tf.WithoutIdentities {
		return nil
	}
	return tf.Identity
}

// identified stores the identity of an answer without errors. An object of the state has one.
func (tf *Terraform) identified(what string, data *tfprotov6.ResourceIdentityData, d Diags) {
	tf.t.Helper()
	if tf.Identity = tf.known(data); tf.Identity == nil && !tf.State.IsNull() && d.Errors() == "" {
		tf.t.Errorf("the %s returned no identity", what)
	}
	if tf.State.IsNull() {
		tf.Identity = nil
	}
}

func (tf *Terraform) identityType() tftypes.Type {
	tf.t.Helper()
	r, err := tf.server.GetResourceIdentitySchemas(tf.t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		tf.t.Fatal(err)
	}
	schema := r.IdentitySchemas[tf.typeName]
	if schema == nil {
		tf.t.Fatalf("%s has no identity", tf.typeName)
	}
	return schema.ValueType()
}
