package store

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// usage checks that what is counted stays what is there, over everything that adds and takes away.
func (fresh engine) usage(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	s := d.opened(t)
	insert(t, s, policy(staging, "pol_1", "p"), policy(staging, "pol_2", "q"), policy(production, "pol_3", "p"),
		connector(staging, "con_1", "c"), connector(staging, "con_2", "d"), token(staging, "tok_1", "a", "con_1"),
		endpoint(staging, "wep_1", "e", "con_1"), endpoint(staging, "wep_2", "f", "con_1"),
		signingSecret(staging, "sec_1", "s", "wep_1", "pol_1"))
	for _, id := range []string{"evt_1", "evt_2", "evt_3"} {
		insert(t, s, queued(staging, id, "wep_1", start))
		insert(t, s, queued(staging, id+"x", "wep_2", start))
	}
	for i, at := range []time.Time{start, start.Add(time.Hour), start.Add(2 * time.Hour)} {
		update(t, s, func(tx *Tx) error {
			ours := &Idempotent{Scope: staging, Principal: "prn_1", Key: string(rune('a' + i)), BodyHash: []byte{}, At: at}
			theirs := *ours
			theirs.Scope, theirs.Principal = production, "prn_2"
			return errors.Join(tx.InsertIdempotent(t.Context(), ours), tx.InsertIdempotent(t.Context(), &theirs))
		})
	}
	want := map[string][2]int64{
		api.KindRotationPolicies: {2, 0}, api.KindConnectors: {2, 0}, api.KindScopedTokens: {1, 0},
		api.KindWebhookEndpoints: {2, 0}, api.KindSigningSecrets: {1, 0},
		UsageDeliveries: {6, int64(3*len("sealed evt_1") + 3*len("sealed evt_1x"))}, UsageAnswers: {3, 0},
	}
	wantUsage(t, s, want)
	view(t, s, func(tx *Tx) error {
		n, err := tx.Counts(t.Context())
		if want := (Counts{Tenants: 2, Environments: 3, Objects: 9}); n != want {
			t.Errorf("%+v, want %+v", n, want)
		}
		return err
	})

	// What a transaction added is known in it, and a rollback takes it back.
	wantError(t, s, errStop, func(tx *Tx) error {
		err := errors.Join(tx.InsertConnector(t.Context(), connector(staging, "con_3", "x")),
			tx.DeleteRotationPolicy(t.Context(), staging, "pol_2"))
		if diff := cmp.Diff([]Usage{{staging, api.KindConnectors, 3, 0}}, tx.Grown()); diff != "" {
			t.Error(diff)
		}
		return errors.Join(err, errStop)
	})
	wantUsage(t, s, want)

	ended := queued(staging, "evt_1", "wep_1", time.Time{})
	ended.State, ended.EndedAt, ended.Attempts = api.DeliveryDelivered, start, 1
	again := queued(staging, "evt_2", "wep_1", start.Add(time.Minute))
	again.Attempts = 1
	for range 2 { // the second end counts nothing
		ended.Attempts++
		update(t, s, func(tx *Tx) error {
			return tx.UpdateDelivery(t.Context(), ended, &DeliveryAttempt{Attempt: ended.Attempts, At: start})
		})
	}
	update(t, s, func(tx *Tx) error {
		n, forgot := tx.ForgetIdempotentIn(t.Context(), staging, start.Add(3*time.Hour), 1)
		if n != 1 {
			t.Errorf("%d answers were forgotten, want the oldest", n)
		}
		_, err := tx.Idempotent(t.Context(), "prn_1", "", "", "a")
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("the oldest answer: %v", err)
		}
		kept, err := tx.Idempotent(t.Context(), "prn_1", "", "", "b")
		if err != nil {
			return err
		}
		return errors.Join(forgot,
			tx.UpdateDelivery(t.Context(), again, &DeliveryAttempt{Attempt: 1, At: start}),
			tx.DeleteIdempotent(t.Context(), kept), tx.DeleteIdempotent(t.Context(), kept),
			tx.DeleteWebhookEndpoint(t.Context(), staging, "wep_2"),
			tx.DeleteScopedToken(t.Context(), staging, "tok_1"), tx.DeleteConnector(t.Context(), staging, "con_2"),
			tx.DeleteSigningSecret(t.Context(), staging, "sec_1"), tx.DeleteRotationPolicy(t.Context(), staging, "pol_2"))
	})
	wantUsage(t, s, map[string][2]int64{
		api.KindRotationPolicies: {1, 0}, api.KindConnectors: {1, 0}, api.KindScopedTokens: {0, 0},
		api.KindWebhookEndpoints: {1, 0}, api.KindSigningSecrets: {0, 0},
		UsageDeliveries: {2, int64(2 * len("sealed evt_2"))}, UsageAnswers: {1, 0},
	})
	update(t, s, func(tx *Tx) error {
		_, err := tx.ForgetIdempotent(t.Context(), start.Add(3*time.Hour), 10)
		return errors.Join(err, tx.DeleteWebhookEndpoint(t.Context(), staging, "wep_1"))
	})
	got := usageOf(t, s, staging)
	if got[UsageAnswers] != [2]int64{} || got[UsageDeliveries] != [2]int64{} {
		t.Errorf("%v", got)
	}
}

var errStop = errors.New("stop")

// wantUsage wants these counts in staging.
func wantUsage(t *testing.T, s *Store, want map[string][2]int64) {
	t.Helper()
	if diff := cmp.Diff(want, usageOf(t, s, staging)); diff != "" {
		t.Error(diff)
	}
}

var selectUsage = `SELECT kind, objects, bytes FROM usage WHERE tenant = $1 AND environment = $2`

func usageOf(t *testing.T, s *Store, scope Scope) map[string][2]int64 {
	t.Helper()
	out := map[string][2]int64{}
	view(t, s, func(tx *Tx) error {
		return tx.each(t.Context(), selectUsage, []any{scope.Tenant, scope.Environment}, func(row scanner) error {
			var kind string
			var n [2]int64
			err := row.Scan(&kind, &n[0], &n[1])
			out[kind] = n
			return err
		})
	})
	return out
}

// TestUpgradeCountsWhatIsThere: a database of the schema before is counted when it is opened.
func TestUpgradeCountsWhatIsThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "quickconnect.db")
	old := database{open: func(t *testing.T) *Store {
		t.Helper()
		s, err := Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}}.opened(t)
	insert(t, old, policy(staging, "pol_1", "p"), connector(staging, "con_1", "c"), token(staging, "tok_1", "a", "con_1"),
		token(staging, "tok_2", "b", "con_1"), endpoint(staging, "wep_1", "e", "con_1"),
		signingSecret(staging, "sec_1", "s", "wep_1", "pol_1"), queued(staging, "evt_1", "wep_1", start),
		queued(staging, "evt_2", "wep_1", time.Time{}))
	update(t, old, func(tx *Tx) error {
		p := &Principal{
			ID: "prn_1", Scope: staging, Name: "ci", Role: api.RoleDeployer, CreatedAt: start, TokenHash: []byte("h"),
		}
		answer := &Idempotent{Scope: staging, Principal: p.ID, Key: "k", BodyHash: []byte{}, At: start}
		return errors.Join(tx.InsertPrincipal(t.Context(), p), tx.InsertIdempotent(t.Context(), answer))
	})
	want := usageOf(t, old, staging)
	if want[UsageDeliveries] != [2]int64{1, int64(len("sealed evt_1"))} || want[UsageAnswers][0] != 1 ||
		want[api.KindScopedTokens][0] != 2 {
		t.Fatalf("%v", want)
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	downgrade(t, path, 13)
	s := openSQLite(t, path)
	wantUsage(t, s, want)
	update(t, s, func(tx *Tx) error {
		_, err := tx.ForgetIdempotent(t.Context(), start.Add(time.Hour), 10)
		return err
	})
	if got := usageOf(t, s, staging)[UsageAnswers][0]; got != 0 {
		t.Errorf("%d answers are counted", got)
	}
}
