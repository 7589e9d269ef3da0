package store

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

// WebhookEndpoint is where the events of a connector are delivered.
type WebhookEndpoint struct {
	Object
	ConnectorID string   // never changes
	URL         string   // of a secret URL, the scheme and the host alone
	EventTypes  []string // nil: all
	Enabled     bool
	Disabled    *Disabled // why the platform itself disabled it

	SecretURL         EndpointSecret
	Headers           EndpointSecret
	CACertificate     *string // nil: the authorities of the platform's machine
	ClientCertificate *string // nil: none
	ClientKey         EndpointSecret
	RateLimit         *int64 // attempts a second; nil: no limit

	// The fields below change without the etag.

	PausedUntil time.Time // the receiver requested a pause until then; zero: it did not
	ProbedAt    time.Time // the last probe; zero: none
	Failing     Failing   // zero: the last delivery was accepted, or there was none
}

// EndpointSecret is a value of an endpoint that only the platform needs to know. The zero value is none.
type EndpointSecret struct {
	Sealed []byte
	Digest string
	Number *int64 // that the configuration gave it
}

// Set reports whether there is a value.
func (s *EndpointSecret) Set() bool { return s.Sealed != nil }

func (s *EndpointSecret) columns() []any { return []any{&s.Sealed, &s.Digest, &s.Number} }

func (s *EndpointSecret) values() []any { return []any{s.Sealed, s.Digest, s.Number} }

// Failing is the time since which no delivery was accepted, and the result of the last attempt.
type Failing struct {
	Since, At  time.Time
	Detail     string
	Unanswered bool // the last attempt timed out
}

// DueEndpoint is an endpoint with a delivery to attempt now.
type DueEndpoint struct {
	Ref
	URL        string
	Unanswered bool // its last attempt timed out
}

// Disabled is why the platform disabled an endpoint.
type Disabled struct {
	Reason string
	At     time.Time
	By     string // the id of a delivery
}

var (
	webhookEndpoints = newReader(api.KindWebhookEndpoints, `o.connector_id, o.url, o.event_types,
		o.enabled, o.disabled_reason, o.disabled_at, o.disabled_by, o.paused_until, o.probed_at, o.failing_since,
		o.failing_at, o.failing_detail, o.failing_unanswered, o.ca_certificate, o.client_certificate, o.rate_limit,
		o.sealed_url, o.url_digest, o.url_number, o.sealed_headers, o.headers_digest, o.headers_number,
		o.sealed_client_key, o.client_key_digest, o.client_key_number`, `webhook_endpoints o`, scanWebhookEndpoint,
		"connector_id")
	insertWebhookEndpoint = statement(`INSERT INTO webhook_endpoints (tenant, environment, id, name, description,
		labels, created_at, etag, connector_id, url, event_types, enabled, disabled_reason, disabled_at, disabled_by,
		paused_until, probed_at, failing_since, failing_at, failing_detail, failing_unanswered, ca_certificate,
		client_certificate, rate_limit, sealed_url, url_digest, url_number, sealed_headers, headers_digest,
		headers_number, sealed_client_key, client_key_digest, client_key_number, notified,
		next_attempt_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
		$23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, 0)`)
	updateWebhookEndpoint = statement(`UPDATE webhook_endpoints SET name = $4, description = $5, labels = $6, etag = $7,
		url = $8, event_types = $9, enabled = $10, disabled_reason = $11, disabled_at = $12, disabled_by = $13,
		paused_until = $14, probed_at = $15, failing_since = $16, failing_at = $17, failing_detail = $18,
		failing_unanswered = $19, ca_certificate = $20, client_certificate = $21, rate_limit = $22, sealed_url = $23,
		url_digest = $24, url_number = $25, sealed_headers = $26, headers_digest = $27, headers_number = $28,
		sealed_client_key = $29, client_key_digest = $30, client_key_number = $31,
		notified = $32
		WHERE tenant = $1 AND environment = $2 AND id = $3`)
	deleteWebhookEndpoint = statement(`DELETE FROM webhook_endpoints
		WHERE tenant = $1 AND environment = $2 AND id = $3`)
	webhookEndpointsDue = statement(`SELECT e.tenant, e.environment, '` + api.KindWebhookEndpoints + `', e.id, e.url,
		e.failing_unanswered FROM webhook_endpoints e
		JOIN connectors c ON c.tenant = e.tenant AND c.environment = e.environment AND c.id = e.connector_id
		WHERE e.next_attempt_at > 0 AND e.next_attempt_at <= $1 AND e.enabled = 1 AND e.paused_until <= $1
		AND c.enabled = 1 ORDER BY e.next_attempt_at, e.id`)
)

func scanWebhookEndpoint(row scanner) (*WebhookEndpoint, error) {
	var e WebhookEndpoint
	var d noteColumns
	dest := []any{
		&e.ConnectorID, &e.URL, column.JSON(&e.EventTypes), &e.Enabled, &d.what,
		column.Time(&d.at), &d.by, column.Time(&e.PausedUntil), column.Time(&e.ProbedAt), column.Time(&e.Failing.Since),
		column.Time(&e.Failing.At), &e.Failing.Detail, &e.Failing.Unanswered, &e.CACertificate, &e.ClientCertificate,
		&e.RateLimit,
	}
	for _, s := range e.secrets() {
		dest = append(dest, s.columns()...)
	}
	err := e.scan(row, api.KindWebhookEndpoints, dest...)
	if d.what != nil {
		e.Disabled = &Disabled{Reason: *d.what, At: d.at, By: d.by}
	}
	return &e, err
}

// secrets returns the values that are sealed, in the order of the columns.
func (e *WebhookEndpoint) secrets() []*EndpointSecret {
	return []*EndpointSecret{&e.SecretURL, &e.Headers, &e.ClientKey}
}

// changing returns the values that an update can change, besides those of the Object.
func (e *WebhookEndpoint) changing() []any {
	var d noteColumns
	if e.Disabled != nil {
		d = noteColumns{what: &e.Disabled.Reason, at: e.Disabled.At, by: e.Disabled.By}
	}
	values := []any{
		e.URL, column.JSON(&e.EventTypes), column.Bool(e.Enabled), d.what, column.Micros(d.at), d.by,
		column.Micros(e.PausedUntil), column.Micros(e.ProbedAt), column.Micros(e.Failing.Since),
		column.Micros(e.Failing.At), e.Failing.Detail, column.Bool(e.Failing.Unanswered),
		e.CACertificate, e.ClientCertificate, e.RateLimit,
	}
	for _, s := range e.secrets() {
		values = append(values, s.values()...)
	}
	return append(values, column.Bool(api.NamesNotification(e.EventTypes)))
}

// InsertWebhookEndpoint stores a new endpoint.
func (tx *Tx) InsertWebhookEndpoint(ctx context.Context, e *WebhookEndpoint) error {
	_, err := tx.exec(ctx, insertWebhookEndpoint, append(append(e.inserted(), e.ConnectorID), e.changing()...)...)
	if err == nil {
		err = tx.addUsage(ctx, e.Scope, api.KindWebhookEndpoints, 1, 0)
	}
	return failed("storing", api.KindWebhookEndpoints, e.ID, err)
}

// WebhookEndpoint reads one endpoint.
func (tx *Tx) WebhookEndpoint(ctx context.Context, scope Scope, id string) (*WebhookEndpoint, error) {
	return webhookEndpoints.one(ctx, tx, scope, id, nil)
}

// WebhookEndpoints reads a page of endpoints.
func (tx *Tx) WebhookEndpoints(ctx context.Context, scope Scope, list List) ([]*WebhookEndpoint, error) {
	return webhookEndpoints.page(ctx, tx, scope, list, nil)
}

// UpdateWebhookEndpoint stores a changed endpoint, which was read in the same transaction.
func (tx *Tx) UpdateWebhookEndpoint(ctx context.Context, e *WebhookEndpoint) error {
	err := tx.execOne(ctx, updateWebhookEndpoint, append(e.updated(), e.changing()...)...)
	return failed("updating", api.KindWebhookEndpoints, e.ID, err)
}

// DeleteWebhookEndpoint deletes an endpoint with its deliveries. It returns ErrReferenced if a signing secret refers to
// it.
func (tx *Tx) DeleteWebhookEndpoint(ctx context.Context, scope Scope, id string) error {
	var queued Usage
	err := tx.one(ctx, queuedAtEndpoint, []any{scope.Tenant, scope.Environment, id}, &queued.Objects, &queued.Bytes)
	if err == nil {
		err = tx.execOne(ctx, deleteWebhookEndpoint, scope.Tenant, scope.Environment, id)
	}
	if err == nil {
		err = tx.forgetValueUses(ctx, scope, id)
	}
	if err == nil {
		err = tx.addUsage(ctx, scope, api.KindWebhookEndpoints, -1, 0)
	}
	if err == nil && queued.Objects > 0 {
		err = tx.addUsage(ctx, scope, UsageDeliveries, -queued.Objects, -queued.Bytes)
	}
	return failed("deleting", api.KindWebhookEndpoints, id, err)
}

// WebhookEndpointsDue returns the endpoints of every scope that have a delivery to attempt now. It leaves out disabled
// and paused endpoints, and those of a disabled connector.
func (tx *Tx) WebhookEndpointsDue(ctx context.Context, now time.Time) ([]DueEndpoint, error) {
	var due []DueEndpoint
	err := tx.each(ctx, webhookEndpointsDue, []any{column.Micros(now)}, func(row scanner) error {
		var e DueEndpoint
		err := row.Scan(&e.Scope.Tenant, &e.Scope.Environment, &e.Kind, &e.ID, &e.URL, &e.Unanswered)
		due = append(due, e)
		return err
	})
	return due, failed("looking for", "endpoints with deliveries that are due", "", err)
}
