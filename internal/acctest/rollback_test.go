package acctest_test

import (
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// A rollback and what follows it: the consumers get the old value back in one apply, the new one ends at the deadline that
// the old one had, and once the hold is released the next rotation takes the next number.
func TestRollback(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	tf.Config(policy(withoutAcknowledgement) + notifier("") + handover(s))
	tf.Apply()
	w := watch(t, p)
	w.advance(30 * day)
	tf.Apply()
	w.want(1, 2)
	given(t, s, w, 2)

	w.advance(6 * time.Hour)
	p.As(api.RoleSecurity).Step("notifier", api.StepRollback, api.StepRequest{Reason: "consumers refuse it"})
	w.want(1, 2)
	tf.SavePlan("back.tfplan").
		Has("is on hold", "consumers refuse it", "~ value_wo_version = 2 -> 1", "0 to add, 1 to change, 0 to destroy").
		HasNot(token + " will be updated")
	tf.ApplyPlan("back.tfplan")
	w.want(1, 2)
	given(t, s, w, 1)
	wantRotation(t, tf, 1, map[string]any{
		"phase": "staged", "due": "none", "reason": "held", "current_version": 1.0, "pending_version": 2.0, "previous_version": nil, "next_version": 3.0,
		"pending_expires_at": acctest.Epoch.Add(31 * day).Format(time.RFC3339),
	})
	tf.Plan(0).Has("is on hold")

	// Use of the one that was rolled back does not bring it back on hold.
	p.As(api.RoleRuntime).Introspect(w.values[2])
	tf.Plan(0).Has("is on hold")

	// The old deadline is now that of the new one.
	w.advance(18*time.Hour - time.Second)
	w.want(1, 2)
	w.advance(time.Second)
	w.want(1)
	tf.Plan(0).Has("is on hold")
	tf.Apply()
	wantRotation(t, tf, 1, map[string]any{"phase": "stable", "reason": "held", "current_version": 1.0, "pending_version": nil, "next_version": 3.0})
	given(t, s, w, 1)

	// Released, the rotation that did not succeed is due again: version 1 is as old as before.
	release(p)
	tf.Plan(2).Has("~ version = 1 -> 3", `"stable" -> "draining"`, "~ value_wo_version = 1 -> 3")
	tf.Apply()
	w.want(1, 3)
	given(t, s, w, 3)
	wantRotation(t, tf, 3, map[string]any{"phase": "draining", "current_version": 3.0, "previous_version": 1.0, "next_version": 4.0})
	tf.Plan(0).Silent()
	w.advance(day)
	w.want(3)
	tf.Plan(0).Silent()
}

// given fails the test unless the sink has the value of this version.
func given(t *testing.T, s *acctest.Sink, w *watcher, version int64) {
	t.Helper()
	if got, value := s.Last(); got != version || value != w.values[version] {
		t.Errorf("the sink was last given version %d, want version %d and its value", got, version)
	}
}

// Released before the deadline, what was rolled back waits for its end, or for somebody who promotes it; Terraform does not,
// whatever the policy says.
func TestRollbackReleasedEarly(t *testing.T) {
	t.Parallel()
	t.Run("without a proof it is cancelled", func(t *testing.T) {
		t.Parallel()
		p, tf := acctest.Start(t)
		tf.Config(policy(withoutAcknowledgement) + notifier(""))
		tf.Apply()
		w := watch(t, p)
		w.advance(30 * day)
		tf.Apply()
		stepBy(api.StepRollback, api.StepRequest{Reason: "broken"})(p)
		release(p)
		tf.Plan(0).Silent()
		tf.Apply()
		w.want(1, 2)
		wantRotation(t, tf, 1, map[string]any{"phase": "staged", "due": "none", "reason": ""})
		w.advance(day)
		w.want(1)
		tf.Plan(2).Has("~ version = 1 -> 3")
	})
	t.Run("promoted by hand, it gets what is left of the overlap", func(t *testing.T) {
		t.Parallel()
		p, tf := acctest.Start(t)
		s := acctest.NewSink(t)
		tf.Config(policy("") + notifier("") + handover(s))
		tf.Apply()
		w := watch(t, p)
		untilAcknowledged(p)
		tf.Apply()
		w.advance(6 * time.Hour)
		stepBy(api.StepRollback, api.StepRequest{Reason: "broken"})(p)
		release(p)
		tf.Apply()
		given(t, s, w, 1)
		wantRotation(t, tf, 1, map[string]any{"phase": "staged", "acknowledged": false})
		// Some consumers may still have it, so its use is not enough to take up again what was rolled back: that is for a person.
		p.As(api.RoleRuntime).Introspect(w.values[2])
		tf.Plan(0).Silent()
		stepBy(api.StepPromote, api.StepRequest{})(p)
		tf.Plan(2).Has("~ value_wo_version = 1 -> 2").HasNot(token + " will be updated")
		tf.Apply()
		given(t, s, w, 2)
		wantRotation(t, tf, 2, map[string]any{"phase": "draining", "current_version": 2.0, "previous_version": 1.0})
		w.advance(18*time.Hour - time.Second)
		w.want(1, 2)
		w.advance(time.Second)
		w.want(2)
		tf.Plan(0).Silent()
	})
}

// The number of a version that was cancelled is not used again: the next rotation leaves a gap, and the plan knows it.
func TestRotationAfterACancelledOne(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	tf.Config(policy("") + notifier("") + handover(s))
	tf.Apply()
	w := watch(t, p)
	w.advance(30 * day)
	tf.Apply()
	w.want(1, 2)
	given(t, s, w, 2)

	stepBy(api.StepCancel, api.StepRequest{Reason: "broken"})(p)
	w.want(1)
	tf.Plan(2).Has("is on hold", "~ value_wo_version = 2 -> 1").HasNot(token + " will be updated")
	tf.Apply()
	given(t, s, w, 1)
	tf.Plan(0).Has("is on hold")

	release(p)
	tf.SavePlan("next.tfplan").Has("~ version = 1 -> 3", "~ next_version = 3 -> 4", "~ value_wo_version = 1 -> 3")
	tf.ApplyPlan("next.tfplan")
	w.want(1, 3)
	given(t, s, w, 3)
	wantRotation(t, tf, 3, map[string]any{"phase": "staged", "current_version": 1.0, "pending_version": 3.0, "next_version": 4.0})
	p.As(api.RoleRuntime).Introspect(w.values[3])
	tf.Apply()
	wantRotation(t, tf, 3, map[string]any{"phase": "draining", "current_version": 3.0, "previous_version": 1.0, "next_version": 4.0})
	w.advance(day)
	w.want(3)
	tf.Plan(0).Silent()
}

// Nobody used the new version until its stage ended.
func TestStageTimeout(t *testing.T) {
	t.Parallel()
	t.Run("cancel", func(t *testing.T) {
		t.Parallel()
		p, tf := acctest.Start(t)
		s := acctest.NewSink(t)
		tf.Config(policy(`max_stage = "2d"`) + notifier("") + handover(s))
		tf.Apply()
		w := watch(t, p)
		w.advance(30 * day)
		tf.Apply()
		given(t, s, w, 2)
		w.advance(2*day - time.Second)
		w.want(1, 2)
		tf.Plan(0).Has("waits to be seen in use")
		w.advance(time.Second)
		w.want(1)

		// No hold: the rotation is due again, with the next number. The sink goes over directly.
		tf.SavePlan("again.tfplan").Has("~ value_wo_version = 2 -> 3", `"stable" -> "staged"`).HasNot("is on hold")
		tf.ApplyPlan("again.tfplan")
		w.want(1, 3)
		given(t, s, w, 3)
		wantRotation(t, tf, 3, map[string]any{"phase": "staged", "current_version": 1.0, "pending_version": 3.0, "next_version": 4.0})
		tf.Plan(0)
	})
	t.Run("promote", func(t *testing.T) {
		t.Parallel()
		p, tf := acctest.Start(t)
		s := acctest.NewSink(t)
		tf.Config(policy("max_stage = \"2d\"\non_stage_timeout = \"promote\"") + notifier("") + handover(s))
		tf.Apply()
		w := watch(t, p)
		w.advance(30 * day)
		tf.Apply()
		w.advance(2*day - time.Second)
		tf.Plan(0).Has("waits to be seen in use")
		w.advance(time.Second)
		w.want(1, 2)
		tf.Plan(0).Silent()
		tf.Apply()
		given(t, s, w, 2)
		wantRotation(t, tf, 2, map[string]any{
			"phase": "draining", "current_version": 2.0, "previous_version": 1.0,
			"previous_expires_at": acctest.Epoch.Add(33 * day).Format(time.RFC3339),
		})
		if by := versionOf(p.As(api.RoleAuditor).Versions("notifier"), 2).PromotedBy; by != "platform" {
			t.Errorf("version 2 was promoted by %q, want the platform", by)
		}
		w.advance(day)
		w.want(2)
		tf.Plan(0).Silent()
	})
}
