package store

import "context"

// Counts is how much a platform has of everything.
type Counts struct{ Tenants, Environments, Objects int64 }

// selectCounts reads whole tables, though small ones, once at a start. It is not prepared with the statements of
// requests, which all use an index.
const selectCounts = `SELECT (SELECT COUNT(*) FROM tenants), (SELECT COUNT(*) FROM environments),
	(SELECT CAST(COALESCE(SUM(objects), 0) AS BIGINT) FROM usage WHERE kind NOT IN ($1, $2))`

// Counts counts the tenants, the environments and the objects of every kind.
func (tx *Tx) Counts(ctx context.Context) (n Counts, err error) {
	err = tx.one(ctx, selectCounts, []any{UsageDeliveries, UsageAnswers}, &n.Tenants, &n.Environments, &n.Objects)
	return n, failed("counting", "tenants, environments and objects", "", err)
}
