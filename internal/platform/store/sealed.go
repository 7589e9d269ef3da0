package store

import "context"

// SealedColumn is a column with sealed values.
type SealedColumn string

// The columns with sealed values, besides data keys.
const (
	SealedKeys       SealedColumn = "keys"
	SealedSecrets    SealedColumn = "secrets"
	SealedEvents     SealedColumn = "events"
	SealedURLs       SealedColumn = "endpoint URLs"
	SealedHeaders    SealedColumn = "endpoint headers"
	SealedClientKeys SealedColumn = "endpoint client keys"

	SealedAccessTokens SealedColumn = "access tokens of connectors"

	SealedClientSecrets SealedColumn = "client secrets of issuers"
	SealedSessions      SealedColumn = "tokens of sessions"
)

// SealedColumns returns every column with sealed values.
func SealedColumns() []SealedColumn {
	return []SealedColumn{
		SealedKeys, SealedSecrets, SealedEvents, SealedURLs, SealedHeaders, SealedClientKeys, SealedAccessTokens,
		SealedClientSecrets, SealedSessions,
	}
}

// SealedValue is a sealed value of any column, with what it belongs to.
type SealedValue struct {
	Scope
	ID       string // of the credential, event or endpoint; the purpose of a key
	Number   int64  // of the version or the key; 0 for others
	Endpoint string // of an event
	Sealed   []byte
}

// sealedStatements are the statements of one column. The number and the id of the key that sealed a value are its first
// bytes, so values in the order of their bytes are in the order of these numbers. list and count read a whole table,
// for an upgrade or an operator: they are prepared where they are used.
type sealedStatements struct{ list, count, put string }

var sealedColumns = func() map[SealedColumn]sealedStatements {
	out := map[SealedColumn]sealedStatements{
		SealedKeys: {
			list: `SELECT '', '', purpose, number, '', sealed FROM keys
				WHERE sealed < $1 AND (purpose, number) > ($2, $3) ORDER BY purpose, number LIMIT $4`,
			count: `SELECT COUNT(*) FROM keys WHERE sealed >= $1 AND sealed < $2`,
			put:   `UPDATE keys SET sealed = $5 WHERE $1 = '' AND $2 = '' AND purpose = $3 AND number = $4`,
		},
		SealedSecrets: {
			list: `SELECT c.tenant, c.environment, s.credential_id, s.number, '', s.sealed FROM secrets s
				JOIN credentials c ON c.id = s.credential_id
				WHERE s.sealed < $1 AND (s.credential_id, s.number) > ($2, $3)
				ORDER BY s.credential_id, s.number LIMIT $4`,
			count: `SELECT COUNT(*) FROM secrets WHERE sealed >= $1 AND sealed < $2`,
			put:   `UPDATE secrets SET sealed = $5 WHERE $1 <> '' AND $2 <> '' AND credential_id = $3 AND number = $4`,
		},
		SealedAccessTokens: {
			list: `SELECT tenant, environment, connector_id, version, '', sealed FROM connector_refreshes
				WHERE sealed < $1 AND (connector_id, version) > ($2, $3) ORDER BY connector_id, version LIMIT $4`,
			count: `SELECT COUNT(*) FROM connector_refreshes WHERE sealed >= $1 AND sealed < $2`,
			put: `UPDATE connector_refreshes SET sealed = $5
				WHERE tenant = $1 AND environment = $2 AND connector_id = $3 AND version = $4`,
		},
		SealedEvents: {
			list: `SELECT tenant, environment, id, 0, endpoint_id, body FROM deliveries
				WHERE body < $1 AND id > $2 AND $3 = 0 ORDER BY id LIMIT $4`,
			count: `SELECT COUNT(*) FROM deliveries WHERE body >= $1 AND body < $2`,
			put:   `UPDATE deliveries SET body = $5 WHERE tenant = $1 AND environment = $2 AND id = $3 AND $4 = 0`,
		},
	}
	for column, name := range map[SealedColumn]string{
		SealedURLs: "sealed_url", SealedHeaders: "sealed_headers", SealedClientKeys: "sealed_client_key",
	} {
		out[column] = sealedStatements{
			list: `SELECT tenant, environment, id, 0, '', ` + name + ` FROM webhook_endpoints
				WHERE ` + name + ` < $1 AND id > $2 AND $3 = 0 ORDER BY id LIMIT $4`,
			count: `SELECT COUNT(*) FROM webhook_endpoints WHERE ` + name + ` >= $1 AND ` + name + ` < $2`,
			put: `UPDATE webhook_endpoints SET ` + name + ` = $5
				WHERE tenant = $1 AND environment = $2 AND id = $3 AND $4 = 0`,
		}
	}
	for column, table := range map[SealedColumn]string{SealedClientSecrets: "issuers", SealedSessions: "sessions"} {
		out[column] = sealedStatements{
			list: `SELECT tenant, key_environment, id, 0, '', sealed FROM ` + table + `
				WHERE sealed < $1 AND id > $2 AND $3 = 0 ORDER BY id LIMIT $4`,
			count: `SELECT COUNT(*) FROM ` + table + ` WHERE sealed >= $1 AND sealed < $2`,
			put: `UPDATE ` + table + ` SET sealed = $5
				WHERE tenant = $1 AND key_environment = $2 AND id = $3 AND $4 = 0`,
		}
	}
	for _, s := range out {
		statement(s.put)
	}
	return out
}()

// SealedBelow returns at most limit values of a column whose bytes come before below, in the order of their ids, after
// the id and the number of another value.
func (tx *Tx) SealedBelow(
	ctx context.Context, column SealedColumn, below []byte, after SealedValue, limit int,
) (found []SealedValue, err error) {
	err = tx.each(ctx, sealedColumns[column].list, []any{below, after.ID, after.Number, limit}, func(row scanner) error {
		var v SealedValue
		err := row.Scan(&v.Tenant, &v.Environment, &v.ID, &v.Number, &v.Endpoint, &v.Sealed)
		found = append(found, v)
		return err
	})
	return found, failed("looking for sealed", string(column), "", err)
}

// CountSealed counts the values of a column whose bytes come before below, and not before from.
func (tx *Tx) CountSealed(ctx context.Context, column SealedColumn, from, below []byte) (n int64, err error) {
	err = tx.one(ctx, sealedColumns[column].count, []any{from, below}, &n)
	return n, failed("counting sealed", string(column), "", err)
}

// PutSealed stores a value of a column that was sealed again. It changes nothing else of the row.
func (tx *Tx) PutSealed(ctx context.Context, column SealedColumn, v SealedValue) error {
	err := tx.execOne(ctx, sealedColumns[column].put, v.Tenant, v.Environment, v.ID, v.Number, v.Sealed)
	return failed("storing sealed", string(column), v.ID, err)
}
