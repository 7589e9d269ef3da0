package store

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestWritesDeciding names for every table that decides about access each statement that writes to it. A new statement
// counts unless it only says when a row was used.
func TestWritesDeciding(t *testing.T) {
	all := append([]string{}, statements...)
	for _, m := range macs {
		all = append(all, m.write)
	}
	for _, text := range all {
		flat := strings.Join(strings.Fields(text), " ")
		writes := false
		for table := range decides {
			for _, verb := range []string{"INSERT INTO ", "UPDATE ", "DELETE FROM "} {
				writes = writes || strings.HasPrefix(flat, verb+table+" ")
			}
		}
		if writesDeciding(text) != (writes && !useOnly[text] && !sameValues[text] && !neverKept[text] && !schedules[text]) {
			t.Errorf("wrong about %s", flat)
		}
	}
	for text := range useOnly {
		if set := strings.Split(strings.SplitN(text, "WHERE", 2)[0], "SET")[1]; strings.Count(set, "=") != 1 ||
			!strings.Contains(set, "last_used_at") {
			t.Errorf("it changes more than a last use: %s", text)
		}
	}
}

// TestAccessChangesOfAnotherProcess: a change counts at once for every other process, and any other commit for none.
func TestAccessChangesOfAnotherProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	here, there := openSQLite(t, path), openSQLite(t, path)
	if _, ok := here.Access.commits.Count(); !ok {
		t.Error("every look at the changes is a query")
	}
	changesAreSeen(t, here, there)
}

func TestAccessChangesOnPostgres(t *testing.T) {
	t.Parallel()
	url := migrated(t)
	changesAreSeen(t, openPostgres(t, url), openPostgres(t, url))
}

func changesAreSeen(t *testing.T, stores ...*Store) {
	t.Helper()
	at := func(s *Store) int64 {
		n, err := s.Access.Changes(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	update(t, stores[0], func(tx *Tx) error { return tx.CreateEnvironment(t.Context(), staging, start) })
	last := at(stores[0])
	for i := range 10 {
		from := stores[i%2]
		update(t, from, func(tx *Tx) error {
			return tx.InsertPrincipal(t.Context(), &Principal{
				ID: "prn_" + string(rune('a'+i)), Scope: staging, Name: "a", Role: "auditor", CreatedAt: start,
				TokenHash: []byte{byte(i)},
			})
		})
		for _, s := range stores {
			if got := at(s); got != last+1 {
				t.Errorf("change %d counts as %d, want %d", i, got, last+1)
			}
		}
		last++
		update(t, from, func(tx *Tx) error { return tx.RaiseClock(t.Context(), start.AddDate(1, i, 0)) })
		for _, s := range stores {
			if got := at(s); got != last {
				t.Errorf("a note of the time counts as a change of access: %d, want %d", got, last)
			}
		}
	}
}
