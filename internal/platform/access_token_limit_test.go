package platform_test

import (
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// copies makes this many access tokens that are like one, apart from their ids and hashes.
func (w *world) copies(id string, count int) {
	w.t.Helper()
	hash := `randomblob(32)`
	if w.url != "" {
		hash = `decode(md5(CAST(i AS TEXT)), 'hex')`
	}
	w.tamper(`WITH RECURSIVE numbers (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < CAST(? AS INTEGER))
		INSERT INTO access_tokens (tenant, environment, id, lookup_hash, parent_kind, parent_id, parent_version, scopes,
			created_at, expires_at, opened_by, ended_at, ended_by, end_reason, mac)
		SELECT tenant, environment, id || '-' || CAST(i AS TEXT), `+hash+`, parent_kind, parent_id, parent_version, scopes,
			created_at, expires_at, opened_by, ended_at, ended_by, end_reason, mac
		FROM access_tokens, numbers WHERE id = ?`, count, id)
}

// TestLiveAccessTokensAreLimited: of one parent 10,000 live at a time, whoever makes them. Those that have ended do not
// count, and neither do those of another parent.
func TestLiveAccessTokensAreLimited(t *testing.T) {
	const most = 10_000
	w := newWorld(t)
	c := w.newConnector("chat", nil)
	token, another := w.newToken("notifier", c.ID, nil), w.newToken("another", c.ID, nil)
	value := w.reveal(token.ID, 1)
	first := w.opened(api.RolePlanner, token.ID, nil)
	w.copies(first.ID, most-2)
	last := w.opened(api.RolePlanner, token.ID, object{"ttl": "1h"})
	p := w.opens(api.RolePlanner, token.ID, nil).problem(api.CodeConflict, "")
	if !strings.Contains(p.Detail, token.ID) || !strings.Contains(p.Detail, "revoke those that are not in use") {
		t.Errorf("the refusal does not say of what, and what to do: %s", p.Detail)
	}
	w.exchanges(value).problem(api.CodeInvalidGrant, "")
	events := w.audit()
	if e := events[len(events)-1]; e.Detail["reason"] != "too_many" || e.ObjectID != token.ID {
		t.Errorf("the last event is %+v", e)
	}
	w.opened(api.RolePlanner, another.ID, nil)
	w.extends(api.RolePlanner, last.ID, "1h").want(200)
	w.as(api.RolePlanner, "POST", pathAccess+"/"+last.ID+"/revoke", nil).want(200)
	w.exchanged(value)
	w.exchanges(value).problem(api.CodeInvalidGrant, "")
	w.clock.Advance(first.ExpiresAt.Sub(w.clock.Now()))
	w.exchanged(value)
}

// TestLiveAccessTokensOfIdentitiesAreLimited: the same number counts for the exchange of JWTs.
func TestLiveAccessTokensOfIdentitiesAreLimited(t *testing.T) {
	w := newWorld(t)
	s := newSigner(t, "k1")
	id := w.newIdentity("ci", object{"jwks": s.jwks()}).ID
	jwt := s.sign(w.gitHubClaims(nil))
	w.exchangesJWT(jwt, "identity", id).want(200)
	var first string
	w.query(`SELECT id FROM access_tokens`, &first)
	w.copies(first, 9_999)
	w.exchangesJWT(jwt, "identity", id).problem(api.CodeInvalidGrant, "")
	events := w.audit()
	if e := events[len(events)-1]; e.Detail["reason"] != "too_many" || e.ObjectID != id {
		t.Errorf("the last event is %+v", e)
	}
}
