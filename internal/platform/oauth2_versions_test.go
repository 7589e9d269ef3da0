package platform_test

import (
	"slices"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/oidctest"
)

// TestRenewedVersionsAreForgotten: a thousand refreshes, each of which replaces the refresh token, leave a few rows of
// versions: the newest ten, and the two that somebody set. The audit has all of them, numbers are never given again,
// and the connector goes on.
func TestRenewedVersionsAreForgotten(t *testing.T) {
	const refreshes, made = 1000, 20
	o := newOAuth(t, nil)
	o.patchConnector(o.id, object{"credentials": object{
		"client_secret": oidctest.WebSecret, "refresh_token": o.p.RefreshToken("openid", "offline_access"),
	}})
	refresh := func(times int) {
		for range times {
			o.refresh()
			o.clock.Advance(4 * time.Minute)
		}
	}
	refresh(1)
	// Most of them are written here as the first one was: a thousand requests would take long.
	o.tamper(`WITH RECURSIVE numbers (i) AS (SELECT 4 UNION ALL SELECT i + 1 FROM numbers WHERE i < CAST(? AS INTEGER))
		INSERT INTO versions (credential_id, number, state, issued_at, current_since, previous_since, deadline, ended_at,
			ended_by, end_reason, promoted_by, forced, evidence_kind, evidence_at, evidence_actor, last_used_at, rolled_back,
			bounded)
		SELECT credential_id, i, state, issued_at, current_since, previous_since, deadline, ended_at, ended_by, end_reason,
			promoted_by, forced, evidence_kind, evidence_at, evidence_actor, last_used_at, rolled_back, bounded
		FROM versions, numbers WHERE credential_id = ? AND number = 2`, refreshes+2-made, o.id)
	o.tamper(`UPDATE credentials SET highest = CAST(? AS INTEGER) WHERE id = ?`, refreshes+2-made, o.id)
	refresh(made)
	rows := func(id string) int { return o.rowsIn(`versions WHERE credential_id = '` + id + `'`) }
	if before := rows(o.id); before != refreshes+2 {
		t.Fatalf("%d versions after %d refreshes", before, refreshes)
	}
	audited := o.rowsIn(`audit_events`)
	before := o.connector(o.id)
	if err := o.sweepOnce(); err != nil {
		t.Fatal(err)
	}
	if got := rows(o.id); got != 12 {
		t.Errorf("%d versions are left", got)
	}
	if got := o.rowsIn(`audit_events`); got != audited {
		t.Errorf("%d events of the audit, before %d", got, audited)
	}
	replaced := 0
	for _, e := range o.audit() {
		if e.ObjectID == o.id && e.Detail["reason"] == "renewed" {
			replaced++
		}
	}
	if replaced != 1+made {
		t.Errorf("the audit has %d of %d renewals", replaced, 1+made)
	}
	after := o.connector(o.id)
	if *after.Version != *before.Version || after.Etag != before.Etag {
		t.Errorf("before the sweep %+v, after it %+v", before, after)
	}
	o.refresh()
	o.status(api.RefreshCurrent)
	if got := o.get(); got.Version != 2 {
		t.Errorf("fetched %+v", got)
	}
	if got := *o.connector(o.id).Version; got != refreshes+3 {
		t.Errorf("version %d after one more refresh", got)
	}
	var numbers []int64
	for _, v := range o.versions(o.id) {
		numbers = append(numbers, v.Version)
	}
	if !slices.Contains(numbers, 1) || !slices.Contains(numbers, 2) || len(numbers) != 13 {
		t.Errorf("versions %v", numbers)
	}
}
