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
		return journal.Entry{Tenant: "acme", Environment: "staging", Kind: kind, ObjectID: "x", Action: action, Detail: detail}
	}
	versions := func(text string, more ...string) map[string]string {
		out := map[string]string{"versions": text}
		for i := 0; i < len(more); i += 2 {
			out[more[i]] = more[i+1]
		}
		return out
	}
	const tokens = "scoped-tokens"
	for name, c := range map[string]struct {
		lost   []journal.Entry
		want   Containment
		byHand int
	}{
		"nothing that ends":              {[]journal.Entry{e(tokens, "rotate", versions("2,1", "issued", "2"))}, Containment{}, 0},
		"revoked with what is before it": {[]journal.Entry{e(tokens, "revoke", versions("2,3"))}, Containment{Below: 4}, 0},
		"by a minimum, which issued one": {
			[]journal.Entry{e(tokens, "minimum_version", versions("1,2,3", "issued", "3", "reason", "minimum_version"))},
			Containment{Below: 3}, 0,
		},
		"which promoted the pending one": {
			[]journal.Entry{e(tokens, "revoke", versions("1,2", "promoted", "2"))}, Containment{Below: 2}, 0,
		},
		"by its value": {
			[]journal.Entry{e(tokens, "revoke", versions("1,2", "reason", "token_revoked", "promoted", "2"))}, Containment{Values: []int64{1}}, 0,
		},
		"a pending one by its value": {
			[]journal.Entry{e(tokens, "cancel", versions("2", "reason", "token_revoked"))}, Containment{Values: []int64{2}}, 0,
		},
		"a pending one by a rollout": {[]journal.Entry{e(tokens, "cancel", versions("2"))}, Containment{}, 0},
		"deleted":                    {[]journal.Entry{e(tokens, "delete", nil), e(tokens, "closed", nil)}, Containment{Below: every}, 0},
		"in quarantine":              {[]journal.Entry{e("connectors", "quarantine", versions("1"))}, Containment{Quarantine: true}, 0},
		"released again": {
			[]journal.Entry{e(tokens, "quarantine", versions("1")), e(tokens, "release_quarantine", versions("1"))}, Containment{}, 0,
		},
		"a principal":        {[]journal.Entry{e("principals", "delete", nil)}, Containment{Principal: true}, 0},
		"a new principal":    {[]journal.Entry{e("principals", "create", nil)}, Containment{}, 0},
		"disabled":           {[]journal.Entry{e("connectors", "update", map[string]string{"changed": "enabled,owner"})}, Containment{}, 1},
		"another owner":      {[]journal.Entry{e("connectors", "update", map[string]string{"changed": "owner"})}, Containment{}, 0},
		"a deleted identity": {[]journal.Entry{e("workload-identities", "delete", nil)}, Containment{}, 1},
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
