package platform_test

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/tokens"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/uses"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/writebehind"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// unusedAt returns when the quarantine of an object begins, as the object and the inventory say it; zero for never.
func (w *world) unusedAt(id string) (at time.Time) {
	w.t.Helper()
	got := w.state(id).UnusedQuarantineAt
	_, all := w.inventory("", "1000")
	if shown := all[id].UnusedQuarantineAt; (got == nil) != (shown == nil) || got != nil && !got.Equal(*shown) {
		w.t.Errorf("the object says %v, the inventory %v", got, shown)
	}
	if got != nil {
		at = *got
	}
	return at
}

// wantUnused fails the test unless the quarantine of an object begins at a time after the epoch; 0 for never.
func (w *world) wantUnused(what, id string, after time.Duration) {
	w.t.Helper()
	var want time.Time
	if after > 0 {
		want = epoch.Add(after)
	}
	if got := w.unusedAt(id); !got.Equal(want) {
		w.t.Errorf("%s: the quarantine begins at %s, want %s", what, got, want)
	}
}

// pass lets time pass, and sweeps.
func (w *world) pass(d time.Duration) {
	w.t.Helper()
	w.clock.Advance(d)
	w.sweep()
}

// stop stops the platform in order, so that all its uses are written.
func (w *world) stop() {
	w.t.Helper()
	ctx, stop := context.WithCancel(w.t.Context())
	stop()
	w.p.Run(ctx)
}

// longPolicy is one under which nothing falls due in a test of unused credentials.
func longPolicy() object { return object{"interval": "3000d", "max_stage": "30d"} }

// moves returns the audited actions on an object, but for those that only read or check a value.
func (w *world) moves(id string) []string {
	return slices.DeleteFunc(w.actions(id), func(action string) bool {
		return strings.Contains(action, "reveal") || action == "introspect"
	})
}

// TestUnused: what nobody uses is announced, put in quarantine, and released, once each.
func TestUnused(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k api.Kind) {
		w.governed(object{"max_unused": "30d"})
		o := w.createUnder(longPolicy(), k, "idle")
		values := w.values(o.ID)
		w.pass(16*day - time.Second)
		w.wantUnused("before the announcement", o.ID, 0)
		w.pass(time.Second)
		w.wantUnused("announced", o.ID, 30*day)
		w.stop()
		w.restart()
		w.pass(time.Hour)
		w.change(o.ID, object{"description": "a change is no use"})
		w.pass(14*day - time.Hour - time.Second)
		if w.state(o.ID).Quarantine != nil {
			t.Error("it is in quarantine before its time")
		}
		w.pass(time.Second)
		const why = "never used; max_unused of the environment is 30d"
		q := w.state(o.ID).Quarantine
		if q == nil || q.By != rotation.ActorPlatform || !q.Until.Equal(epoch.Add(44*day)) || q.Reason != why {
			t.Fatalf("the quarantine is %+v", q)
		}
		w.wantUnused("in quarantine", o.ID, 0)
		w.wantActive(o.ID, values)
		w.releases(api.RoleOperator, o.ID).problem(api.CodeForbidden, "")
		w.releases(api.RoleSecurity, o.ID).want(200)
		w.sweep()
		w.pass(16*day - time.Second)
		w.wantUnused("released", o.ID, 0)
		w.pass(time.Second)
		w.wantUnused("announced again", o.ID, 60*day)
		w.pass(14 * day)
		w.pass(14 * day)
		if v := w.versions(o.ID)[0]; v.State != "revoked" || v.EndReason != rotation.ReasonQuarantineEnded {
			t.Errorf("after the end of the quarantine: %+v", v)
		}
		w.pass(100 * day)
		want := []string{
			"create", "announce_quarantine", "update", "quarantine", "release_quarantine", "announce_quarantine", "quarantine",
			"end_quarantine",
		}
		if got := w.moves(o.ID); !slices.Equal(got, want) {
			t.Errorf("the trail has %v, want %v", got, want)
		}
		for _, e := range w.audited(o.ID, "quarantine") {
			if e.Actor != rotation.ActorPlatform || e.Detail["reason"] != why {
				t.Errorf("the event: %+v", e)
			}
		}
	})
}

// TestUnusedConnector: fetching its credentials is the use of a connector, and new ones are none.
func TestUnusedConnector(t *testing.T) {
	w := newWorld(t)
	w.governed(object{"max_unused": "30d"})
	c, value := w.retrievers(nil)
	idle := w.newConnector("idle", object{"credentials": object{"token": "secret-9"}})
	empty := w.newConnector("empty", nil)
	w.pass(10 * day)
	w.fetch(value, c.ID, "notifier")
	w.patchConnector(idle.ID, object{"credentials": object{"token": "secret-10"}})
	w.pass(6 * day)
	at := func(id string) *time.Time {
		_, all := w.inventory("", "1000")
		if got, listed := w.connector(id).UnusedQuarantineAt, all[id].UnusedQuarantineAt; got != nil && !got.Equal(*listed) {
			t.Errorf("the connector says %s, the inventory %s", got, listed)
		}
		return w.connector(id).UnusedQuarantineAt
	}
	if got := at(idle.ID); at(c.ID) != nil || at(empty.ID) != nil || got == nil || !got.Equal(epoch.Add(30*day)) {
		t.Errorf("announced for %v, of a used one %v, of none %v", got, at(c.ID), at(empty.ID))
	}
	w.pass(14 * day)
	if w.connector(idle.ID).Quarantine == nil || w.connector(c.ID).Quarantine != nil ||
		w.connector(empty.ID).Quarantine != nil {
		t.Error("the idle one alone should be in quarantine")
	}
	// The credentials that replace those in quarantine are handed out, and count from its end.
	w.patchConnector(idle.ID, object{"credentials": object{"token": "secret-11"}})
	w.pass(14*day + 16*day - time.Second)
	if got := w.connector(idle.ID); got.Quarantine != nil || got.UnusedQuarantineAt != nil ||
		got.CredentialsStatus != api.CredentialsCurrent {
		t.Errorf("after the end: %+v", got)
	}
	w.pass(time.Second)
	if got := at(idle.ID); got == nil || !got.Equal(epoch.Add(74*day)) {
		t.Errorf("announced again for %v", got)
	}
}

// TestUnusedIsNotified once for each announcement. A use ends it, as every read shows at once, and the next one begins
// anew. The delivery of the notification is a use of the key that signs it.
func TestUnusedIsNotified(t *testing.T) {
	w := newWorld(t)
	h := w.newNotified("hooks", "quickconnect.quarantine.*")
	w.governed(object{"max_unused": "30d"})
	token := w.createUnder(longPolicy(), api.ScopedTokens, "idle")
	value := w.reveal(token.ID, 1)
	h.notified(0)
	w.clock.Advance(16 * day)
	both := h.notified(2)
	n := noticeOf(t, both, token.ID)
	if n.Type != api.NotifyQuarantineAnnounced || n.Details["quarantine_at"] != epoch.Add(30*day).Format(time.RFC3339) ||
		n.Details["revoked_at"] != epoch.Add(44*day).Format(time.RFC3339) ||
		n.Details["reason"] != "never used; max_unused of the environment is 30d" || n.Object.Name != "idle" {
		t.Errorf("announced: %+v", n)
	}
	noticeOf(t, both, h.secret)
	w.wantUnused("the key of the endpoint", h.secret, 0)
	w.clock.Advance(day)
	h.notified(0)
	if got := w.introspect(api.RoleRuntime, value); !got.Active {
		t.Fatal("it is refused")
	}
	w.wantUnused("used, which is not written yet", token.ID, 0)
	w.sweep()
	w.wantUnused("used", token.ID, 0)
	w.pass(13 * day)
	if q := w.state(token.ID).Quarantine; q != nil {
		t.Fatalf("it is in quarantine: %+v", q)
	}
	w.clock.Advance(3 * day)
	n = noticeOf(t, h.notified(2), token.ID)
	if n.Details["reason"] != "last used at "+epoch.Add(17*day).Format(time.RFC3339)+
		"; max_unused of the environment is 30d" {
		t.Errorf("announced again: %+v", n)
	}
	w.wantUnused("announced again", token.ID, 47*day)
	w.clock.Advance(14 * day)
	if n = noticeOf(t, h.notified(1), token.ID); n.Type != api.NotifyQuarantineSet {
		t.Errorf("set: %+v", n)
	}
	if got := w.introspect(api.RoleRuntime, value); got.Active {
		t.Error("it is accepted")
	}
}

// TestUnusedExpiry of a token counts before max_unused of its environment, where that is longer and where it is
// shorter.
func TestUnusedExpiry(t *testing.T) {
	w := newWorld(t)
	connector := w.newConnector("chat", nil).ID
	policy := w.newPolicy("long", longPolicy()).ID
	newToken := func(name string, more object) string {
		more["rotation_policy_id"] = policy
		return w.newToken(name, connector, more).ID
	}
	plain, short, long := newToken("plain", object{}), newToken("short", object{"unused_expiry": "20d"}),
		newToken("long", object{"unused_expiry": "300d"})
	w.pass(6 * day)
	w.pass(12 * day)
	w.wantUnused("of its own", short, 20*day)
	w.wantUnused("without a rule", plain, 0)
	w.governed(object{"max_unused": "30d"})
	w.pass(0)
	w.wantUnused("the rule is new: announced today", plain, 32*day)
	w.wantUnused("long", long, 0)
	w.patchToken(long, object{"unused_expiry": nil})
	w.patchToken(short, object{"unused_expiry": "365d"})
	w.pass(time.Hour)
	w.wantUnused("as the environment says", long, 32*day+time.Hour)
	w.wantUnused("prolonged", short, 0)
	w.govern(object{})
	w.pass(0)
	w.wantUnused("the rule is gone", plain, 0)
	w.pass(100 * day)
	for _, id := range []string{plain, long, short} {
		if q := w.state(id).Quarantine; q != nil {
			t.Errorf("%s is in quarantine: %+v", id, q)
		}
	}
	rules := pathRules + "/" + w.govern(object{})
	for _, text := range []string{"14d", "366d", "soon"} {
		w.do("PATCH", pathTokens+"/"+plain, object{"unused_expiry": text}).problem(api.CodeInvalid, "/unused_expiry")
		w.as(api.RoleSecurity, "PUT", rules, object{"max_unused": text}).problem(api.CodeInvalid, "/max_unused")
	}
}

// TestUnusedWaitsForClock: while the clock is in doubt nothing is announced, and nothing is put in quarantine.
func TestUnusedWaitsForClock(t *testing.T) {
	w := newWorld(t)
	w.governed(object{"max_unused": "30d"})
	announced := w.createUnder(longPolicy(), api.ScopedTokens, "announced").ID
	w.pass(16 * day)
	fresh := w.createUnder(longPolicy(), api.ScopedTokens, "fresh").ID
	w.clock.Jump(100 * day)
	w.sweep()
	w.wantUnused("in doubt", announced, 30*day)
	w.wantUnused("in doubt", fresh, 0)
	if q := w.state(announced).Quarantine; q != nil {
		t.Errorf("in doubt: %+v", q)
	}
	w.acceptClock()
	w.wantUnused("accepted", fresh, 130*day)
	if q := w.state(announced).Quarantine; q == nil {
		t.Error("it is not in quarantine")
	}
}

// TestUnusedAfterImpairment: a time in which uses may not have been recorded begins the time anew.
func TestUnusedAfterImpairment(t *testing.T) {
	for _, reason := range []string{store.UsesLate, store.UsesLost} {
		t.Run(reason, func(t *testing.T) {
			w := newWorld(t)
			w.governed(object{"max_unused": "30d"})
			id := w.createUnder(longPolicy(), api.ScopedTokens, "idle").ID
			w.pass(16 * day)
			w.wantUnused("announced", id, 30*day)
			w.pass(4 * day)
			err := w.store.Update(t.Context(), func(tx *store.Tx) error {
				return tx.WriteUseImpairment(t.Context(), store.UseImpairment{
					From: epoch.Add(18 * day), Until: epoch.Add(19 * day), Reason: reason,
				})
			})
			if err != nil {
				t.Fatal(err)
			}
			w.pass(10 * day)
			if q := w.state(id).Quarantine; q != nil {
				t.Errorf("it is in quarantine: %+v", q)
			}
			w.wantUnused("impaired", id, 0)
			w.pass(5*day - time.Second)
			w.wantUnused("before the announcement", id, 0)
			w.pass(time.Second)
			w.wantUnused("announced again", id, 49*day)
		})
	}
}

// TestUseBeforeQuarantineWins: a use that is accepted between the decision and the write of the quarantine, and is in
// memory alone, keeps the credential out of it.
func TestUseBeforeQuarantineWins(t *testing.T) {
	for _, when := range []string{"before it is decided again", "while it is written", "never"} {
		t.Run(when, func(t *testing.T) {
			w := newWorld(t)
			w.governed(object{"max_unused": "30d"})
			id := w.createUnder(longPolicy(), api.ScopedTokens, "idle").ID
			w.pass(16 * day)
			w.clock.Advance(14 * day)
			runner, err := txn.Open(t.Context(), w.store, w.keyring, w.clock, rand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			engine := credentials.New(runner, func(string) {})
			tokens.New(engine, httpapi.NewChanges(runner, limits.Config{}, nil), runner, writebehind.New(runner))
			use := func() {
				ref := store.Ref{Scope: staging, Kind: api.KindScopedTokens, ID: id}
				engine.Used(ref, 1, uses.Use{At: w.clock.Now().Add(-time.Second)})
			}
			looked := 0
			limit := func(context.Context, *txn.Tx) (*string, error) {
				if looked++; looked == 2 && when == "before it is decided again" {
					use()
				}
				text := "30d"
				return &text, nil
			}
			if when == "while it is written" {
				saves(t, engine, runner, use)
			}
			if err := credentials.RaiseDue(t.Context(), engine, limit); err != nil {
				t.Fatal(err)
			}
			if got := w.state(id).Quarantine != nil; got != (when == "never") {
				t.Errorf("in quarantine: %v", got)
			}
		})
	}
}

// saves has an engine call a function when it saves a scoped token.
func saves(t *testing.T, engine *credentials.Engine, runner *txn.Runner, do func()) {
	t.Helper()
	other := credentials.New(runner, func(string) {})
	tokens.New(other, httpapi.NewChanges(runner, limits.Config{}, nil), runner, writebehind.New(runner))
	engine.Register(api.ScopedTokens, func(ctx context.Context, tx *txn.Tx, id string) (credentials.Object, error) {
		o, err := other.Load(ctx, tx, api.ScopedTokens, id)
		return saved{o, do}, err
	})
}

type saved struct {
	credentials.Object
	do func()
}

func (s saved) Save(ctx context.Context, tx *txn.Tx) error {
	s.do()
	return s.Object.Save(ctx, tx)
}
