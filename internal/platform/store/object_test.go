package store

import (
	"errors"
	"fmt"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// variants returns objects with every field set, with few fields set, and with empty values that are not null.
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

// number gives filled versions ascending numbers.
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

// stored wants to read every object as given, one by one and as a list, in a view and in an update.
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

func (fresh engine) roundTrips(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	s := d.opened(t)
	policies, connectors, tokens := insertVariants(t, s)
	stored(t, s, policies, connectors, tokens)
}

// Each object takes every value that can change from another one, so that an update overwrites every column.
func (fresh engine) updates(t *testing.T) {
	t.Parallel()
	d := fresh(t)
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
			// An update never deletes versions: it leaves the ones alone that it does not have.
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

// keepUse keeps the later of two last uses, as the store does.
func keepUse(after, before *Credential) {
	if before.LastUsedAt.After(after.LastUsedAt) {
		after.LastUsedAt = before.LastUsedAt
	}
}

func (fresh engine) names(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	s := d.opened(t)
	insert(t, s, policy(staging, "pol_1", "a"), connector(staging, "con_1", "a"), token(staging, "tok_1", "a", "con_1"),
		policy(production, "pol_2", "a"), connector(production, "con_2", "a"), token(production, "tok_2", "a", "con_2"),
		policy(staging, "pol_3", "b"), connector(staging, "con_3", "b"), token(staging, "tok_3", "b", "con_1"))
	for _, o := range []any{
		policy(staging, "pol_9", "a"), connector(staging, "con_9", "a"),
		token(staging, "tok_9", "a", "con_1"),
	} {
		wantError(t, s, ErrNameTaken, func(tx *Tx) error { return insertAny(t, tx, o) })
	}
	rename := func(to string) []func(*Tx) error {
		return []func(*Tx) error{
			func(tx *Tx) error { return tx.UpdateRotationPolicy(t.Context(), policy(staging, "pol_3", to)) },
			func(tx *Tx) error { return tx.UpdateConnector(t.Context(), connector(staging, "con_3", to)) },
			func(tx *Tx) error { return tx.UpdateScopedToken(t.Context(), token(staging, "tok_3", to, "con_1")) },
		}
	}
	for _, do := range rename("a") {
		wantError(t, s, ErrNameTaken, do)
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
