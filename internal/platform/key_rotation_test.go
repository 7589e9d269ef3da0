package platform_test

import (
	"crypto/rand"
	"errors"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// keysBeside opens the keys of the platform as a command beside the server does.
func (w *world) keysBeside() *keys.Operator {
	w.t.Helper()
	random := keys.NewRandom(rand.Reader)
	k, err := keys.Open(w.t.Context(), w.store, w.keyring, random, w.clock)
	if err != nil {
		w.t.Fatal(err)
	}
	return &keys.Operator{Keys: k, Random: random}
}

// rewrap seals and hashes everything again, and returns how much that was.
func (w *world) rewrap() int64 {
	w.t.Helper()
	k := w.keysBeside()
	r, err := keys.Rewrap(w.t.Context(), k.Keys, func(keys.Rewrapping) error { return nil })
	if err != nil || len(r.Unreadable) > 0 || r.Done != r.Total {
		w.t.Fatal(r, err)
	}
	return r.Done
}

// wantInUse wants an error that names what needs a key.
func wantInUse(tb testing.TB, err error, texts ...string) {
	tb.Helper()
	var used *keys.InUseError
	if !errors.As(err, &used) {
		tb.Fatalf("got %v", err)
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			tb.Errorf("there is no %q in: %v", text, err)
		}
	}
}

// TestLookupKeyIsRotated: what was stored under the older key is found as before, also after its hash was made anew,
// and a change counts in the next request. The old key ends once nothing valid is found by it.
func TestLookupKeyIsRotated(t *testing.T) {
	w := newWorld(t)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, object{
		"rotation_policy_id": w.newPolicy("monthly", nil).ID, "expires_at": nil,
	})
	h := w.newHook("hooks", nil)
	signing := w.reveal(h.secret, 1)
	ended := w.reveal(token.ID, 1)
	w.mustEnd(token.ID)
	older := w.reveal(token.ID, 2)
	active := func(why, value string, want bool) {
		t.Helper()
		for range 2 { // the second one is answered from memory
			if got := w.introspect(api.RoleRuntime, value); got.Active != want {
				t.Errorf("%s: %+v", why, got)
			}
		}
	}
	known := func(why, value, state string) {
		t.Helper()
		if got := w.identify(w.tokens[api.RoleAuditor], value); !got.Found || got.State != state {
			t.Errorf("%s: %+v", why, got)
		}
	}
	active("before", older, true)
	k := w.keysBeside()
	if n, err := k.RotateLookup(t.Context()); err != nil || n != 2 {
		t.Fatal(n, err)
	}
	bearer, _ := w.newPrincipal(api.RoleAuditor, "new", 0)
	w.me(bearer)
	w.step(token.ID, api.StepBegin, nil).want(200)
	newer := w.reveal(token.ID, 3)
	for _, when := range []string{"after the rotation", "after the rewrap"} {
		active(when, older, true)
		active(when, newer, true)
		active(when, ended, false)
		known(when, ended, "revoked")
		known(when, older, "current")
		known(when, signing, "current")
		known(when, w.tokens[api.RoleAuditor], api.PrincipalActive)
		known(when, bearer, api.PrincipalActive)
		if when == "after the rotation" {
			wantInUse(t, k.RetireLookup(t.Context(), 1, true), "lookup key 1", "principals: ", "values: 2", "keyring rewrap")
			if n := w.rewrap(); n != 2 {
				t.Errorf("%d values were hashed again, want 2", n)
			}
		}
	}
	w.restart()
	active("after a restart", older, true)
	if got := w.revokeValue(w.tokens[api.RoleSecurity], older); !got.Revoked || got.Version != 2 {
		t.Errorf("revoked by its value: %+v", got)
	}
	active("revoked", older, false)
	active("beside a revoked one", newer, true)
	w.retireLookup(bearer, ended)
}

// mustEnd revokes the current version of an object, and has the next one issued.
func (w *world) mustEnd(id string) {
	w.t.Helper()
	w.lifecycle(id, "revoke", object{"all": true, "reason": "leaked"}).want(200)
	w.step(id, api.StepReissue, nil).want(200)
}

// retireLookup ends all principals that are found by the first lookup key, and then the key.
func (w *world) retireLookup(bearer, ended string) {
	w.t.Helper()
	k := w.keysBeside()
	err := k.RetireLookup(w.t.Context(), 1, true)
	if wantInUse(w.t, err, "principals: "); strings.Contains(err.Error(), ", values: ") {
		w.t.Errorf("values are found by the older key after a rewrap: %v", err)
	}
	w.tamper(`UPDATE principals SET ended_at = 1 WHERE name <> 'new'`)
	k = w.keysBeside()
	wantInUse(w.t, k.RetireLookup(w.t.Context(), 1, false), "ended principals: ", "ended values: 1", "--forget-ended")
	if err := k.RetireLookup(w.t.Context(), 1, true); err != nil {
		w.t.Fatal(err)
	}
	if err := k.RetireLookup(w.t.Context(), 2, true); err == nil || !strings.Contains(err.Error(), "the current one") {
		w.t.Errorf("the only key: %v", err)
	}
	w.me(bearer)
	if got := w.identify(bearer, ended); got.Found {
		w.t.Errorf("a value is recognised without its key: %+v", got)
	}
}

// TestComparisonKeyIsRotated: digests stay as they are until a new value comes, and the old key ends after the last of
// them.
func TestComparisonKeyIsRotated(t *testing.T) {
	w := newWorld(t)
	c := w.newConnector("chat", object{"credentials": object{"password": "one"}})
	h := w.newHook("hooks", object{"secret": suppliedSecret("a", 32)})
	k := w.keysBeside()
	scope := store.Scope{Tenant: "acme", Environment: "staging"}
	if _, err := k.RotateComparison(t.Context(), store.Scope{Tenant: "nowhere"}); err == nil {
		t.Error("a key was made for no environment")
	}
	if made, err := k.RotateComparison(t.Context(), scope); err != nil || len(made) != 1 || made[scope] != 2 {
		t.Fatal(made, err)
	}
	if made, err := k.RotateComparison(t.Context(), store.Scope{Environment: "production"}); err != nil ||
		made[scope] != 0 || len(made) == 0 {
		t.Fatal(made, err)
	}
	same := w.patchConnector(c.ID, object{"credentials": object{"password": "one"}})
	if *same.Version != 1 || *same.CredentialsDigest != *c.CredentialsDigest {
		t.Errorf("the same credentials: %+v", same)
	}
	wantInUse(t, k.RetireComparison(t.Context(), scope, 1, true), "comparison acme/staging key 1", "connectors: 1",
		"signing secret values: 1")
	other := w.patchConnector(c.ID, object{"credentials": object{"password": "two"}})
	if *other.Version != 2 || !strings.HasPrefix(*other.CredentialsDigest, "k2:") {
		t.Errorf("other credentials: %+v", other)
	}
	w.lifecycle(h.secret, "revoke", object{"all": true, "reason": "leaked"}).want(200)
	again := w.mustStep(h.secret, api.StepReissue, object{"secret": suppliedSecret("b", 32)})
	if !strings.HasPrefix(*again.SecretDigest, "k2:") {
		t.Errorf("another secret: %+v", again)
	}
	wantInUse(t, k.RetireComparison(t.Context(), scope, 1, false), "signing secrets with revoked values: 1",
		"--forget-ended")
	if err := k.RetireComparison(t.Context(), scope, 1, true); err != nil {
		t.Fatal(err)
	}
	if err := k.RetireComparison(t.Context(), scope, 2, true); err == nil {
		t.Error("the current key was retired")
	}
	me := w.me(w.tokens[api.RoleDeployer])
	if len(me.ComparisonKeys) != 1 || me.ComparisonKeys[0].Number != 2 {
		t.Errorf("the platform lists %d comparison keys", len(me.ComparisonKeys))
	}
}
