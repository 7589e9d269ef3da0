package store

import (
	"bytes"
	"fmt"
	"path/filepath"
	"testing"
	"time"
)

func benchmarkStore(b *testing.B, tokens int) *Store {
	b.Helper()
	s := openSQLite(b, filepath.Join(b.TempDir(), "a.db"))
	err := s.Update(b.Context(), func(tx *Tx) error {
		if err := tx.CreateEnvironment(b.Context(), staging, start); err != nil {
			return err
		}
		if err := tx.InsertConnector(b.Context(), connector(staging, "con_1", "c")); err != nil {
			return err
		}
		for i := range tokens {
			id := fmt.Sprintf("tok_%05d", i)
			if err := tx.InsertScopedToken(b.Context(), token(staging, id, fmt.Sprint("name-", i), "con_1")); err != nil {
				return err
			}
			if err := tx.PutSecret(b.Context(), id, Sealed{
				Number: 1, Value: bytes.Repeat([]byte{1}, 200),
				LookupHash: fmt.Appendf(nil, "hash %d", i),
			}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// BenchmarkIntrospection reads what an introspection needs: the token by its hash, and its connector.
func BenchmarkIntrospection(b *testing.B) {
	s := benchmarkStore(b, 1000)
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			err := s.View(b.Context(), func(tx *Tx) error {
				ref, _, err := tx.TokenByHash(b.Context(), fmt.Appendf(nil, "hash %d", i%1000))
				if err != nil {
					return err
				}
				t, err := tx.ScopedToken(b.Context(), ref.Scope, ref.ID)
				if err != nil {
					return err
				}
				_, err = tx.Connector(b.Context(), ref.Scope, t.ConnectorID)
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "reads/s")
}

// BenchmarkList reads a page of a thousand tokens.
func BenchmarkList(b *testing.B) {
	s := benchmarkStore(b, 1000)
	for b.Loop() {
		err := s.View(b.Context(), func(tx *Tx) error {
			page, err := tx.ScopedTokens(b.Context(), staging, List{Limit: 1000})
			if len(page) != 1000 || len(page[999].Credential.Versions) != 1 {
				b.Error("the page is not complete")
			}
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkMarkUsed measures one durable write.
func BenchmarkMarkUsed(b *testing.B) {
	s := benchmarkStore(b, 1)
	for i := 0; b.Loop(); i++ {
		err := s.Update(b.Context(), func(tx *Tx) error {
			return tx.MarkUsed(b.Context(), "tok_00000", 1, start.Add(time.Duration(i)*time.Second), nil)
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkAccessChanges asks whether what is kept in memory still holds, with nothing committed since.
func BenchmarkAccessChanges(b *testing.B) {
	s := benchmarkStore(b, 1)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Access.Changes(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
