package platform_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// secondKey gives staging a second comparison key beside the first, as a rotation of these keys does.
func (w *world) secondKey() {
	w.t.Helper()
	const purpose = "comparison/acme/staging"
	sealed, err := w.keyring.SealKey(w.t.Context(), 1, bytes.Repeat([]byte("2"), 32), purpose, 2)
	if err == nil {
		err = w.store.Update(w.t.Context(), func(tx *store.Tx) error {
			return tx.InsertKey(w.t.Context(), purpose, 2, sealed, w.clock.Now())
		})
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// TestIdentityListsAllComparisonKeys in use, to the roles that compare.
func TestIdentityListsAllComparisonKeys(t *testing.T) {
	w := newWorld(t)
	w.secondKey()
	for _, role := range api.Roles() {
		var numbers []int64
		body := w.as(role, "GET", "/v1/identity", nil).want(200)
		for _, k := range decoded[api.Identity](body).ComparisonKeys {
			numbers = append(numbers, k.Number)
		}
		want := 2
		if role == api.RoleAuditor || role == api.RoleSecurity || role == api.RoleRuntime {
			want = 0
		}
		if len(numbers) != want || want == 2 && (numbers[0] != 1 || numbers[1] != 2) ||
			want == 0 && !strings.Contains(string(body.body), `"comparison_keys":[]`) {
			t.Errorf("%s gets the keys %v", role, numbers)
		}
	}
	if keys := decoded[api.Identity](w.send(w.foreign["acme/production"], "GET", "/v1/identity", nil).want(200)).
		ComparisonKeys; len(keys) != 1 {
		t.Errorf("another environment has %d keys", len(keys))
	}
}

// TestDigestsOfDifferentKeysAreNotCompared: credentials that are sent again under a newer key are the same ones, and a
// value that was revoked is recognised when it is supplied again.
func TestDigestsOfDifferentKeysAreNotCompared(t *testing.T) {
	w := newWorld(t)
	c := w.newConnector("chat", object{"credentials": object{"password": "one"}})
	value, revoked := suppliedSecret("a", 32), suppliedSecret("r", 32)
	h := w.newHook("hooks", object{"secret": revoked})
	w.lifecycle(h.secret, "revoke", object{"all": true, "reason": "leaked"})
	w.mustStep(h.secret, api.StepReissue, object{"secret": value})
	w.secondKey()

	same := w.patchConnector(c.ID, object{"credentials": object{"password": "one"}})
	if *same.Version != 1 || *same.CredentialsDigest != *c.CredentialsDigest {
		t.Errorf("the same credentials: %+v", same)
	}
	other := w.patchConnector(c.ID, object{"credentials": object{"password": "two"}})
	if *other.Version != 2 || *other.CredentialsDigest != w.digest(c.ID, map[string]string{"password": "two"}) {
		t.Errorf("other credentials: %+v", other)
	}

	w.step(h.secret, api.StepBegin, object{"secret": value}).problem(api.CodeInvalid, "/secret")
	if got := w.secret(h.secret).RevokedSecrets; len(got) != 1 {
		t.Fatalf("revoked: %+v", got)
	}
	again := w.mustStep(h.secret, api.StepBegin, object{"secret": revoked})
	if len(again.RevokedSecrets) != 0 || *again.SecretDigest != w.secretDigest(h.secret, revoked) {
		t.Errorf("a revoked value that is supplied again: %+v", again)
	}
}
