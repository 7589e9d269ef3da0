package webhookendpoint

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest/core"
)

// A receiver that answers 410 has its endpoint disabled by the platform. That is drift: the plan shows it, says why,
// and enables it again.
func TestDisabledEndpointIsEnabledAgain(t *testing.T) {
	for name, c := range map[string]core.Config{"by default": base(), "explicitly": base().With("enabled", true)} {
		t.Run(name, func(t *testing.T) {
			f, tf := created(t, c)
			f.gone()
			p := tf.Plan(c)
			tf.Expect(tf.State, "enabled=false")
			tf.Expect(p.Planned, "enabled=true", "id="+theID)
			core.Says(
				t,
				p.Diags.Warnings(),
				`AttributeName("enabled")`,
				`"orders" was disabled`,
				"At 2026-05-01T13:00:00Z",
				"msg_7",
				"410",
				"This plan enables it again",
				"set enabled = false",
			)
			if !p.Changes || p.Replaces {
				t.Errorf("changes: %v, replaces: %v", p.Changes, p.Replaces)
			}
			core.Must(t, tf.Apply(p, nil))
			if diff := cmp.Diff([]map[string]any{{"enabled": true}}, f.writes); diff != "" {
				t.Error(diff)
			}
			core.Silent(t, tf, c)
			// What was remembered of it is forgotten: switched off by hand, it was not gone.
			f.endpoint.Enabled = false
			if p := tf.Plan(c); !p.Changes || p.Diags.Warnings() != "" {
				t.Errorf("changes: %v, %s", p.Changes, p.Diags.Warnings())
			}
		})
	}
}

// Who sets enabled = false has answered: the plan has nothing to do, and is silent from then on.
func TestDisabledEndpointStaysDisabled(t *testing.T) {
	f, tf := created(t, base())
	f.gone()
	off := base().With("enabled", false)
	core.Silent(t, tf, off)
	// Back on, later: it says what it was switched off for.
	p := tf.Plan(base())
	core.Says(t, p.Diags.Warnings(), "This plan enables it again")
	core.Must(t, tf.Apply(p, nil))
	core.Silent(t, tf, base())

	// Switched off in the configuration, it is not drift that the platform has it off.
	tf.Run(off)
	core.Silent(t, tf, off)
	tf.Expect(tf.State, "enabled=false")
}

// What is not known yet is not foretold.
func TestDisabledEndpointWithUnknownEnabled(t *testing.T) {
	f, tf := created(t, base())
	f.gone()
	p := tf.Plan(base().With("enabled", tftypes.UnknownValue))
	if tf.Expect(p.Planned, "enabled=<unknown>"); len(p.Diags) != 0 {
		t.Errorf("%s%s", p.Diags.Errors(), p.Diags.Warnings())
	}
	core.Must(t, tf.Apply(p, base().With("enabled", true)))
	tf.Expect(tf.State, "enabled=true")
	core.Silent(t, tf, base())
}

// It happens between plan and apply: the change goes through, the state has what was planned, and the next read finds
// it.
func TestDisabledBetweenPlanAndApply(t *testing.T) {
	f, tf := created(t, base())
	c := base().With("description", "new")
	p := tf.Plan(c)
	f.gone()
	core.Must(t, tf.Apply(p, nil))
	if diff := cmp.Diff([]map[string]any{{"description": "new"}}, f.writes); diff != "" {
		t.Error(diff)
	}
	tf.Expect(tf.State, "enabled=true", "description=new")
	if p := tf.PlanOnly(c); p.Changes || len(p.Diags) != 0 {
		t.Errorf("without a refresh nothing is to be enabled: %s", p.Diags.Warnings())
	}
	p = tf.Plan(c)
	tf.Expect(tf.State, "enabled=false")
	core.Says(t, p.Diags.Warnings(), "This plan enables it again")
	core.Must(t, tf.Apply(p, nil))
	core.Silent(t, tf, c)
}

// Enabled again, and switched off in the configuration later: the answer of the first tells that it is gone no more,
// also without a refresh.
func TestEnabledAgainIsForgotten(t *testing.T) {
	f, tf := created(t, base())
	f.gone()
	tf.Run(base())
	core.Must(t, tf.Apply(tf.PlanOnly(base().With("enabled", false)), nil))
	p := tf.PlanOnly(base())
	if tf.Expect(p.Planned, "enabled=true"); len(p.Diags) != 0 {
		t.Error(p.Diags.Warnings())
	}
}

func TestImportOfDisabledEndpoint(t *testing.T) {
	f, _ := created(t, base())
	f.gone()
	tf := newTerraform(t, f)
	core.Must(t, tf.Import("orders"))
	core.Says(t, tf.Plan(base()).Diags.Warnings(), "msg_7", "This plan enables it again")
	core.Silent(t, tf, base().With("enabled", false))
}
