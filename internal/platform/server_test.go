package platform_test

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/auditlog"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

func TestRestartKeepsState(t *testing.T) {
	w := newWorld(t)
	ids := w.objects()
	w.patchConnector(ids[pathConnectors], object{"credentials": object{"k": "v"}, "labels": object{}})
	w.begun(ids[pathTokens])
	values := map[int64]string{1: w.reveal(ids[pathTokens], 1), 2: w.reveal(ids[pathTokens], 2)}
	w.introspect(api.RoleRuntime, values[2])
	kept := w.do("POST", pathPolicies, object{"name": "kept", "interval": "1d"}, key("k")).want(201)
	state := func() (out []string) {
		for path, id := range ids {
			if isRead(path) {
				out = append(out, string(w.do("GET", path+"/"+id, nil).want(200).body))
			}
		}
		out = append(out, string(w.do("GET", pathTokens+"/"+ids[pathTokens]+"/versions", nil).want(200).body),
			string(w.do("GET", "/v1/identity", nil).want(200).body))
		slices.Sort(out)
		return out
	}
	w.sweep() // writes the use, as a stop does
	before := state()
	w.restart()
	if diff := cmp.Diff(before, state()); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
	w.accepted(values, 1, 2)
	if got := w.reveal(ids[pathTokens], 2); got != values[2] {
		t.Error("the reveal gives another value")
	}
	again := w.do("POST", pathPolicies, object{"name": "kept", "interval": "1d"}, key("k")).want(201)
	if !bytes.Equal(kept.body, again.body) {
		t.Errorf("%s", again.body)
	}
	// A deadline passes while the platform is closed.
	w.close()
	w.clock.Advance(7 * 24 * time.Hour)
	w.open()
	w.accepted(values, 1, 2)
	if r := w.token(ids[pathTokens]).Rotation; r.Phase != api.PhaseDraining {
		t.Errorf("%+v", r)
	}
}

// isRead reports whether one object of a path can be read. An access token cannot.
func isRead(path string) bool {
	return slices.ContainsFunc(routes, func(r route) bool { return r.method == "GET" && r.path == path+"/{id}" })
}

func TestAudit(t *testing.T) {
	w := newWorld(t)
	policy := w.newPolicy("monthly", nil)
	c := w.newConnector("chat", nil)
	token := w.newToken("notifier", c.ID, object{"rotation_policy_id": policy.ID})
	w.begun(token.ID)
	w.reveal(token.ID, 2)
	w.step(token.ID, api.StepPromote, object{"force": true, "reason": "no consumer yet"}).want(200)
	w.patchToken(token.ID, object{"owner": "new", "labels": object{"a": "b"}})
	w.clock.Advance(2 * time.Hour)
	// refused, and yet the deadline before it is settled
	w.step(token.ID, api.StepRotate, nil).problem(api.CodeAcknowledgementRequired, "")
	w.do("DELETE", pathTokens+"/"+token.ID, nil).want(204)
	w.do("DELETE", pathTokens+"/"+token.ID, nil).problem(api.CodeNotFound, "")

	events := w.audit()
	if _, err := w.verifyAudit(nil); err != nil {
		t.Error(err)
	}
	got := w.auditLines(token.ID)
	want := []auditLine{
		{"create", "deployer", "issued=1 versions=1"},
		{"begin", "deployer", "issued=2 versions=2"},
		{"reveal", "deployer", "versions=2"},
		{"promote", "deployer", "forced=true reason=no consumer yet versions=1,2"},
		{"update", "deployer", "changed=labels,owner"},
		{"retire", "platform", "reason=overlap_ended settled_at=2026-05-01T14:00:00Z versions=1"},
		{"delete", "deployer", "name=notifier versions=2"},
		{"closed", "deployer", "name=notifier"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, e := range events {
		if e.Action == "retire" && !e.At.Equal(epoch.Add(time.Hour)) {
			t.Errorf("retired at %s", e.At)
		}
	}
	w.tamper(`UPDATE audit_events SET actor = 'somebody else' WHERE leaf = 1`)
	var bad *auditlog.BadEventError
	if _, err := w.verifyAudit(nil); !errors.As(err, &bad) || bad.Index != 1 || bad.ID != events[1].ID {
		t.Errorf("a forged event is not noticed: %v", err)
	}
}

// auditLine is an audit event in comparable form.
type auditLine struct{ Action, Actor, Detail string }

func (w *world) auditLines(id string) (lines []auditLine) {
	w.t.Helper()
	actor := decoded[api.Identity](w.do("GET", "/v1/identity", nil)).PrincipalID
	for _, e := range w.audit() {
		if e.ObjectID != id {
			continue
		}
		var detail []string
		for k, v := range e.Detail {
			detail = append(detail, k+"="+v)
		}
		slices.Sort(detail)
		who := e.Actor
		if who == actor {
			who = "deployer"
		}
		if e.RequestID == "" {
			w.t.Errorf("%s without a request id", e.Action)
		}
		lines = append(lines, auditLine{e.Action, who, strings.Join(detail, " ")})
	}
	return lines
}

func TestSweep(t *testing.T) {
	w := newWorld(t)
	c := w.newConnector("chat", nil)
	const n = 130 // more than a batch
	ids := make([]string, n)
	for i := range n {
		ids[i] = w.newToken("t"+itoa(int64(i)), c.ID, object{"expires_at": "2026-05-01T13:00:00Z"}).ID
	}
	w.clock.Advance(time.Hour)
	if err := w.p.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	expired := 0
	for _, e := range w.audit() {
		if e.Action == "expire" && e.Actor == "platform" {
			expired++
		}
	}
	if expired != n {
		t.Errorf("%d tokens expired, want %d", expired, n)
	}
	metrics := string(w.send("", "GET", "/metrics", nil).want(200).body)
	for _, want := range []string{
		`quickconnect_deadlines_settled_total{step="expire"} 130`,
		`quickconnect_requests_total{method="POST",route="/v1/scoped-tokens",status="201"} 130`,
	} {
		if !strings.Contains(metrics, want) {
			t.Errorf("the metrics do not have %s", want)
		}
	}
	// The values of ended versions are erased from the database.
	err := w.store.View(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Secret(t.Context(), ids[0], 1)
		return err
	})
	if err == nil {
		t.Error("the value of an expired version is still there")
	}
}

// TestRunSweeps settles a deadline in the background.
func TestRunSweeps(t *testing.T) {
	w := newWorld(t)
	p, err := platform.New(t.Context(), platform.Config{
		Store: w.store, Keyring: w.keyring, Clock: w.clock,
		Sweep: time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	token := w.newToken("t", w.newConnector("chat", nil).ID, object{"expires_at": "2026-05-01T13:00:00Z"})
	w.clock.Advance(time.Hour)
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.Run(t.Context())
	}()
	t.Cleanup(func() { <-done })
	for !slices.Contains(w.actions(token.ID), "expire") {
		if t.Context().Err() != nil {
			t.Fatal("the sweep did not settle the deadline")
		}
	}
}

func TestHealthAndUnknownRoutes(t *testing.T) {
	w := newWorld(t)
	w.send("", "GET", "/healthz", nil).want(200)
	if got := w.ready(200); got.Status != "ready" || got.check("database").State != httpapi.StateOK {
		t.Errorf("%+v", got)
	}
	w.send("", "GET", "/v1/nothing", nil).problem(api.CodeNoSuchRoute, "")
	w.send("", "GET", "/", nil).problem(api.CodeNoSuchRoute, "")
	got := w.do("PUT", pathTokens, nil)
	got.problem(api.CodeMethodNotAllowed, "")
	if got.header.Get("Allow") != "GET, POST" {
		t.Errorf("Allow: %s", got.header.Get("Allow"))
	}
	w.do("POST", pathConnectors, strings.Repeat(" ", api.MaxBodyBytes+1)).problem(api.CodeTooLarge, "")
	w.do("POST", pathConnectors, nil).problem(api.CodeInvalid, "")
	w.do("POST", pathConnectors, "[]").problem(api.CodeInvalid, "")
	w.do("POST", pathConnectors, object{}, header{"Content-Type", "text/xml"}).problem(api.CodeUnsupportedMedia, "")
	if err := w.store.Close(); err != nil {
		t.Fatal(err)
	}
	w.send("", "GET", "/healthz", nil).want(200)
	if got := w.ready(503); got.Status != "failed" || got.check("database").State != httpapi.StateFailed {
		t.Errorf("%+v", got)
	}
	p := w.do("GET", pathTokens, nil).problem(api.CodeInternal, "")
	if !strings.Contains(w.log.String(), p.RequestID) {
		t.Error("the log does not have the request id of the failure")
	}
	w.open() // for the cleanup
}

// TestPanicIsInternalError sends a body whose reader panics.
func TestPanicIsInternalError(t *testing.T) {
	w := newWorld(t)
	log := &buffer{}
	p, err := platform.New(t.Context(), platform.Config{
		Store: w.store, Keyring: w.keyring, Clock: w.clock,
		Logger: slog.New(slog.NewTextHandler(log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(t.Context(), "POST", pathConnectors, panicking{})
	r.Header.Set("Authorization", "Bearer "+w.tokens[api.RoleDeployer])
	r.Header.Set("Content-Type", "application/json")
	rec := httptest.NewRecorder()
	p.ServeHTTP(rec, r)
	(&reply{
		t: t, what: "a panic", status: rec.Code, header: rec.Header(),
		body: rec.Body.Bytes(),
	}).problem(api.CodeInternal, "")
	if strings.Contains(log.String(), "CANARY") || !strings.Contains(log.String(), "panicking") {
		t.Errorf("log: %s", log)
	}
}

type panicking struct{}

func (panicking) Read([]byte) (int, error) { panic("CANARY") }
