package platform_test

import (
	"strings"
	"testing"
	"time"
)

// TestQueueCheck: /readyz says when events are due that nothing attempts, and leaves out those that have to wait.
func TestQueueCheck(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	limited := w.newHook("limited", nil)
	w.do("PATCH", pathEndpoints+"/"+limited.endpoint, object{"rate_limit_per_second": 1}).want(200)
	w.sent(h.endpoint)
	w.sent(limited.endpoint)
	wantQueue := func(when, state, words string) {
		t.Helper()
		if got := w.ready(200).check("queue"); got.State != state || !strings.Contains(got.Text, words) {
			t.Errorf("%s: %+v", when, got)
		}
	}
	w.clock.Advance(10*time.Minute - time.Second)
	wantQueue("at first", "ok", "")
	w.clock.Advance(time.Second)
	wantQueue("after ten minutes", "degraded", "due for 10m0s and was not attempted")
	metrics := w.counted()
	for _, line := range []string{"quickconnect_delivery_queue_age_seconds 600", "quickconnect_deliveries_queued 2"} {
		if !strings.Contains(metrics, "\n"+line+"\n") {
			t.Errorf("the metrics do not have %s", line)
		}
	}
	w.do("PATCH", pathEndpoints+"/"+h.endpoint, object{"enabled": false}).want(200)
	wantQueue("disabled", "ok", "")
	w.do("PATCH", pathEndpoints+"/"+h.endpoint, object{"enabled": true}).want(200)
	wantQueue("enabled again", "degraded", "")
	w.deliver()
	wantQueue("delivered", "ok", "")
}

// TestAuditHead: the metrics say how far each log has grown, and how long its first unsigned event waits.
func TestAuditHead(t *testing.T) {
	w := newWorld(t)
	w.sweep() // signs
	wantHead := func(unsigned string) {
		t.Helper()
		grown := w.query1("SELECT size FROM audit_logs WHERE tenant = 'acme' AND environment = 'staging'")
		w.clock.Advance(time.Minute)
		metrics := w.counted()
		for metric, value := range map[string]string{"head": grown, "unsigned_seconds": unsigned} {
			line := "\nquickconnect_audit_" + metric + `{environment="staging",tenant="acme"} ` + value + "\n"
			if !strings.Contains(metrics, line) {
				t.Errorf("the metrics do not have %s%s", line, metricsOf(metrics, "quickconnect_audit_"))
			}
		}
	}
	wantHead("0")
	w.newConnector("chat", nil)
	wantHead("60")
	w.clock.Advance(time.Hour)
	w.sweep()
	wantHead("0")
}

func metricsOf(metrics, prefix string) (lines []string) {
	for line := range strings.Lines(metrics) {
		if strings.HasPrefix(line, prefix) {
			lines = append(lines, line)
		}
	}
	return lines
}
