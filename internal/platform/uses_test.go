package platform_test

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/uses"
)

// uses returns the uses of version 1 of an object.
func (w *world) uses(id string) api.VersionUses {
	w.t.Helper()
	return w.versions(id)[0].Uses
}

// presents introspects a value as a role, as a consumer. More are pairs of members of the form.
func (w *world) presents(role, value, consumer string, more ...string) *reply {
	w.t.Helper()
	form := url.Values{"token": {value}}
	for i := 0; i < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return w.as(role, "POST", "/v1/introspect", form, asConsumer(consumer), header{"User-Agent", "gateway/1"})
}

// idOf returns the id of the principal of a role.
func (w *world) idOf(role string) string {
	w.t.Helper()
	return decoded[api.Identity](w.as(role, "GET", "/v1/identity", nil).want(200)).PrincipalID
}

// TestUsesOfAToken uses one version in every way, and looks at who used it: before the uses are written, after that,
// and after a restart.
func TestUsesOfAToken(t *testing.T) {
	w := newWorld(t)
	c := w.newConnector("chat", object{"credentials": object{"token": "secret-1"}})
	granted := []string{"messages:send", "orders:read", api.ScopeReadCredentials}
	token := w.newToken("notifier", c.ID, object{"scopes": granted})
	value := w.reveal(token.ID, 1)
	if got := w.uses(token.ID); got.Count != 0 || got.LastAt != nil || got.UnusedScopes != nil || !got.Complete {
		t.Errorf("before the first use: %+v", got)
	}
	w.presents(api.RoleAuditor, value, "auditor").want(200) // no use
	w.presents(api.RoleRuntime, value, "gateway", "remote_addr", "192.0.2.7", "required_scope", "messages:send")
	w.clock.Advance(time.Second)
	w.presents(api.RoleRuntime, value, "gateway", "remote_addr", "192.0.2.8", "required_scope", "messages:send users:read")
	w.fetch(value, c.ID, "fetcher")
	opened := w.opened(api.RoleDeployer, token.ID, nil).AccessToken
	w.presents(api.RoleRuntime, opened, "", "remote_addr", "2001:db8:1:2::7")
	w.clock.Advance(time.Second)
	w.exchanged(value)

	first, second, third := epoch, epoch.Add(time.Second), epoch.Add(2*time.Second)
	runtime, agent := w.idOf(api.RoleRuntime), "Go-http-client/1.1"
	name := api.RoleRuntime
	want := api.VersionUses{
		FirstAt: &first, LastAt: &third, Count: 5, Complete: true, WithoutScope: 2, UnusedScopes: []string{"orders:read"},
		Networks: []api.NetworkUse{
			{Network: "192.0.2.0/24", FirstAt: first, LastAt: second, Count: 2},
			{Network: "127.0.0.0/24", FirstAt: second, LastAt: third, Count: 2},
			{Network: "2001:db8:1::/48", FirstAt: second, LastAt: second, Count: 1},
		},
		Scopes: []api.ScopeUse{
			{Scope: "messages:send", FirstAt: first, LastAt: second, Count: 2},
			{Scope: api.ScopeReadCredentials, FirstAt: second, LastAt: second, Count: 1},
			{Scope: "users:read", FirstAt: second, LastAt: second, Count: 1},
		},
		Consumers: []api.ConsumerUse{
			{
				How: "introspection", Actor: runtime, ActorName: name, Consumer: "gateway", UserAgent: "gateway/1",
				FirstAt: first, LastAt: second, Count: 2,
			},
			{
				How: "introspection", Actor: runtime, ActorName: name, UserAgent: "gateway/1",
				OpenedBy: w.idOf(api.RoleDeployer), FirstAt: second, LastAt: second, Count: 1,
			},
			{
				How: "retrieval", Actor: token.ID, Consumer: "fetcher", UserAgent: agent, FirstAt: second, LastAt: second,
				Count: 1,
			},
			{How: "exchange", Actor: token.ID, UserAgent: agent, FirstAt: third, LastAt: third, Count: 1},
		},
	}
	byName := cmpopts.SortSlices(func(a, b api.ConsumerUse) bool { return a.How+a.Consumer < b.How+b.Consumer })
	look := func(when string) {
		t.Helper()
		if diff := cmp.Diff(want, w.uses(token.ID), byName); diff != "" {
			t.Errorf("%s (-want +got):\n%s", when, diff)
		}
	}
	look("in memory")
	w.sweep()
	look("written")
	w.restart()
	look("after a restart")
	if got := w.uses(c.ID); got.Count != 1 || got.Consumers[0].Actor != token.ID ||
		got.Consumers[0].Consumer != "fetcher" || got.UnusedScopes != nil {
		t.Errorf("the connector's credentials: %+v", got)
	}
	w.begun(token.ID)
	w.presents(api.RoleRuntime, w.reveal(token.ID, 2), "gateway").want(200) // evidence, which is written at once
	if got := w.versions(token.ID); got[0].Uses.Count != 5 || got[1].Uses.Count != 1 || got[1].Uses.UnusedScopes != nil {
		t.Errorf("each version has its own uses: %+v", got)
	}
}

// TestRequiredScope is recorded and decides nothing: as RFC 7662 has it, the resource compares.
func TestRequiredScope(t *testing.T) {
	w := newWorld(t)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, object{"scopes": []string{"messages:send"}})
	value := w.reveal(token.ID, 1)
	plain := w.introspect(api.RoleRuntime, value)
	if diff := cmp.Diff(plain, w.introspect(api.RoleRuntime, value, "required_scope", "users:write")); diff != "" {
		t.Errorf("a scope that the token lacks changed the answer:\n%s", diff)
	}
	if got := w.uses(token.ID); len(got.Scopes) != 1 || got.Scopes[0].Scope != "users:write" ||
		!slices.Equal(got.UnusedScopes, []string{"messages:send"}) {
		t.Errorf("%+v", got)
	}
	for _, bad := range []string{"messages:*", "Users", "a b/c"} {
		w.presents(api.RoleRuntime, value, "gateway", "required_scope", bad).problem(api.CodeInvalid, "/required_scope")
	}
	w.presents(api.RoleRuntime, value, "a b").problem(api.CodeInvalid, "")
}

// TestUsesAreLimited: what a caller can choose fills no table.
func TestUsesAreLimited(t *testing.T) {
	w := newWorld(t)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, nil)
	value := w.reveal(token.ID, 1)
	limits := uses.PerVersion
	for i := range limits.Networks + 10 {
		w.presents(api.RoleRuntime, value, fmt.Sprintf("gateway-%d", i),
			"remote_addr", fmt.Sprintf("10.%d.%d.1", i/250, i%250), "required_scope", fmt.Sprintf("a:%d", i)).want(200)
		if i%100 == 0 {
			w.sweep()
		}
	}
	w.sweep()
	got := w.uses(token.ID)
	if len(got.Networks) != limits.Networks || len(got.Consumers) != limits.Consumers || len(got.Scopes) != limits.Scopes {
		t.Errorf("%d networks, %d consumers, %d scopes", len(got.Networks), len(got.Consumers), len(got.Scopes))
	}
	all := int64(limits.Networks + 10)
	want := api.OtherUses{
		Networks: 10, Consumers: all - int64(limits.Consumers), Scopes: all - int64(limits.Scopes),
	}
	if got.Others != want || got.Count != all || !got.Complete {
		t.Errorf("%+v of %d, complete %v; want %+v of %d", got.Others, got.Count, got.Complete, want, all)
	}
}

// TestUsesOfASigningSecret: the endpoint that accepts a delivery uses what signed it.
func TestUsesOfASigningSecret(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	h.delivered()
	w.sweep()
	got := w.uses(h.secret)
	if got.Count != 1 || len(got.Consumers) != 1 || got.Consumers[0].Actor != h.endpoint ||
		got.Consumers[0].How != uses.ByDelivery || len(got.Networks) != 0 {
		t.Errorf("%+v", got)
	}
}

// TestUsesGoWithTheCredential: a name that comes back begins without the uses of the one before.
func TestUsesGoWithTheCredential(t *testing.T) {
	w := newWorld(t)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, nil)
	value := w.reveal(token.ID, 1)
	w.introspect(api.RoleRuntime, value)
	w.sweep()
	stored := func() (n int) {
		err := w.store.View(t.Context(), func(tx *store.Tx) error {
			all, err := tx.VersionUses(t.Context(), staging, token.ID)
			n = len(all)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if stored() != 1 {
		t.Fatal("the uses are not stored")
	}
	w.introspect(api.RoleRuntime, value) // waits, and its token is gone when it is written
	w.do("DELETE", pathOf(token.ID), nil).want(204)
	w.sweep()
	if stored() != 0 {
		t.Error("the uses of a deleted token stay")
	}
}

// TestStopAndKill uses a token each second, beside a sweep each second. A stop loses nothing, a kill at most 5 s.
func TestStopAndKill(t *testing.T) {
	w := newWorld(t)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, nil)
	value := w.reveal(token.ID, 1)
	second := func() {
		for range 3 {
			w.introspect(api.RoleRuntime, value)
		}
		w.clock.Advance(time.Second)
	}
	for range 10 {
		second()
		w.sweep()
	}
	second()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	w.p.Run(ctx)
	w.restart()
	last := w.clock.Now().Add(-time.Second)
	if got := w.uses(token.ID); got.Count != 33 || !got.LastAt.Equal(last) {
		t.Errorf("after a stop: %d uses, the last at %s, want 33 and %s", got.Count, got.LastAt, last)
	}
	for range 10 {
		second()
		w.sweep()
	}
	second()
	w.restart() // nothing is written
	if got := w.uses(token.ID); got.Count < 66-5*3 || got.LastAt.Before(w.clock.Now().Add(-5*time.Second)) {
		t.Errorf("after a kill: %d uses of 66, the last at %s of %s", got.Count, got.LastAt, w.clock.Now())
	}
}

// TestOutageImpairsUses: nothing is lost, and it is known for which time decisions by the absence of a use must not be
// made.
func TestOutageImpairsUses(t *testing.T) {
	if !onPostgres {
		catchWriters()
	}
	w := newWorld(t)
	connector := w.newConnector("chat", nil).ID
	token := w.newToken("notifier", connector, nil)
	value := w.reveal(token.ID, 1)
	w.introspect(api.RoleRuntime, value)
	w.sweep()
	w.clock.Advance(time.Minute)
	w.setReadOnly(true)
	w.introspect(api.RoleRuntime, value)
	if err := w.p.Sweep(t.Context()); err == nil {
		t.Fatal("a sweep could write")
	}
	w.clock.Advance(time.Minute)
	if err := w.p.Sweep(t.Context()); err == nil {
		t.Fatal("a sweep could write")
	}
	if n := w.metric("quickconnect_use_writes_failed_total"); n == "0" {
		t.Error("no failed write is counted")
	}
	w.setReadOnly(false)
	w.clock.Advance(time.Minute)
	w.sweep()
	if got := w.uses(token.ID); got.Count != 2 || got.Complete {
		t.Errorf("%+v", got)
	}
	var all []store.UseImpairment
	err := w.store.View(t.Context(), func(tx *store.Tx) (err error) {
		all, err = tx.UseImpairments(t.Context(), epoch, w.clock.Now())
		return err
	})
	want := []store.UseImpairment{
		{From: epoch.Add(time.Minute), Until: epoch.Add(2 * time.Minute), Reason: store.UsesLate},
	}
	if diff := cmp.Diff(want, all); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	w.clock.Advance(time.Minute)
	later := w.newToken("later", connector, nil)
	if !w.uses(later.ID).Complete {
		t.Error("what was made after an impairment is not complete")
	}
}

// impairments returns when the recording of uses was impaired since the epoch.
func (w *world) impairments() (all []store.UseImpairment) {
	w.t.Helper()
	err := w.store.View(w.t.Context(), func(tx *store.Tx) (err error) {
		all, err = tx.UseImpairments(w.t.Context(), epoch, w.clock.Now())
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

// A kill loses uses, and during an outage many of them. What decides by the absence of a use must learn of it: the
// start after it says since when nothing is known. A stop in order loses nothing, and leaves nothing.
func TestKillImpairsUses(t *testing.T) {
	if !onPostgres {
		catchWriters()
	}
	w := newWorld(t)
	connector := w.newConnector("chat", nil).ID
	token := w.newToken("notifier", connector, nil)
	value := w.reveal(token.ID, 1)
	w.clock.Advance(10 * time.Minute)
	w.sweep()
	w.setReadOnly(true)
	w.clock.Advance(time.Hour)
	w.introspect(api.RoleRuntime, value)
	if err := w.p.Sweep(t.Context()); err == nil {
		t.Fatal("a sweep could write")
	}
	w.setReadOnly(false)
	w.restart() // without a last sweep, as after a kill
	want := []store.UseImpairment{
		{From: epoch.Add(10 * time.Minute), Until: epoch.Add(70 * time.Minute), Reason: store.UsesLost},
	}
	if diff := cmp.Diff(want, w.impairments()); diff != "" {
		t.Errorf("after a kill (-want +got):\n%s", diff)
	}
	if got := w.uses(token.ID); got.Count != 0 || got.Complete {
		t.Errorf("after a kill: %+v", got)
	}

	w.clock.Advance(time.Hour)
	w.introspect(api.RoleRuntime, value)
	w.stop()
	w.clock.Advance(time.Hour)
	w.restart()
	if diff := cmp.Diff(want, w.impairments()); diff != "" {
		t.Errorf("after a stop in order (-want +got):\n%s", diff)
	}
	if got := w.uses(token.ID); got.Count != 1 {
		t.Errorf("after a stop in order: %+v", got)
	}
}
