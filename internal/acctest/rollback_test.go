package acctest_test

import (
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// A rollback and what follows it: the consumers get the old value back in one apply, the new one ends at the deadline
// that the old one had, and once the hold is released the next rotation takes the next number.
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
	p.Credential(api.ScopedTokens, "notifier").Rollback("consumers refuse it")
	w.want(1, 2)
	tf.SavePlan("back.tfplan").
		Has("is on hold", "consumers refuse it", "~ value_wo_version = 2 -> 1", "0 to add, 1 to change, 0 to destroy").
		HasNot(token + " will be updated")
	tf.ApplyPlan("back.tfplan")
	w.want(1, 2)
	given(t, s, w, 1)
	wantRotation(t, tf, 1, map[string]any{
		"phase": "staged", "due": "none", "reason": "held", "current_version": 1.0,
		"pending_version": 2.0, "previous_version": nil, "next_version": 3.0,
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
	wantRotation(t, tf, 1, map[string]any{
		"phase": "stable", "reason": "held", "current_version": 1.0,
		"pending_version": nil, "next_version": 3.0,
	})
	given(t, s, w, 1)

	// Released, the rotation that did not succeed is due again: version 1 is as old as before.
	p.Credential(api.ScopedTokens, "notifier").Release()
	tf.Plan(2).Has("~ version = 1 -> 3", `"stable" -> "draining"`, "~ value_wo_version = 1 -> 3")
	tf.Apply()
	w.want(1, 3)
	given(t, s, w, 3)
	wantRotation(t, tf, 3, map[string]any{
		"phase": "draining", "current_version": 3.0, "previous_version": 1.0,
		"next_version": 4.0,
	})
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
