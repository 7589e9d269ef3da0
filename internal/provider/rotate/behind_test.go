package rotate

import (
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// Consumers are behind only where they used the older version when they could have used the newer one. Every other
// outcome has a reason to say nothing.
func TestConsumersAreBehind(t *testing.T) {
	issued := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	at := func(after time.Duration) *time.Time { used := issued.Add(after); return &used }
	never := (*time.Time)(nil)
	versions := func(older, newer, evidence *time.Time) []api.ValidVersion {
		return []api.ValidVersion{
			{Version: 3, IssuedAt: issued.Add(-time.Hour), LastUsedAt: older},
			{Version: 6, IssuedAt: issued, LastUsedAt: newer, EvidenceAt: evidence},
		}
	}
	behindNow := versions(at(time.Second), never, never)
	together := versions(at(time.Second), at(time.Second), never)
	probe := func(version int64, result string) *api.Probe { return &api.Probe{Version: version, Result: result} }

	for name, c := range map[string]struct {
		uses uses
		want behind
	}{
		"a stage":              {uses{numbers: staged, versions: behindNow}, isBehind},
		"an overlap":           {uses{numbers: draining, versions: behindNow}, isBehind},
		"promoted now":         {uses{numbers: staged, step: rotation.StepPromote, versions: behindNow}, isBehind},
		"retired now":          {uses{numbers: draining, step: rotation.StepRetire, versions: behindNow}, isBehind},
		"on hold":              {uses{numbers: draining, reason: rotation.ReasonHeld, versions: behindNow}, isBehind},
		"acknowledged by hand": {uses{numbers: draining, versions: versions(at(1), never, at(0))}, isBehind},

		"stable":      {uses{numbers: stable, versions: behindNow}, oneValid},
		"revoked":     {uses{numbers: revoked, versions: behindNow}, oneValid},
		"rolled back": {uses{numbers: rolled, versions: behindNow}, rolledBack},
		"minimum_version": {
			uses{numbers: draining, step: rotation.StepMinimumVersion, versions: behindNow}, endedOnPurpose,
		},
		"without a note":      {uses{numbers: draining}, neverRead},
		"with another note":   {uses{numbers: draining, versions: behindNow[:1]}, neverRead},
		"the newer one too":   {uses{numbers: draining, versions: versions(at(time.Hour), at(1), never)}, followed},
		"the newer one alone": {uses{numbers: draining, versions: versions(never, at(1), never)}, followed},
		"nobody":              {uses{numbers: draining, versions: versions(never, never, never)}, olderIdle},
		"not since":           {uses{numbers: draining, versions: versions(at(-1), never, never)}, olderIdle},
		"at that moment":      {uses{numbers: draining, versions: versions(at(0), never, never)}, olderIdle},

		"together":            {uses{numbers: draining, versions: together, together: true}, isBehind},
		"together in a stage": {uses{numbers: staged, versions: together, together: true}, isBehind},
		"together, no traffic": {
			uses{numbers: draining, versions: versions(at(-1), never, never), together: true}, olderIdle,
		},
		"together, with evidence": {
			uses{numbers: draining, versions: versions(at(1), at(1), at(1)), together: true}, followed,
		},
		"together, proven in the overlap": {
			uses{numbers: draining, versions: together, together: true, probe: probe(6, api.ProbeProven)}, followed,
		},
		"together, the probe of another version": {
			uses{numbers: draining, versions: together, together: true, probe: probe(3, api.ProbeProven)}, isBehind,
		},
		"together, inconclusive": {
			uses{numbers: draining, versions: together, together: true, probe: probe(6, api.ProbeInconclusive)}, isBehind,
		},
		"verifies nothing": {
			uses{numbers: draining, versions: together, together: true, probe: probe(6, api.ProbeNotEnforced)}, unverified,
		},
		"verified nothing before": {
			uses{numbers: staged, versions: together, together: true, reason: rotation.ReasonNotEnforced}, unverified,
		},
	} {
		if got := c.uses.decide(); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
