package signingsecret

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest/core"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest/fakes"
)

// What a plan of the same apply makes is unknown in this plan: the policy, the trigger, the secret. A creation can be
// planned with all of it.
func TestCreationWithUnknowns(t *testing.T) {
	f := newFake(t)
	tf := newTerraform(t, f)
	p := tf.Plan(core.Config{
		"name":                "orders",
		"owner":               "team-a",
		"endpoint_id":         tftypes.UnknownValue,
		"rotation_policy_id":  tftypes.UnknownValue,
		"secret_wo":           tftypes.UnknownValue,
		"secret_wo_version":   tftypes.UnknownValue,
		"rotate_when_changed": tftypes.UnknownValue,
		"minimum_version":     tftypes.UnknownValue,
	})
	core.Must(t, p.Diags)
	c := suppliedConfig(
		"a",
	).With("secret_wo_version", 1).
		With("rotate_when_changed", core.Triggers("a", "1")).
		With("minimum_version", 4)
	keeps(t, tf, p, c)
	wrote(t, f, "POST  sends a")
	tf.Expect(tf.State, "version=4")
	core.Silent(t, tf, c)
}

func TestPolicyCreatedInSameApply(t *testing.T) {
	for name, c := range map[string]core.Config{
		"issued": baseConfig(), "key pair": ed25519Config(),
		"supplied, by number": suppliedConfig("a").With("secret_wo_version", 1),
	} {
		t.Run(name, func(t *testing.T) {
			f, tf := created(t, c)
			p := tf.Plan(c.With("rotation_policy_id", tftypes.UnknownValue))
			closed(t, tf, p)
			tf.Expect(p.Planned, "rotation_policy_id=<unknown>", "public_keys="+tf.Get(tf.State, "public_keys"))
			keeps(t, tf, p, c.With("rotation_policy_id", "pol_2"))
			wrote(t, f, "PATCH /sec_01")
			tf.Expect(tf.State, "rotation_policy_id=pol_2", "version=1")
		})
	}
	// Compared by its value, a supplied secret may be another one by then.
	f, tf := created(t, suppliedConfig("a"))
	p := tf.Plan(suppliedConfig("a").With("rotation_policy_id", tftypes.UnknownValue))
	leftOpen(t, tf, p)
	keeps(t, tf, p, suppliedConfig("b").With("rotation_policy_id", "pol_2"))
	wrote(t, f, "PATCH /sec_01 if 1", "POST /sec_01/rotation/begin if 2 sends b")
}

// A due step is planned although the policy is another one by then.
func TestPolicyCreatedInSameApplyAsStep(t *testing.T) {
	c := baseConfig()
	f, tf := created(t, c)
	f.Clock.Advance(90 * day)
	p := tf.Plan(c.With("rotation_policy_id", tftypes.UnknownValue))
	tf.Expect(p.Planned, "version=2", "rotation.phase=staged", "rotation_policy_id=<unknown>")
	keeps(t, tf, p, c.With("rotation_policy_id", "pol_2"))
	wrote(t, f, "PATCH /sec_01 if 1", "POST /sec_01/rotation/begin if 2")
}

// While it is not known whether there is a step, everything that a step changes is left to the apply.
func TestUnknownStep(t *testing.T) {
	for kind, base := range map[string]core.Config{
		"issued": baseConfig(), "key pair": ed25519Config(),
		"supplied": suppliedConfig("a").With("secret_wo_version", 1),
	} {
		one := base.With("rotate_when_changed", core.Triggers("a", "1"))
		for name, c := range map[string]struct {
			planned, applied core.Config
			version          string
			writes           []string
		}{
			"a trigger that has changed": {
				one.With("rotate_when_changed", map[string]any{"a": tftypes.UnknownValue}),
				one.With("rotate_when_changed", core.Triggers("a", "2")), "2",
				[]string{"PATCH /sec_01 if 1", "POST /sec_01/rotation/begin if 2"},
			},
			"a trigger that has not": {
				one.With("rotate_when_changed", map[string]any{"a": tftypes.UnknownValue}), one, "1", nil,
			},
			"all triggers": {
				one.With("rotate_when_changed", tftypes.UnknownValue),
				one.With("rotate_when_changed", core.Triggers("b", "2")), "1",
				[]string{"PATCH /sec_01"},
			},
			"minimum_version": {
				one.With("minimum_version", tftypes.UnknownValue), one.With("minimum_version", 2), "2",
				[]string{"PATCH /sec_01 if 1"},
			},
			"minimum_version, too low": {
				one.With("minimum_version", tftypes.UnknownValue), one.With("minimum_version", 1), "1",
				[]string{"PATCH /sec_01 if 1"},
			},
		} {
			if kind == "supplied" && c.version == "2" {
				continue // that needs another value: see below
			}
			t.Run(kind+", "+name, func(t *testing.T) {
				f, tf := created(t, one)
				p := tf.Plan(c.planned)
				core.Must(t, p.Diags)
				tf.Expect(p.Planned, "version=<unknown>", "rotation=<unknown>", "secret_digest=<unknown>", "id=sec_01")
				if keys := tf.Get(p.Planned, "public_keys"); (keys == "<unknown>") != (kind == "key pair") {
					t.Errorf("public_keys is %s", keys)
				}
				if w := p.Diags.Warnings(); w != "" {
					t.Errorf("warns of what is not known: %s", w)
				}
				keeps(t, tf, p, c.applied)
				wrote(t, f, c.writes...)
				tf.Expect(tf.State, "version="+c.version)
			})
		}
	}
	// An unknown minimum_version that turns out to revoke the supplied secret which the configuration still has is an
	// error of the apply.
	f, tf := created(t, suppliedConfig("a"))
	p := tf.Plan(suppliedConfig("a").With("minimum_version", tftypes.UnknownValue))
	leftOpen(t, tf, p)
	core.Says(t, tf.Apply(p, suppliedConfig("a").With("minimum_version", 2)).Errors(), "The same value again")
	wrote(t, f)
}

// Without the comparison key a configured value counts as equal, and it is never sent on a guess. What the platform
// changed since the last apply is found.
func TestWithoutComparisonKey(t *testing.T) {
	f, tf := created(t, suppliedConfig("a"))
	blind := newTerraformOn(t, fakes.NewPlatform(t, f.URL, fakes.Identity("staging"), 0))
	blind.State, blind.Private = tf.State, tf.Private
	plan := blind.Plan(suppliedConfig("b"))
	core.Says(t, plan.Diags.Warnings(), "Secrets are not compared", "count as equal")
	core.Silent(t, blind, suppliedConfig("b")) // it warned once in this run
	wrote(t, f)
	core.Silent(t, tf, suppliedConfig("a"))
	// By its number it can be told.
	keeps(t, blind, blind.Plan(suppliedConfig("b").With("secret_wo_version", 1)), nil)
	wrote(t, f, "PATCH /sec_01 if 1", "POST /sec_01/rotation/begin if 2 sends b")
}
