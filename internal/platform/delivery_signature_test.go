package platform_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	official "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

// signedWith fails the test unless the delivery has exactly one signature per key, in this order.
func (a arrival) signedWith(tb testing.TB, keys ...webhook.Key) {
	tb.Helper()
	signatures := strings.Split(a.header.Get(webhook.HeaderSignature), " ")
	if len(signatures) != len(keys) {
		tb.Fatalf("%s has %d signatures, want %d", a.id(), len(signatures), len(keys))
	}
	for i, signature := range signatures {
		alone := a.header.Clone()
		alone.Set(webhook.HeaderSignature, signature)
		for j, k := range keys {
			err := webhook.Verify([]webhook.Key{k}, alone, a.body, a.at, time.Second)
			if (err == nil) != (i == j) {
				tb.Errorf("signature %d of %s against key %d: %v", i, a.id(), j, err)
			}
		}
	}
}

// TestReceiversVerifyThroughoutRotation verifies with the official library, which holds one secret. The old secret
// verifies until the overlap ends, the new one from its issue on.
func TestReceiversVerifyThroughoutRotation(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	receivers := map[string]*official.Webhook{}
	holds := func(name string, version int64) {
		t.Helper()
		r, err := official.NewWebhook(w.reveal(h.secret, version))
		if err != nil {
			t.Fatal(err)
		}
		receivers[name] = r
	}
	check := func(when string, want ...string) {
		t.Helper()
		a := h.delivered()
		for name, r := range receivers {
			wanted := false
			for _, n := range want {
				wanted = wanted || n == name
			}
			if err := r.VerifyIgnoringTimestamp(a.body, a.header); (err == nil) != wanted {
				t.Errorf("%s, the receiver that holds the %s secret: %v", when, name, err)
			}
			broken := append([]byte(" "), a.body...)
			if r.VerifyIgnoringTimestamp(broken, a.header) == nil {
				t.Errorf("%s, the receiver that holds the %s secret accepts another body", when, name)
			}
		}
	}
	holds("old", 1)
	check("before", "old")
	w.mustStep(h.secret, api.StepBegin, nil)
	holds("new", 2)
	check("staged", "old", "new")
	w.mustStep(h.secret, api.StepPromote, forced)
	check("draining", "old", "new")
	w.clock.Advance(time.Hour - time.Second)
	check("at the end of the overlap", "old", "new")
	w.clock.Advance(time.Second) // nobody has settled it yet
	check("after", "new")
	w.lifecycle(h.secret, "revoke", object{"all": true, "reason": "test"})
	w.mustStep(h.secret, api.StepReissue, nil)
	check("reissued")
}

// TestOrderOfSignatures has one signature per valid version, the current one first.
func TestOrderOfSignatures(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	keys := map[int64]webhook.Key{1: w.key(h.secret, 1)}
	check := func(numbers ...int64) {
		t.Helper()
		h.says(with(http.StatusOK))
		a := h.delivered()
		var want []webhook.Key
		var signedBy []api.SignedBy
		for _, n := range numbers {
			want = append(want, keys[n])
			signedBy = append(signedBy, api.SignedBy{SigningSecretID: h.secret, Version: n})
		}
		a.signedWith(t, want...)
		if diff := cmp.Diff(signedBy, w.attempted(h.endpoint, a.id(), 1).SignedBy); diff != "" {
			t.Errorf("the record (-want +got):\n%s", diff)
		}
	}
	check(1)
	w.mustStep(h.secret, api.StepBegin, nil)
	keys[2] = w.key(h.secret, 2)
	check(1, 2)
	w.mustStep(h.secret, api.StepPromote, forced)
	check(2, 1)
	w.mustStep(h.secret, api.StepRollback, nil)
	check(1, 2)
	w.clock.Advance(time.Hour)
	check(1)
	w.lifecycle(h.secret, "release", because)
	w.mustStep(h.secret, api.StepBegin, nil)
	keys[3] = w.key(h.secret, 3)
	check(1, 3)
	w.lifecycle(h.secret, "revoke", object{"below": 3, "reason": "test"})
	check(3)
	// A promotion by a deadline counts before it is settled.
	w.mustStep(h.secret, api.StepBegin, nil)
	keys[4] = w.key(h.secret, 4)
	w.mustStep(h.secret, api.StepAcknowledge, object{"version": 4})
	check(3, 4)
	w.clock.Advance(7 * 24 * time.Hour)
	check(4, 3)
}

// TestTwoSigningSecrets has the current versions of both first, and the older signing secret before the newer.
func TestTwoSigningSecrets(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	h.says(with(http.StatusOK))
	ed := w.newSecret("ed", h.endpoint, h.policy, object{"algorithm": "ed25519"}).ID
	old, public := w.key(h.secret, 1), w.key(ed, 1)
	a := h.delivered()
	a.signedWith(t, old, public)
	if s := a.header.Get(webhook.HeaderSignature); !strings.HasPrefix(s, "v1,") || !strings.Contains(s, " v1a,") {
		t.Errorf("the versions of the signatures: %s", s)
	}
	w.mustStep(h.secret, api.StepBegin, nil)
	next := w.key(h.secret, 2)
	h.delivered().signedWith(t, old, public, next)
	w.mustStep(h.secret, api.StepPromote, forced)
	h.delivered().signedWith(t, next, public, old)
	w.mustStep(ed, api.StepBegin, nil)
	h.delivered().signedWith(t, next, public, old, w.key(ed, 2))
	w.lifecycle(h.secret, "revoke", object{"all": true, "reason": "test"})
	h.delivered().signedWith(t, public, w.key(ed, 2))
	other := w.newHook("other", nil)
	other.delivered().signedWith(t, w.key(other.secret, 1))
}
