package platform

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// TestForgettingGoesInBatches: every batch is a transaction of its own, so that other writers come in between.
func TestForgettingGoesInBatches(t *testing.T) {
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "platform.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	c := clock.NewFake(now)
	watch, err := txn.NewWatch(t.Context(), db, c)
	if err != nil {
		t.Fatal(err)
	}
	s := &sweeper{runner: &txn.Runner{Store: db, Clock: c, Watch: watch}}
	const many = 2*forgetBatch + 1
	err = db.Update(t.Context(), func(tx *store.Tx) error {
		for i := range many {
			err := tx.InsertIdempotent(t.Context(), &store.Idempotent{
				Principal: "prn_1", Method: "POST", Path: "/v1/x", Key: string(rune('a' + i)), BodyHash: []byte{1}, Status: 204,
				At: now,
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	transactions := map[*store.Tx]int64{}
	err = s.forget(t.Context(), func(tx *txn.Tx) (int64, error) {
		n, err := tx.ForgetIdempotent(t.Context(), now.Add(time.Hour), forgetBatch)
		transactions[tx.Tx] += n
		return n, err
	})
	var all int64
	for _, n := range transactions {
		if all += n; n > forgetBatch {
			t.Errorf("%d in one transaction", n)
		}
	}
	if err != nil || all != many || len(transactions) != 3 {
		t.Errorf("%d in %d transactions: %v", all, len(transactions), err)
	}
}
