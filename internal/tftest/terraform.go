// Package tftest is Terraform's core in process, for tests of one resource. It validates, reads, plans and applies
// over the plugin protocol, without the CLI, and makes the checks by which core calls a provider broken.
package tftest

import (
	"context"
	"maps"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Terraform has one resource of one type in its state.
type Terraform struct {
	// State is null while there is no object.
	State   tftypes.Value
	Private []byte
	// Identity is nil where the state has none, as one of an older Terraform or of an older provider.
	Identity *tfprotov6.ResourceIdentityData
	// WithoutIdentities makes it a Terraform before 1.12.
	WithoutIdentities bool

	t        testing.TB
	calls    context.Context // of every apply; it ends when Terraform is killed
	killed   context.CancelFunc
	provider provider.Provider
	server   tfprotov6.ProviderServer
	read     *tfprotov6.ResourceIdentityData // of the last Refresh
	typeName string
	all      *tfprotov6.GetProviderSchemaResponse
	schema   *tfprotov6.Schema
	typ      tftypes.Type
}

// Unknown is the value of an attribute that a plan does not know.
const Unknown = tftypes.UnknownValue

// Config is a configuration. Attributes that are left out are null. A value may be Unknown.
type Config map[string]any

// With is c with one attribute changed, or without it where v is nil.
func (c Config) With(name string, v any) Config {
	out := maps.Clone(c)
	if out[name] = v; v == nil {
		delete(out, name)
	}
	return out
}

// New configures p with the attributes of providerConfig and begins with an empty state.
func New(tb testing.TB, p provider.Provider, providerConfig Config, typeName string) *Terraform {
	tb.Helper()
	tf, d := Try(tb, p, providerConfig, typeName)
	Must(tb, d)
	return tf
}

// Try is New where the provider may refuse its configuration. It returns nil then: Terraform does no more.
func Try(tb testing.TB, p provider.Provider, providerConfig Config, typeName string) (*Terraform, Diags) {
	tb.Helper()
	server, schemas := Serve(tb, p)
	d := Configure(tb, server, schemas, providerConfig)
	if d.Errors() != "" {
		return nil, d
	}
	tf := &Terraform{t: tb, provider: p, server: server, typeName: typeName, all: schemas}
	tf.schema = schemas.ResourceSchemas[typeName]
	tf.typ = tf.schema.ValueType()
	tf.State = tf.null()
	tf.calls, tf.killed = context.WithCancel(tb.Context())
	tb.Cleanup(tf.Close)
	return tf, d
}

// life is a provider that has to know when Terraform stops and closes it.
type life interface {
	Stop()
	Close(ctx context.Context)
}

// Stop is what Terraform does when the user interrupts it.
func (tf *Terraform) Stop() {
	tf.t.Helper()
	if p, ok := tf.provider.(life); ok {
		p.Stop()
	}
	ctx := context.WithoutCancel(tf.t.Context())
	if _, err := tf.server.StopProvider(ctx, &tfprotov6.StopProviderRequest{}); err != nil {
		tf.t.Error(err)
	}
}

// Kill is what a SIGKILL of Terraform does: the calls under way lose their caller. The provider lives on.
func (tf *Terraform) Kill() { tf.killed() }

// Close is what Terraform does at its end.
func (tf *Terraform) Close() {
	if p, ok := tf.provider.(life); ok {
		p.Close(context.WithoutCancel(tf.t.Context()))
	}
}

// Beside returns Terraform with one resource of another type, beside tf in the same run of the provider.
func (tf *Terraform) Beside(typeName string) *Terraform {
	tf.t.Helper()
	other := *tf
	other.typeName, other.schema = typeName, tf.all.ResourceSchemas[typeName]
	other.typ = other.schema.ValueType()
	other.State, other.Private, other.Identity = other.null(), nil, nil
	return &other
}

// Serve starts p and fetches its schemas.
func Serve(tb testing.TB, p provider.Provider) (tfprotov6.ProviderServer, *tfprotov6.GetProviderSchemaResponse) {
	tb.Helper()
	server := providerserver.NewProtocol6(p)()
	if own, ok := p.(interface {
		Server() tfprotov6.ProviderServer
	}); ok {
		server = own.Server()
	}
	schemas, err := server.GetProviderSchema(tb.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil || Diags(schemas.Diagnostics).Errors() != "" {
		tb.Fatal(err, Diags(schemas.Diagnostics).Errors())
	}
	return server, schemas
}

// Configure validates and sends a provider configuration, as a plan does.
func Configure(tb testing.TB, server tfprotov6.ProviderServer, schemas *tfprotov6.GetProviderSchemaResponse,
	c Config,
) Diags {
	tb.Helper()
	value := Value(schemas.Provider.ValueType(), c)
	v, err := server.ValidateProviderConfig(tb.Context(),
		&tfprotov6.ValidateProviderConfigRequest{Config: Dynamic(tb, value)})
	if err != nil {
		tb.Fatal(err)
	}
	if d := Diags(v.Diagnostics); d.Errors() != "" {
		return d
	}
	r, err := server.ConfigureProvider(tb.Context(), &tfprotov6.ConfigureProviderRequest{
		TerraformVersion: "1.11.4",
		Config:           Dynamic(tb, value),
	})
	if err != nil {
		tb.Fatal(err)
	}
	return r.Diagnostics
}

// Apply carries out a plan. Known is the configuration as it is at apply time, where it differs from the plan's: what
// was unknown, and write-only values; nil where it does not.
func (tf *Terraform) Apply(p Plan, known Config) Diags {
	tf.t.Helper()
	return tf.apply(p, known, known)
}

// ApplyIgnoring carries out a plan of a resource with ignore_changes. The plan has the prior state's value of every
// ignored argument, which is null for a write-only one. c is the configuration itself: core shows it to the update
// alone.
func (tf *Terraform) ApplyIgnoring(p Plan, c Config) Diags {
	tf.t.Helper()
	return tf.apply(p, nil, c)
}

// ApplyCreateFirst carries out a plan that replaces the object, as create_before_destroy does: it creates the new
// object, and then destroys the old one.
func (tf *Terraform) ApplyCreateFirst(p Plan) Diags {
	tf.t.Helper()
	old := *tf
	p.Replaces, p.prior = false, tf.null()
	tf.State, tf.Private, tf.Identity = tf.null(), nil, nil
	out := tf.apply(p, nil, nil)
	if out.Errors() != "" && tf.State.IsNull() {
		tf.State, tf.Private, tf.Identity = old.State, old.Private, old.Identity
		return out
	}
	return append(out, old.Destroy()...)
}

// apply plans again with the configuration known, and updates with the configuration written; nil for the plan's.
func (tf *Terraform) apply(p Plan, known, written Config) Diags {
	tf.t.Helper()
	if errs := p.Diags.Errors(); errs != "" {
		tf.t.Fatalf("a plan with errors: %s", errs)
	}
	if !p.Changes {
		return nil
	}
	configuration := p.config
	if known != nil {
		configuration = Value(tf.typ, known)
	}
	out := Diags{}
	if p.Replaces {
		if out = append(out, tf.Destroy()...); out.Errors() != "" {
			return out
		}
		p.prior = tf.State
	}
	again := tf.planFrom(configuration, p.prior, false)
	if out = append(out, again.Diags...); out.Errors() != "" {
		return out
	}
	if again.Replaces {
		return append(out, &tfprotov6.Diagnostic{
			Severity: tfprotov6.DiagnosticSeverityError,
			Summary:  "Provider produced inconsistent final plan",
			Detail:   "The provider changed the planned action from Update to DeleteThenCreate.",
		})
	}
	tf.conforms("inconsistent final plan", p.Planned, again.Planned)
	if again.Planned.Equal(p.prior) {
		return out
	}
	if written != nil {
		configuration = Value(tf.typ, written)
	}
	r, err := tf.server.ApplyResourceChange(tf.calls, &tfprotov6.ApplyResourceChangeRequest{
		TypeName: tf.typeName, PriorState: Dynamic(tf.t, p.prior), PlannedState: Dynamic(tf.t,
			again.Planned), Config: Dynamic(tf.t, configuration), PlannedPrivate: again.private, PlannedIdentity: again.identity,
	})
	if err != nil {
		tf.t.Fatal(err)
	}
	out = append(out, r.Diagnostics...)
	after := tf.value(r.NewState)
	if !after.IsFullyKnown() {
		tf.t.Errorf("the state has unknown values: %s", after)
	}
	if out.Errors() == "" {
		tf.conforms("inconsistent result", again.Planned, after)
	}
	tf.State, tf.Private = after, r.Private
	tf.identified("apply", r.NewIdentity, out)
	return out
}

// Run plans and applies.
func (tf *Terraform) Run(c Config) Diags {
	tf.t.Helper()
	p := tf.Plan(c)
	d := tf.Apply(p, nil)
	if errs := d.Errors(); errs != "" {
		tf.t.Fatal(errs)
	}
	return p.Diags
}

// Keep applies a plan, reads the object, and fails where the platform does not have a value that the plan promised. A
// state that only repeats the promise would hide that it was wrong.
func (tf *Terraform) Keep(p Plan, known Config) {
	tf.t.Helper()
	for _, d := range []Diags{tf.Apply(p, known), tf.Refresh()} {
		if errs := d.Errors(); errs != "" {
			tf.t.Fatal(errs)
		}
	}
	tf.conforms("broken promise", p.Planned, tf.State)
}

// Destroy destroys the object.
func (tf *Terraform) Destroy() Diags {
	tf.t.Helper()
	null := Dynamic(tf.t, tf.null())
	r, err := tf.server.ApplyResourceChange(tf.t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: tf.typeName, PriorState: Dynamic(tf.t,
			tf.State), PlannedState: null, Config: null, PlannedPrivate: tf.Private,
		PlannedIdentity: tf.identityOf(tf.State),
	})
	if err != nil {
		tf.t.Fatal(err)
	}
	if Diags(r.Diagnostics).Errors() == "" {
		tf.State, tf.Private, tf.Identity = tf.value(r.NewState), r.Private, nil
	}
	return r.Diagnostics
}
