package scopedtoken

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// oneNoun is a provider with this package's types only.
type oneNoun struct{ platform *tfkit.Platform }

func (p oneNoun) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "quickconnect"
}

func (p oneNoun) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}

func (p oneNoun) Configure(_ context.Context, _ provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	resp.ResourceData, resp.DataSourceData, resp.EphemeralResourceData = p.platform, p.platform, p.platform
}

func (p oneNoun) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{NewResource}
}

func (p oneNoun) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{NewDataSource}
}

func (p oneNoun) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{NewEphemeralResource}
}

// terraform does with one resource what Terraform's core does, including the checks by which core calls a provider broken:
// the plan made again at apply time must not contradict the first, and the new state must not contradict the plan.
type terraform struct {
	t       *testing.T
	server  tfprotov6.ProviderServer
	schema  *tfprotov6.Schema
	typ     tftypes.Type
	state   tftypes.Value
	private []byte
}

// config is a configuration; attributes that are left out are null. A value may be tftypes.UnknownValue.
type config map[string]any

func baseConfig() config {
	return config{"name": "notifier", "owner": "team-a", "connector_id": "con_1", "scopes": []string{"messages:send"}, "rotation_policy_id": "pol_1"}
}

func (c config) with(name string, v any) config {
	out := config{}
	for k, v := range c {
		out[k] = v
	}
	if out[name] = v; v == nil {
		delete(out, name)
	}
	return out
}

func newTerraform(t *testing.T, f *fake) *terraform {
	t.Helper()
	return newTerraformAs(t, f, api.Identity{Tenant: "acme", Environment: "staging", Role: api.RoleDeployer, Name: "ci"})
}

func newTerraformAs(t *testing.T, f *fake, identity api.Identity) *terraform {
	t.Helper()
	c, err := client.New(client.Config{Endpoint: f.url, Token: secret.New("qcp_test")})
	if err != nil {
		t.Fatal(err)
	}
	p, err := tfkit.NewPlatform(c, identity)
	if err != nil {
		t.Fatal(err)
	}
	return newTerraformOn(t, p)
}

func newTerraformOn(t *testing.T, p *tfkit.Platform) *terraform {
	t.Helper()
	server := providerserver.NewProtocol6(oneNoun{p})()
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil || len(schemas.Diagnostics) > 0 {
		t.Fatal(err, schemas.Diagnostics)
	}
	empty := tftypes.NewValue(schemas.Provider.ValueType(), map[string]tftypes.Value{})
	if _, err := server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{TerraformVersion: "1.11.4", Config: dynamic(t, empty)}); err != nil {
		t.Fatal(err)
	}
	tf := &terraform{t: t, server: server, schema: schemas.ResourceSchemas[typeName]}
	tf.typ = tf.schema.ValueType()
	tf.state = tftypes.NewValue(tf.typ, nil)
	return tf
}

func dynamic(t *testing.T, v tftypes.Value) *tfprotov6.DynamicValue {
	t.Helper()
	d, err := tfprotov6.NewDynamicValue(v.Type(), v)
	if err != nil {
		t.Fatal(err)
	}
	return &d
}

func (tf *terraform) value(d *tfprotov6.DynamicValue) tftypes.Value {
	tf.t.Helper()
	v, err := d.Unmarshal(tf.typ)
	if err != nil {
		tf.t.Fatal(err)
	}
	return v
}

// savedPlan is a plan file.
type savedPlan struct {
	config, planned, prior tftypes.Value
	private                []byte
	replaces, changes      bool
	diags                  diags
}

func (tf *terraform) members(v tftypes.Value) map[string]tftypes.Value {
	tf.t.Helper()
	out := map[string]tftypes.Value{}
	if err := v.As(&out); err != nil {
		tf.t.Fatal(err)
	}
	return maps.Clone(out) // tftypes hands out its own map
}

func attributeTypes(t *testing.T, typ tftypes.Type) map[string]tftypes.Type {
	t.Helper()
	o, ok := typ.(tftypes.Object)
	if !ok {
		t.Fatalf("%s is no object", typ)
	}
	return o.AttributeTypes
}

func (tf *terraform) configuration(c config) tftypes.Value {
	tf.t.Helper()
	members := map[string]tftypes.Value{}
	for name, typ := range attributeTypes(tf.t, tf.typ) {
		members[name] = toValue(typ, c[name])
	}
	return tftypes.NewValue(tf.typ, members)
}

func toValue(typ tftypes.Type, v any) tftypes.Value {
	switch v := v.(type) {
	case []string:
		items := []tftypes.Value{}
		for _, s := range v {
			items = append(items, tftypes.NewValue(tftypes.String, s))
		}
		return tftypes.NewValue(typ, items)
	case map[string]any:
		items := map[string]tftypes.Value{}
		for k, s := range v {
			items[k] = tftypes.NewValue(tftypes.String, s)
		}
		return tftypes.NewValue(typ, items)
	default:
		return tftypes.NewValue(typ, v)
	}
}

// proposed is what core proposes: the configuration, and for computed attributes that it leaves out the prior state.
func (tf *terraform) proposed(configuration, prior tftypes.Value) tftypes.Value {
	if prior.IsNull() {
		return configuration
	}
	members, before := tf.members(configuration), tf.members(prior)
	for _, a := range tf.schema.Block.Attributes {
		if a.Computed && members[a.Name].IsNull() {
			members[a.Name] = before[a.Name]
		}
	}
	return tftypes.NewValue(tf.typ, members)
}

func (tf *terraform) planFrom(configuration, prior tftypes.Value, private []byte) savedPlan {
	tf.t.Helper()
	null := tftypes.NewValue(tf.typ, nil)
	p := savedPlan{config: configuration, prior: prior}
	if !configuration.IsNull() {
		v, err := tf.server.ValidateResourceConfig(tf.t.Context(), &tfprotov6.ValidateResourceConfigRequest{
			TypeName: typeName, Config: dynamic(tf.t, configuration),
			ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true},
		})
		if err != nil {
			tf.t.Fatal(err)
		}
		if p.diags = append(p.diags, v.Diagnostics...); p.diags.errors() != "" {
			return p
		}
	}
	ask := func(prior tftypes.Value) *tfprotov6.PlanResourceChangeResponse {
		proposed := null
		if !configuration.IsNull() {
			proposed = tf.proposed(configuration, prior)
		}
		r, err := tf.server.PlanResourceChange(tf.t.Context(), &tfprotov6.PlanResourceChangeRequest{
			TypeName: typeName, PriorState: dynamic(tf.t, prior), ProposedNewState: dynamic(tf.t, proposed), Config: dynamic(tf.t, configuration), PriorPrivate: private,
		})
		if err != nil {
			tf.t.Fatal(err)
		}
		return r
	}
	r := ask(prior)
	p.diags = append(p.diags, r.Diagnostics...)
	if p.diags.errors() == "" && len(r.RequiresReplace) > 0 && !prior.IsNull() {
		p.replaces = true
		r = ask(null)
		p.diags = append(p.diags, r.Diagnostics...)
	}
	if p.diags.errors() != "" {
		return p
	}
	p.planned, p.private = tf.value(r.PlannedState), r.PlannedPrivate
	p.changes = p.replaces || !p.planned.Equal(prior)
	return p
}

// refresh reads the resource.
func (tf *terraform) refresh() diags {
	tf.t.Helper()
	if tf.state.IsNull() {
		return nil
	}
	r, err := tf.server.ReadResource(tf.t.Context(), &tfprotov6.ReadResourceRequest{TypeName: typeName, CurrentState: dynamic(tf.t, tf.state), Private: tf.private})
	if err != nil {
		tf.t.Fatal(err)
	}
	if diags(r.Diagnostics).errors() == "" {
		tf.state, tf.private = tf.value(r.NewState), r.Private
	}
	return r.Diagnostics
}

// plan refreshes and plans.
func (tf *terraform) plan(c config) savedPlan {
	tf.t.Helper()
	if d := tf.refresh(); d.errors() != "" {
		return savedPlan{diags: d}
	}
	return tf.planFrom(tf.configuration(c), tf.state, tf.private)
}

// apply carries out a saved plan; known are values of the configuration that were unknown in the plan.
func (tf *terraform) apply(p savedPlan, known config) diags {
	tf.t.Helper()
	if errs := p.diags.errors(); errs != "" {
		tf.t.Fatalf("a plan with errors: %s", errs)
	}
	if !p.changes {
		return nil
	}
	configuration := p.config
	if known != nil {
		configuration = tf.configuration(known)
	}
	out := diags{}
	if p.replaces {
		if out = append(out, tf.destroy()...); out.errors() != "" {
			return out
		}
		p.prior = tf.state
	}
	again := tf.planFrom(configuration, p.prior, tf.private)
	if out = append(out, again.diags...); out.errors() != "" {
		return out
	}
	tf.conforms("inconsistent final plan", p.planned, again.planned)
	if again.planned.Equal(p.prior) {
		return out
	}
	r, err := tf.server.ApplyResourceChange(tf.t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: typeName, PriorState: dynamic(tf.t, p.prior), PlannedState: dynamic(tf.t, again.planned), Config: dynamic(tf.t, configuration), PlannedPrivate: again.private,
	})
	if err != nil {
		tf.t.Fatal(err)
	}
	out = append(out, r.Diagnostics...)
	after := tf.value(r.NewState)
	if !after.IsFullyKnown() {
		tf.t.Errorf("the state has unknown values: %s", after)
	}
	if out.errors() == "" {
		tf.conforms("inconsistent result", again.planned, after)
	}
	tf.state, tf.private = after, r.Private
	return out
}

// conforms reports where what was known is something else now.
func (tf *terraform) conforms(what string, promised, got tftypes.Value) {
	tf.t.Helper()
	diff, err := promised.Diff(got)
	if err != nil {
		tf.t.Fatal(err)
	}
	for _, d := range diff {
		if d.Value1 == nil || !d.Value1.IsFullyKnown() {
			continue // an unknown promise is kept by anything; a container is compared by its members
		}
		tf.t.Errorf("%s at %s: was %s, but now %s", what, d.Path, d.Value1, d.Value2)
	}
}

func (tf *terraform) destroy() diags {
	tf.t.Helper()
	null := tftypes.NewValue(tf.typ, nil)
	r, err := tf.server.ApplyResourceChange(tf.t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: typeName, PriorState: dynamic(tf.t, tf.state), PlannedState: dynamic(tf.t, null), Config: dynamic(tf.t, null), PlannedPrivate: tf.private,
	})
	if err != nil {
		tf.t.Fatal(err)
	}
	if diags(r.Diagnostics).errors() == "" {
		tf.state, tf.private = tf.value(r.NewState), r.Private
	}
	return r.Diagnostics
}

// run plans and applies, and demands that the next plan is empty unless the world wants another step.
func (tf *terraform) run(c config) {
	tf.t.Helper()
	if errs := tf.apply(tf.plan(c), nil).errors(); errs != "" {
		tf.t.Fatal(errs)
	}
}

// get reads an attribute of a value by its path, such as rotation.phase, as text; <unknown> and <null> as such.
func (tf *terraform) get(v tftypes.Value, path string) string {
	tf.t.Helper()
	for name := range strings.SplitSeq(path, ".") {
		if !v.IsKnown() {
			return "<unknown>"
		}
		if v.IsNull() {
			return "<null>"
		}
		v = tf.members(v)[name]
	}
	switch {
	case !v.IsKnown():
		return "<unknown>"
	case v.IsNull():
		return "<null>"
	}
	text, _ := json.Marshal(plain(v))
	return strings.Trim(string(text), `"`)
}

func plain(v tftypes.Value) any {
	var s string
	var b bool
	if v.As(&s) == nil {
		return s
	}
	if v.As(&b) == nil {
		return b
	}
	_, rest, _ := strings.Cut(v.String(), "<\"")
	rest, _, _ = strings.Cut(rest, "\"")
	return json.RawMessage(rest)
}

// expect compares attributes of a value with "path=text" lines.
func (tf *terraform) expect(v tftypes.Value, want ...string) {
	tf.t.Helper()
	for _, w := range want {
		path, text, _ := strings.Cut(w, "=")
		if got := tf.get(v, path); got != text {
			tf.t.Errorf("%s is %s, want %s", path, got, text)
		}
	}
}

type diags []*tfprotov6.Diagnostic

func (d diags) of(s tfprotov6.DiagnosticSeverity) string {
	var out []string
	for _, x := range d {
		if x.Severity == s {
			out = append(out, fmt.Sprintf("%s: %s: %s", x.Attribute, x.Summary, x.Detail))
		}
	}
	return strings.Join(out, "\n")
}

func (d diags) errors() string   { return d.of(tfprotov6.DiagnosticSeverityError) }
func (d diags) warnings() string { return d.of(tfprotov6.DiagnosticSeverityWarning) }
