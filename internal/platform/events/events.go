// Package events has the bodies of the events that go to webhook endpoints, and puts them into the queue. How they are
// delivered is for package deliveries.
package events

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// body is what is signed and sent. It names the tenant and the environment, so that a receiver recognises a genuine
// event of another environment.
type body struct {
	Type        string          `json:"type"`
	Timestamp   time.Time       `json:"timestamp"`
	Data        json.RawMessage `json:"data"`
	Tenant      string          `json:"tenant"`
	Environment string          `json:"environment"`
	EndpointID  string          `json:"endpoint_id"`
}

// Body returns the body of an event that happens now. No data stands for an empty object.
func Body(scope store.Scope, now time.Time, eventType, endpointID string, data json.RawMessage) ([]byte, error) {
	if len(data) == 0 {
		data = json.RawMessage("{}")
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	err := enc.Encode(body{
		Type: eventType, Timestamp: now.UTC(), Data: data,
		Tenant: scope.Tenant, Environment: scope.Environment, EndpointID: endpointID,
	})
	if err != nil {
		return nil, errors.New("the event cannot be written as JSON")
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// Sealed returns what the sealed body of an event belongs to.
func Sealed(scope store.Scope, endpointID, id string) keyring.Event {
	return keyring.Event{Tenant: scope.Tenant, Environment: scope.Environment, Endpoint: endpointID, ID: id}
}

// Event is an event to one endpoint.
type Event struct {
	EndpointID string
	Type       string
	Data       json.RawMessage
	// Own says that the platform itself has something to say. The limit of queued events refuses no write because of it.
	Own bool
}

// Enqueue stores an event, sealed, to be delivered as soon as possible. It returns the event's id.
func Enqueue(ctx context.Context, tx *txn.Tx, e Event) (id string, err error) {
	id, err = tx.NewID(keys.IDEvent)
	if err != nil {
		return "", err
	}
	body, err := Body(tx.Scope, tx.Now, e.Type, e.EndpointID, e.Data)
	if err != nil {
		return "", err
	}
	sealed, err := tx.Keys.SealEvent(ctx, tx.Tx, body, Sealed(tx.Scope, e.EndpointID, id))
	if err != nil {
		return "", err
	}
	return id, tx.InsertDelivery(ctx, &store.Delivery{
		Scope: tx.Scope, ID: id, EndpointID: e.EndpointID, Type: e.Type, State: api.DeliveryQueued, CreatedAt: tx.Now,
		NextAttemptAt: tx.Now, Body: sealed, Own: e.Own,
	})
}
