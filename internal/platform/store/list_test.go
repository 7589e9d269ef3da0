package store

import (
	"fmt"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

func (fresh engine) scopes(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	s := d.opened(t)
	insert(t, s, policy(staging, "pol_1", "a"), connector(staging, "con_1", "a"), token(staging, "tok_1", "a", "con_1"))
	for _, scope := range []Scope{production, stranger, {}} {
		for name, do := range map[string]func(*Tx) error{
			"policy":        func(tx *Tx) error { _, err := tx.RotationPolicy(t.Context(), scope, "pol_1"); return err },
			"connector":     func(tx *Tx) error { _, err := tx.Connector(t.Context(), scope, "con_1"); return err },
			"token":         func(tx *Tx) error { _, err := tx.ScopedToken(t.Context(), scope, "tok_1"); return err },
			"set policy":    func(tx *Tx) error { return tx.UpdateRotationPolicy(t.Context(), policy(scope, "pol_1", "x")) },
			"set connector": func(tx *Tx) error { return tx.UpdateConnector(t.Context(), connector(scope, "con_1", "x")) },
			"set token": func(tx *Tx) error {
				return tx.UpdateScopedToken(t.Context(),
					token(scope, "tok_1", "x", "con_1"))
			},
			"del policy":    func(tx *Tx) error { return tx.DeleteRotationPolicy(t.Context(), scope, "pol_1") },
			"del connector": func(tx *Tx) error { return tx.DeleteConnector(t.Context(), scope, "con_1") },
			"del token":     func(tx *Tx) error { return tx.DeleteScopedToken(t.Context(), scope, "tok_1") },
		} {
			t.Run(name, func(t *testing.T) { wantError(t, s, ErrNotFound, do) })
		}
		view(t, s, func(tx *Tx) error {
			ts, err := tx.ScopedTokens(t.Context(), scope, List{Limit: 10})
			if err != nil {
				return err
			}
			vs, err := tx.Versions(t.Context(), scope, "tok_1")
			if err != nil {
				return err
			}
			refs, err := tx.ReferencesTo(t.Context(), scope, api.KindConnectors, "con_1")
			if len(ts) != 0 || len(vs) != 0 || len(refs) != 0 {
				t.Errorf("scope %v sees tokens %v, versions %v, references %v", scope, ts, vs, refs)
			}
			return err
		})
	}
	foreign := token(production, "tok_2", "a", "con_1")
	wantError(t, s, ErrReferenced, func(tx *Tx) error { return tx.InsertScopedToken(t.Context(), foreign) })
	follows := connector(production, "con_2", "a")
	follows.RotationPolicyID = "pol_1"
	wantError(t, s, ErrReferenced, func(tx *Tx) error { return tx.InsertConnector(t.Context(), follows) })
	for _, o := range []any{
		policy(Scope{"acme", "nowhere"}, "pol_9", "a"),
		connector(Scope{"acme", "nowhere"}, "con_9", "a"),
	} {
		wantError(t, s, ErrReferenced, func(tx *Tx) error { return insertAny(t, tx, o) })
	}
	if got := readToken(t, s, staging, "tok_1"); got.Name != "a" {
		t.Errorf("the token was changed from another scope: %+v", got)
	}
}

func (fresh engine) pages(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	s := d.opened(t)
	insert(t, s, connector(staging, "con_1", "c"), connector(production, "con_2", "c"))
	want := map[string]int{} // id -> versions
	update(t, s, func(tx *Tx) error {
		for i := range 23 {
			o := token(staging, fmt.Sprintf("tok_%02d", i), fmt.Sprintf("name-%d", 50-i), "con_1")
			for n := int64(2); n <= int64(1+i%4); n++ {
				o.Credential.Versions = append(o.Credential.Versions, version(n, rotation.StateRevoked))
			}
			want[o.ID] = len(o.Credential.Versions)
			if err := tx.InsertScopedToken(t.Context(), o); err != nil {
				return err
			}
		}
		return tx.InsertScopedToken(t.Context(), token(production, "tok_10a", "name-1", "con_2"))
	})
	view(t, s, func(tx *Tx) error {
		got := map[string]int{}
		after, pages := "", 0
		for {
			page, err := tx.ScopedTokens(t.Context(), staging, List{After: after, Limit: 10})
			if err != nil {
				return err
			}
			if len(page) == 0 {
				break
			}
			pages++
			for _, o := range page {
				if o.ID <= after {
					t.Errorf("%s comes after %s", o.ID, after)
				}
				after = o.ID
				got[o.ID] = len(o.Credential.Versions)
			}
		}
		same(t, got, want)
		if pages != 3 {
			t.Errorf("23 tokens came in %d pages of 10", pages)
		}
		named, err := tx.ScopedTokens(t.Context(), staging, List{Name: "name-40", Limit: 10})
		if err != nil {
			return err
		}
		if len(named) != 1 || named[0].ID != "tok_10" || len(named[0].Credential.Versions) != want["tok_10"] {
			t.Errorf("by name: %+v", named)
		}
		behind, err := tx.ScopedTokens(t.Context(), staging, List{Name: "name-40", After: "tok_10", Limit: 10})
		if len(behind) != 0 {
			t.Errorf("by name, behind it: %+v", behind)
		}
		return err
	})
}

func (fresh engine) restrictedLists(t *testing.T) {
	t.Parallel()
	s := fresh(t).opened(t)
	insert(t, s, connector(staging, "con_1", "c"), connector(staging, "con_2", "d"), connector(production, "con_3", "c"))
	labels := map[string]map[string]string{
		"tok_1": {"team": "a", "tier": "1"}, "tok_2": {"team": "A"}, "tok_3": {"x": `"team":"a"`}, "tok_4": nil,
		"tok_5": {"team": "a%"},
	}
	for id, l := range labels {
		o := token(staging, id, id, "con_1")
		o.Labels, o.Owner = l, "owner-"+id
		if id == "tok_4" {
			o.ConnectorID = "con_2"
		}
		insert(t, s, o)
	}
	foreign := token(production, "tok_9", "n", "con_3")
	foreign.Labels = labels["tok_1"]
	insert(t, s, foreign)
	value := func(s string) *string { return &s }
	view(t, s, func(tx *Tx) error {
		for _, test := range []struct {
			list List
			want []string
		}{
			{List{Owner: "owner-tok_2"}, []string{"tok_2"}},
			{List{Owner: "owner-tok_2", Name: "tok_1"}, nil},
			{List{ConnectorID: "con_2"}, []string{"tok_4"}},
			{List{ConnectorID: "con_3"}, nil},
			{List{Label: Label{Key: "team"}}, []string{"tok_1", "tok_2", "tok_5"}},
			{List{Label: Label{Key: "team"}, After: "tok_1"}, []string{"tok_2", "tok_5"}},
			{List{Label: Label{Key: "team", Value: value("a")}}, []string{"tok_1"}},
			{List{Label: Label{Key: "team", Value: value("a%")}}, []string{"tok_5"}},
			{List{Label: Label{Key: "x"}, ConnectorID: "con_1"}, []string{"tok_3"}},
			{List{Label: Label{Key: "eam"}}, nil},
			{List{EndpointID: "wep_1"}, nil},
		} {
			test.list.Limit = 10
			found, err := tx.ScopedTokens(t.Context(), staging, test.list)
			if err != nil {
				return err
			}
			var got []string
			for _, o := range found {
				got = append(got, o.ID)
			}
			same(t, got, test.want)
		}
		return nil
	})
}

func (fresh engine) references(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	s := d.opened(t)
	c, o := connector(staging, "con_1", "c"), token(staging, "tok_1", "a", "con_1")
	c.RotationPolicyID, o.RotationPolicyID = "pol_1", "pol_1"
	insert(t, s, policy(staging, "pol_1", "p"), c, o, token(staging, "tok_2", "b", "con_1"))
	view(t, s, func(tx *Tx) error {
		for _, test := range []struct {
			kind, id string
			want     map[string]int
		}{
			{api.KindConnectors, "con_1", map[string]int{api.KindScopedTokens: 2}},
			{api.KindRotationPolicies, "pol_1", map[string]int{api.KindScopedTokens: 1, api.KindConnectors: 1}},
			{api.KindScopedTokens, "tok_1", map[string]int{}},
		} {
			got, err := tx.ReferencesTo(t.Context(), staging, test.kind, test.id)
			if err != nil {
				return err
			}
			same(t, got, test.want)
		}
		return nil
	})
	deletePolicy := func(tx *Tx) error { return tx.DeleteRotationPolicy(t.Context(), staging, "pol_1") }
	deleteConnector := func(tx *Tx) error { return tx.DeleteConnector(t.Context(), staging, "con_1") }
	wantError(t, s, ErrReferenced, deletePolicy)
	wantError(t, s, ErrReferenced, deleteConnector)
	o.RotationPolicyID = "pol_none"
	wantError(t, s, ErrReferenced, func(tx *Tx) error { return tx.UpdateScopedToken(t.Context(), o) })
	update(t, s, func(tx *Tx) error {
		for _, id := range []string{"tok_1", "tok_2"} {
			if err := tx.DeleteScopedToken(t.Context(), staging, id); err != nil {
				return err
			}
		}
		if err := deleteConnector(tx); err != nil {
			return err
		}
		return deletePolicy(tx)
	})
	wantError(t, s, ErrNotFound, deletePolicy)
	wantError(t, s, ErrNotFound, deleteConnector)
}
