package store

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

// Fact is what a notification says. Of the same object, type and key only the first is one.
type Fact struct {
	Scope
	ObjectID, Type, Key string
}

// NotificationWindow is how many facts of a type were sent in an environment in a while.
type NotificationWindow struct {
	From    time.Time
	Sent    int64 // since From
	LeftOut int64 // since the last one that was sent
}

// Notified is an endpoint that names types of the platform.
type Notified struct {
	ID         string
	EventTypes []string
}

// Subject is what a notification says of the object that a fact is about.
type Subject struct {
	Name, Owner                string
	ConnectorID, ConnectorName string // empty: it belongs to none
}

var (
	insertNotified = statement(`INSERT INTO notified (tenant, environment, object_id, type, fact, at)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant, environment, object_id, type, fact) DO NOTHING`)
	deleteNotified = statement(`DELETE FROM notified WHERE tenant = $1 AND environment = $2 AND object_id = $3`)
	forgetNotified = statement(`DELETE FROM notified WHERE (tenant, environment, object_id, type, fact) IN
		(SELECT tenant, environment, object_id, type, fact FROM notified WHERE at < $1 LIMIT $2)`)

	selectWindow = statement(`SELECT from_at, sent, left_out FROM notification_windows
		WHERE tenant = $1 AND environment = $2 AND type = $3`)
	putWindow = statement(`INSERT INTO notification_windows (tenant, environment, type, from_at, sent, left_out)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant, environment, type) DO UPDATE
		SET from_at = excluded.from_at, sent = excluded.sent, left_out = excluded.left_out`)

	selectNotified = statement(`SELECT e.id, e.event_types FROM webhook_endpoints e
		JOIN connectors c ON c.tenant = e.tenant AND c.environment = e.environment AND c.id = e.connector_id
		WHERE e.tenant = $1 AND e.environment = $2 AND e.notified = 1 AND e.enabled = 1 AND c.enabled = 1 ORDER BY e.id`)

	selectSubject = map[string]string{
		api.KindConnectors: statement(`SELECT name, owner, id, name FROM connectors
			WHERE tenant = $1 AND environment = $2 AND id = $3`),
		api.KindScopedTokens: statement(`SELECT t.name, t.owner, c.id, c.name FROM scoped_tokens t
			JOIN connectors c ON c.tenant = t.tenant AND c.environment = t.environment AND c.id = t.connector_id
			WHERE t.tenant = $1 AND t.environment = $2 AND t.id = $3`),
		api.KindSigningSecrets: statement(`SELECT s.name, s.owner, c.id, c.name FROM signing_secrets s
			JOIN webhook_endpoints e ON e.tenant = s.tenant AND e.environment = s.environment AND e.id = s.endpoint_id
			JOIN connectors c ON c.tenant = e.tenant AND c.environment = e.environment AND c.id = e.connector_id
			WHERE s.tenant = $1 AND s.environment = $2 AND s.id = $3`),
	}
)

// Note stores that a fact was raised. It reports whether it was not yet.
func (tx *Tx) Note(ctx context.Context, f Fact, at time.Time) (first bool, err error) {
	n, err := tx.exec(ctx, insertNotified, f.Tenant, f.Environment, f.ObjectID, f.Type, f.Key, column.Micros(at))
	return n > 0, failed("noting", "a fact about", f.ObjectID, err)
}

// ForgetNotified deletes at most limit facts that were raised before a time, and returns their number.
func (tx *Tx) ForgetNotified(ctx context.Context, before time.Time, limit int) (int64, error) {
	n, err := tx.exec(ctx, forgetNotified, column.Micros(before), limit)
	return n, failed("forgetting", "facts that were raised", "", err)
}

// NotificationWindow reads how many facts of a type were sent. It returns ErrNotFound where there were none yet.
func (tx *Tx) NotificationWindow(ctx context.Context, scope Scope, factType string) (w NotificationWindow, err error) {
	err = tx.one(ctx, selectWindow, []any{scope.Tenant, scope.Environment, factType},
		column.Time(&w.From), &w.Sent, &w.LeftOut)
	return w, failed("counting the notifications of", scope.Environment, factType, err)
}

// PutNotificationWindow stores how many facts of a type were sent.
func (tx *Tx) PutNotificationWindow(ctx context.Context, scope Scope, factType string, w NotificationWindow) error {
	_, err := tx.exec(ctx, putWindow, scope.Tenant, scope.Environment, factType, column.Micros(w.From), w.Sent, w.LeftOut)
	return failed("counting the notifications of", scope.Environment, factType, err)
}

// NotifiedEndpoints returns the endpoints of an environment that name types of the platform. It leaves out those that
// are disabled, and those of a disabled connector.
func (tx *Tx) NotifiedEndpoints(ctx context.Context, scope Scope) (found []Notified, err error) {
	err = tx.each(ctx, selectNotified, []any{scope.Tenant, scope.Environment}, func(row scanner) error {
		var e Notified
		err := row.Scan(&e.ID, column.JSON(&e.EventTypes))
		found = append(found, e)
		return err
	})
	return found, failed("looking for", "endpoints to be notified", "", err)
}

// Subject reads what a notification says of an object with a credential. It returns ErrNotFound for any other one.
func (tx *Tx) Subject(ctx context.Context, scope Scope, kind, id string) (s Subject, err error) {
	text, ok := selectSubject[kind]
	if !ok {
		return s, ErrNotFound
	}
	err = tx.one(ctx, text, []any{scope.Tenant, scope.Environment, id}, &s.Name, &s.Owner, &s.ConnectorID,
		&s.ConnectorName)
	return s, failed("reading", kind, id, err)
}
