package acctest_test

import (
	"context"
	"database/sql"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

// restoredState is what a restore and its confirmation change; zero where there is no database.
type restoredState struct {
	incarnation, confirmed   int64
	highest, etags           int64 // the sums over all tokens
	secrets                  int64
	marks, confirms, revokes int64 // in the audit
}

func restoredStateOf(t *testing.T, dir string) (s restoredState) {
	t.Helper()
	path := filepath.Join(dir, "quickconnect.db")
	if _, err := os.Stat(path); os.IsNotExist(err) {
		return s
	}
	db, err := sql.Open("sqlite", path)
	ok(t, err)
	defer func() { ok(t, db.Close()) }()
	ok(t, db.QueryRowContext(t.Context(), `SELECT incarnation, restore_confirmed,
		(SELECT SUM(highest) FROM credentials), (SELECT SUM(etag) FROM scoped_tokens), (SELECT COUNT(*) FROM secrets),
		(SELECT COUNT(*) FROM audit_events WHERE action = 'restore'),
		(SELECT COUNT(*) FROM audit_events WHERE action = 'confirm_restore'),
		(SELECT COUNT(*) FROM audit_events WHERE action = 'revoke') FROM platform`).Scan(&s.incarnation, &s.confirmed,
		&s.highest, &s.etags, &s.secrets, &s.marks, &s.confirms, &s.revokes))
	return s
}

// copied returns a copy of a data directory.
func copied(t *testing.T, dir string) string {
	t.Helper()
	to := t.TempDir()
	ok(t, os.CopyFS(to, os.DirFS(dir)))
	ok(t, os.Chmod(filepath.Join(to, "keyring.json"), 0o600))
	return to
}

// killedCommand is a command that is killed at many moments.
type killedCommand struct {
	name  string
	words []string
	from  string // the data directory before it
	// done is what it says where it was done before; empty: it may be done again.
	done string
}

// killed kills a command at moments over the time that it takes, each time on a copy of the directory. It leaves
// what was there, and can be repeated; or it was done. It returns a directory in which it was done.
func (k killedCommand) killed(t *testing.T, program string, kills int) (done string) {
	t.Helper()
	o, c := operator{t, program}, clock.System()
	before := restoredStateOf(t, k.from)
	done = copied(t, k.from)
	began := c.Now()
	o.runs(0, append(k.words, "--data-dir", done)...)
	takes := c.Now().Sub(began)
	after := restoredStateOf(t, done)
	left := 0
	for kill := range kills {
		dir := copied(t, k.from)
		at := takes * time.Duration(kill+1) / time.Duration(kills+1)
		ctx, cancel := context.WithTimeout(t.Context(), at) // and then a SIGKILL
		_ = exec.CommandContext(ctx, program, append(k.words, "--data-dir", dir)...).Run()
		cancel()
		switch restoredStateOf(t, dir) {
		case before:
			left++
			o.runs(0, append(k.words, "--data-dir", dir)...)
			if got := restoredStateOf(t, dir); got != after {
				t.Errorf("%s, killed after %s and repeated: %+v, want %+v", k.name, at, got, after)
			}
		case after:
			if k.done != "" {
				o.has(o.runs(1, append(k.words, "--data-dir", dir)...), k.done)
			}
		default:
			t.Errorf("%s, killed after %s, is half done: %+v, want %+v or %+v", k.name, at, restoredStateOf(t, dir), before,
				after)
		}
	}
	t.Logf("%s takes %s: %d of %d kills left what was there, the others found it done", k.name, takes, left, kills)
	return done
}

// TestRestoreSurvivesKills kills restore, restore mark and restore confirm at many moments. A restore that was killed
// leaves no database that is not marked, a mark is whole, and a confirmation ends everything again or nothing.
func TestRestoreSurvivesKills(t *testing.T) {
	t.Parallel()
	kills := sized(4, 60)
	m := acctest.NewManyValues(t, "", sized(60, 1000), false)
	outside := t.TempDir()
	file, journal := filepath.Join(outside, "backup"), filepath.Join(outside, "journal")
	p := acctest.StartProcessOn(t, m.DataDir, "--journal", journal, "--limit-principal", "0", "--limit-environment", "0")
	o := operator{t, p.Program()}
	o.runs(0, "backup", "--data-dir", p.DataDir, "--out", file)
	security := p.Client(p.CreateToken(acctest.Tenant, acctest.Environment, api.RoleSecurity)).ScopedTokens()
	for id := range m.Values {
		_, err := security.Revoke(t.Context(), id, api.RevokeRequest{All: true, Reason: "leaked"}, client.Write{})
		ok(t, err)
	}
	p.Kill()
	keyring, err := os.ReadFile(filepath.Join(p.DataDir, "keyring.json"))
	ok(t, err)
	empty := t.TempDir()
	ok(t, os.WriteFile(filepath.Join(empty, "keyring.json"), keyring, 0o600))

	restored := killedCommand{"restore", []string{"restore", "--from", file}, empty, "has quickconnect.db"}.
		killed(t, p.Program(), kills)
	killedCommand{"restore mark", []string{"restore", "mark"}, p.DataDir, ""}.killed(t, p.Program(), kills)
	confirmed := killedCommand{
		"restore confirm", []string{"restore", "confirm", "--journal", journal}, restored, "nothing was done",
	}.killed(t, p.Program(), kills)
	if s := restoredStateOf(t, confirmed); s.revokes != int64(len(m.Values)) || s.confirmed != 1 {
		t.Errorf("the confirmation did not end everything again: %+v", s)
	}
}
