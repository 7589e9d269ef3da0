package provider_test

import (
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

func TestRotationWithAcknowledgement(t *testing.T) {
	forEach(t, rotatedKinds(), func(s *scene, k kind) {
		t := s.t
		s.create(k.config)
		tf := s.tf
		tf.Expect(tf.State, "version=1", "rotation.phase=stable", "rotation.next_version=2", "tenant=acme",
			"deletion_protection=false", "handover=17")
		tftest.Silent(t, tf, k.config)

		s.due()
		p := tf.Plan(k.config)
		tf.Expect(p.Planned, "version=2", "handover=27", "rotation.phase=staged", "rotation.due=none",
			"rotation.acknowledged=false",
			"rotation.current_version=1", "rotation.pending_version=2", "rotation.previous_version=<null>",
			"rotation.next_version=3", "rotation.reason=<unknown>", "rotation.requires_acknowledgement=<unknown>",
			"rotation.pending_expires_at=<unknown>",
			"rotation.previous_expires_at=<unknown>", "rotation.last_rotated_at=<unknown>",
			"rotation.next_rotation_at=<unknown>",
			"id="+tf.Get(tf.State, "id"), "created_at=2026-05-01T12:00:00Z")
		s.warns(p, `Rotation of "orders" begins: version 2 will be issued`, "due since 2026-07-30T12:00:00Z, interval 90d")
		tf.Keep(p, nil)
		s.Wrote(t, "POST rotation/begin if 1")
		tf.Expect(tf.State, "version=2", "rotation.pending_expires_at=2026-08-06T12:00:00Z")

		s.warns(tftest.Empty(t, tf, k.config), `Version 2 of "orders" waits to be seen in use`, "2026-08-06T12:00:00Z")
		s.credential.Acknowledge(2)
		p = tf.Plan(k.config)
		tf.Expect(p.Planned, "version=2", "handover=27", "rotation.phase=draining", "rotation.current_version=2",
			"rotation.previous_version=1",
			"rotation.pending_version=<null>", "rotation.next_version=3")
		s.warns(p, "version 2 will be current", "version 2 was seen in use")
		tf.Keep(p, nil)
		s.Wrote(t, "POST rotation/promote if 2")
		tf.Expect(tf.State, "rotation.previous_expires_at=2026-07-31T12:00:00Z")
		tftest.Silent(t, tf, k.config)

		s.Clock.Advance(day)
		tftest.Silent(t, tf, k.config)
		tf.Expect(tf.State, "rotation.phase=stable", "rotation.current_version=2", "version=2", "handover=25")
	})
}

func TestRotationWithoutAcknowledgement(t *testing.T) {
	forEach(t, rotatedKinds(), func(s *scene, k kind) {
		t := s.t
		s.create(k.config)
		tf := s.tf
		s.rules(map[string]any{"require_acknowledgement": false, "quiet_period": "1h"})
		s.Clock.Advance(121 * day)
		p := tf.Plan(k.config)
		s.warns(p, "overdue", "2026-07-30T12:00:00Z")
		tf.Expect(p.Planned, "version=2", "rotation.phase=draining", "rotation.current_version=2",
			"rotation.previous_version=1",
			"rotation.next_version=3")
		tf.Keep(p, nil)
		tftest.Silent(t, tf, k.config)
		s.Clock.Advance(time.Hour)
		p = tf.Plan(k.config)
		tf.Expect(p.Planned, "version=2", "rotation.phase=stable", "rotation.previous_version=<null>")
		tf.Keep(p, nil)
		s.Wrote(t, "POST rotation/rotate if 1", "POST rotation/retire if 2")
		tftest.Silent(t, tf, k.config)
	})
}

func TestOverlapOfZeroEndsAtOnce(t *testing.T) {
	forEach(t, rotatedKinds(), func(s *scene, k kind) {
		t := s.t
		s.create(k.config)
		s.rules(map[string]any{"require_acknowledgement": false, "overlap": "0s"})
		s.due()
		s.tf.Run(k.config) // the plan says draining, and Terraform insists on what the plan says
		s.tf.Expect(s.tf.State, "rotation.phase=draining")
		tftest.Silent(t, s.tf, k.config)
		s.tf.Expect(s.tf.State, "version=2", "rotation.phase=stable")
	})
}

// Somebody revokes every version: a new one is issued in place. Where one remains it is current, and the plan is
// silent.
func TestRevokedOutside(t *testing.T) {
	all, below := api.RevokeRequest{All: true, Reason: "leak"}, func(n int64) api.RevokeRequest {
		return api.RevokeRequest{Below: &n, Reason: "leak"}
	}
	nothing := func(*scene, tftest.Config) {}
	for name, x := range map[string]struct {
		before func(*scene, tftest.Config)
		revoke api.RevokeRequest
		left   string // version after the next apply
		issued bool
	}{
		"stable":            {nothing, all, "2", true},
		"staged":            {(*scene).staged, all, "3", true},
		"draining":          {(*scene).draining, below(3), "3", true},
		"staged, below 2":   {(*scene).staged, below(2), "2", false},
		"draining, below 2": {(*scene).draining, below(2), "2", false},
	} {
		t.Run(name, func(t *testing.T) {
			forEach(t, bothTypes(), func(s *scene, k kind) {
				t := s.t
				s.create(k.config)
				x.before(s, k.config)
				s.credential.RevokeAs(x.revoke)
				if x.issued {
					p := s.tf.Plan(k.config)
					s.tf.Expect(s.tf.State, "rotation.phase=revoked")
					s.tf.Expect(p.Planned, "version="+x.left, "rotation.phase=stable", "rotation.current_version="+x.left,
						"id="+s.credential.ID())
					s.warns(p, "will be issued", "revoked", "If it must stay revoked")
					s.tf.Keep(p, nil)
				}
				tftest.Silent(t, s.tf, k.config)
				s.tf.Expect(s.tf.State, "version="+x.left, "rotation.phase=stable", "rotation.current_version="+x.left,
					"rotation.pending_version=<null>", "rotation.previous_version=<null>")
			})
		})
	}
}

func TestDestroyInAnyPhase(t *testing.T) {
	for name, before := range map[string]func(*scene, tftest.Config){
		"staged": (*scene).staged, "draining": (*scene).draining,
		"on hold": func(s *scene, _ tftest.Config) { s.credential.Hold("incident") },
		"revoked": func(s *scene, _ tftest.Config) { s.credential.Revoke() },
	} {
		t.Run(name, func(t *testing.T) {
			forEach(t, bothTypes(), func(s *scene, k kind) {
				t := s.t
				s.create(k.config)
				before(s, k.config)
				tftest.Must(t, s.tf.Refresh())
				tftest.Must(t, s.tf.PlanDestroy().Diags)
				if tftest.Must(t, s.tf.Destroy()); s.credential.Exists() {
					t.Error("not destroyed")
				}
			})
		})
	}
}

// On hold the step of every phase is left alone, and taken after the release.
func TestHoldInEachPhase(t *testing.T) {
	due := func(s *scene, _ tftest.Config) { s.due() }
	for name, x := range map[string]struct {
		until func(*scene, tftest.Config)
		phase string // on hold
		then  string // phase after the step
	}{
		"begin": {due, "stable", "staged"},
		"rotate": {func(s *scene, _ tftest.Config) {
			s.rules(map[string]any{"require_acknowledgement": false})
			s.due()
		}, "stable", "draining"},
		"promote": {(*scene).proven, "staged", "draining"},
		"retire":  {(*scene).draining, "draining", "stable"},
		"reissue": {func(s *scene, _ tftest.Config) { s.credential.Revoke() }, "revoked", "stable"},
	} {
		t.Run(name, func(t *testing.T) {
			forEach(t, bothTypes(), func(s *scene, k kind) {
				t := s.t
				s.create(k.config)
				x.until(s, k.config)
				s.credential.Hold("investigating INC-7")
				s.warns(tftest.Empty(t, s.tf, k.config), `"orders" is on hold`, "Since 2026-", "investigating INC-7",
					"POST /v1/"+k.Path+"/"+s.credential.ID()+"/release, role operator, deployer or security")
				s.tf.Expect(s.tf.State, "rotation.phase="+x.phase, "rotation.due=none", "rotation.reason=held")
				// An edit goes through, and nothing of the rotation is open in its plan.
				c := k.config.With("description", "new")
				p := s.tf.Plan(c)
				for _, name := range []string{"version", "rotation", "public_keys"} {
					s.tf.Expect(p.Planned, name+"="+s.tf.Get(s.tf.State, name))
				}
				s.tf.Keep(p, nil)
				s.Wrote(t, "PATCH")
				s.credential.Release()
				p = s.tf.Plan(c)
				s.tf.Expect(p.Planned, "rotation.phase="+x.then)
				saysNothingOf(t, p.Diags.Warnings(), "is on hold")
				s.tf.Keep(p, nil)
				tftest.Empty(t, s.tf, c)
			})
		})
	}
}

// On hold nothing is rotated. What the configuration asks for is recorded, and done after the release.
func TestHoldStopsEveryStep(t *testing.T) {
	forEach(t, rotatedKinds(), func(s *scene, k kind) {
		t := s.t
		c := k.config.With("rotate_when_changed", tftest.Triggers("a", "1"))
		s.create(c)
		s.credential.Hold("incident 7")
		errs := s.tf.Plan(c.With("minimum_version", 2)).Diags.Errors()
		tftest.Says(t, errs, `AttributeName("minimum_version")`, "release the hold")
		s.due()
		s.warns(tftest.Empty(t, s.tf, c), "on hold", "incident 7")
		s.credential.Revoke()
		s.warns(tftest.Empty(t, s.tf, c), "on hold", "incident 7", "No version of it is valid")
		s.tf.Expect(s.tf.State, "version=1", "rotation.phase=revoked")
		c = c.With("rotate_when_changed", tftest.Triggers("a", "2"))
		p := s.tf.Plan(c)
		s.warns(p, "on hold", "requested, not begun", "hold released")
		s.tf.Keep(p, nil)
		s.Wrote(t, "PATCH")
		s.credential.Release()
		s.tf.Expect(s.tf.Plan(c).Planned, "version=2", "rotation.phase=stable")
	})
}

func TestHoldBetweenPlanAndApply(t *testing.T) {
	forEach(t, rotatedKinds(), func(s *scene, k kind) {
		t := s.t
		s.create(k.config)
		s.due()
		p := s.tf.Plan(k.config)
		s.Fail(acctest.Refuse("POST rotation/begin", api.Problem{Code: api.CodeHeld}))
		tftest.Says(t, s.tf.Apply(p, nil).Errors(), "On hold")
		s.tf.Expect(s.tf.State, "version=1", "rotation.due=begin")
	})
}

func TestRollback(t *testing.T) {
	forEach(t, rotatedKinds(), func(s *scene, k kind) {
		t := s.t
		s.create(k.config)
		s.proven(k.config)
		s.tf.Run(k.config)
		s.credential.Rollback("consumers fail")
		s.warns(tftest.Empty(t, s.tf, k.config), "on hold", "consumers fail")
		s.tf.Expect(s.tf.State, "version=1", "rotation.phase=staged", "rotation.pending_version=2")
		s.credential.Release()
		tftest.Silent(t, s.tf, k.config)
		// minimum_version over the version that was rolled back to.
		p := s.tf.Plan(k.config.With("minimum_version", 2))
		s.tf.Expect(p.Planned, "version=2", "rotation.phase=stable", "rotation.current_version=2", "rotation.next_version=3")
		s.tf.Keep(p, nil)
	})
}

// A plan that issues a version names the versions that were skipped, so that a gap in the numbers is explained.
func TestVersionsThatNeverBecameCurrent(t *testing.T) {
	const before = "issued earlier"
	forEach(t, rotatedKinds(), func(s *scene, k kind) {
		t := s.t
		s.create(k.config)
		cancelled := func() { s.credential.Begin(); s.credential.Cancel() }
		s.due()
		saysNothingOf(t, s.tf.Plan(k.config).Diags.Warnings(), before)
		cancelled()
		s.warns(s.tf.Plan(k.config), "version 3 will be issued", "Version 2 was issued earlier and is not current. "+
			"See its record: GET /v1/"+k.Path+"/"+s.credential.ID()+"/versions.")
		cancelled()
		s.warns(s.tf.Plan(k.config), "version 4 will be issued", "Versions 2 to 3 were issued earlier and are not current.")
		s.tf.Run(k.config)
		s.tf.Expect(s.tf.State, "version=4", "rotation.pending_version=4", "rotation.next_version=5")
		s.credential.Acknowledge(4)
		p := s.tf.Plan(k.config)
		saysNothingOf(t, p.Diags.Warnings(), before)
		s.tf.Keep(p, nil)
		s.tf.Expect(s.tf.State, "version=4", "rotation.current_version=4", "rotation.previous_version=1")
	})
}
