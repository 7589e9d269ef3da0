package acctest_test

import (
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// On hold the step of every phase is shown and left alone. Released, it is taken.
func TestSigningHold(t *testing.T) {
	for name, tc := range map[string]struct {
		rules   string
		until   func(*signing)
		version float64
		want    map[string]any // on hold
		step    string         // once it is released
	}{
		"begin":   {"", (*signing).due, 1, map[string]any{"phase": "stable", "current_version": 1.0}, `"stable" -> "staged"`},
		"rotate":  {withoutAcknowledgement, (*signing).due, 1, map[string]any{"phase": "stable", "current_version": 1.0}, `"stable" -> "draining"`},
		"promote": {"", (*signing).proven, 2, map[string]any{"phase": "staged", "current_version": 1.0, "pending_version": 2.0, "acknowledged": true}, `"staged" -> "draining"`},
		"retire":  {withoutAcknowledgement + `quiet_period = "1h"`, (*signing).quiet, 2, map[string]any{"phase": "draining", "current_version": 2.0, "previous_version": 1.0}, `"draining" -> "stable"`},
		"reissue": {"", (*signing).revoked, 1, map[string]any{"phase": "revoked", "current_version": nil}, `"revoked" -> "stable"`},
	} {
		t.Run(name, func(t *testing.T) {
			s := startSigning(t, tc.rules, "")
			tc.until(s)
			s.hold()
			before := s.standing()

			s.tf.Plan(0).Has(`Rotation of "orders" is on hold`, "Since 2026-", "investigating INC-7", "POST /v1/signing-secrets/sec_", "/release, role operator, deployer or security")
			s.tf.Apply().Has("is on hold")
			if after := s.standing(); after != before {
				t.Errorf("something happened to it\nbefore: %s\nafter:  %s", before, after)
			}
			tc.want["due"], tc.want["reason"] = "none", "held"
			s.want(tc.version, tc.want)

			s.release()
			s.tf.Plan(2).Has(tc.step).HasNot("is on hold")
			s.tf.Apply()
			s.tf.Plan(0)
		})
	}
}

// A hold stops rotations. Edits, deliveries, probes and deadlines go on.
func TestSigningHoldStopsNothingElse(t *testing.T) {
	s := startSigning(t, "", "")
	s.staged()
	s.hold()
	s.config("", `description = "Signs what is ordered."`)
	s.tf.SavePlan("edit.tfplan").Has("is on hold").HasNot("~ version", "~ rotation", "known after apply")
	s.tf.ApplyPlan("edit.tfplan")
	own := startSupplied(t, "", "")
	own.hold()
	own.supply("a", "", `description = "Signs what is ordered."`)
	own.tf.Plan(2).Has("is on hold").HasNot("~ version", "~ rotation", "known after apply")
	own.tf.Apply()
	own.tf.Plan(0).Has("is on hold")

	s.deliver(1, 2)
	s.know(1, 2)
	s.p.Probe()
	if evidence := versionOf(versions(s.p, api.KindSigningSecrets, "orders"), 2).Evidence; evidence == nil {
		t.Error("the receiver was not probed on hold")
	}
	s.tf.Plan(0).Has("is on hold")
	s.release()
	s.tf.Plan(2).Has("version 2 will be current")

	s.hold()
	s.p.Clock.Advance(7 * day) // the stage ends, with a proof
	s.deliver(2, 1)
	s.tf.Apply().Has("is on hold")
	s.want(2, map[string]any{"phase": "draining", "reason": "held", "current_version": 2.0})
	s.p.Clock.Advance(day)
	s.deliver(2)
	s.tf.Plan(0).Has("is on hold")
}

// Revoked and on hold, nothing can be sent and nothing is issued until somebody releases it.
func TestSigningRevokedOnHold(t *testing.T) {
	s := startSigning(t, "", "")
	s.verb(api.RoleSecurity, "revoke", api.RevokeRequest{All: true, Hold: true, Reason: "leaked INC-7"})
	s.tf.Plan(0).Has("is on hold", "leaked INC-7", "No version of it is valid")
	s.p.As(api.RoleOperator).Verb(api.KindWebhookEndpoints, "orders", "test-events", map[string]any{"type": anEvent}).WantProblem(api.CodeConflict)
	s.release()
	s.tf.Apply()
	s.know(2)
	s.deliver(2)
	s.tf.Plan(0).Silent()
}

// On hold minimum_version is an error of the plan where it would end something; released, it is the step.
func TestSigningMinimumVersionOnHold(t *testing.T) {
	for _, start := range []func(*testing.T, string, string) *signing{startSigning, startSupplied} {
		s := start(t, "", "")
		s.hold()
		before := s.standing()
		s.supply("b", "", "minimum_version = 2")
		s.tf.Plan(1).Has("The signing secret is on hold", "with "+theSigning, "release the hold", "revoke it on the platform")
		if after := s.standing(); after != before {
			t.Errorf("the plan changed it\nbefore: %s\nafter:  %s", before, after)
		}
		s.release()
		s.tf.Apply()
		wantSupplied(t, s.p, 2, api.PhaseStable, whsec("b"))
		s.tf.Plan(0).Silent()
	}
}
