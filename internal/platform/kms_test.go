package platform_test

import (
	"crypto/rand"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/transittest"
)

// outsideWorld is a world whose key-encryption key is in a double of a transit engine.
func outsideWorld(t *testing.T) (*world, *transittest.Server) {
	t.Helper()
	w := newWorld(t)
	v := transittest.New(t, w.clock)
	w.outside = &keyring.Outside{Clock: w.clock, Outage: time.Hour}
	w.keyring.Use(*w.outside)
	key, err := keyring.ParseOutside(v.URI(transittest.TokenFile(t, v.Token(transittest.TokenOptions{Operator: true}))))
	if err != nil {
		t.Fatal(err)
	}
	random := keys.NewRandom(rand.Reader)
	k, err := keys.Open(t.Context(), w.store, w.keyring, random, w.clock)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := keys.MoveKEK(t.Context(), &keys.Operator{Keys: k, Random: random}, &key,
		func(keys.Rewrapping) error { return nil }); err != nil {
		t.Fatal(err)
	}
	w.restart()
	return w, v
}

func (w *world) revealedFirst(id string, status int) string {
	w.t.Helper()
	got := w.do("POST", "/v1/scoped-tokens/"+id+"/versions/1/reveal", nil).want(status)
	if status != http.StatusOK {
		return string(got.body)
	}
	value, _ := decoded[map[string]any](got)["value"].(string)
	return value
}

// TestReadsGoOnThroughAnOutage: while the key-management service is out, what was opened lately opens, for an hour and
// no longer; what was not answers 503 with the reason, as does a write that needs a new data key; all else works.
func TestReadsGoOnThroughAnOutage(t *testing.T) {
	t.Parallel()
	w, v := outsideWorld(t)
	connector := w.newConnector("c", nil)
	warm, cold := w.newToken("warm", connector.ID, nil), w.newToken("cold", connector.ID, nil)
	w.restart()
	value := w.revealedFirst(warm.ID, http.StatusOK)
	w.clock.Advance(4 * time.Minute)
	w.p.KeepKeys(t.Context()) // the outage finds a key that is fresh, although it was opened four minutes ago
	w.clock.Advance(4 * time.Minute)
	calls := v.Calls("transit/decrypt/quickconnect")
	v.Set(transittest.Sealed)
	if w.revealedFirst(warm.ID, http.StatusOK) != value || v.Calls("transit/decrypt/quickconnect") != calls {
		t.Error("a key that was refreshed is asked for again")
	}
	w.clock.Advance(30 * time.Minute)
	if w.revealedFirst(warm.ID, http.StatusOK) != value {
		t.Error("another value")
	}
	if answer := w.revealedFirst(cold.ID, http.StatusServiceUnavailable); !strings.Contains(answer, "unavailable") ||
		!strings.Contains(answer, "key-management service "+v.Host+" is sealed") {
		t.Error(answer)
	}
	w.do("POST", "/v1/scoped-tokens", tokenBody("new", connector.ID, nil)).want(http.StatusServiceUnavailable)
	w.do("GET", "/v1/scoped-tokens/"+cold.ID, nil).want(http.StatusOK)
	w.p.KeepKeys(t.Context())
	ready := w.do("GET", "/readyz", nil).want(http.StatusOK)
	text := string(ready.body)
	if !strings.Contains(text, "degraded") || !strings.Contains(text, "cannot be reached since") {
		t.Errorf("%s", ready.body)
	}
	w.clock.Advance(time.Hour)
	w.revealedFirst(warm.ID, http.StatusServiceUnavailable)
	w.do("GET", "/readyz", nil).want(http.StatusServiceUnavailable)
	v.Set(transittest.Active)
	w.clock.Advance(keyring.AskAgain)
	if w.revealedFirst(warm.ID, http.StatusOK) != value || w.revealedFirst(cold.ID, http.StatusOK) == "" {
		t.Error("another value after the outage")
	}
	w.p.KeepKeys(t.Context())
	w.do("GET", "/readyz", nil).want(http.StatusOK)
	log := w.log.String()
	if !strings.Contains(log, "the key-management service cannot be used") || !strings.Contains(log, "can be used again") {
		t.Error("the log does not say when the outage began and ended")
	}
	for _, secret := range v.Secrets() {
		if strings.Contains(log, secret) {
			t.Error("the log has a token of the service")
		}
	}
}

// TestRefusalIsNoOutage: where the service refuses the platform, no value opens once its data key is fresh no more, and
// tokens are still recognised, so that they can be revoked.
func TestRefusalIsNoOutage(t *testing.T) {
	t.Parallel()
	for name, refuse := range map[string]func(v *transittest.Server){
		"denied": (*transittest.Server).Deny, "deleted": (*transittest.Server).DeleteKey,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, v := outsideWorld(t)
			connector := w.newConnector("c", nil)
			a, b := w.newToken("a", connector.ID, nil), w.newToken("b", connector.ID, nil)
			w.revealedFirst(a.ID, http.StatusOK)
			w.revealedFirst(b.ID, http.StatusOK)
			refuse(v)
			w.clock.Advance(5 * time.Minute)
			w.revealedFirst(a.ID, http.StatusServiceUnavailable)
			w.do("GET", "/readyz", nil).want(http.StatusServiceUnavailable)
			v.Set(transittest.Down) // an outage that follows brings no dropped key back
			w.revealedFirst(b.ID, http.StatusServiceUnavailable)
			w.do("POST", "/v1/scoped-tokens/"+a.ID+"/revoke", object{"reason": "compromised"})
			w.do("GET", "/v1/scoped-tokens/"+a.ID, nil).want(http.StatusOK)
		})
	}
}
