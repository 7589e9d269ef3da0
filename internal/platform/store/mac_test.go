package store

import (
	"errors"
	"testing"
)

// TestMACs: every table keeps a hash for each row, finds the rows without one, and a row outside of its scope has none.
func TestMACs(t *testing.T) {
	s := openSQLite(t, t.TempDir()+"/quickconnect.db")
	update(t, s, func(tx *Tx) error {
		return errors.Join(tx.CreateEnvironment(t.Context(), staging, start),
			tx.CreateEnvironment(t.Context(), production, start))
	})
	if got := hasKeys(t, s); got {
		t.Error("an empty database has keys")
	}
	insert(t, s, policy(staging, "pol_1", "p"), connector(staging, "con_1", "c"), token(staging, "tok_1", "a", "con_1"))
	update(t, s, func(tx *Tx) error {
		return errors.Join(tx.PutSecret(t.Context(), "tok_1",
			Sealed{Number: 1, Value: []byte("sealed"), LookupHash: []byte("hash")}),
			tx.InsertPrincipal(t.Context(), &Principal{
				ID: "prn_1", Scope: staging, Name: "n", Role: "auditor", CreatedAt: start,
				TokenHash: []byte("h1"),
			}),
			tx.InsertKey(t.Context(), "lookup", 1, []byte("sealed"), start))
	})
	if got := hasKeys(t, s); !got {
		t.Error("no keys")
	}
	for _, r := range []Row{
		{TablePrincipals, staging, "prn_1", 0},
		{TableSecrets, staging, "tok_1", 1},
		{TableScopedTokens, staging, "tok_1", 0},
		{TableConnectors, staging, "con_1", 0},
		{TableRotationPolicies, staging, "pol_1", 0},
	} {
		update(t, s, func(tx *Tx) error {
			before, err := tx.UnboundRows(t.Context(), r.Table, 10)
			if len(before) != 1 || before[0].Row != r {
				t.Errorf("%s: %+v", r, before)
			}
			err = errors.Join(err, tx.SetMAC(t.Context(), r, []byte("mac of "+r.ID)))
			after, errA := tx.UnboundRows(t.Context(), r.Table, 10)
			mac, errM := tx.MAC(t.Context(), r)
			if len(after) != 0 || string(mac) != "mac of "+r.ID {
				t.Errorf("%s: %+v, %q", r, after, mac)
			}
			elsewhere := r
			elsewhere.Scope = production
			if _, err := tx.MAC(t.Context(), elsewhere); !errors.Is(err, ErrNotFound) {
				t.Errorf("%s in another environment: %v", r, err)
			}
			return errors.Join(err, errA, errM)
		})
	}
}

func hasKeys(t *testing.T, s *Store) (found bool) {
	t.Helper()
	view(t, s, func(tx *Tx) (err error) {
		found, err = tx.HasKeys(t.Context())
		return err
	})
	return found
}
