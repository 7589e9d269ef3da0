// Package notifications tells webhook endpoints of facts about credentials, such as a rotation that falls due. A
// notification is an event in the queue: it is signed, sent and retried as every other one. Only endpoints that name
// its type get it.
package notifications

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/events"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// Retention is for how long a fact is remembered, and so not sent again.
const Retention = 400 * 24 * time.Hour

// Fact is what endpoints are told.
type Fact struct {
	Type string // one of api.NotificationTypes
	// Key tells the fact from others of its type about the same object, such as the number of a version: of the same type,
	// object and key only the first is sent.
	Key     string
	At      time.Time // when it happened; zero for now
	Kind    string    // the path of the object's kind
	ID      string    // of the object
	Version int64     // 0 for no single one
	Details map[string]string

	// Name and Owner are of an object that is no connector, scoped token or signing secret. Those of one are read.
	Name, Owner string
}

// Raise queues a fact for the endpoints of the transaction's environment that name its type, with what the transaction
// does. It does nothing for a fact that was raised before, and leaves out what is beyond the limit of an hour.
func Raise(ctx context.Context, tx *txn.Tx, f Fact) error {
	if !slices.Contains(api.NotificationTypes(), f.Type) {
		return fmt.Errorf("there is no notification of type %q", f.Type)
	}
	first, err := tx.Note(ctx, store.Fact{Scope: tx.Scope, ObjectID: f.ID, Type: f.Type, Key: f.Key}, tx.Now)
	if err != nil || !first {
		return err
	}
	to, err := receivers(ctx, tx, f.Type)
	if err != nil || len(to) == 0 {
		return err
	}
	allowed, send, err := admit(ctx, tx, f.Type)
	if err != nil || !send {
		return err
	}
	object, err := objectOf(ctx, tx, f)
	if err != nil {
		return err
	}
	data, err := json.Marshal(flatten(f, object, allowed, tx.Now))
	if err != nil {
		return fmt.Errorf("write a notification of type %s as JSON: %w", f.Type, err)
	}
	for _, endpoint := range to {
		_, err := events.Enqueue(ctx, tx, events.Event{EndpointID: endpoint, Type: f.Type, Data: data, Own: true})
		if err != nil {
			return err
		}
	}
	return nil
}

// receivers returns the ids of the endpoints that name a type.
func receivers(ctx context.Context, tx *txn.Tx, factType string) (ids []string, err error) {
	all, err := tx.NotifiedEndpoints(ctx, tx.Scope)
	for _, e := range all {
		if api.Takes(e.EventTypes, factType) {
			ids = append(ids, e.ID)
		}
	}
	return ids, err
}

// admit counts a fact in the window of its type, and reports whether it is sent.
func admit(ctx context.Context, tx *txn.Tx, factType string) (allowed admission, send bool, err error) {
	window, err := tx.NotificationWindow(ctx, tx.Scope, factType)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return allowed, false, err
	}
	window, allowed, send = count(window, tx.Now)
	return allowed, send, tx.PutNotificationWindow(ctx, tx.Scope, factType, window)
}

// admission is what a fact that is sent says of those that are not.
type admission struct {
	leftOut int64 // since the one before
	last    bool  // the next ones are left out
}

// count decides whether a fact is sent. A window begins with a fact, and has an hour. Where the clock was set back, a
// new one begins.
func count(w store.NotificationWindow, now time.Time) (next store.NotificationWindow, a admission, send bool) {
	if since := now.Sub(w.From); since < 0 || since >= time.Hour {
		w.From, w.Sent = now, 0
	}
	if w.Sent >= api.MaxNotificationsPerHour {
		w.LeftOut++
		return w, admission{}, false
	}
	w.Sent++
	a = admission{leftOut: w.LeftOut, last: w.Sent == api.MaxNotificationsPerHour}
	w.LeftOut = 0
	return w, a, true
}

// objectOf returns what a fact is about.
func objectOf(ctx context.Context, tx *txn.Tx, f Fact) (api.NotificationObject, error) {
	o := api.NotificationObject{
		Kind: f.Kind, ID: f.ID, Name: f.Name, Owner: f.Owner, Environment: tx.Scope.Environment,
	}
	s, err := tx.Subject(ctx, tx.Scope, f.Kind, f.ID)
	if errors.Is(err, store.ErrNotFound) {
		return o, nil
	}
	if err != nil {
		return o, err
	}
	o.Name, o.Owner = s.Name, s.Owner
	if s.ConnectorID != "" {
		o.Connector = &api.NotificationConnector{ID: s.ConnectorID, Name: s.ConnectorName}
	}
	return o, nil
}

func flatten(f Fact, object api.NotificationObject, a admission, now time.Time) api.Notification {
	out := api.Notification{
		Type: f.Type, Time: now.UTC(), Object: object, Details: map[string]string{}, LimitReached: a.last, LeftOut: a.leftOut,
	}
	if !f.At.IsZero() {
		out.Time = f.At.UTC()
	}
	if f.Version > 0 {
		out.Version = &f.Version
	}
	if f.Details != nil {
		out.Details = f.Details
	}
	return out
}
