package store

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// Refresh is what the platform has, and last did, to give consumers of a connector of type oauth2 an access token.
// It decides nothing about access: the connector and its versions do, and the sealed token is bound to them.
type Refresh struct {
	Scope
	ConnectorID string
	Version     int64 // of the credentials that are used next
	Supplied    int64 // the version that somebody set; the platform made those in between
	Generation  int64 // grows when credentials or settings are set
	IntentAt    time.Time
	Lost        int64 // answers lost since the last success
	Failures    int64 // outages since the last success
	Status      string
	Reason      string
	NextAt      time.Time // zero: never
	RefreshedAt time.Time
	RenewAt     time.Time // of the access token
	ExpiresAt   time.Time // of the access token
	Sealed      []byte    // the access token; nil: none
}

const refreshes = "refreshes of access tokens"

const refreshColumns = `r.tenant, r.environment, r.connector_id, r.version, r.supplied, r.generation, r.intent_at,
	r.lost, r.failures, r.status, r.reason, r.next_at, r.refreshed_at, r.renew_at, r.expires_at, r.sealed
	FROM connector_refreshes r`

var (
	selectRefreshes = statement(`SELECT ` + refreshColumns + ` WHERE r.tenant = $1 AND r.environment = $2
		AND r.connector_id >= $3 AND r.connector_id <= $4 ORDER BY r.connector_id`)
	refreshesDue = statement(`SELECT r.tenant, r.environment, r.connector_id FROM connector_refreshes r
		JOIN connectors c ON c.tenant = r.tenant AND c.environment = r.environment AND c.id = r.connector_id
		WHERE r.next_at > 0 AND r.next_at <= $1 AND c.enabled = 1 ORDER BY r.next_at, r.connector_id LIMIT $2`)
	putRefresh = statement(`INSERT INTO connector_refreshes (tenant, environment, connector_id, version, supplied,
		generation, intent_at, lost, failures, status, reason, next_at, refreshed_at, renew_at, expires_at, sealed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
		ON CONFLICT (connector_id) DO UPDATE SET version = excluded.version, supplied = excluded.supplied,
		generation = excluded.generation, intent_at = excluded.intent_at, lost = excluded.lost,
		failures = excluded.failures, status = excluded.status, reason = excluded.reason, next_at = excluded.next_at,
		refreshed_at = excluded.refreshed_at, renew_at = excluded.renew_at, expires_at = excluded.expires_at,
		sealed = excluded.sealed`)
	deleteRefresh = statement(`DELETE FROM connector_refreshes WHERE connector_id = $1`)
	// What is read with a connector stays, and so does the version that somebody set.
	forgetRenewed = statement(`DELETE FROM versions WHERE (credential_id, number) IN (SELECT v.credential_id, v.number
		FROM connector_refreshes r CROSS JOIN credentials c CROSS JOIN versions v WHERE r.next_at >= 0
		AND c.tenant = r.tenant AND c.environment = r.environment AND c.id = r.connector_id
		AND v.credential_id = c.id AND v.number < c.read_from AND v.number <> r.supplied
		AND v.state = $1 AND v.end_reason = $2 LIMIT $3)`)
)

// Refreshes reads those of all connectors whose ids are from first to last.
func (tx *Tx) Refreshes(ctx context.Context, scope Scope, first, last string) (map[string]*Refresh, error) {
	out := map[string]*Refresh{}
	err := tx.each(ctx, selectRefreshes, []any{scope.Tenant, scope.Environment, first, last}, func(row scanner) error {
		var r Refresh
		err := row.Scan(&r.Tenant, &r.Environment, &r.ConnectorID, &r.Version, &r.Supplied, &r.Generation,
			column.Time(&r.IntentAt), &r.Lost, &r.Failures, &r.Status, &r.Reason, column.Time(&r.NextAt),
			column.Time(&r.RefreshedAt), column.Time(&r.RenewAt), column.Time(&r.ExpiresAt), &r.Sealed)
		out[r.ConnectorID] = &r
		return err
	})
	return out, failed("reading", refreshes, "", err)
}

// Refresh reads that of a connector. It returns ErrNotFound if there is none.
func (tx *Tx) Refresh(ctx context.Context, scope Scope, connectorID string) (*Refresh, error) {
	all, err := tx.Refreshes(ctx, scope, connectorID, connectorID)
	if err != nil {
		return nil, err
	}
	if r := all[connectorID]; r != nil {
		return r, nil
	}
	return nil, failed("reading a refresh of", "connector", connectorID, ErrNotFound)
}

// RefreshesDue returns at most limit connectors whose access token is to be refreshed now, the longest due first.
func (tx *Tx) RefreshesDue(ctx context.Context, now time.Time, limit int) (due []Ref, err error) {
	err = tx.each(ctx, refreshesDue, []any{column.Micros(now), limit}, func(row scanner) error {
		r := Ref{Kind: api.KindConnectors}
		err := row.Scan(&r.Scope.Tenant, &r.Scope.Environment, &r.ID)
		due = append(due, r)
		return err
	})
	return due, failed("looking for", refreshes, "", err)
}

// PutRefresh stores that of a connector.
func (tx *Tx) PutRefresh(ctx context.Context, r *Refresh) error {
	_, err := tx.exec(ctx, putRefresh, r.Tenant, r.Environment, r.ConnectorID, r.Version, r.Supplied, r.Generation,
		column.Micros(r.IntentAt), r.Lost, r.Failures, r.Status, r.Reason, column.Micros(r.NextAt),
		column.Micros(r.RefreshedAt), column.Micros(r.RenewAt), column.Micros(r.ExpiresAt), r.Sealed)
	return failed("storing a refresh of", "connector", r.ConnectorID, err)
}

// DeleteRefresh forgets that of a connector, with its access token. It does nothing where there is none.
func (tx *Tx) DeleteRefresh(ctx context.Context, connectorID string) error {
	_, err := tx.exec(ctx, deleteRefresh, connectorID)
	return failed("forgetting a refresh of", "connector", connectorID, err)
}

// ForgetRenewed deletes the metadata of at most limit versions whose refresh token was replaced, and returns their
// number. Each refresh can make one. The newest ones stay, as many as are read with a connector; the audit has all.
func (tx *Tx) ForgetRenewed(ctx context.Context, limit int) (int64, error) {
	n, err := tx.exec(ctx, forgetRenewed, string(rotation.StateRetired), rotation.ReasonRenewed, limit)
	return n, failed("forgetting renewed versions of", api.KindConnectors, "", err)
}
