package acctest_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// trigger is the argument with one key.
func trigger(value string) string {
	return fmt.Sprintf("rotate_when_changed = { incident = %q }", value)
}

func TestTriggerChangedBeginsARotation(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, policy, step string
		want               map[string]any
	}{
		{"with acknowledgement", "", `"stable" -> "staged"`, map[string]any{"phase": "staged", "current_version": 1.0, "pending_version": 2.0}},
		{"without acknowledgement", withoutAcknowledgement, `"stable" -> "draining"`, map[string]any{"phase": "draining", "current_version": 2.0, "previous_version": 1.0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, tf := acctest.Start(t)
			s := acctest.NewSink(t)
			config := policy(c.policy) + handover(s)
			tf.Config(config + notifier(trigger("a")))
			tf.Apply()
			w := watch(t, p)
			tf.Config(config + notifier(trigger("b")))
			tf.SavePlan("b.tfplan").Has(c.step, "~ version = 1 -> 2", "sink_secret.notifier will be updated", "a value of rotate_when_changed has changed")
			tf.ApplyPlan("b.tfplan")
			w.want(1, 2)
			wantRotation(t, tf, 2, c.want)
			if version, value := s.Last(); version != 2 || value != w.values[2] {
				t.Errorf("the sink was last given version %d, want the value of version 2", version)
			}
			// Once is enough.
			tf.Plan(0)
			tf.Apply()
			w.want(1, 2)
		})
	}
}

// Who starts or stops to use the argument, or a key of it, does not want a rotation for it.
func TestTriggerAddedOrRemovedDoesNotRotate(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	tf.Config(policy("") + notifier(""))
	tf.Apply()
	for _, more := range []string{
		`rotate_when_changed = {}`,
		`rotate_when_changed = { incident = "a" }`,
		`rotate_when_changed = { incident = "a", release = "1" }`,
		`rotate_when_changed = { release = "1" }`,
		`rotate_when_changed = { incident = "b", release = "1" }`,
		``,
		`rotate_when_changed = { incident = "c" }`,
	} {
		tf.Config(policy("") + notifier(more))
		tf.SavePlan("edit.tfplan").Has(token+" will be updated in-place").HasNot("version", "known after apply", "Warning:")
		tf.ApplyPlan("edit.tfplan")
		tf.Plan(0).Silent()
	}
	object := p.As(api.RoleAuditor).ScopedToken("notifier")
	if object.Rotation.NextVersion != 2 || object.RotationRequested || object.RotateWhenChanged["incident"] != "c" {
		t.Errorf("the platform has %+v, want version 1 alone, no request, and the last trigger", object)
	}
}

// A change while another rotation runs is not lost: it falls due after that rotation.
func TestTriggerChangedWhileStaged(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	tf.Config(policy("") + notifier(trigger("a")))
	tf.Apply()
	w := watch(t, p)
	w.advance(30 * day)
	tf.Apply()
	w.want(1, 2)

	tf.Config(policy("") + notifier(trigger("b")))
	tf.SavePlan("b.tfplan").Has("is requested, not begun", "is in phase staged").HasNot("~ version", "known after apply")
	tf.ApplyPlan("b.tfplan")
	wantRotation(t, tf, 2, map[string]any{"phase": "staged", "pending_version": 2.0, "next_version": 3.0})
	tf.Plan(0).HasNot("is requested, not begun")

	p.As(api.RoleRuntime).Introspect(w.values[2])
	tf.Apply()
	wantRotation(t, tf, 2, map[string]any{"phase": "draining", "next_version": 3.0})
	tf.Plan(0)
	w.advance(day)
	tf.Plan(2).Has(`"stable" -> "staged"`, "~ version = 2 -> 3", "a rotation was requested earlier")
	tf.Apply()
	w.want(2, 3)
	wantRotation(t, tf, 3, map[string]any{"phase": "staged", "pending_version": 3.0, "next_version": 4.0})

	// And that was the answer: no further one follows it.
	p.As(api.RoleRuntime).Introspect(w.values[3])
	tf.Apply()
	w.advance(day)
	tf.Plan(0).Silent()
}

func TestTriggerChangedWhileDraining(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	tf.Config(policy(withoutAcknowledgement) + notifier(trigger("a")))
	tf.Apply()
	w := watch(t, p)
	w.advance(30 * day)
	tf.Apply()
	tf.Config(policy(withoutAcknowledgement) + notifier(trigger("b")))
	tf.SavePlan("b.tfplan").Has("is requested, not begun", "is in phase draining").HasNot("~ version")
	tf.ApplyPlan("b.tfplan")
	w.want(1, 2)
	tf.Plan(0).Silent()
	w.advance(day)
	tf.Plan(2).Has(`"stable" -> "draining"`, "~ version = 2 -> 3", "a rotation was requested earlier")
	tf.Apply()
	w.want(2, 3)
	tf.Plan(0).Silent()
	w.advance(day)
	tf.Plan(0).Silent()
}

// One apply takes one step; which one, and whether the change still waits afterwards, depends on what is due.
func TestTriggerChangedTogetherWithAStep(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, policy string
		until        func(*acctest.Platform)
		more         string // beside the trigger
		step         string
		waits        bool
		after        float64 // next_version after the one apply
	}{
		{"begin by interval", "", untilDue, "", `"stable" -> "staged"`, false, 3},
		{"rotate by interval", withoutAcknowledgement, untilDue, "", `"stable" -> "draining"`, false, 3},
		{"reissue", "", untilRevoked, "", `"revoked" -> "stable"`, false, 3},
		{"promote", "", untilAcknowledged, "", `"staged" -> "draining"`, true, 3},
		{"minimum_version", "", func(*acctest.Platform) {}, "minimum_version = 2", "minimum_version is raised to 2", true, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, tf := acctest.Start(t)
			tf.Config(policy(c.policy) + notifier(trigger("a")))
			tf.Apply()
			c.until(p)
			tf.Config(policy(c.policy) + notifier(trigger("b")+"\n"+c.more))
			plan := tf.SavePlan("b.tfplan").Has(c.step)
			if c.waits {
				plan.Has("is requested, not begun", "another step comes first")
			} else {
				plan.HasNot("is requested, not begun")
			}
			tf.ApplyPlan("b.tfplan")
			wantRotation(t, tf, 2, map[string]any{"next_version": c.after})

			// Bring it to stable and see whether another rotation is wanted.
			deployer := p.As(api.RoleDeployer)
			if deployer.ScopedToken("notifier").Rotation.Phase == api.PhaseStaged {
				p.As(api.RoleRuntime).Introspect(deployer.Reveal("notifier", 2))
				tf.Apply()
			}
			p.Clock.Advance(day)
			if c.waits {
				tf.Plan(2).Has("~ version = 2 -> 3", "a rotation was requested earlier")
			} else {
				tf.Plan(0).Silent()
			}
		})
	}
}

func TestTriggerChangedOnHold(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	tf.Config(policy("") + notifier(trigger("a")))
	tf.Apply()
	security := p.As(api.RoleSecurity)
	security.Verb(api.KindScopedTokens, "notifier", "hold", api.HoldRequest{Reason: "investigating"}).Want(http.StatusOK)
	tf.Config(policy("") + notifier(trigger("b")))
	tf.SavePlan("b.tfplan").Has("is requested, not begun", "the token is on hold", "investigating").HasNot("~ version")
	tf.ApplyPlan("b.tfplan")
	tf.Plan(0).Has("is on hold")
	security.Verb(api.KindScopedTokens, "notifier", "release", api.HoldRequest{Reason: "understood"}).Want(http.StatusOK)
	tf.Plan(2).Has("~ version = 1 -> 2", "a rotation was requested earlier")
	tf.Apply()
	wantRotation(t, tf, 2, map[string]any{"phase": "staged"})
}

// While a value is not known the plan promises nothing, and the apply decides.
func TestTriggerUnknownInThePlan(t *testing.T) {
	t.Parallel()
	// The output is known after the apply whenever the resource is replaced, and is then what input says.
	source := func(input, generation string) string {
		return fmt.Sprintf("\nresource \"terraform_data\" \"incident\" {\n  input            = %q\n  triggers_replace = %q\n}\n", input, generation)
	}
	for _, c := range []struct {
		name, value   string
		version, next float64
		valid         []int64
		deliveries    int
	}{
		{"it has changed", "b", 2, 3, []int64{1, 2}, 2},
		{"it has not changed", "a", 1, 2, []int64{1}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, tf := acctest.Start(t)
			s := acctest.NewSink(t)
			config := policy(withoutAcknowledgement) + handover(s) + notifier("rotate_when_changed = { incident = terraform_data.incident.output }")
			tf.Config(config + source("a", "1"))
			tf.Apply()
			w := watch(t, p)
			tf.Config(config + source(c.value, "2"))
			tf.SavePlan("late.tfplan").Has("~ version = 1 -> (known after apply)")
			tf.ApplyPlan("late.tfplan")
			w.want(c.valid...)
			wantRotation(t, tf, c.version, map[string]any{"next_version": c.next})
			if version, value := s.Last(); version != int64(c.version) || value != w.values[version] {
				t.Errorf("the sink was last given version %d, want the value of version %v", version, c.version)
			}
			if n := len(s.All()); n != c.deliveries {
				t.Errorf("the sink was given %d values, want %d", n, c.deliveries)
			}
			tf.Plan(0).Silent()
		})
	}
}
