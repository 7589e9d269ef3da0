package acctest_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// One reviewed line of configuration ends every older value at once, wherever a rotation stands, and the sink has the new one
// when the apply is over.
func TestMinimumVersionRaised(t *testing.T) {
	t.Parallel()
	begin := func(p *acctest.Platform) { stepBy(api.StepBegin, api.StepRequest{})(p) }
	rotate := func(p *acctest.Platform) { stepBy(api.StepRotate, api.StepRequest{})(p) }
	rollback := func(p *acctest.Platform) {
		rotate(p)
		stepBy(api.StepRollback, api.StepRequest{Reason: "broken"})(p)
		p.As(api.RoleSecurity).Verb(api.KindScopedTokens, "notifier", "release", api.HoldRequest{Reason: "understood"}).Want(http.StatusOK)
	}
	for _, c := range []struct {
		name    string
		before  func(*acctest.Platform)
		valid   []int64 // before
		minimum int64
		left    int64 // the one that is valid afterwards
		next    float64
	}{
		{"stable", func(*acctest.Platform) {}, []int64{1}, 2, 2, 3},
		{"staged, the pending one is new enough", begin, []int64{1, 2}, 2, 2, 3},
		{"staged, none is new enough", begin, []int64{1, 2}, 3, 3, 4},
		{"draining, the current one is new enough", rotate, []int64{1, 2}, 2, 2, 3},
		{"draining, none is new enough", rotate, []int64{1, 2}, 3, 3, 4},
		{"staged after a rollback, the pending one is new enough", rollback, []int64{1, 2}, 2, 2, 3},
		{"staged after a rollback, none is new enough", rollback, []int64{1, 2}, 3, 3, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, tf := acctest.Start(t)
			s := acctest.NewSink(t)
			config := policy(withoutAcknowledgement) + handover(s)
			tf.Config(config + notifier(""))
			tf.Apply()
			w := watch(t, p)
			c.before(p)
			w.want(c.valid...)

			tf.Config(config + notifier(fmt.Sprintf("minimum_version = %d", c.minimum)))
			tf.SavePlan("raise.tfplan").Has(token+" will be updated in-place", fmt.Sprintf("minimum_version is raised to %d", c.minimum)).HasNot("must be replaced")
			change := tf.Changes("raise.tfplan")[token]
			if change.Change.After["version"] != float64(c.left) {
				t.Errorf("the plan says version %v, want %d, known before the apply", change.Change.After["version"], c.left)
			}
			tf.ApplyPlan("raise.tfplan")

			w.want(c.left)
			wantRotation(t, tf, float64(c.left), map[string]any{
				"phase": "stable", "due": "none", "current_version": float64(c.left), "pending_version": nil, "previous_version": nil, "next_version": c.next,
			})
			if version, value := s.Last(); version != c.left || value != w.values[c.left] {
				t.Errorf("the sink was last given version %d, want the value of version %d", version, c.left)
			}
			tf.Plan(0).Silent()
		})
	}
}

// A step that is due waits: the emergency comes first, and one apply takes one step.
func TestMinimumVersionComesBeforeTheStepThatIsDue(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	tf.Config(policy("") + notifier(""))
	tf.Apply()
	w := watch(t, p)
	untilDue(p)
	tf.Config(policy("") + notifier("minimum_version = 2"))
	tf.Apply()
	w.want(2)
	wantRotation(t, tf, 2, map[string]any{"phase": "stable", "current_version": 2.0, "next_version": 3.0})
	// The new one is young, so nothing is due any more.
	tf.Plan(0).Silent()
}

// With no valid version at all there is nothing to revoke: the reissue is the step, and issues a version that is new enough.
func TestMinimumVersionWhileRevoked(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	config := policy("") + handover(s)
	tf.Config(config + notifier(""))
	tf.Apply()
	untilRevoked(p)
	tf.Config(config + notifier("minimum_version = 2"))
	tf.Apply()
	wantRotation(t, tf, 2, map[string]any{"phase": "stable", "current_version": 2.0, "next_version": 3.0})
	if version, value := s.Last(); version != 2 || !p.As(api.RoleAuditor).Introspect(value).Active {
		t.Errorf("the sink was last given version %d, want version 2, accepted", version)
	}
	tf.Plan(0).Silent()
}

func TestMinimumVersionWithoutEffect(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	config := policy("") + handover(s)
	tf.Config(config + notifier("minimum_version = 2"))
	tf.Apply()
	w := []string{standing(t, p)}
	for _, more := range []string{"minimum_version = 1", "", "minimum_version = 1", "minimum_version = 2"} {
		tf.Config(config + notifier(more))
		tf.SavePlan("edit.tfplan").Has(token+" will be updated in-place").HasNot("known after apply", "sink_secret.notifier will be", "Warning:")
		tf.ApplyPlan("edit.tfplan")
		tf.Plan(0).Silent()
		w = append(w, standing(t, p))
	}
	for _, v := range p.As(api.RoleAuditor).Versions("notifier") {
		if v.State != "current" || v.Version != 2 {
			t.Errorf("version %d is %s, want version 2 alone: %q", v.Version, v.State, w)
		}
	}
	if n := len(s.All()); n != 1 {
		t.Errorf("the sink was given %d values, want 1", n)
	}
}

func TestMinimumVersionOverNext(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	tf.Config(policy("") + notifier(""))
	tf.Apply()
	before := standing(t, p)
	tf.Config(policy("") + notifier("minimum_version = 3"))
	tf.Plan(1).Has("minimum_version is above the next version", "with "+token, "minimum_version = 3", "can be 2 at most")
	if after := standing(t, p); after != before {
		t.Errorf("the plan changed the token\nbefore: %s\nafter:  %s", before, after)
	}
}

// A creation starts where minimum_version says: what came from another place may have had numbers already.
func TestMinimumVersionAtCreation(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	tf.Config(policy("") + notifier("minimum_version = 5") + handover(s))
	tf.Apply()
	wantRotation(t, tf, 5, map[string]any{"phase": "stable", "current_version": 5.0, "next_version": 6.0})
	if version, value := s.Last(); version != 5 || p.As(api.RoleAuditor).Introspect(value).Version != 5 {
		t.Errorf("the sink was given version %d, want version 5 and its value", version)
	}
	tf.Plan(0).Silent()
	tf.Config(policy("") + notifier("minimum_version = 6") + handover(s))
	tf.Apply()
	wantRotation(t, tf, 6, map[string]any{"phase": "stable", "current_version": 6.0, "next_version": 7.0})
}

func TestMinimumVersionOnHold(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	tf.Config(policy("") + notifier(""))
	tf.Apply()
	security := p.As(api.RoleSecurity)
	security.Verb(api.KindScopedTokens, "notifier", "hold", api.HoldRequest{Reason: "investigating"}).Want(http.StatusOK)
	before := standing(t, p)
	tf.Config(policy("") + notifier("minimum_version = 2"))
	tf.Plan(1).Has("The token is on hold", "with "+token, "minimum_version = 2", "release the hold")
	if after := standing(t, p); after != before {
		t.Errorf("the plan changed the token\nbefore: %s\nafter:  %s", before, after)
	}

	// What would revoke nothing is no matter for the hold.
	tf.Config(policy("") + notifier("minimum_version = 1"))
	tf.Apply()
	wantRotation(t, tf, 1, map[string]any{"phase": "stable", "reason": "held"})

	security.Verb(api.KindScopedTokens, "notifier", "release", api.HoldRequest{Reason: "understood"}).Want(http.StatusOK)
	tf.Config(policy("") + notifier("minimum_version = 2"))
	tf.Apply()
	wantRotation(t, tf, 2, map[string]any{"phase": "stable", "current_version": 2.0})
}

// A hold that comes between plan and apply stops it as well.
func TestMinimumVersionSavedBeforeAHold(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	tf.Config(policy("") + notifier(""))
	tf.Apply()
	tf.Config(policy("") + notifier("minimum_version = 2"))
	tf.SavePlan("raise.tfplan")
	p.As(api.RoleSecurity).Verb(api.KindScopedTokens, "notifier", "hold", api.HoldRequest{Reason: "investigating"}).Want(http.StatusOK)
	before := standing(t, p)
	tf.ApplyPlanFails("raise.tfplan").Has("Changed since the plan", "Run terraform plan again")
	if after := standing(t, p); after != before {
		t.Errorf("the refused apply changed the token\nbefore: %s\nafter:  %s", before, after)
	}
}

// While the number is not known the plan promises nothing, and the apply decides.
func TestMinimumVersionUnknownInThePlan(t *testing.T) {
	t.Parallel()
	late := func(name string, number int) string {
		return fmt.Sprintf("\nresource \"terraform_data\" %q {\n  input = %d\n}\n", name, number)
	}
	for _, c := range []struct {
		name          string
		number        int
		version, next float64
		deliveries    int
	}{
		{"it raises", 2, 2, 3, 2},
		{"it has no effect", 1, 1, 2, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, tf := acctest.Start(t)
			s := acctest.NewSink(t)
			config := policy("") + handover(s)
			tf.Config(config + notifier(""))
			tf.Apply()
			w := watch(t, p)
			tf.Config(config + notifier("minimum_version = terraform_data.late.output") + late("late", c.number))
			tf.SavePlan("late.tfplan").Has("~ version = 1 -> (known after apply)")
			tf.ApplyPlan("late.tfplan")
			w.want(int64(c.version))
			wantRotation(t, tf, c.version, map[string]any{"phase": "stable", "current_version": c.version, "next_version": c.next})
			if version, value := s.Last(); version != int64(c.version) || value != w.values[version] {
				t.Errorf("the sink was last given version %d, want the value of version %v", version, c.version)
			}
			if n := len(s.All()); n != c.deliveries {
				t.Errorf("the sink was given %d values, want %d", n, c.deliveries)
			}
			tf.Plan(0).Silent()
		})
	}

	t.Run("it is over the next version", func(t *testing.T) {
		t.Parallel()
		p, tf := acctest.Start(t)
		tf.Config(policy("") + notifier(""))
		tf.Apply()
		before := standing(t, p)
		tf.Config(policy("") + notifier("minimum_version = terraform_data.late.output") + late("late", 7))
		tf.ApplyFails().Has("minimum_version", "can be 2 at most")
		if after := standing(t, p); after != before {
			t.Errorf("the refused apply changed the token\nbefore: %s\nafter:  %s", before, after)
		}
	})

	t.Run("at creation", func(t *testing.T) {
		t.Parallel()
		_, tf := acctest.Start(t)
		tf.Config(policy("") + notifier("minimum_version = terraform_data.late.output") + late("late", 4))
		tf.Apply()
		wantRotation(t, tf, 4, map[string]any{"current_version": 4.0, "next_version": 5.0})
		tf.Plan(0).Silent()
	})
}

// The platform ends a phase at its deadline, whatever plan is waiting. The minimum is in force after the apply in any case; where
// that leaves other versions than the plan said, the plan is not called a success.
func TestMinimumVersionSavedBeforeADeadline(t *testing.T) {
	t.Parallel()
	t.Run("the pending one that was to stay is cancelled", func(t *testing.T) {
		t.Parallel()
		p, tf := acctest.Start(t)
		s := acctest.NewSink(t)
		config := policy("") + handover(s)
		tf.Config(config + notifier(""))
		tf.Apply()
		w := watch(t, p)
		stepBy(api.StepBegin, api.StepRequest{})(p)
		w.want(1, 2)
		tf.Config(config + notifier("minimum_version = 2"))
		tf.SavePlan("raise.tfplan")
		w.advance(8 * day)
		w.want(1)
		tf.ApplyPlanFails("raise.tfplan").Has("Changed since the plan", "nothing was changed by it", "Run terraform plan again")
		w.want(1)
		tf.Apply()
		w.want(3)
		wantRotation(t, tf, 3, map[string]any{"phase": "stable", "current_version": 3.0, "next_version": 4.0})
		given(t, s, w, 3)
		tf.Plan(0).Silent()
	})
	t.Run("the previous one that was to go is retired", func(t *testing.T) {
		t.Parallel()
		p, tf := acctest.Start(t)
		tf.Config(policy(withoutAcknowledgement) + notifier(""))
		tf.Apply()
		w := watch(t, p)
		stepBy(api.StepRotate, api.StepRequest{})(p)
		tf.Config(policy(withoutAcknowledgement) + notifier("minimum_version = 2"))
		tf.SavePlan("raise.tfplan")
		w.advance(2 * day)
		tf.ApplyPlan("raise.tfplan")
		w.want(2)
		wantRotation(t, tf, 2, map[string]any{"phase": "stable", "current_version": 2.0, "next_version": 3.0})
		tf.Plan(0).Silent()
	})
}
