package keys

import (
	"bytes"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// server opens the keys of a vault as another process does.
func (v *vault) server() *vault {
	v.t.Helper()
	ring, err := keyring.Open(v.dir)
	if err != nil {
		v.t.Fatal(err)
	}
	other := *v
	other.ring = ring
	other.reopen()
	return &other
}

func (v *vault) operator() *Operator { return &Operator{Keys: v.keys, Random: NewRandom(rand.Reader)} }

func (v *vault) rotate(want int64) {
	v.t.Helper()
	if n, err := v.operator().RotateKEK(v.t.Context()); err != nil || n != want {
		v.t.Fatalf("key %d, %v, want key %d", n, err, want)
	}
}

func (v *vault) rewrap() Rewrapping {
	v.t.Helper()
	r, err := Rewrap(v.t.Context(), v.keys, func(Rewrapping) error { return nil })
	if err != nil || len(r.Unreadable) > 0 {
		v.t.Fatal(r, err)
	}
	return r
}

// wantRefused wants key n to be refused, with these texts in the error.
func (v *vault) wantRefused(n int64, texts ...string) {
	v.t.Helper()
	err := v.operator().RetireKEK(v.t.Context(), n)
	if err == nil {
		v.t.Errorf("key %d was retired", n)
		return
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			v.t.Errorf("key %d: the error has no %q: %v", n, text, err)
		}
	}
}

// TestRotateRewrapRetire: after a rotation what is new is sealed under the new key, also by a process that runs. The
// old key is refused while anything is sealed under it, and leaves the keyring with its data keys afterwards.
func TestRotateRewrapRetire(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, v *vault) {
		t.Helper()
		const tokens, platformKeys = 60, 4
		server := v.server()
		v.fill(tokens, false)
		v.sealOthers()
		v.wantRefused(1, "it is the current one")
		v.rotate(2)
		server.update(func(tx *store.Tx) error { return server.put(tx, "tok_new", false) })
		if n := v.sealedUnder(2, 3); n != 2 {
			t.Errorf("%d values are under the new key, want the 2 new ones", n)
		}
		v.wantRefused(1, "platform keys: 4", "values: 120", "queued events: 1", "endpoint headers: 1", "keyring rewrap")
		v.wantRefused(2, "it is the current one")
		v.wantRefused(9, "there is no key 9")
		if r := v.rewrap(); r.Number != 2 || r.Done != 2*tokens+platformKeys+2 || r.Total != r.Done {
			t.Errorf("%+v", r)
		}
		if r := v.rewrap(); r.Done != 0 {
			t.Errorf("again %+v", r)
		}
		server.wantReadable(tokens)
		if err := v.operator().RetireKEK(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		v.wantRefused(1, "was retired already")
		if numbers, err := v.ring.Numbers(); err != nil || !slices.Equal(numbers, []int64{2}) {
			t.Errorf("the file has keys %v, %v", numbers, err)
		}
		v.view(func(tx *store.Tx) error {
			if _, err := tx.DataKeyOf(t.Context(), staging, "tok_00001", 1); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("a data key under the retired key is left: %v", err)
			}
			return nil
		})
		server.wantReadable(tokens)
		v.server().wantReadable(tokens)
	})
}

// sealOthers stores a queued event, and headers of an endpoint.
func (v *vault) sealOthers() {
	v.t.Helper()
	v.update(func(tx *store.Tx) error {
		ctx := v.t.Context()
		event := keyring.Event{Tenant: "acme", Environment: "staging", Endpoint: "whe_1", ID: "msg_1"}
		body, err := v.keys.SealEvent(ctx, tx, []byte("{}"), event)
		if err != nil {
			return err
		}
		headers, err := v.keys.sealEndpointValue(ctx, tx, secret.New("{}"), keyring.EndpointValue{
			Tenant: "acme", Environment: "staging", Endpoint: "whe_1", What: "headers",
		})
		if err != nil {
			return err
		}
		return errors.Join(tx.InsertWebhookEndpoint(ctx, &store.WebhookEndpoint{
			Object:      store.Object{ID: "whe_1", Name: "e", Scope: staging, CreatedAt: start, Etag: 1},
			ConnectorID: "con_1", URL: "https://example.com", Headers: store.EndpointSecret{Sealed: headers},
		}), tx.InsertDelivery(ctx, &store.Delivery{
			ID: "msg_1", Scope: staging, EndpointID: "whe_1", Type: "a.b", Body: body, CreatedAt: start, NextAttemptAt: start,
		}))
	})
}

// TestInterruptedRotation: a key that is in the file alone is never used, because its age is not known, and can be
// retired. A retirement that ended before the file was written can be repeated.
func TestInterruptedRotation(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, v *vault) {
		t.Helper()
		v.fill(1, false)
		if err := v.ring.Add(2); err != nil {
			t.Fatal(err)
		}
		v.reopen()
		v.update(func(tx *store.Tx) error { return v.put(tx, "tok_new", false) })
		if n := v.sealedUnder(2, 3); n != 0 {
			t.Errorf("%d values are under a key of an interrupted rotation", n)
		}
		v.rotate(3)
		v.rewrap()
		if err := v.operator().RetireKEK(t.Context(), 2); err != nil {
			t.Error(err)
		}
		v.update(func(tx *store.Tx) error {
			return errors.Join(tx.DeleteDataKeys(t.Context(), 1),
				tx.UpdateKEK(t.Context(), store.KEK{Number: 1, RetiredAt: start.Add(time.Hour)}))
		})
		if err := v.operator().RetireKEK(t.Context(), 1); err != nil {
			t.Error(err)
		}
		if numbers, err := v.ring.Numbers(); err != nil || !slices.Equal(numbers, []int64{3}) {
			t.Errorf("the file has keys %v, %v", numbers, err)
		}
		v.wantReadable(1)
	})
}

// TestRotateNeedsTheNewestKeyring: no key is made in a file without the current key. Two machines would have different
// keyrings, and neither would open every value.
func TestRotateNeedsTheNewestKeyring(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, v *vault) {
		t.Helper()
		path := filepath.Join(v.dir, keyring.FileName)
		older, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		v.rotate(2)
		newest, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		put := func(content []byte) {
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		put(older)
		if _, err := v.operator().RotateKEK(t.Context()); err == nil || !strings.Contains(err.Error(), "has no key 2") {
			t.Errorf("got %v", err)
		}
		if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, older) {
			t.Errorf("the older file was changed: %v", err)
		}
		put(newest)
		if err := v.ring.Add(3); err != nil { // as a command does that read key 1 as the current one
			t.Fatal(err)
		}
		err = v.operator().insertKEK(t.Context(), 1, 3)
		if err == nil || !strings.Contains(err.Error(), "another machine") {
			t.Errorf("got %v", err)
		}
		if numbers, err := v.ring.Numbers(); err != nil || !slices.Equal(numbers, []int64{1, 2}) {
			t.Errorf("the file has keys %v, %v", numbers, err)
		}
		v.rotate(3)
	})
}
