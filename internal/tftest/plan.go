package tftest

import (
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Plan is a plan file.
type Plan struct {
	Planned tftypes.Value
	// Changes is what -detailed-exitcode tells by 2.
	Changes  bool
	Replaces bool
	Diags    Diags

	config, prior tftypes.Value
	private       []byte
	identity      *tfprotov6.ResourceIdentityData
}

// Plan refreshes and plans.
func (tf *Terraform) Plan(c Config) Plan {
	tf.t.Helper()
	if d := tf.Refresh(); d.Errors() != "" {
		return Plan{Diags: d}
	}
	return tf.PlanOnly(c)
}

// PlanOnly plans without a refresh.
func (tf *Terraform) PlanOnly(c Config) Plan {
	tf.t.Helper()
	return tf.planFrom(Value(tf.typ, c), tf.State, false)
}

// PlanReplace plans as -replace and replace_triggered_by do, without a refresh.
func (tf *Terraform) PlanReplace(c Config) Plan {
	tf.t.Helper()
	return tf.planFrom(Value(tf.typ, c), tf.State, true)
}

// PlanDestroy plans the end of the object, without a refresh.
func (tf *Terraform) PlanDestroy() Plan {
	tf.t.Helper()
	r := tf.ask(tf.null(), tf.State, tf.Private)
	return Plan{Planned: tf.null(), Changes: true, Diags: r.Diagnostics, config: tf.null(), prior: tf.State}
}

func (tf *Terraform) planFrom(configuration, prior tftypes.Value, replace bool) Plan {
	tf.t.Helper()
	p := Plan{config: configuration, prior: prior}
	v, err := tf.server.ValidateResourceConfig(tf.t.Context(), &tfprotov6.ValidateResourceConfigRequest{
		TypeName: tf.typeName, Config: Dynamic(tf.t, configuration),
		ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true},
	})
	if err != nil {
		tf.t.Fatal(err)
	}
	if p.Diags = append(p.Diags, v.Diagnostics...); p.Diags.Errors() != "" {
		return p
	}
	r := tf.ask(configuration, prior, tf.Private)
	p.Diags = append(p.Diags, r.Diagnostics...)
	if p.Diags.Errors() == "" && (replace || len(r.RequiresReplace) > 0) && !prior.IsNull() {
		p.Replaces = true
		r = tf.ask(configuration, tf.null(), r.PlannedPrivate)
		// Core expects to have seen the warnings before, and shows them only beside an error.
		if Diags(r.Diagnostics).Errors() != "" {
			p.Diags = append(p.Diags, r.Diagnostics...)
		}
	}
	if p.Diags.Errors() != "" {
		return p
	}
	p.Planned, p.private, p.identity = tf.value(r.PlannedState), r.PlannedPrivate, tf.known(r.PlannedIdentity)
	tf.obeys(configuration, prior, p.Planned)
	p.Changes = p.Replaces || !p.Planned.Equal(prior)
	return p
}

func (tf *Terraform) ask(configuration, prior tftypes.Value, private []byte,
) *tfprotov6.PlanResourceChangeResponse {
	tf.t.Helper()
	r, err := tf.server.PlanResourceChange(tf.t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: tf.typeName, PriorState: Dynamic(tf.t, prior), ProposedNewState: Dynamic(tf.t,
			tf.proposed(configuration, prior)),
		Config: Dynamic(tf.t, configuration), PriorPrivate: private, PriorIdentity: tf.identityOf(prior),
	})
	if err != nil {
		tf.t.Fatal(err)
	}
	return r
}

// proposed is what core proposes: the configuration, and for computed attributes that it leaves out the prior state.
func (tf *Terraform) proposed(configuration, prior tftypes.Value) tftypes.Value {
	if prior.IsNull() || configuration.IsNull() {
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

// obeys reports where a plan has neither the configured value nor, where both are there, the prior one.
func (tf *Terraform) obeys(configuration, prior, planned tftypes.Value) {
	tf.t.Helper()
	configured, now := tf.members(configuration), tf.members(planned)
	before := map[string]tftypes.Value{}
	if !prior.IsNull() {
		before = tf.members(prior)
	}
	for _, a := range tf.schema.Block.Attributes {
		value := configured[a.Name]
		old, exists := before[a.Name]
		kept := exists && !old.IsNull() && now[a.Name].Equal(old)
		if a.WriteOnly || value.IsNull() || !value.IsFullyKnown() || kept || now[a.Name].Equal(value) {
			continue
		}
		tf.t.Errorf("invalid plan at %s: configured %s, but planned %s", a.Name, value, now[a.Name])
	}
}

// conforms reports where what was known is something else now.
func (tf *Terraform) conforms(what string, promised, got tftypes.Value) {
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
