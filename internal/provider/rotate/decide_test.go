package rotate

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// The four phases as a state shows them.
var (
	stable = rotation.Numbers{Phase: rotation.PhaseStable, Version: 3, Current: 3, Next: 6} // 4 and 5 were cancelled
	staged = rotation.Numbers{Phase: rotation.PhaseStaged, Version: 6, Current: 3, Pending: 6, Next: 7}
	// rolled is staged after a rollback.
	rolled   = rotation.Numbers{Phase: rotation.PhaseStaged, Version: 3, Current: 3, Pending: 6, Next: 7}
	draining = rotation.Numbers{Phase: rotation.PhaseDraining, Version: 6, Current: 6, Previous: 3, Next: 7}
	revoked  = rotation.Numbers{Phase: rotation.PhaseRevoked, Version: 6, Next: 7}
)

func TestOneStepPerApply(t *testing.T) {
	type triggers = map[string]string
	changed, before := triggers{"a": "2"}, triggers{"a": "1"}
	for name, c := range map[string]struct {
		prior    prior
		want     wanted
		step     rotation.Step
		after    rotation.Numbers
		recorded bool
	}{
		"nothing due": {prior: prior{Numbers: stable, due: rotation.StepNone}, after: stable},
		"begin due": {
			prior: prior{Numbers: stable, due: rotation.StepBegin, reason: rotation.ReasonInterval},
			step:  rotation.StepBegin,
			after: rotation.Numbers{Phase: rotation.PhaseStaged, Version: 6, Current: 3, Pending: 6, Next: 7},
		},
		"rotate due": {
			prior: prior{Numbers: stable, due: rotation.StepRotate, reason: rotation.ReasonInterval},
			step:  rotation.StepRotate,
			after: rotation.Numbers{Phase: rotation.PhaseDraining, Version: 6, Current: 6, Previous: 3, Next: 7},
		},
		"promote due": {
			prior: prior{Numbers: staged, due: rotation.StepPromote, reason: rotation.ReasonAcknowledged},
			step:  rotation.StepPromote, after: draining,
		},
		"retire due": {
			prior: prior{Numbers: draining, due: rotation.StepRetire, reason: rotation.ReasonQuiet},
			step:  rotation.StepRetire,
			after: rotation.Numbers{Phase: rotation.PhaseStable, Version: 6, Current: 6, Next: 7},
		},
		"reissue due": {
			prior: prior{Numbers: revoked, due: rotation.StepReissue, reason: rotation.ReasonRevoked},
			step:  rotation.StepReissue,
			after: rotation.Numbers{Phase: rotation.PhaseStable, Version: 7, Current: 7, Next: 8},
		},
		"waits to be seen": {
			prior: prior{Numbers: staged, due: rotation.StepNone, reason: rotation.ReasonAwaitingAcknowledgement},
			after: staged,
		},
		"rolled back, released": {prior: prior{Numbers: rolled, due: rotation.StepNone}, after: rolled},

		"trigger, acknowledged rotation": {
			prior: prior{Numbers: stable, requiresAcknowledgement: true, triggers: before},
			want:  wanted{triggers: changed}, step: rotation.StepBegin, after: staged,
		},
		"trigger, plain rotation": {
			prior: prior{Numbers: stable, triggers: before}, want: wanted{triggers: changed},
			step: rotation.StepRotate, after: draining,
		},
		"trigger added to the map": {
			prior: prior{Numbers: stable, triggers: before}, want: wanted{triggers: triggers{"a": "1", "b": "9"}},
			after: stable,
		},
		"trigger taken from the map": {
			prior: prior{Numbers: stable, triggers: triggers{"a": "1", "b": "9"}}, want: wanted{triggers: before},
			after: stable,
		},
		"argument added": {
			prior: prior{Numbers: stable}, want: wanted{triggers: before}, after: stable,
		},
		"argument removed": {prior: prior{Numbers: stable, triggers: before}, after: stable},
		"trigger while staged": {
			prior: prior{Numbers: staged, triggers: before, reason: rotation.ReasonAwaitingAcknowledgement},
			want:  wanted{triggers: changed}, after: staged, recorded: true,
		},
		"trigger while promote is due": {
			prior: prior{Numbers: staged, due: rotation.StepPromote, triggers: before},
			want:  wanted{triggers: changed}, step: rotation.StepPromote, after: draining, recorded: true,
		},
		"trigger while draining": {
			prior: prior{Numbers: draining, triggers: before}, want: wanted{triggers: changed}, after: draining,
			recorded: true,
		},
		"trigger while begin is due": {
			prior: prior{Numbers: stable, due: rotation.StepBegin, triggers: before},
			want:  wanted{triggers: changed}, step: rotation.StepBegin, after: staged,
		},
		"trigger while reissue is due": {
			prior: prior{Numbers: revoked, due: rotation.StepReissue, triggers: before},
			want:  wanted{triggers: changed}, step: rotation.StepReissue,
			after: rotation.Numbers{Phase: rotation.PhaseStable, Version: 7, Current: 7, Next: 8},
		},
		"trigger on hold": {
			prior: prior{Numbers: stable, reason: rotation.ReasonHeld, triggers: before},
			want:  wanted{triggers: changed}, after: stable, recorded: true,
		},
		"trigger on an expired token": {
			prior: prior{Numbers: revoked, reason: rotation.ReasonExpired, triggers: before},
			want:  wanted{triggers: changed}, after: revoked, recorded: true,
		},
		"trigger beside a raised minimum": {
			prior: prior{Numbers: stable, triggers: before}, want: wanted{triggers: changed, minimumVersion: 6},
			step:  rotation.StepMinimumVersion,
			after: rotation.Numbers{Phase: rotation.PhaseStable, Version: 6, Current: 6, Next: 7}, recorded: true,
		},
		"trigger beside an idle minimum": {
			prior: prior{Numbers: stable, triggers: before}, want: wanted{triggers: changed, minimumVersion: 3},
			step: rotation.StepRotate, after: draining,
		},
		"minimum before the step due": {
			prior: prior{Numbers: staged, due: rotation.StepPromote}, want: wanted{minimumVersion: 6},
			step:  rotation.StepMinimumVersion,
			after: rotation.Numbers{Phase: rotation.PhaseStable, Version: 6, Current: 6, Next: 7},
		},
		"minimum ends a previous": {
			prior: prior{Numbers: draining}, want: wanted{minimumVersion: 4}, step: rotation.StepMinimumVersion,
			after: rotation.Numbers{Phase: rotation.PhaseStable, Version: 6, Current: 6, Next: 7},
		},
		"minimum over a pending": {
			prior: prior{Numbers: staged}, want: wanted{minimumVersion: 7}, step: rotation.StepMinimumVersion,
			after: rotation.Numbers{Phase: rotation.PhaseStable, Version: 7, Current: 7, Next: 8},
		},
		"minimum after a rollback": {
			prior: prior{Numbers: rolled}, want: wanted{minimumVersion: 4}, step: rotation.StepMinimumVersion,
			after: rotation.Numbers{Phase: rotation.PhaseStable, Version: 6, Current: 6, Next: 7},
		},
		"minimum without effect, step due": {
			prior: prior{Numbers: staged, due: rotation.StepPromote}, want: wanted{minimumVersion: 3},
			step: rotation.StepPromote, after: draining,
		},
		"minimum while revoked": {
			prior: prior{Numbers: revoked, due: rotation.StepReissue}, want: wanted{minimumVersion: 7},
			step:  rotation.StepReissue,
			after: rotation.Numbers{Phase: rotation.PhaseStable, Version: 7, Current: 7, Next: 8},
		},
		"minimum lowered": {
			prior: prior{Numbers: stable, minimumVersion: 3}, want: wanted{minimumVersion: 1}, after: stable,
		},
		"minimum removed": {prior: prior{Numbers: stable, minimumVersion: 3}, after: stable},
		"minimum without effect on hold": {
			prior: prior{Numbers: stable, reason: rotation.ReasonHeld}, want: wanted{minimumVersion: 3},
			after: stable,
		},

		"expired": {
			prior: prior{Numbers: revoked, reason: rotation.ReasonExpired, expiresAt: "2026-01-01T00:00:00Z"},
			want:  wanted{expiresAt: "2026-01-01T00:00:00Z"}, after: revoked,
		},
		"expired, same moment": {
			prior: prior{Numbers: revoked, reason: rotation.ReasonExpired, expiresAt: "2026-01-01T00:00:00Z"},
			want:  wanted{expiresAt: "2026-01-01T01:00:00+01:00"}, after: revoked,
		},
		"expired, moved": {
			prior: prior{Numbers: revoked, reason: rotation.ReasonExpired, expiresAt: "2026-01-01T00:00:00Z"},
			want:  wanted{expiresAt: "2027-01-01T00:00:00Z"}, step: rotation.StepReissue,
			after: rotation.Numbers{Phase: rotation.PhaseStable, Version: 7, Current: 7, Next: 8},
		},
		"expired, removed": {
			prior: prior{Numbers: revoked, reason: rotation.ReasonExpired, expiresAt: "2026-01-01T00:00:00Z"},
			step:  rotation.StepReissue,
			after: rotation.Numbers{Phase: rotation.PhaseStable, Version: 7, Current: 7, Next: 8},
		},
		"expired, moved, on hold": {
			prior: prior{Numbers: revoked, reason: rotation.ReasonHeld, expiresAt: "2026-01-01T00:00:00Z"},
			after: revoked,
		},
		"alive, moved": {
			prior: prior{Numbers: stable, expiresAt: "2026-01-01T00:00:00Z"},
			want:  wanted{expiresAt: "2027-01-01T00:00:00Z"}, after: stable,
		},
		"revoked, moved": {
			prior: prior{
				Numbers: revoked, due: rotation.StepReissue, reason: rotation.ReasonRevoked, expiresAt: "2026-01-01T00:00:00Z",
			},
			want: wanted{expiresAt: "2027-01-01T00:00:00Z"}, step: rotation.StepReissue,
			after: rotation.Numbers{Phase: rotation.PhaseStable, Version: 7, Current: 7, Next: 8},
		},
		"rotate due beside another policy": {
			prior: prior{Numbers: stable, due: rotation.StepRotate}, want: wanted{policyMoves: true}, after: stable,
		},
		"promote due beside another policy": {
			prior: prior{Numbers: staged, due: rotation.StepPromote}, want: wanted{policyMoves: true}, after: staged,
		},
		"retire due beside another policy": {
			prior: prior{Numbers: draining, due: rotation.StepRetire}, want: wanted{policyMoves: true}, after: draining,
		},
		"trigger beside another policy": {
			prior: prior{Numbers: stable, triggers: before}, want: wanted{triggers: changed, policyMoves: true},
			after: stable, recorded: true,
		},
		"a new value beside another policy": {
			prior: prior{Numbers: stable},
			want:  wanted{policyMoves: true, supply: Supply{Configured: true, New: true, ByUser: true}}, after: stable,
		},
		"reissue due beside another policy": {
			prior: prior{Numbers: revoked, due: rotation.StepReissue}, want: wanted{policyMoves: true},
			step:  rotation.StepReissue,
			after: rotation.Numbers{Phase: rotation.PhaseStable, Version: 7, Current: 7, Next: 8},
		},
		"minimum beside another policy": {
			prior: prior{Numbers: stable, due: rotation.StepRotate}, want: wanted{minimumVersion: 6, policyMoves: true},
			step:  rotation.StepMinimumVersion,
			after: rotation.Numbers{Phase: rotation.PhaseStable, Version: 6, Current: 6, Next: 7},
		},
		"nothing due beside an unknown policy": {
			prior: prior{Numbers: stable}, want: wanted{policyUnknown: true}, after: stable,
		},
		"a step this provider lacks": {prior: prior{Numbers: stable, due: "defragment"}, after: stable},
	} {
		t.Run(name, func(t *testing.T) {
			got := changeOf(c.prior, c.want)
			if _, refused, _ := got.refusal(); refused != "" {
				t.Fatalf("refused: %s", refused)
			}
			if got.Unknown() {
				t.Fatal("unknown although everything is known")
			}
			if got.decision.step != c.step || got.recordsRequest() != c.recorded {
				t.Errorf("step %q, records a request: %v; want %q, %v",
					got.decision.step, got.recordsRequest(), c.step, c.recorded)
			}
			if got.decision.after != c.after {
				t.Errorf("after: %+v, want %+v", got.decision.after, c.after)
			}
			if want := c.prior.triggeredBy(c.want); got.Requests() != want {
				t.Errorf("request in the PATCH: %v, want %v", got.Requests(), want)
			}
			if got.recordsRequest() && !got.Requests() {
				t.Error("records a request that the PATCH does not have")
			}
			if got.guarded() != (c.step != "" || c.want.minimumVersion > c.prior.minimumVersion) {
				t.Errorf("guarded: %v", got.guarded())
			}
		})
	}
}

func TestUnknownsAreDecidedAtApply(t *testing.T) {
	held := prior{Numbers: stable, reason: rotation.ReasonHeld}
	quarantined := prior{Numbers: stable, reason: rotation.ReasonQuarantined, triggers: map[string]string{"a": "1"}}
	if d := decide(quarantined, wanted{triggers: map[string]string{"a": "2"}}); d.step != "" {
		t.Errorf("in quarantine, the step is %s", d.step)
	}
	if d := decide(quarantined, wanted{minimumVersion: quarantined.Next}); d.step != rotation.StepMinimumVersion {
		t.Errorf("in quarantine, minimum_version plans %q", d.step)
	}
	due := prior{Numbers: stable, due: rotation.StepBegin}
	expired := prior{Numbers: revoked, reason: rotation.ReasonExpired, expiresAt: "2026-01-01T00:00:00Z"}
	for name, c := range map[string]struct {
		prior   prior
		want    wanted
		unknown bool
	}{
		"minimum_version":                        {due, wanted{minimumVersionUnknown: true}, true},
		"a trigger":                              {due, wanted{triggersUnknown: true}, true},
		"a trigger on hold":                      {held, wanted{triggersUnknown: true}, true},
		"a trigger beside a minimum that is bad": {due, wanted{triggersUnknown: true, minimumVersion: 99}, true},
		"the policy":                             {due, wanted{policyUnknown: true}, true},
		"the policy, and a value of no step":     {held, wanted{policyUnknown: true}, false},
		"expires_at of a living token":           {due, wanted{expiresAtUnknown: true}, false},
		"expires_at of an expired token":         {expired, wanted{expiresAtUnknown: true}, true},
	} {
		t.Run(name, func(t *testing.T) {
			got := changeOf(c.prior, c.want)
			if got.Unknown() != c.unknown {
				t.Errorf("unknown: %v, want %v", got.Unknown(), c.unknown)
			}
			if got.Unknown() && (got.Steps() || got.Requests() || got.guarded()) {
				t.Errorf("decided all the same: %+v", got.decision)
			}
		})
	}
}

func changeOf(p prior, w wanted) Change {
	return Change{
		kind:  Kind{Kind: api.ScopedTokens, Short: "token"},
		state: Object{Common: tfkit.Common{ID: types.StringValue("tok_1")}},
		prior: p, wanted: w, decision: decide(p, w),
	}
}
