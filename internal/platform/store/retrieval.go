package store

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// Retrieval is a consumer's use of one version of a connector's credentials.
type Retrieval struct {
	rotation.Retrieval
	ConnectorID  string
	TokenName    string    // read and never written; empty where the token was deleted
	AuditedAt    time.Time // of the last audit event about it
	AuditedCount int64     // the Count that this event told
}

const retrievals = "retrievals"

const retrievalColumns = `r.connector_id, r.token_id, COALESCE(t.name, ''), r.consumer, r.version, r.retrieved,
	r.first_at, r.last_at, r.fetch_again_at, r.audited_at, r.audited_count
	FROM retrievals r LEFT JOIN scoped_tokens t
		ON t.tenant = r.tenant AND t.environment = r.environment AND t.id = r.token_id`

var (
	selectRetrieval = statement(`SELECT ` + retrievalColumns + ` WHERE r.tenant = $1 AND r.environment = $2
		AND r.connector_id = $3 AND r.token_id = $4 AND r.consumer = $5 AND r.version = $6`)
	selectRetrievals = statement(`SELECT ` + retrievalColumns + ` WHERE r.tenant = $1 AND r.environment = $2
		AND r.connector_id >= $3 AND r.connector_id <= $4
		ORDER BY r.connector_id, r.token_id, r.consumer, r.version`)
	countRetrievals = statement(`SELECT COUNT(*) FROM retrievals
		WHERE tenant = $1 AND environment = $2 AND connector_id = $3 AND token_id = $4`)
	// What remains of a consumer is its newest version, and what it was told to come back with.
	pruneRetrievals = statement(`DELETE FROM retrievals WHERE tenant = $1 AND environment = $2 AND connector_id = $3
		AND token_id = $4 AND consumer = $5 AND fetch_again_at <= $6 AND version < (SELECT MAX(n.version)
		FROM retrievals n WHERE n.connector_id = $3 AND n.token_id = $4 AND n.consumer = $5)`)
	// Uses that were kept in memory are written after later ones, so no time decreases.
	writeRetrieval = statement(`INSERT INTO retrievals (tenant, environment, connector_id, token_id, consumer, version,
		retrieved, first_at, last_at, fetch_again_at, audited_at, audited_count)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (connector_id, token_id, consumer, version) DO UPDATE SET retrieved = excluded.retrieved,
		last_at = CASE WHEN excluded.last_at > retrievals.last_at THEN excluded.last_at ELSE retrievals.last_at END,
		fetch_again_at = CASE WHEN excluded.fetch_again_at > retrievals.fetch_again_at THEN excluded.fetch_again_at
		ELSE retrievals.fetch_again_at END,
		audited_at = excluded.audited_at, audited_count = excluded.audited_count`)
	forgetRetrievals = statement(`DELETE FROM retrievals WHERE (connector_id, token_id, consumer, version) IN (
		SELECT r.connector_id, r.token_id, r.consumer, r.version FROM retrievals r
		WHERE r.last_at < $2 AND (r.last_at < $1 OR EXISTS (SELECT 1 FROM retrievals n
			WHERE n.connector_id = r.connector_id AND n.token_id = r.token_id AND n.consumer = r.consumer
			AND n.version > r.version AND n.first_at < $2))
		LIMIT $3)`)
)

func scanRetrieval(row scanner) (r Retrieval, err error) {
	err = row.Scan(&r.ConnectorID, &r.Token, &r.TokenName, &r.Consumer, &r.Version, &r.Count, column.Time(&r.FirstAt),
		column.Time(&r.LastAt), column.Time(&r.FetchAgainAt), column.Time(&r.AuditedAt), &r.AuditedCount)
	return r, err
}

// Retrieval reads a consumer's use of a version. It returns ErrNotFound if there was none.
func (tx *Tx) Retrieval(ctx context.Context, scope Scope, of *Retrieval) (found *Retrieval, err error) {
	args := []any{scope.Tenant, scope.Environment, of.ConnectorID, of.Token, of.Consumer, of.Version}
	err = tx.each(ctx, selectRetrieval, args, func(row scanner) error {
		r, err := scanRetrieval(row)
		found = &r
		return err
	})
	if err == nil && found == nil {
		err = ErrNotFound
	}
	return found, failed("reading a use of the credentials of", "connector", of.ConnectorID, err)
}

// Retrievals reads the uses of the credentials of all connectors whose ids are from first to last.
func (tx *Tx) Retrievals(ctx context.Context, scope Scope, first, last string) (map[string][]Retrieval, error) {
	out := map[string][]Retrieval{}
	err := tx.each(ctx, selectRetrievals, []any{scope.Tenant, scope.Environment, first, last}, func(row scanner) error {
		r, err := scanRetrieval(row)
		out[r.ConnectorID] = append(out[r.ConnectorID], r)
		return err
	})
	return out, failed("reading", retrievals, "", err)
}

// CountRetrievals returns how many consumers and versions are stored of a connector's token.
func (tx *Tx) CountRetrievals(ctx context.Context, scope Scope, connectorID, tokenID string) (n int, err error) {
	err = tx.one(ctx, countRetrievals, []any{scope.Tenant, scope.Environment, connectorID, tokenID}, &n)
	return n, failed("counting the consumers of", "connector", connectorID, err)
}

// PruneRetrievals deletes what a consumer used before its newest version, except where it may still come back with it.
func (tx *Tx) PruneRetrievals(ctx context.Context, scope Scope, of *Retrieval, now time.Time) error {
	_, err := tx.exec(ctx, pruneRetrievals, scope.Tenant, scope.Environment, of.ConnectorID, of.Token, of.Consumer,
		column.Micros(now))
	return failed("forgetting old uses of the credentials of", "connector", of.ConnectorID, err)
}

// WriteRetrieval stores a consumer's use of a version, which was read in the same transaction.
func (tx *Tx) WriteRetrieval(ctx context.Context, scope Scope, r *Retrieval) error {
	_, err := tx.exec(ctx, writeRetrieval, scope.Tenant, scope.Environment, r.ConnectorID, r.Token, r.Consumer,
		r.Version, r.Count, column.Micros(r.FirstAt), column.Micros(r.LastAt), column.Micros(r.FetchAgainAt),
		column.Micros(r.AuditedAt), r.AuditedCount)
	return failed("recording a use of the credentials of", "connector", r.ConnectorID, err)
}

// ForgetRetrievals deletes at most limit uses: those without a retrieval since unused, and those whose consumer fetched
// a later version before moved. It returns their number.
func (tx *Tx) ForgetRetrievals(ctx context.Context, unused, moved time.Time, limit int) (int64, error) {
	n, err := tx.exec(ctx, forgetRetrievals, column.Micros(unused), column.Micros(moved), limit)
	return n, failed("forgetting", retrievals, "", err)
}
