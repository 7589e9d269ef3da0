package restore

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/journal"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

func TestContain(t *testing.T) {
	e := func(kind, action string, detail map[string]string) journal.Entry {
		return journal.Entry{
			Tenant: "acme", Environment: "staging", Kind: kind, ObjectID: "x", Action: action, Detail: detail,
		}
	}
	versions := func(text string, more ...string) map[string]string {
		out := map[string]string{"versions": text}
		for i := 0; i < len(more); i += 2 {
			out[more[i]] = more[i+1]
		}
		return out
	}
	changed := func(members string) map[string]string { return map[string]string{"changed": members} }
	all := func(lost ...journal.Entry) []journal.Entry { return lost }
	const tokens = "scoped-tokens"
	for name, c := range map[string]struct {
		lost   []journal.Entry
		want   Containment
		byHand int
	}{
		"nothing that ends": {lost: all(e(tokens, "rotate", versions("2,1", "issued", "2")))},
		"revoked with what is before it": {
			lost: all(e(tokens, "revoke", versions("2,3"))), want: Containment{Below: 4},
		},
		"by a minimum, which issued one": {
			lost: all(e(tokens, "minimum_version", versions("1,2,3", "issued", "3", "reason", "minimum_version"))),
			want: Containment{Below: 3},
		},
		"which promoted the pending one": {
			lost: all(e(tokens, "revoke", versions("1,2", "promoted", "2"))), want: Containment{Below: 2},
		},
		"by its value": {
			lost: all(e(tokens, "revoke", versions("1,2", "reason", "token_revoked", "promoted", "2"))),
			want: Containment{Values: []int64{1}},
		},
		"a pending one by its value": {
			lost: all(e(tokens, "cancel", versions("2", "reason", "token_revoked"))), want: Containment{Values: []int64{2}},
		},
		"a pending one by a rollout": {lost: all(e(tokens, "cancel", versions("2")))},
		"deleted": {
			lost: all(e(tokens, "delete", nil), e(tokens, "closed", nil)), want: Containment{Below: every},
		},
		"in quarantine": {
			lost: all(e("connectors", "quarantine", versions("1"))), want: Containment{Quarantine: true},
		},
		"released again": {
			lost: all(e(tokens, "quarantine", versions("1")), e(tokens, "release_quarantine", versions("1"))),
		},
		"a principal":     {lost: all(e("principals", "delete", nil)), want: Containment{Ends: true}},
		"a new principal": {lost: all(e("principals", "create", nil))},
		"disabled": {
			lost: all(e("connectors", "update", map[string]string{"changed": "enabled,owner", "enabled": "false"})),
			want: Containment{Disabled: true},
		},
		"enabled again": {
			lost: all(e("webhook-endpoints", "update", map[string]string{"changed": "enabled", "enabled": "false"}),
				e("webhook-endpoints", "update", map[string]string{"changed": "enabled", "enabled": "true"})),
		},
		"by an older build":      {lost: all(e("connectors", "update", changed("enabled,owner"))), byHand: 1},
		"another owner":          {lost: all(e("connectors", "update", changed("owner")))},
		"a deleted identity":     {lost: all(e("workload-identities", "delete", nil)), want: Containment{Ends: true}},
		"a deleted role binding": {lost: all(e("role-bindings", "delete", nil)), want: Containment{Ends: true}},
		"another role":           {lost: all(e("role-bindings", "update", nil)), byHand: 1},
		"a removed issuer":       {lost: all(e("issuers", "delete", nil)), want: Containment{Ends: true}},
		"an access token": {
			lost: all(e("access-tokens", "create", nil), e("access-tokens", "revoke", nil)), want: Containment{Ends: true},
		},
		"guardrails":   {lost: all(e("environment-policies", "update", changed("rules"))), byHand: 1},
		"an exemption": {lost: all(e("guardrail-exemptions", "delete", nil)), byHand: 1},
	} {
		again, byHand := Contain(c.lost)
		if len(byHand) != c.byHand {
			t.Errorf("%s: %d by hand", name, len(byHand))
		}
		if cmp.Equal(c.want, Containment{}) {
			if len(again) > 0 {
				t.Errorf("%s: %+v", name, again)
			}
			continue
		}
		scope := store.Scope{Tenant: "acme", Environment: "staging"}
		c.want.Ref = store.Ref{Scope: scope, Kind: c.lost[0].Kind, ID: "x"}
		if len(again) != 1 || !cmp.Equal(again[0], c.want) {
			t.Errorf("%s: %+v, want %+v", name, again, c.want)
		}
	}
}

func TestAfter(t *testing.T) {
	asOf := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	s := State{
		Platform: store.Platform{ID: "plt_1", Incarnation: 3}, Restore: &store.Restore{AsOf: asOf},
	}
	e := journal.Entry{Platform: "plt_1", Incarnation: 2, At: asOf}
	for name, c := range map[string]struct {
		change func(*journal.Entry)
		want   bool
	}{
		"after the backup":     {func(e *journal.Entry) { e.At = asOf.Add(time.Hour) }, true},
		"by a clock behind":    {func(e *journal.Entry) { e.At = asOf.Add(-margin) }, true},
		"long before":          {func(e *journal.Entry) { e.At = asOf.Add(-margin - 1) }, false},
		"after the restore":    {func(e *journal.Entry) { e.Incarnation = 3 }, false},
		"of another platform":  {func(e *journal.Entry) { e.Platform = "plt_2" }, false},
		"of an older ancestor": {func(e *journal.Entry) { e.Incarnation = 1 }, true},
	} {
		changed := e
		c.change(&changed)
		if after(changed, s) != c.want {
			t.Errorf("%s: %v", name, !c.want)
		}
	}
	if raised, by := next(1, 0); raised != 2 || by != 1000 {
		t.Errorf("%d %d", raised, by)
	}
	if raised, by := next(2, 7); raised != 8 || by != 6000 {
		t.Errorf("%d %d", raised, by)
	}
}
