package platform_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/egress"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

// staged begins a rotation and gives the receiver the keys of these versions.
func (h *hook) staged(known ...int64) {
	h.w.t.Helper()
	h.w.mustStep(h.secret, api.StepBegin, nil)
	var keys []webhook.Key
	for _, n := range known {
		keys = append(keys, h.w.key(h.secret, n))
	}
	h.knows(keys...)
}

// only answers genuine with one status and other requests with another. 0 closes the connection.
func only(genuine, control int) answering {
	return func(rw http.ResponseWriter, a arrival) {
		status := control
		if a.genuine {
			status = genuine
		}
		if status == 0 {
			hangUp(rw, a)
		}
		rw.Header().Set("Location", "/elsewhere")
		rw.WriteHeader(status)
	}
}

var probeResultCases = map[string]struct {
	answer  answering
	result  string
	status  int
	control int
	sent    int // events
	reason  string
}{
	"401 to the control": {only(204, 401), api.ProbeProven, 204, 401, 2, api.ReasonAcknowledged},
	"400 to the control": {only(200, 400), api.ProbeProven, 200, 400, 2, api.ReasonAcknowledged},
	"403 to the control": {only(202, 403), api.ProbeProven, 202, 403, 2, api.ReasonAcknowledged},
	"422 to the control": {only(200, 422), api.ProbeProven, 200, 422, 2, api.ReasonAcknowledged},
	"404 to the control": {only(204, 404), api.ProbeProven, 204, 404, 2, api.ReasonAcknowledged},
	"419 to the control": {only(204, 419), api.ProbeProven, 204, 419, 2, api.ReasonAcknowledged},

	"401 to the version": {only(401, 401), api.ProbeNotAccepted, 401, 0, 1, api.ReasonAwaitingAcknowledgement},
	"422 to the version": {only(422, 204), api.ProbeNotAccepted, 422, 0, 1, api.ReasonAwaitingAcknowledgement},
	"2xx to everything":  {only(200, 204), api.ProbeNotEnforced, 200, 204, 2, api.ReasonNotEnforced},

	"503 to the control":       {only(204, 503), api.ProbeInconclusive, 204, 503, 2, api.ReasonAwaitingAcknowledgement},
	"410 to the control":       {only(204, 410), api.ProbeInconclusive, 204, 410, 2, api.ReasonAwaitingAcknowledgement},
	"408 to the control":       {only(204, 408), api.ProbeInconclusive, 204, 408, 2, api.ReasonAwaitingAcknowledgement},
	"425 to the control":       {only(204, 425), api.ProbeInconclusive, 204, 425, 2, api.ReasonAwaitingAcknowledgement},
	"429 to the control":       {only(204, 429), api.ProbeInconclusive, 204, 429, 2, api.ReasonAwaitingAcknowledgement},
	"302 to the control":       {only(204, 302), api.ProbeInconclusive, 204, 302, 2, api.ReasonAwaitingAcknowledgement},
	"no answer to the control": {only(204, 0), api.ProbeInconclusive, 204, 0, 2, api.ReasonAwaitingAcknowledgement},
	"410 to the version":       {only(410, 401), api.ProbeInconclusive, 410, 0, 1, api.ReasonAwaitingAcknowledgement},
	"503 to the version":       {only(503, 401), api.ProbeInconclusive, 503, 0, 1, api.ReasonAwaitingAcknowledgement},
	"404 to the version":       {only(404, 401), api.ProbeInconclusive, 404, 0, 1, api.ReasonAwaitingAcknowledgement},
	"302 to the version":       {only(302, 401), api.ProbeInconclusive, 302, 0, 1, api.ReasonAwaitingAcknowledgement},
	"no answer to the version": {only(0, 401), api.ProbeInconclusive, 0, 0, 1, api.ReasonAwaitingAcknowledgement},
	"no answer to anything":    {hangUp, api.ProbeInconclusive, 0, 0, 1, api.ReasonAwaitingAcknowledgement},
	"503 with Retry-After": {
		with(503, header{"Retry-After", "3600"}), api.ProbeInconclusive, 503, 0, 1,
		api.ReasonAwaitingAcknowledgement,
	},
}

// TestProbeResults checks the result for each pair of answers: to the pending version, and to the control with an
// unknown key.
func TestProbeResults(t *testing.T) {
	w := newWorld(t)
	for name, x := range probeResultCases {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			h := w.newHook(slug(name), nil)
			h.staged(1, 2)
			etag := w.secret(h.secret).Etag
			h.says(x.answer)
			w.probe()
			h.took(x.sent)
			s := w.secret(h.secret)
			if p := s.Probe; p == nil || p.Version != 2 || !p.At.Equal(epoch) || p.Result != x.result ||
				statusOf(p.Status) != x.status || statusOf(p.ControlStatus) != x.control ||
				!strings.Contains(p.Detail, "version 2") {
				t.Errorf("probe: %+v", p)
			}
			due, evidence := api.DueNone, (*api.Evidence)(nil)
			if x.result == api.ProbeProven {
				due, evidence = api.StepPromote, &api.Evidence{Kind: "probe", At: epoch, Actor: "platform"}
			}
			if r := s.Rotation; r.Due != due || r.Reason != x.reason || r.Acknowledged != (evidence != nil) ||
				r.Phase != api.PhaseStaged || s.Version != 2 || s.Etag != etag {
				t.Errorf("%+v", s)
			}
			if diff := cmp.Diff(evidence, w.versions(h.secret)[1].Evidence); diff != "" {
				t.Errorf("evidence (-want +got):\n%s", diff)
			}
			if e := w.endpoint(h.endpoint); !e.Enabled || e.Disabled != nil || e.Etag != "1" ||
				len(w.audited(h.endpoint, "disable")) != 0 {
				t.Errorf("a probe changed the endpoint: %+v", e)
			}
			events := w.audited(h.secret, "probe")
			if len(events) != 1 || events[0].Actor != "platform" || events[0].Detail["result"] != x.result ||
				events[0].Detail["versions"] != "2" {
				t.Errorf("audit: %+v", events)
			}
			// A probe is no delivery, and delays none.
			h.says(verifying(http.StatusUnauthorized))
			h.delivered()
			if n := len(w.deliveries(h.endpoint)); n != 1 {
				t.Errorf("%d deliveries, want the one event", n)
			}
			if evidence != nil {
				if got := w.mustStep(h.secret, api.StepPromote, nil); got.Rotation.Phase != api.PhaseDraining {
					t.Errorf("%+v", got)
				}
				return
			}
			w.step(h.secret, api.StepPromote, nil).problem(api.CodeAcknowledgementRequired, "")
			w.mustStep(h.secret, api.StepPromote, forced)
		})
	}
}

// TestProbeTimesOut accepts the version and does not answer the control. That is no proof, and the endpoint stays
// enabled.
func TestProbeTimesOut(t *testing.T) {
	w := newWorld(t)
	w.tune = func(c *egress.Config) { c.Timeout = 50 * time.Millisecond }
	w.restart()
	h := w.newHook("hooks", nil)
	h.staged(1, 2)
	h.says(func(rw http.ResponseWriter, a arrival) {
		if !a.genuine {
			hang(rw, a)
			return
		}
		rw.WriteHeader(http.StatusNoContent)
	})
	w.probe()
	h.took(2)
	s := w.secret(h.secret)
	if p := s.Probe; p == nil || p.Result != api.ProbeInconclusive || statusOf(p.Status) != http.StatusNoContent ||
		p.ControlStatus != nil || !strings.Contains(p.Detail, "did not answer within the time allowed") {
		t.Errorf("%+v", p)
	}
	if s.Rotation.Due != api.DueNone || s.Rotation.Acknowledged || !w.endpoint(h.endpoint).Enabled {
		t.Errorf("%+v", s)
	}
}

// TestProbeEvents differ from other events in their type and their single signature.
func TestProbeEvents(t *testing.T) {
	w := newWorld(t)
	for _, algorithm := range []string{api.AlgorithmHMAC, api.AlgorithmEd25519} {
		t.Run(algorithm, func(t *testing.T) {
			w := w.in(t)
			h := w.newHook(algorithm, object{"algorithm": algorithm})
			w.patchEndpoint(h.endpoint, object{"event_types": []string{eventType}}) // which every endpoint gets all the same
			w.newSecret("another-"+algorithm, h.endpoint, h.policy, nil)            // which does not sign it
			h.staged(2)
			old, pending := w.key(h.secret, 1), w.key(h.secret, 2)
			w.clock.Advance(time.Second)
			w.probe()
			arrived := h.took(2)
			probe, control := arrived[0], arrived[1]
			if !probe.genuine || control.genuine {
				t.Fatalf("the probe is genuine: %v, the control is: %v", probe.genuine, control.genuine)
			}
			probe.signedWith(t, pending)
			for _, k := range []webhook.Key{old, pending} {
				if webhook.Verify([]webhook.Key{k}, control.header, control.body, w.clock.Now(), time.Second) == nil {
					t.Error("a known key has signed the control")
				}
			}
			want := event{
				Type: "quickconnect.probe", Timestamp: w.clock.Now(), Data: []byte("{}"), Tenant: "acme",
				Environment: "staging", EndpointID: h.endpoint,
			}
			for _, a := range arrived {
				if diff := cmp.Diff(want, a.event(t)); diff != "" {
					t.Errorf("body (-want +got):\n%s", diff)
				}
				if a.header.Get(webhook.HeaderTimestamp) != webhook.Timestamp(w.clock.Now()) || a.path != "/hook" {
					t.Errorf("%s: %v", a.path, a.header)
				}
			}
			if probe.id() == control.id() || webhook.CheckID(probe.id()) != nil || webhook.CheckID(control.id()) != nil {
				t.Errorf("ids %s and %s", probe.id(), control.id())
			}
			// The probe and the control do not differ in anything else.
			for _, name := range []string{webhook.HeaderID, webhook.HeaderSignature} {
				if len(probe.header.Get(name)) != len(control.header.Get(name)) {
					t.Errorf("%s differs in length", name)
				}
				probe.header.Del(name)
				control.header.Del(name)
			}
			if diff := cmp.Diff(probe.header, control.header); diff != "" {
				t.Errorf("headers (-probe +control):\n%s", diff)
			}
		})
	}
}
