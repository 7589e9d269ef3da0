package tftest

import "github.com/hashicorp/terraform-plugin-go/tfprotov6"

// Refresh reads the object.
func (tf *Terraform) Refresh() Diags {
	tf.t.Helper()
	if tf.State.IsNull() {
		return nil
	}
	r, err := tf.server.ReadResource(tf.t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName:     tf.typeName,
		CurrentState: Dynamic(tf.t, tf.State), Private: tf.Private, CurrentIdentity: tf.identityOf(tf.State),
	})
	if err != nil {
		tf.t.Fatal(err)
	}
	tf.read = r.NewIdentity
	if Diags(r.Diagnostics).Errors() == "" {
		tf.State, tf.Private = tf.value(r.NewState), r.Private
		tf.identified("read", r.NewIdentity, nil)
	}
	return r.Diagnostics
}

// Import imports the object and reads it.
func (tf *Terraform) Import(id string) Diags {
	tf.t.Helper()
	return tf.imports(&tfprotov6.ImportResourceStateRequest{TypeName: tf.typeName, ID: id})
}

// ImportIdentity imports the object as an import block with an identity does, and reads it.
func (tf *Terraform) ImportIdentity(c Config) Diags {
	tf.t.Helper()
	data := &tfprotov6.ResourceIdentityData{IdentityData: Dynamic(tf.t, Value(tf.identityType(), c))}
	return tf.imports(&tfprotov6.ImportResourceStateRequest{TypeName: tf.typeName, Identity: data})
}

func (tf *Terraform) imports(req *tfprotov6.ImportResourceStateRequest) Diags {
	tf.t.Helper()
	r, err := tf.server.ImportResourceState(tf.t.Context(), req)
	if err != nil {
		tf.t.Fatal(err)
	}
	if Diags(r.Diagnostics).Errors() != "" {
		return r.Diagnostics
	}
	imported := r.ImportedResources[0]
	tf.State, tf.Private, tf.Identity = tf.value(imported.State), imported.Private, tf.known(imported.Identity)
	return tf.Refresh()
}
