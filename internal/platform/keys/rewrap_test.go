package keys

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/pgtest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys/memory"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

var (
	start   = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	staging = store.Scope{Tenant: "acme", Environment: "staging"}
)

// vault is a database with its keyring and its keys.
type vault struct {
	t     *testing.T
	dir   string
	store *store.Store
	ring  *keyring.Keyring
	keys  *Keys
	clock *clock.Fake
}

// onEngines runs a test on both engines.
func onEngines(t *testing.T, test func(t *testing.T, v *vault)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "quickconnect.db"))
		test(t, newVault(t, s, err))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		url := pgtest.Shared(t).Copy(t, "keys", func(url string) error {
			s, err := store.OpenPostgres(context.WithoutCancel(t.Context()), url)
			if err != nil {
				return err
			}
			return s.Close()
		})
		s, err := store.OpenPostgres(t.Context(), url)
		test(t, newVault(t, s, err))
	})
}

func newVault(t *testing.T, s *store.Store, err error) *vault {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	v := &vault{t: t, store: s, dir: t.TempDir(), clock: clock.NewFake(start)}
	if v.ring, err = keyring.Create(v.dir); err != nil {
		t.Fatal(err)
	}
	v.reopen()
	v.update(func(tx *store.Tx) error {
		return errors.Join(tx.CreateEnvironment(t.Context(), staging, start),
			tx.InsertConnector(t.Context(), &store.Connector{
				Object: store.Object{ID: "con_1", Name: "c", Scope: staging, CreatedAt: start, Etag: 1},
				Owner:  "team", Type: "custom",
			}))
	})
	return v
}

// reopen opens the keys as a new process does.
func (v *vault) reopen() {
	v.t.Helper()
	var err error
	if v.keys, err = Open(v.t.Context(), v.store, v.ring, NewRandom(rand.Reader), v.clock); err != nil {
		v.t.Fatal(err)
	}
}

func (v *vault) update(do func(tx *store.Tx) error) {
	v.t.Helper()
	if err := v.store.Update(v.t.Context(), do); err != nil {
		v.t.Fatal(err)
	}
}

func (v *vault) view(do func(tx *store.Tx) error) {
	v.t.Helper()
	if err := v.store.View(v.t.Context(), do); err != nil {
		v.t.Fatal(err)
	}
}

func of(id string, number int64) keyring.Bound {
	return keyring.Bound{Tenant: "acme", Environment: "staging", Credential: id, Version: number}
}

// fill stores tokens with two versions each. older seals them as builds without data keys did.
func (v *vault) fill(tokens int, older bool) {
	v.t.Helper()
	const batch = 500
	for from := 0; from < tokens; from += batch {
		v.update(func(tx *store.Tx) error {
			for i := from; i < min(tokens, from+batch); i++ {
				if err := v.put(tx, fmt.Sprintf("tok_%05d", i), older); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

func (v *vault) put(tx *store.Tx, id string, older bool) error {
	ctx := v.t.Context()
	o := &store.ScopedToken{
		Object: store.Object{ID: id, Name: id, Scope: staging, CreatedAt: start, Etag: 1},
		Owner:  "team", ConnectorID: "con_1", Scopes: []string{"messages:send"},
	}
	o.Credential.Highest, o.Credential.Version = 2, 2
	for number, state := range map[int64]rotation.State{1: rotation.StatePrevious, 2: rotation.StateCurrent} {
		o.Credential.Versions = append(o.Credential.Versions, rotation.Version{
			Number: number, State: state, IssuedAt: start, CurrentSince: start,
		})
		value := secret.New(fmt.Sprint("value of ", id, number))
		sealed, hash, err := v.keys.SealToken(ctx, tx, value, of(id, number))
		if older {
			var key *keyring.DataKey
			if key, err = v.ring.Older(); err == nil {
				sealed, err = key.Seal(value, of(id, number))
			}
		}
		if err == nil {
			err = tx.PutSecret(ctx, id, store.Sealed{Number: number, Value: sealed, LookupHash: hash, ValueHash: hash})
		}
		if err != nil {
			return err
		}
	}
	return tx.InsertScopedToken(ctx, o)
}

// wantReadable wants every value of the tokens to open.
func (v *vault) wantReadable(tokens int) {
	v.t.Helper()
	v.view(func(tx *store.Tx) error {
		for i := range tokens {
			id := fmt.Sprintf("tok_%05d", i)
			for number := int64(1); number <= 2; number++ {
				sealed, err := tx.Secret(v.t.Context(), id, number)
				if err != nil {
					return err
				}
				value, err := v.keys.open(v.t.Context(), tx, sealed, of(id, number))
				if err != nil {
					return err
				}
				if value.Expose() != fmt.Sprint("value of ", id, number) {
					v.t.Errorf("%s version %d has another value", id, number)
				}
			}
		}
		return nil
	})
}

// sealedUnder counts the values that are sealed under numbers from a first one to before another, in the older format
// too if the first is 0.
func (v *vault) sealedUnder(from, below int64) (n int64) {
	v.t.Helper()
	v.view(func(tx *store.Tx) (err error) {
		first := keyring.Below(from)
		if from == 0 {
			first = nil
		}
		n, err = sealedBetween(v.t.Context(), tx, first, keyring.Below(below))
		return err
	})
	return n
}

var errStopped = errors.New("stopped")

// TestUpgradeOfAnOlderBuild: what an older build sealed is sealed under data keys; an upgrade that was stopped goes on
// where it was.
func TestUpgradeOfAnOlderBuild(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, v *vault) {
		t.Helper()
		const tokens = 150
		v.fill(tokens, true)
		if n := v.sealedUnder(0, 1); n != 2*tokens {
			t.Fatalf("%d values in the older format, want %d", n, 2*tokens)
		}
		v.wantReadable(tokens)
		r, err := Rewrap(t.Context(), v.keys, func(Rewrapping) error { return errStopped })
		if !errors.Is(err, errStopped) || r.Done != rewrapBatch {
			t.Fatalf("stopped after %d values: %v", r.Done, err)
		}
		if done, err := v.keys.Upgraded(t.Context()); done || err != nil {
			t.Errorf("a stopped upgrade counts as done: %v", err)
		}
		v.reopen()
		v.wantReadable(tokens)
		r, err = Rewrap(t.Context(), v.keys, func(Rewrapping) error { return nil })
		if err != nil || r.Done != 2*tokens-rewrapBatch || r.Total != r.Done || len(r.Unreadable) > 0 {
			t.Errorf("then %+v, %v", r, err)
		}
		if n := v.sealedUnder(0, 1); n != 0 {
			t.Errorf("%d values are in the older format", n)
		}
		if done, err := v.keys.Upgraded(t.Context()); !done || err != nil {
			t.Errorf("the upgrade does not count as done: %v", err)
		}
		v.wantReadable(tokens)
	})
}

// TestUpgradeLeavesWhatDoesNotOpen: a changed value does not keep the others from the upgrade, and is named.
func TestUpgradeLeavesWhatDoesNotOpen(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, v *vault) {
		t.Helper()
		const tokens = 60 // more than a batch has
		v.fill(tokens, true)
		v.update(func(tx *store.Tx) error {
			other, err := tx.Secret(t.Context(), "tok_00001", 1)
			return errors.Join(err, tx.PutSecret(t.Context(), "tok_00001", store.Sealed{Number: 2, Value: other}))
		})
		r, err := Rewrap(t.Context(), v.keys, func(Rewrapping) error { return nil })
		if err != nil || r.Done != 2*tokens-1 || len(r.Unreadable) != 1 {
			t.Errorf("%+v, %v", r, err)
		}
		if done, err := v.keys.Upgraded(t.Context()); done || err != nil {
			t.Errorf("the upgrade counts as done although a value does not open: %v", err)
		}
	})
}

// TestOneCallOfTheKEKPerDataKey: sealing and opening many values costs one call for each data key, and again after the
// time for which keys stay in memory.
func TestOneCallOfTheKEKPerDataKey(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, v *vault) {
		t.Helper()
		const tokens = 20
		calls := func(what string, want int64, do func()) {
			t.Helper()
			before := v.ring.Calls()
			do()
			if got := v.ring.Calls() - before; got != want {
				t.Errorf("%s costs %d calls of the KEK, want %d", what, got, want)
			}
		}
		calls("sealing", tokens, func() { v.fill(tokens, false) }) // each data key is wrapped
		calls("opening", 0, func() { v.wantReadable(tokens); v.wantReadable(tokens) })
		v.clock.Advance(memory.TTL)
		calls("opening later", tokens, func() { v.wantReadable(tokens); v.wantReadable(tokens) })
		v.reopen()
		calls("opening in a new process", tokens, func() { v.wantReadable(tokens) })
	})
}
