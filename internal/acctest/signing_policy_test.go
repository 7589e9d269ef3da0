package acctest_test

import (
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// weekly is another rotation policy, and the signing secret refers to it.
func weekly(config, rules string) string {
	other := strings.NewReplacer(`"monthly"`, `"weekly"`, `"30d"`, `"7d"`).Replace(policy(rules))
	return other + strings.ReplaceAll(config, "quickconnect_rotation_policy.monthly.id", "quickconnect_rotation_policy.weekly.id")
}

// The policy changes, or another one takes its place, in the middle of a rotation. No deadline that runs moves; what comes next follows the new policy.
func TestSigningPolicyChangesInTheMiddle(t *testing.T) {
	t.Run("staged, acknowledgement no more", func(t *testing.T) {
		s := startSigning(t, "", "")
		s.staged()
		s.config(withoutAcknowledgement+`overlap = "1h"`, "")
		s.tf.Plan(2).HasNot(theSigning + " will be updated")
		s.tf.Apply()
		s.tf.Plan(2).Has(`"staged" -> "draining"`, "Why: the rotation policy requires no acknowledgement.")
		s.tf.Apply()
		s.want(2, map[string]any{"phase": "draining", "previous_expires_at": "2026-05-31T13:00:00Z"})
		s.tf.Plan(0).Silent()
	})
	t.Run("staged, a shorter stage", func(t *testing.T) {
		s := startSigning(t, "", "")
		s.staged()
		s.config(`max_stage = "1h"`, "")
		s.tf.Apply()
		s.tf.Plan(0).Has("Its stage ends at 2026-06-07T12:00:00Z")
		s.p.Clock.Advance(day)
		s.deliver(1, 2)
	})
	t.Run("staged, promoted by the timeout from now on", func(t *testing.T) {
		s := startSigning(t, "", "")
		s.staged()
		s.config(`on_stage_timeout = "promote"`, "")
		s.tf.Apply()
		s.p.Clock.Advance(7 * day)
		s.deliver(2, 1)
		s.tf.Apply()
		s.want(2, map[string]any{"phase": "draining", "current_version": 2.0})
	})
	t.Run("draining, another overlap", func(t *testing.T) {
		s := startSigning(t, "", "")
		s.draining()
		s.config(`overlap = "10d"`, "")
		s.tf.Apply()
		s.want(2, map[string]any{"previous_expires_at": "2026-06-01T12:00:00Z"})
		s.p.Clock.Advance(day)
		s.deliver(2)
		s.tf.Plan(0).Silent()
	})
	t.Run("staged, another policy", func(t *testing.T) {
		s := startSigning(t, "", "")
		s.proven()
		s.tf.Config(policy("") + weekly(hooks(s.h.URL, ""), `overlap = "1h"`))
		s.tf.Plan(2).Has("~ rotation_policy_id", `"staged" -> "draining"`)
		s.tf.Apply()
		s.want(2, map[string]any{"phase": "draining", "previous_expires_at": "2026-05-31T13:00:00Z", "next_rotation_at": "2026-06-07T12:00:00Z"})
		s.tf.Plan(0).Silent()
		s.deliver(2, 1)
	})
	t.Run("supplied and staged, another policy", func(t *testing.T) {
		s := startSupplied(t, "", "")
		s.supply("b", "", "")
		s.tf.Apply()
		s.tf.Config(policy("") + weekly(supplied(s.h.URL, ""), ""))
		s.tf.Plan(2).Has("~ rotation_policy_id").HasNot("begins")
		s.tf.Apply()
		wantSupplied(t, s.p, 2, api.PhaseStaged, whsec("b"))
		s.tf.Plan(0).Has("waits to be seen in use")
	})
	t.Run("stable, another policy makes it due", func(t *testing.T) {
		s := startSigning(t, "", "")
		s.p.Clock.Advance(8 * day)
		s.tf.Config(policy("") + weekly(hooks(s.h.URL, ""), ""))
		s.tf.Apply()
		s.tf.Plan(2).Has("version 2 will be issued", "due since 2026-05-08T12:00:00Z, interval 7d")
	})
}

// Terraform deletes a policy before it changes what refers to it. The platform refuses, and the error says what to do; nothing happened to the secret.
func TestSigningPolicyTakenAway(t *testing.T) {
	s := startSigning(t, "", "")
	s.tf.Config(weekly(hooks(s.h.URL, ""), ""))
	s.tf.ApplyFails().Has("Cannot delete rotation policy", "1 signing secret", "create_before_destroy")
	s.deliver(1)
	s.config(createFirst, "")
	s.tf.Apply()
	s.tf.Config(weekly(hooks(s.h.URL, ""), createFirst))
	s.tf.Apply()
	s.tf.Plan(0).Silent()
	s.deliver(1)
}
