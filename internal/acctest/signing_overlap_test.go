package acctest_test

import (
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// A receiver that still has the old secret alone when a version becomes current without a proof: because the policy says so, because the stage has ended, or because
// somebody forced it. While the two overlap, nothing fails. After that it refuses, and what it refused waits for it to learn.
func TestSigningOverlapEndsTooEarly(t *testing.T) {
	for name, tc := range map[string]struct {
		rules  string
		until  func(*signing)
		warned bool
	}{
		"no acknowledgement required": {withoutAcknowledgement, func(s *signing) {
			s.due()
			s.tf.Plan(2).Has("version 2 will be issued and current", "whoever does not have version 2 by then fails")
			s.tf.Apply()
		}, false},
		"the stage has ended": {"max_stage = \"2d\"\non_stage_timeout = \"promote\"\n", func(s *signing) {
			s.staged()
			s.p.Probe()
			s.tf.Plan(0).Has("the receiver does not know the version yet", "Its stage ends at 2026-06-02T12:00:00Z", "on_stage_timeout")
			s.p.Clock.Advance(2 * day)
		}, true},
		"forced": {"", func(s *signing) {
			s.staged()
			s.p.Probe()
			signingStep(api.StepPromote, api.StepRequest{Force: true, Reason: "the auditors come"})(s)
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := startSigning(t, tc.rules, "")
			tc.until(s)
			s.tf.Apply()
			s.want(2, map[string]any{"phase": "draining", "current_version": 2.0, "previous_version": 1.0})
			s.deliver(2, 1)
			if plan := s.tf.Plan(0); tc.warned {
				plan.Has(`Version 2 of "orders" is current without proof`, "the receiver does not know the version yet", "version 1 signs as well", "rotation/rollback")
			} else {
				plan.Silent()
			}
			s.p.Clock.Advance(day - time.Second)
			s.deliver(2, 1)
			s.p.Clock.Advance(time.Second)
			id := s.send()
			s.p.Deliver()
			d := s.p.As(api.RoleOperator).Deliveries("orders")[0]
			if s.accepted(id) || d.State != api.DeliveryQueued || d.NextAttemptAt == nil || len(d.Attempts) != 1 || d.Attempts[0].Detail != "the endpoint answered 401" {
				t.Fatalf("%+v", d)
			}
			s.tf.Plan(0).Has(`Deliveries to "orders" are not accepted`, "the endpoint answered 401")
			s.know(2)
			s.p.Clock.Advance(time.Minute)
			s.p.Deliver()
			if !s.accepted(id) {
				t.Error("the event that waited did not arrive")
			}
			s.deliver(2)
		})
	}
}

// Within the overlap a rollback is the way out: nothing ever fails.
func TestSigningRolledBackBeforeTheOverlapEnds(t *testing.T) {
	s := startSigning(t, withoutAcknowledgement, "")
	s.due()
	s.tf.Apply()
	s.deliver(2, 1)
	s.verb(api.RoleSecurity, "rotation/rollback", api.StepRequest{Reason: "the receiver does not know it"})
	for range 30 {
		s.p.Clock.Advance(time.Hour)
		id := s.send()
		s.p.Deliver()
		if !s.accepted(id) {
			t.Fatalf("at %s an event was refused", s.p.Clock.Now())
		}
	}
	s.tf.Plan(0).Has("is on hold", "the receiver does not know it")
}

// What is delivered in an overlap says nothing about which signature the receiver looked at, so it counts as a use of both: with traffic, quiet_period ends
// no overlap early, and the deadline does.
func TestSigningQuietPeriodWithTraffic(t *testing.T) {
	s := startSigning(t, "quiet_period = \"1h\"\n", "")
	s.draining()
	s.know(2)
	s.p.Clock.Advance(2 * time.Hour)
	s.deliver(2, 1)
	s.tf.Plan(0).Silent()
	s.p.Clock.Advance(time.Hour)
	s.tf.Plan(2).Has(`"draining" -> "stable"`, "version 1 has been unused for the quiet_period")
	s.deliver(2, 1)
	s.tf.Plan(0).Silent()
	s.p.Clock.Advance(21 * time.Hour)
	s.deliver(2)
	s.tf.Plan(0).Silent()
}
