package rotate

import (
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// What a value that the configuration supplies means for the step.
func TestSupply(t *testing.T) {
	type triggers = map[string]string
	const argument = "secret_wo"
	ours := Supply{Argument: argument, Configured: true, New: true, ByUser: true}
	same := Supply{Argument: argument, Configured: true, Supplied: true}
	drifted := Supply{Argument: argument, Configured: true, New: true, Supplied: true}
	gone := Supply{Argument: argument, Configured: true, New: true, Supplied: true, Barred: true}
	theirs := Supply{Argument: argument, Supplied: true}
	ask := func(w wanted) wanted { w.triggers = triggers{"a": "2"}; return w }
	asked := triggers{"a": "1"}
	for name, c := range map[string]struct {
		prior      prior
		want       wanted
		step       rotation.Step
		sends      bool
		needsValue bool
		superseded bool
		refused    string
	}{
		"new, stable": {
			prior: prior{Numbers: stable, requiresAcknowledgement: true}, want: wanted{supply: ours},
			step: rotation.StepBegin, sends: true,
		},
		"new, stable, no acknowledgement": {
			prior: prior{Numbers: stable}, want: wanted{supply: ours}, step: rotation.StepRotate, sends: true,
		},
		"new, and due": {
			prior: prior{Numbers: stable, due: rotation.StepRotate, reason: rotation.ReasonInterval},
			want:  wanted{supply: ours}, step: rotation.StepRotate, sends: true,
		},
		"new, and asked for": {
			prior: prior{Numbers: stable, triggers: asked}, want: ask(wanted{supply: ours}),
			step: rotation.StepRotate, sends: true,
		},
		"new, revoked": {
			prior: prior{Numbers: revoked, due: rotation.StepReissue, reason: rotation.ReasonRevoked},
			want:  wanted{supply: ours}, step: rotation.StepReissue, sends: true,
		},
		"new, held": {
			prior: prior{Numbers: stable, reason: rotation.ReasonHeld}, want: wanted{supply: ours},
		},
		"new, staged": {
			prior: prior{Numbers: staged, phaseEnds: "2026-06-01T00:00:00Z"}, want: wanted{supply: ours},
			refused: "in phase staged of another one until 2026-06-01T00:00:00Z",
		},
		"new, draining": {
			prior: prior{Numbers: draining}, want: wanted{supply: ours}, refused: "raise minimum_version to 7",
		},
		"new, staged, promote due": {
			prior: prior{Numbers: staged, due: rotation.StepPromote}, want: wanted{supply: ours},
			refused: "secret_wo has a new value",
		},
		"new, with a minimum above all": {
			prior: prior{Numbers: staged}, want: wanted{supply: ours, minimumVersion: 7},
			step: rotation.StepMinimumVersion, sends: true,
		},
		"new, with a minimum that one passes": {
			prior: prior{Numbers: staged}, want: wanted{supply: ours, minimumVersion: 6},
			step: rotation.StepMinimumVersion,
		},
		"new, with an idle minimum": {
			prior: prior{Numbers: stable}, want: wanted{supply: ours, minimumVersion: 2}, step: rotation.StepRotate,
			sends: true,
		},
		"same, with a minimum above all": {
			prior: prior{Numbers: stable}, want: wanted{supply: same, minimumVersion: 6},
			refused: "still has the value that would be revoked",
		},
		"same, with a minimum that one passes": {
			prior: prior{Numbers: draining}, want: wanted{supply: same, minimumVersion: 6},
			step: rotation.StepMinimumVersion,
		},
		"same, due": {
			prior: prior{Numbers: stable, due: rotation.StepBegin, reason: rotation.ReasonInterval},
			want:  wanted{supply: same}, needsValue: true,
		},
		"same, overdue": {
			prior: prior{Numbers: stable, due: rotation.StepBegin, reason: rotation.ReasonOverdue},
			want:  wanted{supply: same}, needsValue: true,
		},
		"same, requested earlier": {
			prior: prior{Numbers: stable, due: rotation.StepBegin, reason: rotation.ReasonRequested},
			want:  wanted{supply: same}, needsValue: true,
		},
		"same, asked for": {
			prior: prior{Numbers: stable, triggers: asked}, want: ask(wanted{supply: same}), needsValue: true,
		},
		"same, promote due": {
			prior: prior{Numbers: staged, due: rotation.StepPromote}, want: wanted{supply: same},
			step: rotation.StepPromote,
		},
		"same, retire due": {
			prior: prior{Numbers: draining, due: rotation.StepRetire}, want: wanted{supply: same},
			step: rotation.StepRetire,
		},
		"drifted, stable": {
			prior: prior{Numbers: stable}, want: wanted{supply: drifted}, step: rotation.StepRotate, sends: true,
		},
		"drifted, with a minimum above all": {
			prior: prior{Numbers: staged}, want: wanted{supply: drifted, minimumVersion: 7},
			refused: "still has the value that would be revoked",
		},
		"drifted, staged": {
			prior: prior{Numbers: staged}, want: wanted{supply: drifted}, superseded: true,
		},
		"drifted, promote due": {
			prior: prior{Numbers: staged, due: rotation.StepPromote}, want: wanted{supply: drifted},
			step: rotation.StepPromote, superseded: true,
		},
		"drifted, held": {
			prior: prior{Numbers: staged, reason: rotation.ReasonHeld}, want: wanted{supply: drifted},
		},
		"gone, stable": {
			prior: prior{Numbers: stable}, want: wanted{supply: gone}, needsValue: true,
		},
		"gone, due": {
			prior: prior{Numbers: stable, due: rotation.StepBegin, reason: rotation.ReasonInterval},
			want:  wanted{supply: gone}, needsValue: true,
		},
		"gone, asked for": {
			prior: prior{Numbers: stable, triggers: asked}, want: ask(wanted{supply: gone}), needsValue: true,
		},
		"gone, revoked": {
			prior: prior{Numbers: revoked, due: rotation.StepReissue, reason: rotation.ReasonRevoked},
			want:  wanted{supply: gone}, needsValue: true,
		},
		"gone, staged": {
			prior: prior{Numbers: staged}, want: wanted{supply: gone}, needsValue: true,
		},
		"gone, promote due": {
			prior: prior{Numbers: staged, due: rotation.StepPromote}, want: wanted{supply: gone},
			step: rotation.StepPromote, needsValue: true,
		},
		"gone, retire due": {
			prior: prior{Numbers: draining, due: rotation.StepRetire}, want: wanted{supply: gone},
			step: rotation.StepRetire, needsValue: true,
		},
		"gone, held": {
			prior: prior{Numbers: stable, reason: rotation.ReasonHeld}, want: wanted{supply: gone},
		},
		"gone, with a minimum above all": {
			prior: prior{Numbers: stable}, want: wanted{supply: gone, minimumVersion: 6},
			refused: "has a value that was revoked before",
		},
		"not configured, due": {
			prior: prior{Numbers: stable, due: rotation.StepBegin, reason: rotation.ReasonInterval},
			want:  wanted{supply: theirs}, needsValue: true,
		},
		"not configured, requested earlier": {
			prior: prior{Numbers: stable, due: rotation.StepBegin, reason: rotation.ReasonRequested},
			want:  wanted{supply: theirs}, step: rotation.StepBegin,
		},
		"not configured, asked for": {
			prior: prior{Numbers: stable, triggers: asked}, want: ask(wanted{supply: theirs}),
			step: rotation.StepRotate,
		},
		"not configured, due and asked for": {
			prior: prior{Numbers: stable, due: rotation.StepBegin, reason: rotation.ReasonInterval, triggers: asked},
			want:  ask(wanted{supply: theirs}), step: rotation.StepBegin,
		},
		"not configured, minimum": {
			prior: prior{Numbers: stable}, want: wanted{supply: theirs, minimumVersion: 6},
			step: rotation.StepMinimumVersion,
		},
		"not configured, revoked": {
			prior: prior{Numbers: revoked, due: rotation.StepReissue},
			want:  wanted{supply: Supply{Argument: argument}}, step: rotation.StepReissue,
		},
		"not configured, platform's own due": {
			prior: prior{Numbers: stable, due: rotation.StepBegin},
			want:  wanted{supply: Supply{Argument: argument}}, step: rotation.StepBegin,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := changeOf(c.prior, c.want)
			attribute, summary, detail := got.refusal()
			if (summary != "") != (c.refused != "") || summary != "" && attribute != argument ||
				!strings.Contains(detail, c.refused) {
				t.Fatalf("refused on %q: %s; want %q", attribute, detail, c.refused)
			}
			if summary != "" {
				return
			}
			if got.decision.step != c.step || got.SendsValue() != c.sends {
				t.Errorf(
					"step %q, sends the value: %v; want %q, %v",
					got.decision.step,
					got.SendsValue(),
					c.step,
					c.sends,
				)
			}
			if got.needsValue() != c.needsValue || got.superseded() != c.superseded {
				t.Errorf("needs a value: %v, superseded: %v; want %v, %v",
					got.needsValue(), got.superseded(), c.needsValue, c.superseded)
			}
		})
	}
	unsure := wanted{supply: Supply{Configured: true, Unsure: true}}
	if got := changeOf(prior{Numbers: stable, due: rotation.StepBegin}, unsure); !got.Unknown() || got.Steps() {
		t.Errorf("a value that is not known yet: %+v", got.decision)
	}
}
