package store

import (
	"context"
	"fmt"
)

// Table is a table whose rows decide about access.
type Table string

// The tables whose rows have a keyed hash over the columns that decide about access. The store only keeps the hashes.
const (
	TablePrincipals       Table = "principals"
	TableSecrets          Table = "secrets"
	TableScopedTokens     Table = "scoped_tokens"
	TableConnectors       Table = "connectors"
	TableRotationPolicies Table = "rotation_policies"
	TableRuns             Table = "runs"
	TableClaims           Table = "claims"
	TableAccessTokens     Table = "access_tokens"

	TableEnvironmentPolicies Table = "environment_policies"
	TableGuardrailExemptions Table = "guardrail_exemptions"
	TableWorkloadIdentities  Table = "workload_identities"

	TableIssuers      Table = "issuers"
	TablePersons      Table = "persons"
	TableSessions     Table = "sessions"
	TableRoleBindings Table = "role_bindings"
	TableConsents     Table = "consents"
	TableApprovals    Table = "approvals"
)

// Row identifies a row of one of these tables.
type Row struct {
	Table  Table
	Scope  Scope
	ID     string
	Number int64 // of the version in TableSecrets, of the claim in TableClaims
}

func (r Row) String() string {
	switch r.Table {
	case TableSecrets:
		return fmt.Sprintf("%s %s version %d", r.Table, r.ID, r.Number)
	case TableClaims:
		return fmt.Sprintf("%s %s number %d", r.Table, r.ID, r.Number)
	}
	return fmt.Sprintf("%s %s", r.Table, r.ID)
}

// UnboundRow is a row without a keyed hash.
type UnboundRow struct {
	Row
	Hash []byte // what a principal or a value is found by; meaningless for other rows
}

// macStatements are the statements of one table. A row is found by its tenant, its environment, its id, and its number.
// The last one reads a whole table, once in the life of a database: it is prepared where it is used.
type macStatements struct{ read, write, unbound string }

var macs = func() map[Table]macStatements {
	const inScope = `tenant = $1 AND environment = $2 AND id = $3 AND $4 = 0`
	out := map[Table]macStatements{
		TableSecrets: {
			read: `SELECT s.mac FROM secrets s JOIN credentials c ON c.id = s.credential_id
				WHERE c.tenant = $1 AND c.environment = $2 AND c.id = $3 AND s.number = $4`,
			// A new credential gets its row after its first secret.
			write: `UPDATE secrets SET mac = $5 WHERE $1 <> '' AND $2 <> '' AND credential_id = $3 AND number = $4`,
			unbound: `SELECT c.tenant, c.environment, c.id, s.number, s.lookup_hash FROM secrets s
				JOIN credentials c ON c.id = s.credential_id WHERE s.mac IS NULL AND s.lookup_hash IS NOT NULL
				ORDER BY s.credential_id, s.number LIMIT $1`,
		},
		TablePrincipals: {
			read:  `SELECT mac FROM principals WHERE ` + inScope,
			write: `UPDATE principals SET mac = $5 WHERE ` + inScope,
			unbound: `SELECT tenant, environment, id, 0, token_hash FROM principals WHERE mac IS NULL
				ORDER BY id LIMIT $1`,
		},
		// No older build wrote these, so none of their rows is without a keyed hash.
		TableWorkloadIdentities: {
			read:  `SELECT mac FROM workload_identities WHERE ` + inScope,
			write: `UPDATE workload_identities SET mac = $5 WHERE ` + inScope,
		},
		TableRuns: {
			read:  `SELECT mac FROM runs WHERE ` + inScope,
			write: `UPDATE runs SET mac = $5 WHERE ` + inScope,
		},
		// Its keyed hash is written with the row.
		TableAccessTokens: {
			read:  `SELECT mac FROM access_tokens WHERE ` + inScope,
			write: `UPDATE access_tokens SET mac = $5 WHERE ` + inScope,
		},
		TableClaims: {
			read: `SELECT mac FROM claims WHERE tenant = $1 AND environment = $2 AND object_id = $3 AND number = $4`,
			write: `UPDATE claims SET mac = $5 WHERE tenant = $1 AND environment = $2 AND object_id = $3
				AND number = $4`,
		},
	}
	for _, table := range []Table{TableRoleBindings, TableConsents, TableApprovals} {
		out[table] = macStatements{
			read:  `SELECT mac FROM ` + string(table) + ` WHERE ` + inScope,
			write: `UPDATE ` + string(table) + ` SET mac = $5 WHERE ` + inScope,
		}
	}
	for _, table := range []Table{TableIssuers, TablePersons, TableSessions} { // they are of a tenant
		out[table] = macStatements{
			read:  `SELECT mac FROM ` + string(table) + ` WHERE tenant = $1 AND $2 = '' AND id = $3 AND $4 = 0`,
			write: `UPDATE ` + string(table) + ` SET mac = $5 WHERE tenant = $1 AND $2 = '' AND id = $3 AND $4 = 0`,
		}
	}
	out[TableGuardrailExemptions] = macStatements{
		read:  `SELECT mac FROM guardrail_exemptions WHERE ` + inScope,
		write: `UPDATE guardrail_exemptions SET mac = $5 WHERE ` + inScope,
	}
	// The id of an environment without a policy is empty.
	out[TableEnvironmentPolicies] = macStatements{
		read:  `SELECT mac FROM environment_policies WHERE ` + inScope,
		write: `UPDATE environment_policies SET mac = $5 WHERE ` + inScope,
		unbound: `SELECT tenant, environment, id, 0, id FROM environment_policies WHERE mac IS NULL
			ORDER BY tenant, environment LIMIT $1`,
	}
	for _, table := range []Table{TableScopedTokens, TableConnectors, TableRotationPolicies} {
		out[table] = macStatements{
			read:  `SELECT mac FROM ` + string(table) + ` WHERE ` + inScope,
			write: `UPDATE ` + string(table) + ` SET mac = $5 WHERE ` + inScope,
			unbound: `SELECT tenant, environment, id, 0, id FROM ` + string(table) + ` WHERE mac IS NULL
				ORDER BY tenant, environment, id LIMIT $1`,
		}
	}
	for _, s := range out {
		statement(s.read)
		statement(s.write)
	}
	return out
}()

// MAC returns the keyed hash of a row; nil for none.
func (tx *Tx) MAC(ctx context.Context, r Row) (mac []byte, err error) {
	args := []any{r.Scope.Tenant, r.Scope.Environment, r.ID, r.Number}
	err = tx.one(ctx, macs[r.Table].read, args, &mac)
	return mac, failed("reading the keyed hash of", string(r.Table), r.ID, err)
}

// SetMAC stores the keyed hash of a row.
func (tx *Tx) SetMAC(ctx context.Context, r Row, mac []byte) error {
	err := tx.execOne(ctx, macs[r.Table].write, r.Scope.Tenant, r.Scope.Environment, r.ID, r.Number, mac)
	return failed("storing the keyed hash of", string(r.Table), r.ID, err)
}

// UnboundRows returns at most limit rows of a table without a keyed hash.
func (tx *Tx) UnboundRows(ctx context.Context, table Table, limit int) (found []UnboundRow, err error) {
	err = tx.each(ctx, macs[table].unbound, []any{limit}, func(row scanner) error {
		r := UnboundRow{Row: Row{Table: table}}
		err := row.Scan(&r.Scope.Tenant, &r.Scope.Environment, &r.ID, &r.Number, &r.Hash)
		found = append(found, r)
		return err
	})
	return found, failed("looking for rows without a keyed hash in", string(table), "", err)
}
