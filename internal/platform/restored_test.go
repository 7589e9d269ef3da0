package platform_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/restore"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// runner opens the platform as a command on its machine does.
func (w *world) runner() *txn.Runner {
	w.t.Helper()
	r, err := txn.Open(w.t.Context(), w.store, w.keyring, w.clock, rand.Reader)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// restored marks the database as restored, and starts the platform.
func (w *world) restored(last int64) store.Restore {
	w.t.Helper()
	done, err := restore.Mark(w.t.Context(), w.runner(), restore.Marking{Source: store.RestoredElsewhere, Last: last})
	if err != nil {
		w.t.Fatal(err)
	}
	w.restart()
	return done
}

func nothing(*txn.Tx) error { return nil }

func (w *world) confirm() {
	w.t.Helper()
	if _, err := restore.Confirm(w.t.Context(), w.runner(), "", nothing); err != nil {
		w.t.Fatal(err)
	}
}

// servedUnconfirmed are the operations that are served before a restore is confirmed, besides GETs.
var servedUnconfirmed = []string{
	"POST /v1/access-tokens/{id}/revoke", "POST /v1/claims/present", "POST /v1/environment-policy/check",
	"POST /v1/environment-policy/check-value", "DELETE /v1/principals/{id}", "POST /v1/revoke",
	"POST /v1/connectors/{id}/hold", "POST /v1/connectors/{id}/quarantine", "POST /v1/connectors/{id}/revoke",
	"POST /v1/consents/{id}/revoke",
	"POST /v1/scoped-tokens/{id}/hold", "POST /v1/scoped-tokens/{id}/quarantine", "POST /v1/scoped-tokens/{id}/revoke",
	"POST /v1/signing-secrets/{id}/hold", "POST /v1/signing-secrets/{id}/quarantine",
	"POST /v1/signing-secrets/{id}/revoke",
}

// operations are all routes of the API, as "METHOD path".
func (w *world) operations() (all []string) {
	w.t.Helper()
	var doc struct {
		Paths map[string]map[string]any `json:"paths"`
	}
	if err := json.Unmarshal(w.send("", "GET", "/openapi.json", nil).want(200).body, &doc); err != nil {
		w.t.Fatal(err)
	}
	for path, methods := range doc.Paths {
		for method := range methods {
			all = append(all, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(all)
	return all
}

// Every route of the API is served or refused before the confirmation, and none is refused after it.
func TestRoutesBeforeTheConfirmation(t *testing.T) {
	w := newWorld(t)
	w.restored(0)
	all := w.operations()
	if len(all) < 100 {
		t.Fatalf("only %d operations", len(all))
	}
	ask := func(op string) *reply {
		method, path, _ := strings.Cut(op, " ")
		for _, name := range []string{"{id}", "{delivery}"} {
			path = strings.ReplaceAll(path, name, "x")
		}
		path = strings.ReplaceAll(path, "{version}", "1")
		return w.do(method, path, nil)
	}
	codeOf := func(r *reply) string {
		var p api.Problem
		_ = json.Unmarshal(r.body, &p)
		return p.Code
	}
	for _, op := range all {
		want := !strings.HasPrefix(op, "GET ") && !slices.Contains(servedUnconfirmed, op) ||
			op == "GET /v1/connectors/{id}/credentials"
		r := ask(op)
		if got := codeOf(r) == api.CodeRestored; got != want || got && r.status != 503 {
			t.Errorf("%s: status %d, code %s; waits for the confirmation: %v", op, r.status, codeOf(r), want)
		}
	}
	for _, op := range servedUnconfirmed {
		if !slices.Contains(all, op) {
			t.Errorf("there is no %s", op)
		}
	}
	w.confirm()
	for _, op := range all {
		if r := ask(op); codeOf(r) == api.CodeRestored {
			t.Errorf("%s is refused after the confirmation", op)
		}
	}
}

// What a backup lacks looks neither revoked nor unknown. A leak can be contained all the same.
func TestBeforeTheConfirmation(t *testing.T) {
	w := newWorld(t)
	connector := w.newConnector("slack", nil).ID
	token := w.newToken("bot", connector, nil).ID
	value := w.reveal(token, 1)
	w.restored(0)

	text := w.as(api.RoleAuditor, "POST", "/v1/introspect", url.Values{"token": {value}}).problem(api.CodeRestored, "")
	for _, words := range []string{"restored from a backup", "quickconnectd restore confirm"} {
		if !strings.Contains(text.Detail, words) {
			t.Errorf("%q is not in: %s", words, text.Detail)
		}
	}
	w.do("POST", revealPath(token, 1), nil).problem(api.CodeRestored, "")
	w.send(value, "GET", pathConnectors+"/"+connector+"/credentials", nil).problem(api.CodeRestored, "")
	// A principal that was made after the backup is not in it.
	w.send("qcp_unknown", "GET", "/v1/identity", nil).problem(api.CodeRestored, "")
	if who := decoded[api.Identity](w.do("GET", "/v1/identity", nil)); who.Incarnation != 2 || who.RestoreConfirmed {
		t.Errorf("%+v", who)
	}
	if got := w.ready(200).check("restore"); got.State != "degraded" || !strings.Contains(got.Text, "restore confirm") {
		t.Errorf("/readyz: %+v", got)
	}
	w.sweep()
	w.sweep()
	if n := strings.Count(w.log.String(), "a restore is not confirmed"); n != 1 {
		t.Errorf("the log says it %d times", n)
	}
	w.as(api.RoleSecurity, "POST", pathOf(token)+"/revoke", object{"all": true, "reason": "leaked"}).want(200)

	w.confirm()
	if w.introspect(api.RoleAuditor, value).Active {
		t.Error("what was revoked before the confirmation is accepted after it")
	}
	w.sweep()
	if w.ready(200).check("restore").State != "ok" || !strings.Contains(w.log.String(), "the restore is confirmed") {
		t.Error("neither /readyz nor the log says that it is confirmed")
	}
	w.send("qcp_unknown", "GET", "/v1/identity", nil).want(401)
	if _, err := restore.Confirm(t.Context(), w.runner(), "", nothing); err == nil {
		t.Error("it was confirmed twice")
	}
	if got := w.actions(w.query1("SELECT id FROM platform")); !slices.Equal(got, []string{"restore", "confirm_restore"}) {
		t.Errorf("the audit has %v", got)
	}
}

func (w *world) query1(statement string) (text string) {
	w.t.Helper()
	w.query(statement, &text)
	return text
}

// No event leaves and no deadline is carried out before the confirmation, whatever the time is.
func TestNothingHappensBeforeTheConfirmation(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	id := w.sent(h.endpoint)
	connector := w.newConnector("slack", nil).ID
	policy := w.newPolicy("soon", object{"require_acknowledgement": false}).ID
	token := w.newToken("bot", connector, object{"rotation_policy_id": policy, "expires_at": nil}).ID
	w.step(token, "rotate", nil).want(200)
	w.restored(0)
	w.clock.Advance(2 * time.Hour) // the overlap has ended

	w.deliver()
	w.probe()
	w.sweep()
	if err := w.p.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.took(0)
	if phase := w.token(token).Rotation.Phase; phase != "draining" {
		t.Errorf("a deadline was carried out: the phase is %s", phase)
	}
	w.confirm()
	w.deliver()
	if a := h.took(1)[0]; a.id() != id {
		t.Errorf("%s arrived", a.id())
	}
	if phase := w.token(token).Rotation.Phase; phase != "stable" {
		t.Errorf("the phase is %s after the confirmation", phase)
	}
}

// Run begins to deliver once the restore is confirmed beside it.
func TestRunBeginsToDeliverAtTheConfirmation(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	w.sent(h.endpoint)
	w.restored(0)
	var confirmed atomic.Bool
	arrived := make(chan struct{}, 1)
	h.says(func(rw http.ResponseWriter, _ arrival) {
		if !confirmed.Load() {
			t.Error("an event arrived before the confirmation")
		}
		rw.WriteHeader(http.StatusNoContent)
		arrived <- struct{}{}
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.p.Run(ctx)
	}()
	for tick := time.NewTicker(10 * time.Millisecond); !strings.Contains(w.log.String(), "a restore is not confirmed"); {
		<-tick.C // the first sweep logs it, when the loops have begun
	}
	confirmed.Store(true)
	w.confirm()
	within(t, "the event", arrived)
	cancel()
	within(t, "the end", ended)
}

// No number and no etag comes twice: neither those of objects in the backup, nor under names that it does not have.
func TestNumbersAfterARestore(t *testing.T) {
	w := newWorld(t)
	connector := w.newConnector("slack", object{"credentials": object{"token": "a"}})
	policy := w.newPolicy("soon", object{"require_acknowledgement": false})
	token := w.newToken("bot", connector.ID, object{"rotation_policy_id": policy.ID, "expires_at": nil})
	endpoint := w.newEndpoint("hooks", connector.ID, nil)
	secret := w.newSecret("signing", endpoint.ID, policy.ID, nil)
	empty := w.newConnector("later", nil)
	rules := w.govern(object{"forbid_wildcard_scopes": true})
	etags := map[string]string{}
	all := []string{
		pathOf(connector.ID), pathOf(policy.ID), pathOf(token.ID), pathOf(endpoint.ID), pathOf(secret.ID),
		"/v1/environment-policies/" + rules, pathBindings + "/" + w.newBinding("team").ID,
	}
	for _, path := range all {
		etags[path] = w.do("GET", path, nil).header.Get("Etag")
	}
	for round := int64(1); round <= 2; round++ {
		if done := w.restored(0); done.Incarnation != round+1 {
			t.Errorf("incarnation %d", done.Incarnation)
		}
		w.confirm()
		for _, path := range all {
			got := w.do("GET", path, nil).want(200).header.Get("Etag")
			if got == etags[path] {
				t.Errorf("%s has the etag %s of before the restore", path, got)
			}
			etags[path] = got
		}
		w.step(token.ID, "rotate", nil).want(200)
		w.step(secret.ID, "rotate", nil).want(200)
		base := round * 1000
		if got := w.token(token.ID).Version; got != base+1+round {
			t.Errorf("restore %d: the token has version %d", round, got)
		}
		w.clock.Advance(2 * time.Hour)
		for id, want := range map[string]int64{connector.ID: base + 1 + round, empty.ID: base + round} {
			patched := w.patchConnector(id, object{"credentials": object{"token": "b" + itoa(round)}})
			if patched.Version == nil || *patched.Version != want {
				t.Errorf("restore %d: connector %s has version %v, want %d", round, patched.Name, patched.Version, want)
			}
		}
		name := "new-" + itoa(round)
		if got := w.newToken(name, connector.ID, nil).Version; got != base+1 {
			t.Errorf("restore %d: a name that is not in the backup begins with %d", round, got)
		}
	}
	// The same backup again, which knows nothing of two restores.
	if done := w.restored(7); done.Incarnation != 8 {
		t.Errorf("incarnation %d after 7", done.Incarnation)
	}
	w.confirm()
	if got := w.newToken("new-8", connector.ID, nil).Version; got != 7001 {
		t.Errorf("version %d in incarnation 8", got)
	}
}

// A database that is restored under a server that was not stopped is not served by that.
func TestRestoreUnderAServer(t *testing.T) {
	w := newWorld(t)
	w.tamper("UPDATE platform SET incarnation = 2, restore_confirmed = 1")
	w.sweep()
	form := url.Values{"token": {"x"}}
	got := w.as(api.RoleAuditor, http.MethodPost, "/v1/introspect", form).problem(api.CodeRestored, "")
	if !strings.Contains(got.Detail, "restart quickconnectd serve") {
		t.Error(got.Detail)
	}
	w.restart()
	w.as(api.RoleAuditor, http.MethodPost, "/v1/introspect", form).want(200)
}
