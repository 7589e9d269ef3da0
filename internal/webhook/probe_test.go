package webhook_test

import (
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

func TestJudgeProbe(t *testing.T) {
	for _, tt := range []struct {
		status, control int
		want            webhook.Finding
	}{
		{200, 401, webhook.Proven},
		{204, 400, webhook.Proven},
		{299, 403, webhook.Proven},
		{200, 422, webhook.Proven},
		{200, 200, webhook.NotEnforced},
		{202, 204, webhook.NotEnforced},
		{401, 0, webhook.NotAccepted},
		{400, 0, webhook.NotAccepted},
		{403, 0, webhook.NotAccepted},
		{422, 0, webhook.NotAccepted},
		{401, 200, webhook.NotAccepted}, // the control does not matter then
		{200, 0, webhook.Inconclusive},
		{200, 404, webhook.Proven},
		{200, 405, webhook.Proven},
		{200, 406, webhook.Proven},
		{200, 409, webhook.Proven},
		{200, 412, webhook.Proven},
		{200, 415, webhook.Proven},
		{200, 419, webhook.Proven},
		{200, 498, webhook.Proven},
		{200, 499, webhook.Proven},
		{200, 399, webhook.Inconclusive},
		{200, 408, webhook.Inconclusive},
		{200, 410, webhook.Inconclusive},
		{200, 425, webhook.Inconclusive},
		{200, 429, webhook.Inconclusive},
		{200, 500, webhook.Inconclusive},
		{200, 503, webhook.Inconclusive},
		{200, 302, webhook.Inconclusive},
		{0, 0, webhook.Inconclusive},
		{302, 0, webhook.Inconclusive},
		{404, 0, webhook.Inconclusive},
		{410, 0, webhook.Inconclusive},
		{503, 401, webhook.Inconclusive},
	} {
		if got := webhook.JudgeProbe(tt.status, tt.control); got != tt.want {
			t.Errorf("%d, then %d: %s, want %s", tt.status, tt.control, got, tt.want)
		}
		if webhook.NeedsControl(tt.status) != (tt.status >= 200 && tt.status < 300) {
			t.Errorf("%d: NeedsControl is wrong", tt.status)
		}
	}
}

func TestFindingEnforces(t *testing.T) {
	for finding, want := range map[webhook.Finding][2]bool{
		webhook.Proven: {true, true}, webhook.NotAccepted: {true, true}, webhook.NotEnforced: {false, true},
		webhook.Inconclusive: {false, false},
	} {
		if enforces, known := finding.Enforces(); enforces != want[0] || known != want[1] {
			t.Errorf("%s: %v, known %v", finding, enforces, known)
		}
	}
}

func TestProbeInterval(t *testing.T) {
	for probes, want := range map[int]time.Duration{
		0: time.Minute, 1: time.Minute, 2: 2 * time.Minute, 3: 4 * time.Minute, 6: 32 * time.Minute, 7: time.Hour,
		8: time.Hour, 1000: time.Hour,
	} {
		if got := webhook.ProbeInterval(probes); got != want {
			t.Errorf("after %d probes: %s, want %s", probes, got, want)
		}
	}
}

// However seldom a key is probed, one probe is made shortly before its stage ends.
func TestNextProbe(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		probes          int
		stageEnds, want time.Duration // from now
	}{
		{7, 0, time.Hour},
		{7, 3 * time.Hour, time.Hour},
		{7, 70 * time.Minute, time.Hour},
		{7, 69 * time.Minute, 59 * time.Minute},
		{7, 11 * time.Minute, time.Minute},
		{7, 10 * time.Minute, time.Hour}, // this is the last one
		{7, 5 * time.Minute, time.Hour},
		{1, 30 * time.Minute, time.Minute},
	} {
		var end time.Time
		if c.stageEnds > 0 {
			end = now.Add(c.stageEnds)
		}
		if got := webhook.NextProbe(now, c.probes, end).Sub(now); got != c.want {
			t.Errorf("%d probes, the stage ends after %s: %s, want %s", c.probes, c.stageEnds, got, c.want)
		}
	}
}
