package store

import (
	"errors"
	"fmt"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// variants are objects with everything, with as little as possible, and with what is empty but not null.
func variants() (policies []*RotationPolicy, connectors []*Connector, tokens []*ScopedToken) {
	empty := ""
	full := filled[RotationPolicy]()
	full.ID, full.Scope = "pol_1", staging
	void := policy(staging, "pol_3", "empty")
	void.Description, void.Labels, void.MaxAge, void.QuietPeriod = &empty, map[string]string{}, &empty, &empty
	policies = []*RotationPolicy{&full, policy(staging, "pol_2", "least"), void}

	fullC := filled[Connector]()
	fullC.ID, fullC.Scope, fullC.RotationPolicyID = "con_1", staging, "pol_1"
	number(&fullC.Credential)
	voidC := connector(staging, "con_3", "empty")
	voidC.Description, voidC.Labels, voidC.Settings, voidC.AllowedScopes = &empty, map[string]string{},
		map[string]string{}, []string{}
	voidC.CredentialsWOVersion = new(int64)
	connectors = []*Connector{&fullC, connector(staging, "con_2", "least"), voidC}

	fullT := filled[ScopedToken]()
	fullT.ID, fullT.Scope, fullT.RotationPolicyID, fullT.ConnectorID = "tok_1", staging, "pol_1", "con_1"
	number(&fullT.Credential)
	least := token(staging, "tok_2", "least", "con_1")
	least.Scopes, least.Credential = nil, Credential{}
	voidT := token(staging, "tok_3", "empty", "con_1")
	voidT.Description, voidT.Labels, voidT.ExpiresAt = &empty, map[string]string{}, &empty
	voidT.Scopes, voidT.AllowedCIDRs, voidT.RotateWhenChanged = []string{}, []string{}, map[string]string{}
	voidT.MinimumVersion = new(int64)
	voidT.Credential.SettledSteps = []string{}
	voidT.Credential.Hold = &rotation.Hold{}
	voidT.Credential.Versions[0].Evidence = &rotation.Evidence{}
	tokens = []*ScopedToken{&fullT, least, voidT}
	return policies, connectors, tokens
}

// number makes the numbers of filled versions ascend.
func number(c *Credential) {
	for i := range c.Versions {
		c.Versions[i].Number = int64(i) + 1
	}
}

func insertVariants(t *testing.T, s *Store) (policies []*RotationPolicy, connectors []*Connector,
	tokens []*ScopedToken,
) {
	t.Helper()
	policies, connectors, tokens = variants()
	for _, p := range policies {
		insert(t, s, p)
	}
	for _, c := range connectors {
		insert(t, s, c)
	}
	for _, o := range tokens {
		insert(t, s, o)
	}
	return policies, connectors, tokens
}

// stored wants every object to be read as given, one by one and as a list, in a view and in an update.
func stored(t *testing.T, s *Store, policies []*RotationPolicy, connectors []*Connector, tokens []*ScopedToken) {
	t.Helper()
	read := func(tx *Tx) error {
		for _, want := range policies {
			got, err := tx.RotationPolicy(t.Context(), staging, want.ID)
			if err != nil {
				return err
			}
			same(t, got, want)
		}
		for _, want := range connectors {
			got, err := tx.Connector(t.Context(), staging, want.ID)
			if err != nil {
				return err
			}
			same(t, got, want)
		}
		for _, want := range tokens {
			got, err := tx.ScopedToken(t.Context(), staging, want.ID)
			if err != nil {
				return err
			}
			same(t, got, want)
		}
		ps, err := tx.RotationPolicies(t.Context(), staging, List{Limit: 100})
		if err != nil {
			return err
		}
		same(t, ps, policies)
		cs, err := tx.Connectors(t.Context(), staging, List{Limit: 100})
		if err != nil {
			return err
		}
		same(t, cs, connectors)
		ts, err := tx.ScopedTokens(t.Context(), staging, List{Limit: 100})
		if err != nil {
			return err
		}
		same(t, ts, tokens)
		return nil
	}
	view(t, s, read)
	update(t, s, read)
}

func (k kind) roundTrips(t *testing.T) {
	t.Parallel()
	d := k(t)
	s := d.opened(t)
	policies, connectors, tokens := insertVariants(t, s)
	stored(t, s, policies, connectors, tokens)
}

// Each object takes over all that can change from another one, so that every column is written over by another value.
func (k kind) updates(t *testing.T) {
	t.Parallel()
	d := k(t)
	s := d.opened(t)
	policies, connectors, tokens := insertVariants(t, s)
	newPolicies, newConnectors, newTokens := variants()
	for i := range policies {
		from, to := newPolicies[(i+1)%3], policies[i]
		from.ID, from.Name, from.CreatedAt = to.ID, fmt.Sprint("new ", i), to.CreatedAt
		policies[i] = from
	}
	for i := range connectors {
		from, to := newConnectors[(i+1)%3], connectors[i]
		from.ID, from.Name, from.CreatedAt, from.Type = to.ID, fmt.Sprint("new ", i), to.CreatedAt, to.Type
		keepUse(&from.Credential, &to.Credential)
		connectors[i] = from
	}
	for i := range tokens {
		from, to := newTokens[(i+1)%3], tokens[i]
		from.ID, from.Name, from.CreatedAt, from.ConnectorID = to.ID, fmt.Sprint("new ", i), to.CreatedAt, to.ConnectorID
		keepUse(&from.Credential, &to.Credential)
		tokens[i] = from
	}
	update(t, s, func(tx *Tx) error {
		for _, p := range policies {
			if err := tx.UpdateRotationPolicy(t.Context(), p); err != nil {
				return err
			}
		}
		for _, c := range connectors {
			was, err := tx.Connector(t.Context(), staging, c.ID)
			if err != nil {
				return err
			}
			// Versions never go: an update leaves those alone that it does not have.
			if len(c.Credential.Versions) < len(was.Credential.Versions) {
				c.Credential.Versions = was.Credential.Versions
			}
			if err := tx.UpdateConnector(t.Context(), c); err != nil {
				return err
			}
		}
		for _, o := range tokens {
			was, err := tx.ScopedToken(t.Context(), staging, o.ID)
			if err != nil {
				return err
			}
			if len(o.Credential.Versions) < len(was.Credential.Versions) {
				o.Credential.Versions = was.Credential.Versions
			}
			if err := tx.UpdateScopedToken(t.Context(), o); err != nil {
				return err
			}
		}
		return nil
	})
	stored(t, s, policies, connectors, tokens)
}

// keepUse: a last use never moves back.
func keepUse(after, before *Credential) {
	if before.LastUsedAt.After(after.LastUsedAt) {
		after.LastUsedAt = before.LastUsedAt
	}
}

func (k kind) names(t *testing.T) {
	t.Parallel()
	d := k(t)
	s := d.opened(t)
	insert(t, s, policy(staging, "pol_1", "a"), connector(staging, "con_1", "a"), token(staging, "tok_1", "a", "con_1"),
		policy(production, "pol_2", "a"), connector(production, "con_2", "a"), token(production, "tok_2", "a", "con_2"),
		policy(staging, "pol_3", "b"), connector(staging, "con_3", "b"), token(staging, "tok_3", "b", "con_1"))
	for _, o := range []any{
		policy(staging, "pol_9", "a"), connector(staging, "con_9", "a"),
		token(staging, "tok_9", "a", "con_1"),
	} {
		refused(t, s, ErrNameTaken, func(tx *Tx) error { return insertAny(t, tx, o) })
	}
	rename := func(to string) []func(*Tx) error {
		return []func(*Tx) error{
			func(tx *Tx) error { return tx.UpdateRotationPolicy(t.Context(), policy(staging, "pol_3", to)) },
			func(tx *Tx) error { return tx.UpdateConnector(t.Context(), connector(staging, "con_3", to)) },
			func(tx *Tx) error { return tx.UpdateScopedToken(t.Context(), token(staging, "tok_3", to, "con_1")) },
		}
	}
	for _, do := range rename("a") {
		refused(t, s, ErrNameTaken, do)
	}
	for _, do := range rename("c") {
		update(t, s, do)
	}
	view(t, s, func(tx *Tx) error {
		for kind, ids := range map[string][2]string{
			api.KindRotationPolicies: {"pol_1", "pol_3"}, api.KindConnectors: {"con_1", "con_3"},
			api.KindScopedTokens: {"tok_1", "tok_3"},
		} {
			for name, want := range map[string]string{"a": ids[0], "b": "", "c": ids[1]} {
				got, err := tx.IDByName(t.Context(), staging, kind, name)
				if got != want || (want == "") != errors.Is(err, ErrNotFound) {
					t.Errorf("%s %s has id %q (%v), want %q", kind, name, got, err, want)
				}
			}
		}
		return nil
	})
	insert(t, s, policy(staging, "pol_4", "b"), connector(staging, "con_4", "b"), token(staging, "tok_4", "b", "con_1"))
}

func (k kind) scopes(t *testing.T) {
	t.Parallel()
	d := k(t)
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
			t.Run(name, func(t *testing.T) { refused(t, s, ErrNotFound, do) })
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
	refused(t, s, ErrReferenced, func(tx *Tx) error { return tx.InsertScopedToken(t.Context(), foreign) })
	follows := connector(production, "con_2", "a")
	follows.RotationPolicyID = "pol_1"
	refused(t, s, ErrReferenced, func(tx *Tx) error { return tx.InsertConnector(t.Context(), follows) })
	for _, o := range []any{
		policy(Scope{"acme", "nowhere"}, "pol_9", "a"),
		connector(Scope{"acme", "nowhere"}, "con_9", "a"),
	} {
		refused(t, s, ErrReferenced, func(tx *Tx) error { return insertAny(t, tx, o) })
	}
	if got := readToken(t, s, staging, "tok_1"); got.Name != "a" {
		t.Errorf("the token was changed from another scope: %+v", got)
	}
}

func (k kind) pages(t *testing.T) {
	t.Parallel()
	d := k(t)
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

func (k kind) references(t *testing.T) {
	t.Parallel()
	d := k(t)
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
	refused(t, s, ErrReferenced, deletePolicy)
	refused(t, s, ErrReferenced, deleteConnector)
	o.RotationPolicyID = "pol_none"
	refused(t, s, ErrReferenced, func(tx *Tx) error { return tx.UpdateScopedToken(t.Context(), o) })
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
	refused(t, s, ErrNotFound, deletePolicy)
	refused(t, s, ErrNotFound, deleteConnector)
}
