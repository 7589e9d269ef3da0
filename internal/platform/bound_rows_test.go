package platform_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// TestSwappedRowsDecideNothing shows that a change of rows in the database cannot make one token another, and cannot
// give it more than it has.
func TestSwappedRowsDecideNothing(t *testing.T) {
	const swapped = `UPDATE secrets SET lookup_hash = CASE credential_id
		WHEN $1 THEN (SELECT lookup_hash FROM other WHERE id = $2)
		ELSE (SELECT lookup_hash FROM other WHERE id = $1) END WHERE credential_id IN ($1, $2)`
	for name, change := range map[string]func(w *world, a, b string){
		"lookup hashes": func(w *world, a, b string) {
			w.tamper(`CREATE TABLE other AS SELECT credential_id AS id, lookup_hash FROM secrets`)
			w.tamper(`UPDATE secrets SET lookup_hash = NULL`)
			w.tamper(swapped, a, b)
		},
		"lookup hashes with their keyed hashes": func(w *world, a, b string) {
			w.tamper(`CREATE TABLE other AS SELECT credential_id AS id, lookup_hash, mac FROM secrets`)
			w.tamper(`UPDATE secrets SET lookup_hash = NULL`)
			w.tamper(`UPDATE secrets SET mac = (SELECT mac FROM other WHERE id <> secrets.credential_id)`)
			w.tamper(swapped, a, b)
		},
		"no keyed hash": func(w *world, a, _ string) { w.tamper(`UPDATE secrets SET mac = NULL WHERE credential_id = ?`, a) },
		"more scopes": func(w *world, a, _ string) {
			w.tamper(`UPDATE scoped_tokens SET scopes = '["messages:*"]' WHERE id = ?`, a)
		},
		"no scopes' hash": func(w *world, a, _ string) { w.tamper(`UPDATE scoped_tokens SET mac = NULL WHERE id = ?`, a) },
		"any address": func(w *world, a, _ string) {
			w.tamper(`UPDATE scoped_tokens SET allowed_cidrs = NULL WHERE id = ?`, a)
		},
		"any rate": func(w *world, a, _ string) {
			w.tamper(`UPDATE scoped_tokens SET rate_limit = NULL WHERE id = ?`, a)
		},
		"another connector": func(w *world, a, b string) {
			w.tamper(`UPDATE scoped_tokens SET connector_id = (SELECT connector_id FROM scoped_tokens WHERE id = ?)
				WHERE id = ?`, b, a)
		},
		"a later end": func(w *world, a, _ string) {
			w.tamper(`UPDATE credentials SET expires_at = expires_at + 1 WHERE id = ?`, a)
		},
		"a later deadline": func(w *world, a, _ string) {
			w.tamper(`UPDATE versions SET deadline = 1 WHERE credential_id = ?`, a)
		},
		"a wider connector": func(w *world, _, _ string) { w.tamper(`UPDATE connectors SET allowed_scopes = '["a:*"]'`) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			chat, mail := w.newConnector("chat", nil).ID, w.newConnector("mail", nil).ID
			a := w.newToken("a", chat, object{
				"allowed_cidrs": []string{"192.0.2.0/24"}, "rate_limit_per_minute": 60,
			}).ID
			b := w.newToken("b", mail, nil).ID
			value := w.reveal(a, 1)
			if got := w.introspect(api.RoleRuntime, value, "remote_addr", "192.0.2.1"); !got.Active || got.Subject != a {
				t.Fatalf("%+v", got)
			}
			w.clock.Advance(time.Minute)
			change(w, a, b)
			r := w.as(api.RoleRuntime, "POST", "/v1/introspect", url.Values{"token": {value}, "remote_addr": {"192.0.2.1"}})
			if r.status == http.StatusOK {
				t.Fatalf("it decides: %s", r.body)
			}
			r.problem(api.CodeInternal, "")
			if log := w.log.String(); !strings.Contains(log, "was changed outside of the platform") ||
				!strings.Contains(log, "restore the database") {
				t.Errorf("the log does not say what to do: %s", log)
			}
		})
	}
}

// TestPrincipalIsBoundToItsRow: a role, an expiry or a token of another principal is not taken from the database
// alone.
func TestPrincipalIsBoundToItsRow(t *testing.T) {
	for name, change := range map[string]string{
		"another role":             `UPDATE principals SET role = 'deployer' WHERE role = 'auditor'`,
		"a later end":              `UPDATE principals SET expires_at = 1 + expires_at WHERE role = 'auditor'`,
		"another environment":      `UPDATE principals SET environment = 'production' WHERE role = 'auditor'`,
		"no keyed hash":            `UPDATE principals SET mac = NULL WHERE role = 'auditor'`,
		"the token of another one": "",
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if name == "the token of another one" {
				w.tamper(`CREATE TABLE other AS SELECT token_hash FROM principals WHERE role = 'auditor'`)
				w.tamper(`UPDATE principals SET token_hash = ? WHERE role = 'auditor'`, []byte{0})
				change = `UPDATE principals SET token_hash = (SELECT token_hash FROM other) WHERE role = 'security'`
			}
			w.as(api.RolePlanner, "GET", "/v1/identity", nil).want(200)
			w.tamper(change)
			w.as(api.RoleAuditor, "GET", "/v1/identity", nil).problem(api.CodeInternal, "")
			w.as(api.RolePlanner, "GET", "/v1/identity", nil).want(200)
		})
	}
}

// TestRevokedPrincipalStaysRevoked shows that a change of rows in the database cannot bring back a principal that was
// ended.
func TestRevokedPrincipalStaysRevoked(t *testing.T) {
	w := newWorld(t)
	auditor := w.me(w.tokens[api.RoleAuditor])
	w.as(api.RoleSecurity, "DELETE", "/v1/principals/"+auditor.PrincipalID, nil).want(204)
	w.as(api.RoleAuditor, "GET", "/v1/identity", nil).problem(api.CodeUnauthenticated, "")
	w.tamper(`UPDATE principals SET ended_at = 0 WHERE role = 'auditor'`)
	w.as(api.RoleAuditor, "GET", "/v1/identity", nil).problem(api.CodeInternal, "")
}

// TestRowsOfAnOlderBuildAreBoundOnce: at the first start of a build that knows keyed hashes, and never again.
func TestRowsOfAnOlderBuildAreBoundOnce(t *testing.T) {
	w := newWorld(t)
	token := w.newToken("a", w.newConnector("chat", nil).ID, object{"rotation_policy_id": w.newPolicy("p", nil).ID}).ID
	value := w.reveal(token, 1)
	unbind := func() {
		for _, table := range []string{"principals", "secrets", "scoped_tokens", "connectors", "rotation_policies"} {
			w.tamper(`UPDATE ` + table + ` SET mac = NULL`)
		}
	}
	unbind()
	w.tamper(`DELETE FROM keys WHERE purpose IN ('binding', 'bound')`)
	w.restart()
	if got := w.introspect(api.RoleRuntime, value); !got.Active {
		t.Errorf("%+v", got)
	}
	if !strings.Contains(w.log.String(), "rows of an older build") {
		t.Error("the log does not say so")
	}
	unbind()
	w.restart()
	w.as(api.RoleRuntime, "GET", "/v1/identity", nil).problem(api.CodeInternal, "")
}
