package platform_test

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// unaudited are the routes that change only what the platform notes for itself: runs, and which claims were seen.
var unaudited = []string{"PUT /v1/runs/{id}", "POST /v1/runs/{id}/end", "POST /v1/claims/present"}

// TestAuditNotWritable sends every request that changes or reveals something while no audit event can be written. Each
// is refused, and nothing of it is in the database. The same request succeeds afterwards, as far as its rules let it.
func TestAuditNotWritable(t *testing.T) {
	if onPostgres {
		t.Skip("the suite of the store shows on both engines that an event that is not written ends the transaction")
	}
	w := newWorld(t)
	ids := w.objects()
	shown := 0
	for _, r := range routes {
		name := r.method + " " + r.path
		if r.method == "GET" || slices.Contains(unaudited, name) {
			continue
		}
		if r.path == pathAccess+"/{id}/extend" || r.path == pathAccess+"/{id}/revoke" {
			ids[pathAccess] = w.openedAlone(api.RoleDeployer).ID
		}
		role := api.RoleDeployer
		if !slices.Contains(mays[role], r.permission) {
			role = api.RoleSecurity
		}
		before := w.everyRow()
		w.tamper(`CREATE TRIGGER no_audit BEFORE INSERT ON audit_events BEGIN SELECT RAISE(ABORT, 'no audit'); END`)
		refused := w.as(role, r.method, objectOf(r.path, ids), r.body)
		w.tamper(`DROP TRIGGER no_audit`)
		if strings.Contains(string(refused.body), `"value"`) {
			t.Errorf("%s reveals a value that is not audited", name)
		}
		unchanged := w.everyRow() == before
		if !unchanged {
			t.Errorf("%s: %d, and it changed something without its event", name, refused.status)
		}
		again := w.as(role, r.method, objectOf(r.path, ids), r.body)
		switch {
		case refused.status >= 500 && again.status < 300:
			shown++
		case refused.status >= 500:
			t.Errorf("%s: %d without an audit, %d with it: %s", name, refused.status, again.status, again.body)
		case refused.status < 300 && w.everyRow() != before:
			t.Errorf("%s: %d, and it has an effect when the audit can be written", name, refused.status)
		}
		if again.status == 204 && r.method == "DELETE" {
			ids = w.recreated(ids, r.path)
		}
	}
	if shown < 25 {
		t.Errorf("only %d routes were refused because of the audit", shown)
	}
	t.Logf("%d routes were refused because of the audit", shown)
	if _, err := w.verifyAudit(nil); err != nil {
		t.Error(err)
	}
}

// everyRow has every row of the database but for notes of uses, of the clock, and the count that tamper raises.
func (w *world) everyRow() string {
	w.t.Helper()
	db := w.beside()
	defer func() { _ = db.Close() }()
	var out strings.Builder
	for _, table := range w.selected(db, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN
		('clock', 'serving', 'access_changes', 'principals', 'goose_db_version', 'sqlite_sequence') ORDER BY name`) {
		fmt.Fprintln(&out, table, w.selected(db, fmt.Sprintf(`SELECT * FROM "%s"`, table[0])))
	}
	return out.String()
}

// selected reads every column of every row.
func (w *world) selected(db *sql.DB, query string) (all [][]any) {
	w.t.Helper()
	rows, err := db.QueryContext(w.t.Context(), query)
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		w.t.Fatal(err)
	}
	for rows.Next() {
		row, to := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			to[i] = &row[i]
		}
		if err := rows.Scan(to...); err != nil {
			w.t.Fatal(err)
		}
		all = append(all, row)
	}
	if err := rows.Err(); err != nil {
		w.t.Fatal(err)
	}
	return all
}
