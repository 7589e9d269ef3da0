package store

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

// Tombstone is what is left of an object with a credential after it was deleted.
type Tombstone struct {
	Ref
	Name, Owner                string
	ConnectorID, ConnectorName string
	CreatedAt, ClosedAt        time.Time
	ClosedBy, ClosedByName     string
	Version, Highest           int64
}

// ClosedValue is a version of an object that was deleted.
type ClosedValue struct {
	Tombstone Tombstone
	Number    int64
	EndedAt   time.Time
	EndReason string
	EndedBy   string
}

// endClosed is why a version ended that was valid when its object was deleted.
const endClosed = "closed"

// buryFrom is where the connector of an object o of each kind is found.
var buryFrom = map[string]string{
	api.KindConnectors: `connectors o JOIN connectors n ON n.tenant = o.tenant AND n.environment = o.environment
		AND n.id = o.id`,
	api.KindScopedTokens: `scoped_tokens o JOIN connectors n ON n.tenant = o.tenant AND n.environment = o.environment
		AND n.id = o.connector_id`,
	api.KindSigningSecrets: `signing_secrets o
		JOIN webhook_endpoints e ON e.tenant = o.tenant AND e.environment = o.environment AND e.id = o.endpoint_id
		JOIN connectors n ON n.tenant = o.tenant AND n.environment = o.environment AND n.id = e.connector_id`,
}

var (
	insertTombstone = func() map[string]string {
		out := map[string]string{}
		for kind, from := range buryFrom {
			out[kind] = statement(`INSERT INTO tombstones (tenant, environment, id, kind, name, owner, connector_id,
				connector_name, created_at, closed_at, closed_by, version, highest)
				SELECT o.tenant, o.environment, o.id, c.kind, o.name, o.owner, n.id, n.name, o.created_at, $4, $5, c.version,
				c.highest FROM ` + from + ` JOIN credentials c ON c.tenant = o.tenant AND c.environment = o.environment
				AND c.id = o.id WHERE o.tenant = $1 AND o.environment = $2 AND o.id = $3`)
		}
		return out
	}()
	insertClosedValues = statement(`INSERT INTO closed_values (tenant, environment, hash, id, version, ended_at,
		end_reason, ended_by) SELECT c.tenant, c.environment, h.hash, c.id, h.number,
		CASE WHEN v.ended_at > 0 THEN v.ended_at ELSE $4 END,
		CASE WHEN v.ended_at > 0 THEN v.end_reason ELSE '` + endClosed + `' END,
		CASE WHEN v.ended_at > 0 THEN v.ended_by ELSE $5 END
		FROM credentials c JOIN value_hashes h ON h.credential_id = c.id
		JOIN versions v ON v.credential_id = h.credential_id AND v.number = h.number
		WHERE c.tenant = $1 AND c.environment = $2 AND c.id = $3`)

	tombstoneColumns = `t.tenant, t.environment, t.kind, t.id, t.name, t.owner, t.connector_id, t.connector_name,
		t.created_at, t.closed_at, t.closed_by, t.version, t.highest, COALESCE((SELECT p.name FROM principals p
		WHERE p.id = t.closed_by AND p.tenant = t.tenant AND p.environment = t.environment), '')`
	selectTombstone = statement(`SELECT ` + tombstoneColumns + ` FROM tombstones t
		WHERE t.tenant = $1 AND t.environment = $2 AND t.id = $3`)
	selectTombstones = statement(`SELECT ` + tombstoneColumns + ` FROM tombstones t
		WHERE t.tenant = $1 AND t.environment = $2 AND t.id > $3 AND ($5 = '' OR t.kind = $5) AND ($6 = '' OR t.name = $6)
		AND ($7 = '' OR t.owner = $7) AND ($8 = '' OR t.connector_id = $8) ORDER BY t.id LIMIT $4`)
	selectClosedValue = statement(`SELECT ` + tombstoneColumns + `, v.version, v.ended_at, v.end_reason, v.ended_by
		FROM closed_values v
		JOIN tombstones t ON t.tenant = v.tenant AND t.environment = v.environment AND t.id = v.id
		WHERE v.tenant = $1 AND v.environment = $2 AND v.hash = $3`)
)

func (t *Tombstone) columns() []any {
	return []any{
		&t.Scope.Tenant, &t.Scope.Environment, &t.Kind, &t.ID, &t.Name, &t.Owner, &t.ConnectorID, &t.ConnectorName,
		column.Time(&t.CreatedAt), column.Time(&t.ClosedAt), &t.ClosedBy, &t.Version, &t.Highest, &t.ClosedByName,
	}
}

// Bury stores what is left of an object with a credential that is about to be deleted: who had it, and by which hashes
// its values are recognised.
func (tx *Tx) Bury(ctx context.Context, ref Ref, at time.Time, by string) error {
	args := []any{ref.Scope.Tenant, ref.Scope.Environment, ref.ID, column.Micros(at), by}
	err := tx.execOne(ctx, insertTombstone[ref.Kind], args...)
	if err == nil {
		_, err = tx.exec(ctx, insertClosedValues, args...)
	}
	return failed("storing what is left of", ref.Kind, ref.ID, err)
}

// Tombstone reads what is left of an object.
func (tx *Tx) Tombstone(ctx context.Context, scope Scope, id string) (t Tombstone, err error) {
	err = tx.one(ctx, selectTombstone, []any{scope.Tenant, scope.Environment, id}, t.columns()...)
	return t, failed("reading", "tombstone", id, err)
}

// TombstoneFilter selects tombstones. The zero value of a field selects all.
type TombstoneFilter struct{ Kind, Name, Owner, ConnectorID string }

// Tombstones reads a page of what is left of objects, in the order of their ids.
func (tx *Tx) Tombstones(
	ctx context.Context, scope Scope, f TombstoneFilter, after string, limit int,
) (found []*Tombstone, err error) {
	args := []any{scope.Tenant, scope.Environment, after, limit, f.Kind, f.Name, f.Owner, f.ConnectorID}
	err = tx.each(ctx, selectTombstones, args, func(row scanner) error {
		var t Tombstone
		found = append(found, &t)
		return row.Scan(t.columns()...)
	})
	return found, failed("listing", "tombstones", "", err)
}

// ClosedByHash returns the version of a deleted object of a scope whose value had this keyed hash; of several, the one
// that ended last.
func (tx *Tx) ClosedByHash(ctx context.Context, scope Scope, hash []byte) (v ClosedValue, err error) {
	err = tx.each(ctx, selectClosedValue, []any{scope.Tenant, scope.Environment, hash}, func(row scanner) error {
		var c ClosedValue
		err := row.Scan(append(c.Tombstone.columns(), &c.Number, column.Time(&c.EndedAt), &c.EndReason, &c.EndedBy)...)
		if v.Tombstone.ID == "" || c.EndedAt.After(v.EndedAt) {
			v = c
		}
		return err
	})
	if err == nil && v.Tombstone.ID == "" {
		err = ErrNotFound
	}
	return v, failed("looking for", "a closed version by the hash of its value", "", err)
}
