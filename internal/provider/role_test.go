package provider_test

import (
	"slices"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// TestRolesOfResources plans, applies and destroys every resource of the provider with every role, and compares what
// worked with the table of the guide. What is refused changes nothing on the platform and nothing in the state.
func TestRolesOfResources(t *testing.T) {
	s := newRoleScene(t)
	kinds := map[string]kind{}
	for _, some := range []map[string]kind{everyKind(), governingKinds()} {
		for _, k := range some {
			kinds[k.Terraform] = k
		}
	}
	needs := map[string][]provider.Need{}
	for _, n := range needsOf(t, provider.BlockResource) {
		needs[n.Type] = append(needs[n.Type], n)
	}
	for typeName, each := range needs {
		t.Run(typeName, func(t *testing.T) {
			t.Parallel()
			k, ok := kinds[typeName]
			if !ok {
				t.Fatal("the resource has no configuration here: add it to everyKind or governingKinds")
			}
			for _, n := range each {
				if n.Granted != "" {
					k.config = k.config.With("role", n.Granted)
				}
				maker := s.in(t).by(n.Apply[0], typeName)
				maker.Run(k.config)
				for _, role := range api.Roles() {
					s.in(t).resource(k, n, role, maker)
				}
				tftest.Must(t, maker.Destroy())
			}
		})
	}
}

// resource does everything to the object of a maker, which is there again in the end.
func (s *roleScene) resource(k kind, n provider.Need, role string, maker *tftest.Terraform) {
	s.t.Helper()
	tf := s.by(role, k.Terraform)
	takeOver(tf, maker)
	try := func(what string, least []string, do func() tftest.Diags) (allowed bool) {
		s.t.Helper()
		before, had := s.snapshot(k.Kind), tf.State
		allowed = s.outcome(n.Type+" "+n.Granted+": "+what, role, least, do(), n.Granted)
		if changed := s.snapshot(k.Kind) != before; changed && (!allowed || what == "plan") {
			s.t.Errorf("%s of %s as %s: the platform has changed: %s", what, n.Type, role, before)
		}
		if !allowed && !tf.State.Equal(had) {
			s.t.Errorf("%s of %s as %s: the state has changed: %s", what, n.Type, role, tf.State)
		}
		return allowed
	}
	apply := func(c tftest.Config) func() tftest.Diags {
		return func() tftest.Diags {
			plan := tf.PlanOnly(c) // without a refresh: what is left to refuse is the write
			if plan.Diags.Errors() != "" {
				return plan.Diags
			}
			return tf.Apply(plan, nil)
		}
	}
	try("plan", n.Plan, func() tftest.Diags {
		plan := tf.Plan(k.changed())
		if plan.Diags.Errors() == "" && (!plan.Changes || plan.Replaces) {
			s.t.Errorf("the plan of %s as %s changes: %t, replaces: %t", n.Type, role, plan.Changes, plan.Replaces)
		}
		return plan.Diags
	})
	if try("change", n.Apply, apply(k.changed())) {
		tftest.Must(s.t, tf.Refresh())
	}
	if !try("destroy", n.Destroy, tf.Destroy) {
		takeOver(tf, s.by(role, k.Terraform))
		try("creation", n.Apply, apply(k.another()))
		return
	}
	if !tf.State.IsNull() {
		s.t.Errorf("%s as %s: destroyed, and in the state", n.Type, role)
	}
	try("creation", n.Apply, apply(k.config))
	takeOver(maker, tf)
}

// TestRolesOfReading reads every data source and list, and opens every ephemeral resource, with every role.
func TestRolesOfReading(t *testing.T) {
	s := newRoleScene(t)
	for name, k := range everyKind() {
		if name == "scoped token" || name == "signing secret" || name == "workload identity" { // the fixture has the others
			s.Terraform(k.Terraform).Run(k.config.With("name", "one"))
		}
	}
	before := s.snapshot(api.ScopedTokens) + s.snapshot(api.SigningSecrets)
	t.Run("block", func(t *testing.T) {
		for _, n := range needsOf(t, provider.BlockData, provider.BlockList, provider.BlockEphemeral) {
			t.Run(n.Block+" "+n.Type, func(t *testing.T) {
				t.Parallel()
				for _, role := range api.Roles() {
					s := s.in(t)
					s.outcome(n.Block+" "+n.Type, role, n.Plan, s.read(n, s.by(role, n.Type)), "")
				}
			})
		}
	})
	if s.snapshot(api.ScopedTokens)+s.snapshot(api.SigningSecrets) != before {
		t.Error("what was opened has changed")
	}
}

// read reads the object "one" of a kind, or whatever a block reads that is about none.
func (s *roleScene) read(n provider.Need, tf *tftest.Terraform) (d tftest.Diags) {
	s.t.Helper()
	c := tftest.Config{}
	switch n.Block {
	case provider.BlockList:
		for one := range tf.List(s.t.Context(), c, 0, true) {
			d = append(d, one.Diags...)
		}
	case provider.BlockData:
		if slices.ContainsFunc(api.Kinds(), func(k api.Kind) bool { return k.Terraform == n.Type }) {
			c["name"] = "one"
		}
		_, d = tf.Read(c)
	default:
		kind, attribute := api.ScopedTokens, "id"
		switch n.Type {
		case api.SigningSecrets.Terraform:
			kind = api.SigningSecrets
		case "quickconnect_access_token":
			attribute = "scoped_token_id"
		}
		opened, found := tf.Hold(c.With(attribute, s.Credential(kind, "one").ID()))
		if d = found; d.Errors() == "" {
			d = append(d, opened.Close()...)
		}
		if w := d.Warnings(); w != "" {
			s.t.Error(w)
		}
	}
	return d
}

// TestRolesOfActions plans and runs every action with every role. Where the plan refuses, the platform refuses too.
func TestRolesOfActions(t *testing.T) {
	s := newRoleScene(t)
	ids := acctest.TheFixture()
	s.Terraform(api.SigningSecrets.Terraform).Run(everyKind()["signing secret"].config) // without it, no event is sent
	about := func(role string) tftest.Config {
		k := everyKind()["scoped token"]
		tf := s.Terraform(k.Terraform)
		tf.Run(k.config.With("name", role))
		return tftest.Config{"id": tf.Get(tf.State, "id"), "reason": "drill"}
	}
	configs := map[string]func(role string) tftest.Config{
		"quickconnect_hold":   func(role string) tftest.Config { return about("hold-" + role) },
		"quickconnect_revoke": func(role string) tftest.Config { return about("revoke-" + role) },
		"quickconnect_release": func(role string) tftest.Config {
			c := about("release-" + role)
			s.Credential(api.ScopedTokens, "release-"+role).Hold("drill")
			return c
		},
		"quickconnect_probe": func(string) tftest.Config { return tftest.Config{"endpoint_id": ids.Endpoints[0]} },
		"quickconnect_send_test_event": func(string) tftest.Config {
			return tftest.Config{"endpoint_id": ids.Endpoints[0], "event_type": "message.delivered"}
		},
	}
	for _, n := range needsOf(t, provider.BlockAction) {
		config, ok := configs[n.Type]
		if !ok {
			t.Fatalf("%s has no configuration here", n.Type)
		}
		for _, role := range api.Roles() {
			c := config(role)
			tf := s.by(role, api.ScopedTokens.Terraform)
			before := s.snapshot(api.ScopedTokens)
			s.outcome("plan of "+n.Type, role, n.Plan, tf.PlanAction(n.Type, c), "")
			shown, d := tf.Invoke(n.Type, c)
			allowed := s.outcome(n.Type, role, n.Apply, d, "")
			_, changes := c["id"]
			if changed := s.snapshot(api.ScopedTokens) != before; changed != (allowed && changes) {
				t.Errorf("%s as %s, allowed: %t, changed: %t: %s", n.Type, role, allowed, changed, shown)
			}
		}
		if n.Type == "quickconnect_send_test_event" {
			if n := len(s.As(api.RoleDeployer).Deliveries("one")); n != 2 {
				t.Errorf("%d events are queued, want one of operator and one of deployer", n)
			}
		}
	}
}
