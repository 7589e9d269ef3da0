package store

import (
	"database/sql"
	"errors"
	"io/fs"
	"path/filepath"
	"testing"

	"github.com/pressly/goose/v3"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// TestUpgrade opens a database of each earlier schema, finds its data, and adds new data.
func TestUpgrade(t *testing.T) {
	path := filepath.Join(t.TempDir(), "quickconnect.db")
	old := database{open: func(t *testing.T) *Store {
		t.Helper()
		s, err := Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}}.opened(t)
	insert(t, old, policy(staging, "pol_1", "p"), connector(staging, "con_1", "c"), token(staging, "tok_1", "a", "con_1"))
	sealed := []byte("sealed with the first schema")
	update(t, old, func(tx *Tx) error {
		return tx.PutSecret(t.Context(), "tok_1", Sealed{Number: 1, Value: sealed, LookupHash: []byte("hash")})
	})
	before := readToken(t, old, staging, "tok_1")
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	downgrade(t, path, 1)

	s := openSQLite(t, path)
	same(t, readToken(t, s, staging, "tok_1"), before)
	view(t, s, func(tx *Tx) error {
		if ref, _, err := tx.ByValueHash(t.Context(), staging, []byte("hash")); err != nil || ref.ID != "tok_1" {
			t.Errorf("the hash of an older value finds %v, %v", ref, err)
		}
		got, err := tx.Secret(t.Context(), "tok_1", 1)
		same(t, got, sealed)
		return err
	})
	insert(t, s, endpoint(staging, "wep_1", "e", "con_1"), signingSecret(staging, "sec_1", "s", "wep_1", "pol_1"))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	downgrade(t, path, 2)
	s = openSQLite(t, path)
	view(t, s, func(tx *Tx) error {
		e, errE := tx.WebhookEndpoint(t.Context(), staging, "wep_1")
		same(t, e, endpoint(staging, "wep_1", "e", "con_1"))
		of, errS := tx.SigningSecretsOf(t.Context(), staging, "wep_1")
		same(t, of, []*SigningSecret{signingSecret(staging, "sec_1", "s", "wep_1", "pol_1")})
		return errors.Join(errE, errS)
	})
}

// TestDowngradeWhileDeleting: the earlier schema has no free names, so what is deleting gets a name of its own.
func TestDowngradeWhileDeleting(t *testing.T) {
	path := filepath.Join(t.TempDir(), "quickconnect.db")
	s := sqliteAt(path).opened(t)
	old, c := policy(staging, "pol_1", "p"), connector(staging, "con_1", "c")
	c.RotationPolicyID = old.ID
	insert(t, s, old, c)
	old.DeletingSince, old.DeletingBy = start, "prn_1"
	update(t, s, func(tx *Tx) error { return tx.SetDeleting(t.Context(), api.KindRotationPolicies, &old.Object) })
	insert(t, s, policy(staging, "pol_2", "p"))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	downgrade(t, path, 24)
	s = openSQLite(t, path)
	view(t, s, func(tx *Tx) error {
		found, err := tx.RotationPolicies(t.Context(), staging, List{Limit: 10})
		if err != nil || len(found) != 2 || found[0].Name != "pol-1" || found[1].Name != "p" {
			t.Errorf("%+v, %v", found, err)
		}
		return nil
	})
}

// downgrade gives a database an earlier schema.
func downgrade(t *testing.T, path string, version int64) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, dir, goose.WithDisableGlobalRegistry(true))
	if err == nil {
		_, err = p.DownTo(t.Context(), version)
	}
	var now int64
	if err == nil {
		now, err = p.GetDBVersion(t.Context())
	}
	if err = errors.Join(err, db.Close()); err != nil || now != version {
		t.Fatalf("version %d: %v", now, err)
	}
}
