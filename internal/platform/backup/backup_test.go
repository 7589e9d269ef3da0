package backup_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/backup"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

var epoch = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// database is an open database with a platform, in a directory of its own.
func database(t *testing.T) (path string, s *store.Store) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "quickconnect.db")
	s, err := store.Open(t.Context(), path)
	ok(t, err)
	t.Cleanup(func() { _ = s.Close() })
	ok(t, s.Update(t.Context(), func(tx *store.Tx) error {
		return tx.InsertPlatform(t.Context(), &store.Platform{ID: "plt_1", Incarnation: 3, CreatedAt: epoch})
	}))
	return path, s
}

func ring(t *testing.T) *keyring.Keyring {
	t.Helper()
	k, err := keyring.Create(t.TempDir())
	ok(t, err)
	return k
}

func kek(t *testing.T, k *keyring.Keyring) backup.KEK {
	t.Helper()
	return backup.KEK{Context: t.Context(), Keyring: k, Number: k.Newest()}
}

func write(t *testing.T, database string, to ...age.Recipient) (file string, w backup.Written) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "backup.age")
	w, err := backup.Write(t.Context(), backup.Config{Database: database, Out: file, At: epoch, Recipients: to})
	ok(t, err)
	return file, w
}

func names(t *testing.T, dir string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	ok(t, err)
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

// A backup that is made beside an open database has what that has, under either kind of key.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	path, _ := database(t)
	identity, err := age.GenerateX25519Identity()
	ok(t, err)
	k := ring(t)
	for name, c := range map[string]struct {
		to   age.Recipient
		with age.Identity
	}{
		"under a key of the keyring": {kek(t, k), backup.KEK{Context: t.Context(), Keyring: k}},
		"for a recipient of age":     {identity.Recipient(), identity},
	} {
		t.Run(name, func(t *testing.T) {
			file, w := write(t, path, c.to)
			info, err := os.Stat(file)
			ok(t, err)
			if info.Mode().Perm() != 0o600 || info.Size() != w.Size || len(w.SHA256) != 64 || w.Platform != "plt_1" ||
				w.Incarnation != 3 || w.Rows() == 0 || !w.TakenAt.Equal(epoch) {
				t.Errorf("%s, %+v", info.Mode(), w)
			}
			if left := names(t, filepath.Dir(file)); len(left) != 1 {
				t.Errorf("beside the backup: %v", left)
			}
			to := filepath.Join(t.TempDir(), "restored.db")
			m, err := backup.Read(t.Context(), file, to, []age.Identity{c.with})
			ok(t, err)
			if m.SHA256 != w.Manifest.SHA256 || m.Schema != w.Schema {
				t.Errorf("%+v", m)
			}
			s, err := store.Open(t.Context(), to)
			ok(t, err)
			defer func() { _ = s.Close() }()
			ok(t, s.View(t.Context(), func(tx *store.Tx) error {
				p, err := tx.Platform(t.Context())
				if err == nil && p.ID != "plt_1" {
					t.Errorf("%+v", p)
				}
				return err
			}))
		})
	}
	if left := names(t, filepath.Dir(path)); strings.Contains(strings.Join(left, " "), ".backup-") {
		t.Errorf("beside the database: %v", left)
	}
}

// A byte that was changed, wherever it is, and a file that is cut off are refused, and leave nothing.
func TestDamageIsRefused(t *testing.T) {
	t.Parallel()
	path, _ := database(t)
	k := ring(t)
	file, _ := write(t, path, kek(t, k))
	whole, err := os.ReadFile(file)
	ok(t, err)
	read := func(content []byte) error {
		dir := t.TempDir()
		ok(t, os.WriteFile(filepath.Join(dir, "damaged"), content, 0o600))
		_, err := backup.Read(t.Context(), filepath.Join(dir, "damaged"), filepath.Join(dir, "to.db"),
			[]age.Identity{backup.KEK{Context: t.Context(), Keyring: k}})
		if left := names(t, dir); len(left) != 1 {
			t.Errorf("it left %v", left)
		}
		return err
	}
	for n := 0; n < len(whole); n += len(whole)/50 + 1 {
		changed := bytes.Clone(whole)
		changed[n] ^= 1
		if read(changed) == nil {
			t.Errorf("with byte %d of %d changed it was read", n, len(whole))
		}
		if read(whole[:n]) == nil {
			t.Errorf("of %d bytes, %d were read as the whole", len(whole), n)
		}
	}
	if read(append(bytes.Clone(whole), 0)) == nil {
		t.Error("with a byte more it was read")
	}
}

// Neither another keyring nor an identity of somebody else opens a backup, and the error says what is needed.
func TestWrongKey(t *testing.T) {
	t.Parallel()
	path, _ := database(t)
	mine, err := age.GenerateX25519Identity()
	ok(t, err)
	other, err := age.GenerateX25519Identity()
	ok(t, err)
	sealed, _ := write(t, path, kek(t, ring(t)))
	addressed, _ := write(t, path, mine.Recipient())
	for name, c := range map[string]struct {
		file  string
		with  age.Identity
		words string
	}{
		"another keyring":               {sealed, kek(t, ring(t)), "does not open"},
		"an identity instead":           {sealed, other, "none of the given keys"},
		"another identity":              {addressed, other, "none of the given keys"},
		"a keyring instead of identity": {addressed, kek(t, ring(t)), "--identity"},
	} {
		_, err := backup.Read(t.Context(), c.file, filepath.Join(t.TempDir(), "to.db"), []age.Identity{c.with})
		if err == nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A backup overwrites nothing. One that is interrupted leaves nothing, and the next one removes what a killed one left.
func TestInterruptedBackup(t *testing.T) {
	t.Parallel()
	path, _ := database(t)
	to := kek(t, ring(t))
	file, _ := write(t, path, to)
	c := backup.Config{Database: path, Out: file, At: epoch, Recipients: []age.Recipient{to}}
	if _, err := backup.Write(t.Context(), c); !errors.Is(err, backup.ErrExists) {
		t.Errorf("a second time: %v", err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	out := t.TempDir()
	c.Out = filepath.Join(out, "backup.age")
	if _, err := backup.Write(ended, c); err == nil {
		t.Error("it was not interrupted")
	}
	left := strings.Join(append(names(t, out), names(t, filepath.Dir(path))...), " ")
	if strings.Contains(left, "backup") {
		t.Errorf("it left %v", left)
	}
	ok(t, os.WriteFile(c.Out+".partial", []byte("half"), 0o600))
	ok(t, os.Mkdir(filepath.Join(filepath.Dir(path), ".backup-1"), 0o700))
	_, err := backup.Write(t.Context(), c)
	ok(t, err)
	if left := append(names(t, out), names(t, filepath.Dir(path))...); len(left) != 4 {
		t.Errorf("%v is left", left) // the backup, and the database with its two files
	}
}

// A backup under load has every transaction whole.
func TestBackupUnderLoad(t *testing.T) {
	t.Parallel()
	path, s := database(t)
	k := ring(t)
	stop, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		for n := 0; ; n++ {
			select {
			case <-stop:
				ended <- nil
				return
			default:
			}
			err := s.Update(t.Context(), func(tx *store.Tx) error { // each adds a row to two tables
				return tx.CreateEnvironment(t.Context(), store.Scope{Tenant: strconv.Itoa(n), Environment: "a"}, epoch)
			})
			if err != nil {
				ended <- err
				return
			}
		}
	}()
	for range 5 {
		file, _ := write(t, path, kek(t, k))
		to := filepath.Join(t.TempDir(), "to.db")
		_, err := backup.Read(t.Context(), file, to, []age.Identity{backup.KEK{Context: t.Context(), Keyring: k}})
		ok(t, err)
		db, err := sql.Open("sqlite", to)
		ok(t, err)
		var one, two int64
		ok(t, db.QueryRowContext(t.Context(), `SELECT COUNT(*), (SELECT COUNT(*) FROM environments) FROM tenants`).
			Scan(&one, &two))
		if one != two {
			t.Errorf("a half transaction is in the backup: %d and %d", one, two)
		}
		ok(t, db.Close())
	}
	close(stop)
	ok(t, <-ended)
}
