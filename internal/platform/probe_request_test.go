package platform_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// TestProbeOnRequest requires the permission to acknowledge. A caller that may also read gets the results.
func TestProbeOnRequest(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	path := pathEndpoints + "/" + h.endpoint + "/probe"
	if got := strings.TrimSpace(string(w.do("POST", path, nil).want(200).body)); got != `{"probes":[]}` {
		t.Errorf("with nothing pending: %s", got)
	}
	second := w.newSecret("second", h.endpoint, h.policy, nil).ID
	w.newSecret("third", h.endpoint, h.policy, nil)
	w.mustStep(second, api.StepBegin, nil)
	h.staged(1, 2)
	for _, role := range []string{api.RoleAuditor, api.RolePlanner, api.RoleSecurity} {
		w.as(role, "POST", path, nil).problem(api.CodeForbidden, "")
	}
	h.took(0)
	if body := w.as(api.RoleRuntime, "POST", path, nil).want(204).body; len(body) > 0 {
		t.Errorf("a caller without the permission to read got %s", body)
	}
	h.took(3) // the control too, where the version was accepted
	if first, other := w.secret(h.secret).Probe, w.secret(second).Probe; first.Result != api.ProbeProven ||
		other.Result != api.ProbeNotAccepted {
		t.Errorf("%+v, %+v", first, other)
	}
	runtime := w.principal(api.RoleRuntime)
	if e := w.versions(h.secret)[1].Evidence; e == nil || e.Kind != "probe" || e.Actor != runtime {
		t.Errorf("%+v", e)
	}
	for _, action := range []string{"probe", "acknowledge"} {
		if events := w.audited(h.secret, action); len(events) != 1 || events[0].Actor != runtime ||
			events[0].RequestID == "" {
			t.Errorf("%s in the audit: %+v", action, events)
		}
	}
	// A proven version is not probed again, and the platform's next probe waits for a minute.
	again := decoded[api.ProbeAnswer](w.do("POST", path, nil).want(200))
	if diff := cmp.Diff([]api.SigningSecretProbe{{SigningSecretID: second, Probe: *w.secret(second).Probe}},
		again.Probes); diff != "" {
		t.Errorf("the response differs from a read:\n%s", diff)
	}
	h.took(1)
	if events := w.audited(second, "probe"); len(events) != 2 || events[1].Actor != w.principal(api.RoleDeployer) {
		t.Errorf("audit: %+v", events)
	}
	w.clock.Advance(time.Minute - time.Microsecond)
	w.probe()
	h.took(0)
	w.clock.Advance(time.Microsecond)
	w.probe()
	h.took(1)

	w.do("POST", pathEndpoints+"/wep_x/probe", nil).problem(api.CodeNotFound, "")
	w.patchConnector(h.connector, object{"enabled": false})
	w.do("POST", path, nil).problem(api.CodeConflict, "")
	w.patchConnector(h.connector, object{"enabled": true})
	w.patchEndpoint(h.endpoint, object{"enabled": false})
	w.do("POST", path, nil).problem(api.CodeConflict, "")
	h.took(0)
}

// TestEmptyProbeDelaysNoProbe requests a probe without a target. The next pending version is probed at once.
func TestEmptyProbeDelaysNoProbe(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	w.do("POST", pathEndpoints+"/"+h.endpoint+"/probe", nil).want(200)
	h.staged(1)
	w.probe()
	h.took(1)
}

// TestProbeOfRolledBackVersion on request. The proof does not promote the version.
func TestProbeOfRolledBackVersion(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	h.staged(1, 2)
	w.mustStep(h.secret, api.StepPromote, forced)
	w.mustStep(h.secret, api.StepRollback, nil)
	w.lifecycle(h.secret, "release", because)
	got := decoded[api.ProbeAnswer](w.do("POST", pathEndpoints+"/"+h.endpoint+"/probe", nil).want(200))
	if len(got.Probes) != 1 || got.Probes[0].Result != api.ProbeProven {
		t.Errorf("%+v", got)
	}
	if s := w.secret(h.secret); s.Rotation.Due != api.DueNone || s.Version != 1 || !s.Rotation.Acknowledged {
		t.Errorf("%+v", s)
	}
	w.clock.Advance(time.Hour) // the deadline that version 1 had
	if s := w.secret(h.secret); s.Rotation.Phase != api.PhaseStable || s.Version != 1 {
		t.Errorf("%+v", s)
	}
}

func TestConcurrentProbeRequestIsRefused(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	h.staged(1)
	path := pathEndpoints + "/" + h.endpoint + "/probe"
	asked, answer := make(chan struct{}), make(chan struct{})
	h.says(func(rw http.ResponseWriter, _ arrival) {
		asked <- struct{}{}
		<-answer
		rw.WriteHeader(http.StatusUnauthorized)
	})
	first := make(chan int, 1)
	go func() { first <- w.do("POST", path, nil).status }()
	<-asked
	w.do("POST", path, nil).problem(api.CodeConflict, "")
	close(answer)
	if status := <-first; status != http.StatusOK {
		t.Errorf("status %d", status)
	}
	h.says(with(http.StatusUnauthorized))
	w.do("POST", path, nil).want(200)
}
