package platform_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// TestNewURLVoidsProof discards the proof of the receiver at the old URL.
func TestNewURLVoidsProof(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	h.staged(1, 2)
	w.probe()
	if r := w.secret(h.secret).Rotation; r.Due != api.StepPromote || !r.Acknowledged {
		t.Fatalf("%+v", r)
	}
	other := w.newReceiver()
	other.knows(w.key(h.secret, 1))
	w.patchEndpoint(h.endpoint, object{"url": other.server.URL})
	s := w.secret(h.secret)
	if r := s.Rotation; r.Due != api.DueNone || r.Acknowledged || r.Reason != api.ReasonAwaitingAcknowledgement ||
		s.Probe != nil {
		t.Errorf("%+v, probe %+v", r, s.Probe)
	}
	w.step(h.secret, api.StepPromote, nil).problem(api.CodeAcknowledgementRequired, "")
	h.arrived()
	w.clock.Advance(time.Minute)
	w.probe()
	h.took(0)
	other.took(1)
	if r := w.secret(h.secret).Rotation; r.Acknowledged {
		t.Errorf("%+v", r)
	}
	other.knows(w.key(h.secret, 1), w.key(h.secret, 2))
	w.clock.Advance(time.Minute)
	w.probe()
	other.took(2)
	if r := w.secret(h.secret).Rotation; r.Due != api.StepPromote {
		t.Errorf("%+v", r)
	}
}

// TestNewURLKeepsAcknowledgement, because an acknowledgement does not come from the receiver.
func TestNewURLKeepsAcknowledgement(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	h.staged(1)
	w.mustStep(h.secret, api.StepAcknowledge, object{"version": 2})
	w.patchEndpoint(h.endpoint, object{"url": h.server.URL + "/other"})
	if r := w.secret(h.secret).Rotation; r.Due != api.StepPromote {
		t.Errorf("%+v", r)
	}
}

// TestNewURLVoidsNotEnforced discards the finding that the old receiver verifies nothing.
func TestNewURLVoidsNotEnforced(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	h.staged(1)
	h.says(with(204))
	w.probe()
	if r := w.secret(h.secret).Rotation; r.Reason != api.ReasonNotEnforced {
		t.Fatalf("%+v", r)
	}
	w.patchEndpoint(h.endpoint, object{"url": h.server.URL + "/other"})
	if r := w.secret(h.secret).Rotation; r.Reason != api.ReasonAwaitingAcknowledgement {
		t.Errorf("%+v", r)
	}
}

// TestProbeOfOldURLIsIgnored changes the URL during the probe.
func TestProbeOfOldURLIsIgnored(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	h.staged(1, 2)
	asked, answer := make(chan struct{}, 1), make(chan struct{})
	h.says(func(rw http.ResponseWriter, a arrival) {
		if a.genuine {
			asked <- struct{}{}
			<-answer
		}
		verifying(401)(rw, a)
	})
	probed := make(chan error, 1)
	go func() { probed <- w.p.Probe(t.Context()) }()
	<-asked
	w.patchEndpoint(h.endpoint, object{"url": w.newReceiver().server.URL})
	close(answer)
	if err := <-probed; err != nil {
		t.Fatal(err)
	}
	if s := w.secret(h.secret); s.Rotation.Acknowledged {
		t.Errorf("%+v", s.Rotation)
	}
}

// TestDisallowedEndpointCanBeChanged disables it, and gives it another URL.
func TestDisallowedEndpointCanBeChanged(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	w.private = false
	w.restart()
	if e := w.patchEndpoint(h.endpoint, object{"enabled": false}); e.Enabled {
		t.Errorf("%+v", e)
	}
	w.do("PATCH", pathEndpoints+"/"+h.endpoint, object{"url": h.server.URL + "/other"}).problem(api.CodeInvalid, "/url")
	w.patchEndpoint(h.endpoint, object{"url": "https://hooks.example.com/"})
}
