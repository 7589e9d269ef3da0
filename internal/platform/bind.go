package platform

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

const bindBatch = 200

// olderTables are the tables whose rows an older build may have written without keyed hashes, in groups that are bound
// together.
var olderTables = [][]store.Table{
	{
		store.TablePrincipals, store.TableSecrets, store.TableScopedTokens, store.TableConnectors,
		store.TableRotationPolicies,
	},
	{store.TableEnvironmentPolicies},
}

// bindRows gives the rows that an older build or a migration wrote their keyed hashes, once in the life of a database
// and before anything is served. From then on, a row without one is refused.
func bindRows(ctx context.Context, runner *txn.Runner, log *slog.Logger) error {
	for _, tables := range olderTables {
		if err := bindOnce(ctx, runner, log, tables); err != nil {
			return err
		}
	}
	return nil
}

func bindOnce(ctx context.Context, runner *txn.Runner, log *slog.Logger, tables []store.Table) error {
	var done bool
	err := runner.View(ctx, txn.Caller{}, func(tx *txn.Tx) (err error) {
		done, err = keys.RowsBound(ctx, tx.Keys, tx.Tx, tables[0])
		return err
	})
	if err != nil || done {
		return err
	}
	total := 0
	for _, table := range tables {
		n, err := bindTable(ctx, runner, table)
		if err != nil {
			return fmt.Errorf("bind the rows of an older build: %w", err)
		}
		total += n
	}
	if total > 0 {
		log.Warn("rows of an older build have got their keyed hashes; this happens once in the life of a database",
			"rows", total)
	}
	return runner.Update(ctx, txn.Caller{}, func(tx *txn.Tx) error {
		return keys.SetRowsBound(ctx, tx.Keys, tx.Tx, tables[0], tx.Random, tx.Now)
	})
}

func bindTable(ctx context.Context, runner *txn.Runner, table store.Table) (total int, err error) {
	for {
		var rows []store.UnboundRow
		err := runner.Update(ctx, txn.Caller{}, func(tx *txn.Tx) (err error) {
			if rows, err = tx.UnboundRows(ctx, table, bindBatch); err != nil {
				return err
			}
			for _, r := range rows {
				b, err := boundRow(ctx, tx, r)
				if err := tx.Bind(ctx, b, err); err != nil {
					return err
				}
			}
			return nil
		})
		if total += len(rows); err != nil || len(rows) < bindBatch {
			return total, err
		}
	}
}

// boundRow computes the keyed hash of a row as it is.
func boundRow(ctx context.Context, tx *txn.Tx, r store.UnboundRow) (b keys.Bound, err error) {
	switch r.Table {
	case store.TablePrincipals:
		p, err := tx.PrincipalByHash(ctx, r.Hash)
		if err != nil {
			return b, err
		}
		return tx.Keys.Rows().Principal(p, r.Hash)
	case store.TableSecrets:
		return tx.Keys.Rows().Secret(r.Scope, r.ID, r.Number, r.Hash)
	case store.TableScopedTokens:
		t, err := tx.ScopedToken(ctx, r.Scope, r.ID)
		if err != nil {
			return b, err
		}
		return tx.Keys.Rows().ScopedToken(t)
	case store.TableConnectors:
		c, err := tx.Connector(ctx, r.Scope, r.ID)
		if err != nil {
			return b, err
		}
		return tx.Keys.Rows().Connector(c)
	case store.TableRotationPolicies:
		p, err := tx.RotationPolicy(ctx, r.Scope, r.ID)
		if err != nil {
			return b, err
		}
		return tx.Keys.Rows().Policy(p)
	case store.TableEnvironmentPolicies:
		p, err := tx.EnvironmentPolicy(ctx, r.Scope)
		if err != nil {
			return b, err
		}
		return tx.Keys.Rows().EnvironmentPolicy(p)
	}
	return b, fmt.Errorf("no keyed hash is defined for rows of %s", r.Table)
}
