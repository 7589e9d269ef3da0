package platform_test

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/pgtest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
)

// seed is a data directory with tenants and principals. It is created once and copied for every test.
type seed struct {
	files           map[string][]byte
	tokens, foreign map[string]string
}

var (
	seeded   seed
	seedOnce sync.Once
)

func newSeed(tb testing.TB) seed {
	tb.Helper()
	w := &world{
		t: tb, dir: tb.TempDir(), clock: clock.NewFake(epoch), log: &buffer{}, tokens: map[string]string{},
		foreign: map[string]string{},
	}
	if !onPostgres {
		return w.seed()
	}
	return w.seedPostgres()
}

// seedPostgres makes the database that those of the worlds are copies of, and the data directory that belongs to it.
func (w *world) seedPostgres() (made seed) {
	w.t.Helper()
	pgtest.Shared(w.t).Copy(w.t, seedTemplate, func(url string) error {
		w.url = url
		made = w.seed()
		return nil
	})
	return made
}

// seed makes the tenants and principals, and closes the platform.
func (w *world) seed() seed {
	tb := w.t
	tb.Helper()
	w.open()
	ctx := tb.Context()
	tokens, err := access.Bootstrap(ctx, w.store, w.keyring, w.clock, "acme", []string{"staging", "production"}, 0)
	if err != nil {
		tb.Fatal(err)
	}
	w.tokens[api.RoleDeployer] = tokens["staging"].Expose()
	w.foreign["acme/production"] = tokens["production"].Expose()
	other, err := access.Bootstrap(ctx, w.store, w.keyring, w.clock, "globex", []string{"staging"}, 0)
	if err != nil {
		tb.Fatal(err)
	}
	w.foreign["globex/staging"] = other["staging"].Expose()
	for _, role := range api.Roles() {
		if role == api.RoleDeployer {
			continue
		}
		token, err := access.CreatePrincipal(ctx, w.store, w.keyring, w.clock, staging, role, role, 0)
		if err != nil {
			tb.Fatal(err)
		}
		w.tokens[role] = token.Expose()
	}
	w.stop()
	w.close()
	out := seed{files: map[string][]byte{}, tokens: w.tokens, foreign: w.foreign}
	entries, err := os.ReadDir(w.dir)
	if err != nil {
		tb.Fatal(err)
	}
	for _, e := range entries {
		if out.files[e.Name()], err = os.ReadFile(filepath.Join(w.dir, e.Name())); err != nil {
			tb.Fatal(err)
		}
	}
	return out
}
