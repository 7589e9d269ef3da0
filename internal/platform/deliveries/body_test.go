package deliveries

import (
	"crypto/rand"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/events"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// TestBodyAfterARetirement: an event that was read before the key that sealed it was retired can still be sent.
func TestBodyAfterARetirement(t *testing.T) {
	t.Parallel()
	scope, at := store.Scope{Tenant: "acme", Environment: "staging"}, time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	c := clock.NewFake(at)
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "quickconnect.db"))
	ok(t, err)
	t.Cleanup(func() { ok(t, s.Close()) })
	ring, err := keyring.Create(t.TempDir())
	ok(t, err)
	runner, err := txn.Open(t.Context(), s, ring, c, rand.Reader)
	ok(t, err)
	event := &store.Delivery{
		ID: "msg_1", Scope: scope, EndpointID: "whe_1", Type: "a.b", CreatedAt: at, NextAttemptAt: at,
	}
	caller := txn.Caller{Scope: scope}
	ok(t, runner.Update(t.Context(), caller, func(tx *txn.Tx) (err error) {
		if err := tx.CreateEnvironment(t.Context(), scope, at); err != nil {
			return err
		}
		of := events.Sealed(scope, "whe_1", "msg_1")
		if event.Body, err = tx.Keys.SealEvent(t.Context(), tx.Tx, []byte("{}"), of); err != nil {
			return err
		}
		object := store.Object{Scope: scope, CreatedAt: at, Etag: 1}
		connector, endpoint := object, object
		connector.ID, connector.Name, endpoint.ID, endpoint.Name = "con_1", "c", "whe_1", "e"
		return errors.Join(
			tx.InsertConnector(t.Context(), &store.Connector{Object: connector, Owner: "team", Type: "custom"}),
			tx.InsertWebhookEndpoint(t.Context(), &store.WebhookEndpoint{
				Object: endpoint, ConnectorID: "con_1", URL: "https://example.com",
			}), tx.InsertDelivery(t.Context(), event))
	}))

	operator := &keys.Operator{Keys: runner.Keys, Random: runner.Random}
	_, err = operator.RotateKEK(t.Context())
	ok(t, err)
	_, err = keys.Rewrap(t.Context(), runner.Keys, func(keys.Rewrapping) error { return nil })
	ok(t, err)
	ok(t, operator.RetireKEK(t.Context(), 1))
	c.Advance(time.Hour) // no data key stays in memory that long
	ok(t, runner.View(t.Context(), caller, func(tx *txn.Tx) error {
		body, err := bodyOf(t.Context(), tx, event)
		if err == nil && string(body) != "{}" {
			t.Errorf("it has the body %q", body)
		}
		return err
	}))
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
