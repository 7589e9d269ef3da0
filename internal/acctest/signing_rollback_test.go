package acctest_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// An operator takes a promotion back. The sink has the old value first again after one apply, no delivery is lost on the way, and what was rolled
// back ends at the deadline that the old one had.
func TestSigningRollback(t *testing.T) {
	s := newSigning(t)
	k := acctest.NewSink(t)
	config := func(more string) { s.tf.Config(policy("") + hooks(s.h.URL, more) + signingHandover(k)) }
	config("")
	s.tf.Apply()
	s.know(1)
	s.draining()
	first, second := s.value(1), s.value(2)
	s.p.Clock.Advance(6 * time.Hour)
	s.deliver(2, 1)

	s.verb(api.RoleSecurity, "rotation/rollback", api.StepRequest{Reason: "receivers refuse it"})
	s.deliver(1, 2)
	s.tf.SavePlan("back.tfplan").Has("is on hold", "receivers refuse it", "~ value_wo_version = 2 -> 1").HasNot(theSigning + " will be updated")
	s.tf.ApplyPlan("back.tfplan")
	if version, values := k.Last(); version != 1 || values != fmt.Sprintf("[%q,%q]", first, second) {
		t.Errorf("the sink was last given version %d, want version 1 and then the other value", version)
	}
	s.want(1, map[string]any{
		"phase": "staged", "due": "none", "reason": "held", "current_version": 1.0, "pending_version": 2.0, "acknowledged": false,
		"pending_expires_at": acctest.Epoch.Add(31 * day).Format(time.RFC3339),
	})
	s.tf.Plan(0).Has("is on hold")

	// Released, nothing brings it back: it is known to the receiver and is not even asked about.
	s.release()
	probed := len(s.h.Probes())
	s.p.Probe()
	if n := len(s.h.Probes()); n != probed {
		t.Errorf("%d probes of what was rolled back", n-probed)
	}
	s.tf.Plan(0).Silent()
	s.p.Clock.Advance(18*time.Hour - time.Second)
	s.deliver(1, 2)
	s.p.Clock.Advance(time.Second)
	s.deliver(1)
	s.tf.Plan(2).Has("~ version = 1 -> 3", "due since 2026-05-31T12:00:00Z")
	s.tf.Apply()
	s.deliver(1, 3)
}

// The public keys follow a rollback and what ends it: the newest of the valid versions is always the first.
func TestSigningRollbackOfKeys(t *testing.T) {
	s := startSigning(t, "", ed25519Keys)
	s.draining()
	keys := func() (out []string) {
		s.tf.Apply()
		listed, _ := s.tf.State(theSigning)["public_keys"].([]any)
		for _, k := range listed {
			out = append(out, fmt.Sprint(k))
		}
		return out
	}
	both := keys()
	signingStep(api.StepRollback, api.StepRequest{Reason: "broken"})(s)
	if after := keys(); len(after) != 2 || !slices.Equal(after, both) {
		t.Errorf("keys %v, want %v", after, both)
	}
	s.deliver(1, 2)
	s.p.Clock.Advance(day)
	if after := keys(); !slices.Equal(after, both[1:]) {
		t.Errorf("keys %v, want %v", after, both[1:])
	}
	s.tf.Plan(0).Has("is on hold")
}

// A rotation that somebody cancels while it is staged: the sink goes back, and after the release the next one has the next number.
func TestSigningCancelled(t *testing.T) {
	s := newSigning(t)
	k := acctest.NewSink(t)
	s.tf.Config(policy("") + hooks(s.h.URL, "") + signingHandover(k))
	s.tf.Apply()
	s.know(1)
	s.staged()
	signingStep(api.StepCancel, api.StepRequest{Reason: "broken"})(s)
	s.deliver(1)
	s.tf.Plan(2).Has("is on hold", "~ value_wo_version = 2 -> 1").HasNot(theSigning + " will be updated")
	s.tf.Apply()
	if version, values := k.Last(); version != 1 || values != fmt.Sprintf("[%q,null]", s.value(1)) {
		t.Errorf("the sink was last given version %d, want version 1 alone", version)
	}
	s.release()
	s.tf.Plan(2).Has("~ version = 1 -> 3", "~ value_wo_version = 1 -> 3")
	s.tf.Apply()
	s.deliver(1, 3)
	s.know(3)
	s.p.Probe()
	s.tf.Apply()
	s.deliver(3, 1)
	s.tf.Plan(0).Silent()
}
