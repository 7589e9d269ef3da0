package acctest

import (
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"path/filepath"
	"slices"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/uses"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// ManyValues is a platform that was never served, with many scoped tokens of one version each, written to the database
// directly: making them by requests would take longer than the tests that need them.
type ManyValues struct {
	DataDir  string
	URL      string // of a PostgreSQL database; empty: it is a file in DataDir
	Deployer string
	// Values are the values of the tokens by their ids.
	Values map[string]secret.Value

	t testing.TB
}

// tokensBatch is how many tokens are written in one transaction.
const tokensBatch = 50

// NewManyValues makes a platform with n tokens. older seals them as builds without data keys did.
func NewManyValues(tb testing.TB, url string, n int, older bool) *ManyValues {
	tb.Helper()
	m := &ManyValues{DataDir: tb.TempDir(), URL: url, Values: make(map[string]secret.Value, n), t: tb}
	m.open(func(s *store.Store, ring *keyring.Keyring, k *keys.Keys) error {
		made, err := access.Bootstrap(tb.Context(), s, ring, clock.System(), Tenant, []string{Environment}, 0)
		if err != nil {
			return err
		}
		m.Deployer = made[Environment].Expose()
		scope := store.Scope{Tenant: Tenant, Environment: Environment}
		err = s.Update(tb.Context(), func(tx *store.Tx) error {
			return tx.InsertConnector(tb.Context(), &store.Connector{
				Object: store.Object{ID: "con_1", Name: "c", Scope: scope, CreatedAt: Epoch, Etag: 1},
				Owner:  "team", Type: "custom", Enabled: true,
			})
		})
		for from := 0; from < n && err == nil; from += tokensBatch {
			err = s.Update(tb.Context(), func(tx *store.Tx) error {
				for i := from; i < min(n, from+tokensBatch); i++ {
					if err := m.put(tx, scope, ring, k, fmt.Sprintf("tok_%026d", i), older); err != nil {
						return err
					}
				}
				return nil
			})
		}
		return err
	})
	return m
}

// UseAll stores a use of every token, each by a consumer and from a network of its own.
func (m *ManyValues) UseAll() {
	m.t.Helper()
	ids := slices.Sorted(maps.Keys(m.Values))
	m.open(func(s *store.Store, _ *keyring.Keyring, _ *keys.Keys) (err error) {
		for from := 0; from < len(ids) && err == nil; from += tokensBatch {
			err = s.Update(m.t.Context(), func(tx *store.Tx) (err error) {
				for i := from; i < min(len(ids), from+tokensBatch) && err == nil; i++ {
					ref := store.Ref{
						Scope: store.Scope{Tenant: Tenant, Environment: Environment}, Kind: api.KindScopedTokens, ID: ids[i],
					}
					_, err = tx.AddVersionUses(m.t.Context(), ref, 1, useNumber(i))
				}
				return err
			})
		}
		return err
	})
}

func useNumber(i int) *uses.Summary {
	out := &uses.Summary{}
	out.Add(uses.Use{
		At: Epoch, From: netip.AddrFrom4([4]byte{198, byte(i >> 16), byte(i >> 8), byte(i)}),
		Scopes: []string{"messages:send"},
		By:     uses.Consumer{How: rotation.EvidenceIntrospection, Actor: "prn_1", Name: fmt.Sprintf("consumer-%d", i)},
	}, uses.PerVersion)
	return out
}

// open opens the database and the keyring, as a command beside the server does.
func (m *ManyValues) open(do func(s *store.Store, ring *keyring.Keyring, k *keys.Keys) error) {
	m.t.Helper()
	ring, err := keyring.Create(m.DataDir)
	if err != nil {
		m.t.Fatal(err)
	}
	var s *store.Store
	if m.URL == "" {
		s, err = store.Open(m.t.Context(), filepath.Join(m.DataDir, databaseFile))
	} else {
		s, err = store.OpenPostgres(m.t.Context(), m.URL)
	}
	if err != nil {
		m.t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	k, err := keys.Open(m.t.Context(), s, ring, keys.NewRandom(rand.Reader), clock.System())
	if err == nil {
		err = do(s, ring, k)
	}
	if err != nil {
		m.t.Fatal(err)
	}
}

func (m *ManyValues) put(
	tx *store.Tx, scope store.Scope, ring *keyring.Keyring, k *keys.Keys, id string, older bool,
) error {
	ctx := m.t.Context()
	value, err := keys.NewToken(api.PrefixScopedToken, keys.NewRandom(rand.Reader))
	if err != nil {
		return err
	}
	b := keyring.Bound{Tenant: scope.Tenant, Environment: scope.Environment, Credential: id, Version: 1}
	sealed, hash, err := k.SealToken(ctx, tx, value, b)
	if err != nil {
		return err
	}
	if older {
		key, err := ring.Older()
		if err != nil {
			return err
		}
		if sealed, err = key.Seal(value, b); err != nil {
			return err
		}
	}
	o := &store.ScopedToken{
		Object: store.Object{ID: id, Name: id[len(id)-8:], Scope: scope, CreatedAt: Epoch, Etag: 1},
		Owner:  "team", ConnectorID: "con_1", Scopes: []string{"messages:send"},
	}
	o.Credential.Highest, o.Credential.Version = 1, 1
	o.Credential.ExpiresAt = Epoch.AddDate(100, 0, 0)
	o.Credential.Versions = []rotation.Version{
		{Number: 1, State: rotation.StateCurrent, IssuedAt: Epoch, CurrentSince: Epoch},
	}
	m.Values[id] = value
	err = tx.PutSecret(ctx, id, store.Sealed{Number: 1, Value: sealed, LookupHash: hash, ValueHash: hash})
	if err != nil {
		return err
	}
	if err := tx.InsertScopedToken(ctx, o); err != nil {
		return err
	}
	ofSecret, err := k.Rows().Secret(scope, id, 1, hash)
	if err != nil {
		return err
	}
	ofToken, err := k.Rows().ScopedToken(o)
	if err != nil {
		return err
	}
	return errors.Join(tx.SetMAC(ctx, ofSecret.Row, ofSecret.MAC), tx.SetMAC(ctx, ofToken.Row, ofToken.MAC))
}

// Start starts a server on the platform, without limits.
func (m *ManyValues) Start() *Process {
	m.t.Helper()
	flags := []string{"--limit-principal", "0", "--limit-environment", "0"}
	if m.URL != "" {
		flags = append(flags, "--database", m.URL)
	}
	return StartProcessOn(m.t, m.DataDir, flags...)
}

// Where are the flags by which a command finds the platform.
func (m *ManyValues) Where() []string {
	if m.URL == "" {
		return []string{"--data-dir", m.DataDir}
	}
	return []string{"--data-dir", m.DataDir, "--database", m.URL}
}

// WantAll wants every value to open as what it was, and nothing to be sealed under an older key than this one.
func (m *ManyValues) WantAll(number int64) {
	m.t.Helper()
	m.open(func(s *store.Store, _ *keyring.Keyring, k *keys.Keys) error {
		scope := store.Scope{Tenant: Tenant, Environment: Environment}
		return s.View(m.t.Context(), func(tx *store.Tx) error {
			for _, column := range store.SealedColumns() {
				if n, err := tx.CountSealed(m.t.Context(), column, []byte{}, keyring.Below(number)); n != 0 || err != nil {
					m.t.Errorf("%d %s are sealed under a key before %d: %v", n, column, number, err)
				}
			}
			for id, value := range m.Values {
				sealed, err := tx.Secret(m.t.Context(), id, 1)
				if err != nil {
					return err
				}
				opened, err := k.RevealToken(m.t.Context(), tx, sealed, keyring.Bound{
					Tenant: scope.Tenant, Environment: scope.Environment, Credential: id, Version: 1,
				}, nil)
				if err != nil {
					return err
				}
				if opened.Value != value.Expose() {
					m.t.Errorf("%s has another value", id)
				}
			}
			return nil
		})
	})
}

// Left counts the values that are sealed in the format of older builds, or under a key before this one.
func (m *ManyValues) Left(number int64) (n int64) {
	m.t.Helper()
	m.open(func(s *store.Store, _ *keyring.Keyring, _ *keys.Keys) error {
		return s.View(m.t.Context(), func(tx *store.Tx) (err error) {
			n, err = tx.CountSealed(m.t.Context(), store.SealedSecrets, []byte{}, keyring.Below(number))
			return err
		})
	})
	return n
}
