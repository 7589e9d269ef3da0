package platform_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// TestReceiverBeginsToVerify accepts everything at first, so that nothing is due. Later the version is proven.
func TestReceiverBeginsToVerify(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	h.staged(1)
	next := func(result, due, reason string) {
		t.Helper()
		w.probe()
		s := w.secret(h.secret)
		if s.Probe.Result != result || s.Rotation.Due != due || s.Rotation.Reason != reason {
			t.Errorf("probe %s, due %s, reason %s; want %s, %s, %s", s.Probe.Result, s.Rotation.Due, s.Rotation.Reason, result,
				due, reason)
		}
		w.clock.Advance(time.Hour)
	}
	h.says(with(http.StatusOK))
	next(api.ProbeNotEnforced, api.DueNone, api.ReasonNotEnforced)
	h.says(with(http.StatusBadGateway)) // shows neither
	next(api.ProbeInconclusive, api.DueNone, api.ReasonNotEnforced)
	h.says(verifying(http.StatusForbidden))
	next(api.ProbeNotAccepted, api.DueNone, api.ReasonAwaitingAcknowledgement)
	h.says(with(http.StatusOK))
	next(api.ProbeNotEnforced, api.DueNone, api.ReasonNotEnforced)
	h.says(verifying(http.StatusForbidden))
	h.knows(w.key(h.secret, 1), w.key(h.secret, 2))
	next(api.ProbeProven, api.StepPromote, api.ReasonAcknowledged)
	w.mustStep(h.secret, api.StepPromote, nil)
	if s := w.secret(h.secret); s.Probe != nil || s.Rotation.Reason != "" {
		t.Errorf("the probe of a version that is not pending is shown: %+v", s)
	}
	metrics := string(w.send("", "GET", "/metrics", nil).want(200).body)
	for result, n := range map[string]string{
		api.ProbeNotEnforced: "2", api.ProbeInconclusive: "1",
		api.ProbeNotAccepted: "1", api.ProbeProven: "1",
	} {
		if want := `quickconnect_probes_total{result="` + result + `"} ` + n; !strings.Contains(metrics, want) {
			t.Errorf("the metrics do not have %s", want)
		}
	}
}

func TestRepeatedProbeResultIsAuditedOnce(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	h.staged(1)
	for i := range 9 {
		h.says(verifying(http.StatusUnauthorized))
		if i/3 == 1 {
			h.says(with(http.StatusOK))
		}
		w.probe()
		w.clock.Advance(time.Hour)
	}
	var results []string
	for _, e := range w.audited(h.secret, "probe") {
		results = append(results, e.Detail["result"])
	}
	if diff := cmp.Diff([]string{api.ProbeNotAccepted, api.ProbeNotEnforced, api.ProbeNotAccepted}, results); diff != "" {
		t.Errorf("audit (-want +got):\n%s", diff)
	}
}

// TestAcknowledgementNeedsNoProbe of a receiver that verifies nothing.
func TestAcknowledgementNeedsNoProbe(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	h.staged(1)
	h.says(with(http.StatusOK))
	w.probe()
	h.took(2)
	w.as(api.RoleRuntime, "POST", pathSecrets+"/"+h.secret+"/rotation/acknowledge", object{"version": 2}).want(204)
	if r := w.secret(h.secret).Rotation; !r.Acknowledged || r.Due != api.StepPromote ||
		r.Reason != api.ReasonAcknowledged {
		t.Errorf("%+v", r)
	}
	if e := w.versions(h.secret)[1].Evidence; e.Kind != "acknowledgement" || e.Actor != w.principal(api.RoleRuntime) {
		t.Errorf("%+v", e)
	}
	w.mustStep(h.secret, api.StepPromote, nil)
}

// TestReceiverThatNeverAccepts the pending version accepts every delivery. The stage ends without a promotion.
func TestReceiverThatNeverAccepts(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	h.staged(1)
	probes := 0
	for range 7 * 2 {
		id := w.sent(h.endpoint)
		w.deliver()
		w.probe()
		for _, a := range h.arrived() {
			if a.id() != id {
				probes++
			}
		}
		if last := w.attempted(h.endpoint, id, 1); last.Outcome != api.AttemptAccepted {
			t.Fatalf("%+v", last)
		}
		w.clock.Advance(12 * time.Hour)
	}
	if probes != 7*2 {
		t.Errorf("%d probes", probes)
	}
	s := w.secret(h.secret)
	if s.Rotation.Phase != api.PhaseStable || s.Version != 1 || s.Hold != nil || s.Probe != nil {
		t.Errorf("%+v", s)
	}
	if v := w.versions(h.secret)[1]; v.State != "revoked" || v.EndReason != "stage_timeout" {
		t.Errorf("%+v", v)
	}
	w.probe()
	h.took(0)
	h.delivered()
}
