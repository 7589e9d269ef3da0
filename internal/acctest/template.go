package acctest

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/people"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// template is a data directory in memory. A test process makes it once. Each platform starts from a copy, which costs
// no migration and no write.
type template struct {
	files  map[string][]byte
	tokens map[string]string // of the principals in staging, by role
}

// PeopleIssuer is the name of the issuer of people that the tenant has. It signs nobody in.
const PeopleIssuer = "corp"

// empty has the tenant acme with an issuer, the environments staging and production, and a principal of every role in
// staging.
var empty = sync.OnceValues(func() (template, error) {
	tokens := map[string]string{}
	files, err := prepare(nil, func(ctx context.Context, s *store.Store, k *keyring.Keyring, c clock.Clock) error {
		if _, err := access.Bootstrap(ctx, s, k, c, Tenant, []string{Environment, Production}, 0); err != nil {
			return err
		}
		for _, role := range api.Roles() {
			scope := store.Scope{Tenant: Tenant, Environment: Environment}
			token, err := access.CreatePrincipal(ctx, s, k, c, scope, role, role, 0)
			if err != nil {
				return err
			}
			tokens[role] = token.Expose()
		}
		_, err := people.AddIssuer(ctx, s, k, c, people.NewIssuer{
			Tenant: Tenant, Name: PeopleIssuer, URL: "https://id.example.com", ClientID: "quickconnect",
			GroupsClaim: people.DefaultGroupsClaim,
		})
		return err
	})
	return template{files, tokens}, err
})

// prepare opens a database with its keys over files, lets do change it, and returns the files afterwards.
func prepare(
	files map[string][]byte, do func(context.Context, *store.Store, *keyring.Keyring, clock.Clock) error,
) (_ map[string][]byte, err error) {
	dir, err := os.MkdirTemp("", "quickconnect-template-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := writeFiles(dir, files); err != nil {
		return nil, err
	}
	keys, err := keyring.Create(dir)
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	opened, err := store.Open(ctx, filepath.Join(dir, databaseFile))
	if err != nil {
		return nil, err
	}
	// Closing leaves the database in one file.
	if err := errors.Join(do(ctx, opened, keys, clock.NewFake(Epoch)), opened.Close()); err != nil {
		return nil, err
	}
	return readFiles(dir)
}

// start starts a platform from a copy. It ends with the test.
func (m template) start(tb testing.TB) *Platform {
	tb.Helper()
	dir := tb.TempDir()
	if err := writeFiles(dir, m.files); err != nil {
		tb.Fatal(err)
	}
	p := StartPlatformOn(tb, dir, Epoch)
	maps.Copy(p.tokens, m.tokens)
	return p
}

func writeFiles(dir string, files map[string][]byte) error {
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

func readFiles(dir string) (map[string][]byte, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, e := range entries {
		if files[e.Name()], err = os.ReadFile(filepath.Join(dir, e.Name())); err != nil {
			return nil, err
		}
	}
	return files, nil
}
