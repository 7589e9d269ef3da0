package tftest

import (
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Opened is an ephemeral resource that is open.
type Opened struct {
	tf      *Terraform
	private []byte

	Result  tftypes.Value
	RenewAt time.Time // zero: never
}

// Hold opens the ephemeral resource of the same type, to be renewed and closed.
func (tf *Terraform) Hold(c Config) (*Opened, Diags) {
	tf.t.Helper()
	typ := tf.all.EphemeralResourceSchemas[tf.typeName].ValueType()
	r, err := tf.server.OpenEphemeralResource(tf.t.Context(),
		&tfprotov6.OpenEphemeralResourceRequest{TypeName: tf.typeName, Config: Dynamic(tf.t, Value(typ, c))})
	if err != nil {
		tf.t.Fatal(err)
	}
	out := &Opened{tf: tf, private: r.Private, RenewAt: r.RenewAt}
	v, d := tf.result(typ, r.Result, r.Diagnostics)
	out.Result = v
	return out, d
}

// Renew renews what is open.
func (o *Opened) Renew() Diags {
	o.tf.t.Helper()
	r, err := o.tf.server.RenewEphemeralResource(o.tf.t.Context(),
		&tfprotov6.RenewEphemeralResourceRequest{TypeName: o.tf.typeName, Private: o.private})
	if err != nil {
		o.tf.t.Fatal(err)
	}
	o.private, o.RenewAt = r.Private, r.RenewAt
	return r.Diagnostics
}

// Close closes what is open.
func (o *Opened) Close() Diags {
	o.tf.t.Helper()
	r, err := o.tf.server.CloseEphemeralResource(o.tf.t.Context(),
		&tfprotov6.CloseEphemeralResourceRequest{TypeName: o.tf.typeName, Private: o.private})
	if err != nil {
		o.tf.t.Fatal(err)
	}
	return r.Diagnostics
}
