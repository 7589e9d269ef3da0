package store

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestSealedColumnsAreKnown: no column with sealed values is left out when a key is replaced.
func TestSealedColumnsAreKnown(t *testing.T) {
	s := openSQLite(t, filepath.Join(t.TempDir(), "quickconnect.db"))
	seen := 0
	view(t, s, func(tx *Tx) error {
		return tx.each(t.Context(), `SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
			WHERE m.type = 'table' AND c.name LIKE 'sealed%' AND c.type = 'BYTEA'`, nil, func(row scanner) error {
			var table, column string
			if err := row.Scan(&table, &column); err != nil {
				return err
			}
			seen++
			known := table == "data_keys" // they are wrapped again on their own
			for _, statements := range sealedColumns {
				known = known || strings.HasPrefix(statements.put, "UPDATE "+table+" SET "+column+" = ")
			}
			if !known {
				t.Errorf("%s.%s is not in SealedColumns: keyring rewrap would leave it under the old key", table, column)
			}
			return nil
		})
	})
	if seen < 8 {
		t.Errorf("only %d columns with sealed values were found", seen)
	}
}
