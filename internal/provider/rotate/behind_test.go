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
		use  versionUse
		want behind
	}{
		"a stage":              {versionUse{numbers: staged, versions: behindNow}, isBehind},
		"an overlap":           {versionUse{numbers: draining, versions: behindNow}, isBehind},
		"promoted now":         {versionUse{numbers: staged, step: rotation.StepPromote, versions: behindNow}, isBehind},
		"retired now":          {versionUse{numbers: draining, step: rotation.StepRetire, versions: behindNow}, isBehind},
		"on hold":              {versionUse{numbers: draining, reason: rotation.ReasonHeld, versions: behindNow}, isBehind},
		"acknowledged by hand": {versionUse{numbers: draining, versions: versions(at(1), never, at(0))}, isBehind},

		"stable":      {versionUse{numbers: stable, versions: behindNow}, oneValid},
		"revoked":     {versionUse{numbers: revoked, versions: behindNow}, oneValid},
		"rolled back": {versionUse{numbers: rolled, versions: behindNow}, rolledBack},
		"minimum_version": {
			versionUse{numbers: draining, step: rotation.StepMinimumVersion, versions: behindNow}, endedOnPurpose,
		},
		"without a note":      {versionUse{numbers: draining}, neverRead},
		"with another note":   {versionUse{numbers: draining, versions: behindNow[:1]}, neverRead},
		"the newer one too":   {versionUse{numbers: draining, versions: versions(at(time.Hour), at(1), never)}, followed},
		"the newer one alone": {versionUse{numbers: draining, versions: versions(never, at(1), never)}, followed},
		"nobody":              {versionUse{numbers: draining, versions: versions(never, never, never)}, olderIdle},
		"not since":           {versionUse{numbers: draining, versions: versions(at(-1), never, never)}, olderIdle},
		"at that moment":      {versionUse{numbers: draining, versions: versions(at(0), never, never)}, olderIdle},

		"together":            {versionUse{numbers: draining, versions: together, together: true}, isBehind},
		"together in a stage": {versionUse{numbers: staged, versions: together, together: true}, isBehind},
		"together, no traffic": {
			versionUse{numbers: draining, versions: versions(at(-1), never, never), together: true}, olderIdle,
		},
		"together, with evidence": {
			versionUse{numbers: draining, versions: versions(at(1), at(1), at(1)), together: true}, followed,
		},
		"together, proven in the overlap": {
			versionUse{numbers: draining, versions: together, together: true, probe: probe(6, api.ProbeProven)}, followed,
		},
		"together, the probe of another version": {
			versionUse{numbers: draining, versions: together, together: true, probe: probe(3, api.ProbeProven)}, isBehind,
		},
		"together, inconclusive": {
			versionUse{numbers: draining, versions: together, together: true, probe: probe(6, api.ProbeInconclusive)}, isBehind,
		},
		"verifies nothing": {
			versionUse{numbers: draining, versions: together, together: true, probe: probe(6, api.ProbeNotEnforced)}, unverified,
		},
		"verified nothing before": {
			versionUse{numbers: staged, versions: together, together: true, reason: rotation.ReasonNotEnforced}, unverified,
		},
	} {
		if got := c.use.decide(); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
