package acctest_test

import (
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// wantRotation fails the test unless the state has these facts of the notifier's rotation.
func wantRotation(t *testing.T, tf *acctest.CLI, version float64, want map[string]any) {
	t.Helper()
	state := tf.State(token)
	if state["version"] != version {
		t.Errorf("version is %v, want %v", state["version"], version)
	}
	rotation, ok := state["rotation"].(map[string]any)
	if !ok {
		t.Fatalf("rotation is %v", state["rotation"])
	}
	for name, value := range want {
		if rotation[name] != value {
			t.Errorf("rotation.%s is %v, want %v", name, rotation[name], value)
		}
	}
}

func TestRotationWithAcknowledgement(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	tf.Config(policy(`overlap = "24h"`) + notifier("") + handover(s))
	w := watch(t, p)

	tf.Apply()
	w.want(1)
	wantRotation(t, tf, 1, map[string]any{
		"phase": "stable", "due": "none", "current_version": 1.0, "next_version": 2.0,
		"requires_acknowledgement": true,
	})

	// Due: the plan wants it, one apply begins it.
	w.advance(30 * day)
	tf.Plan(2).Has(token+" will be updated in-place", `"stable" -> "staged"`, "~ version = 1 -> 2", "Warning:")
	tf.Apply()
	w.want(1, 2)
	wantRotation(t, tf, 2, map[string]any{
		"phase": "staged", "current_version": 1.0, "pending_version": 2.0,
		"next_version": 3.0, "acknowledged": false,
	})

	// Without proof that the new one is in use nothing is due. Asking as somebody who does not use it proves nothing.
	w.advance(day)
	tf.Plan(0).Has("Warning:", "acknowledge")

	// The first use is the proof.
	p.As(api.RoleRuntime).Introspect(w.values[2])
	tf.Plan(2).Has(`"staged" -> "draining"`)
	tf.Apply()
	w.want(1, 2)
	wantRotation(t, tf, 2, map[string]any{
		"phase": "draining", "current_version": 2.0, "previous_version": 1.0,
		"pending_version": nil,
	})
	tf.Plan(0).Silent()

	// The platform ends the overlap, at its deadline, whoever applies or does not.
	w.advance(day - time.Second)
	w.want(1, 2)
	w.advance(time.Second)
	w.want(2)
	tf.Plan(0).Silent()
	tf.Apply()
	wantRotation(t, tf, 2, map[string]any{
		"phase": "stable", "due": "none", "current_version": 2.0,
		"previous_version": nil, "next_version": 3.0,
	})

	// And the next one counts from the promotion.
	w.advance(29*day - time.Second)
	tf.Plan(0).Silent()
	w.advance(time.Second)
	tf.Plan(2).Has("~ version = 2 -> 3")
	if w.looked < 50 {
		t.Errorf("looked only %d times whether a value is accepted", w.looked)
	}
}

func TestDetailedExitCodes(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	tf.Config(policy(`require_acknowledgement = false`) + notifier("") + handover(s))
	tf.Plan(2)
	tf.Apply()
	tf.Plan(0).Silent()
	p.Restart()
	tf.Plan(0).Silent()
	p.Clock.Advance(30 * day)
	tf.Plan(2)
	p.Restart()
	tf.Plan(2)
	tf.Apply()
	tf.Plan(0).Silent()
	p.Restart()
	tf.Plan(0).Silent()
}
