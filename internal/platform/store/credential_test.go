package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// numbersOf returns the numbers of versions.
func numbersOf(versions []rotation.Version) (numbers []int64) {
	for _, v := range versions {
		numbers = append(numbers, v.Number)
	}
	return numbers
}

// ascending returns the numbers from first to last.
func ascending(first, last int64) (numbers []int64) {
	for n := first; n <= last; n++ {
		numbers = append(numbers, n)
	}
	return numbers
}

// change updates the token tok_1.
func change(t *testing.T, s *Store, do func(*Credential)) {
	t.Helper()
	update(t, s, func(tx *Tx) error {
		o, err := tx.ScopedToken(t.Context(), staging, "tok_1")
		if err != nil {
			return err
		}
		do(&o.Credential)
		return tx.UpdateScopedToken(t.Context(), o)
	})
}

func (fresh engine) history(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	s := d.opened(t)
	insert(t, s, connector(staging, "con_1", "c"), token(staging, "tok_1", "a", "con_1"))
	// Version 1 stays current. Versions 2 to 40 are added and cancelled, each in its own update, as the platform does it.
	for n := int64(2); n <= 40; n++ {
		change(t, s, func(c *Credential) {
			c.Highest = n
			c.Versions = append(c.Versions, version(n, rotation.StateRevoked))
		})
	}
	check := func(when string, want []int64) {
		t.Helper()
		t.Log(when)
		same(t, numbersOf(readToken(t, s, staging, "tok_1").Credential.Versions), want)
		view(t, s, func(tx *Tx) error {
			page, err := tx.ScopedTokens(t.Context(), staging, List{Limit: 5})
			if err != nil {
				return err
			}
			same(t, numbersOf(page[0].Credential.Versions), want)
			all, err := tx.Versions(t.Context(), staging, "tok_1")
			same(t, numbersOf(all), ascending(1, 40))
			return err
		})
	}
	check("the oldest is valid", ascending(1, 40))
	change(t, s, func(c *Credential) {
		c.Versions[0].State = rotation.StateRetired
		c.Versions[39].State = rotation.StateCurrent
	})
	check("the newest is valid", ascending(31, 40))
	change(t, s, func(c *Credential) {
		c.Versions[9].State = rotation.StateRevoked
		c.Highest = 100 // a rename to a name with higher numbers
	})
	check("none is valid", ascending(31, 40))
}

// An update keeps a use that was recorded after its read, and the versions that it did not read.
func (fresh engine) updateKeepsUse(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	s := d.opened(t)
	insert(t, s, connector(staging, "con_1", "c"), token(staging, "tok_1", "a", "con_1"))
	used := start.Add(time.Hour)
	update(t, s, func(tx *Tx) error {
		o, err := tx.ScopedToken(t.Context(), staging, "tok_1")
		if err != nil {
			return err
		}
		if err := tx.MarkUsed(t.Context(), "tok_1", 1, used, nil); err != nil {
			return err
		}
		o.Credential.Versions[0].State = rotation.StatePrevious
		o.Credential.Versions[0].Deadline = start.Add(2 * time.Hour)
		return tx.UpdateScopedToken(t.Context(), o)
	})
	stored := readToken(t, s, staging, "tok_1").Credential
	got := stored.Versions[0]
	if !got.LastUsedAt.Equal(used) || !stored.LastUsedAt.Equal(used) || got.State != rotation.StatePrevious {
		t.Errorf("got %+v", stored)
	}
	// A change of evidence behind the same pointer is written too.
	for _, kind := range []string{"one", "two"} {
		update(t, s, func(tx *Tx) error {
			o, err := tx.ScopedToken(t.Context(), staging, "tok_1")
			if err != nil {
				return err
			}
			v := &o.Credential.Versions[0]
			if v.Evidence == nil {
				v.Evidence = &rotation.Evidence{}
			}
			v.Evidence.Kind = kind
			return tx.UpdateScopedToken(t.Context(), o)
		})
		if got := readToken(t, s, staging, "tok_1").Credential.Versions[0].Evidence; got == nil || got.Kind != kind {
			t.Errorf("got evidence %+v, want %s", got, kind)
		}
	}
}

func (fresh engine) numbers(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	s := d.opened(t)
	insert(t, s, connector(staging, "con_1", "c"), token(staging, "tok_1", "a", "con_1"))
	highest := func(scope Scope, kind, name string, want int64) {
		t.Helper()
		view(t, s, func(tx *Tx) error {
			got, err := tx.HighestNumber(t.Context(), scope, kind, name)
			if got != want {
				t.Errorf("%v %s %s: highest number %d, want %d", scope, kind, name, got, want)
			}
			return err
		})
	}
	record := func(n int64) {
		update(t, s, func(tx *Tx) error { return tx.RecordNumber(t.Context(), staging, api.KindScopedTokens, "a", n) })
	}
	highest(staging, api.KindScopedTokens, "a", 0)
	record(7)
	record(3)
	update(t, s, func(tx *Tx) error { return tx.DeleteScopedToken(t.Context(), staging, "tok_1") })
	highest(staging, api.KindScopedTokens, "a", 7)
	record(8)
	highest(staging, api.KindScopedTokens, "a", 8)
	highest(production, api.KindScopedTokens, "a", 0)
	highest(staging, api.KindConnectors, "a", 0)
	highest(staging, api.KindScopedTokens, "b", 0)
}

func (fresh engine) numbersUnderPrefix(t *testing.T) {
	t.Parallel()
	s := fresh(t).opened(t)
	for name, n := range map[string]int64{"app-x1": 7, "app-x2": 3, "app": 50, "apple": 60, "b-app-x1": 70, "app_x": 80} {
		update(t, s, func(tx *Tx) error { return tx.RecordNumber(t.Context(), staging, api.KindScopedTokens, name, n) })
	}
	for _, c := range []struct {
		scope        Scope
		kind, prefix string
		want         int64
	}{
		{staging, api.KindScopedTokens, "app-", 7},
		{staging, api.KindScopedTokens, "app-x2", 3},
		{staging, api.KindScopedTokens, "app", 80},
		{staging, api.KindScopedTokens, "APP-", 0},
		{staging, api.KindScopedTokens, "none-", 0},
		{staging, api.KindConnectors, "app-", 0},
		{production, api.KindScopedTokens, "app-", 0},
	} {
		view(t, s, func(tx *Tx) error {
			got, err := tx.HighestNumberUnder(t.Context(), c.scope, c.kind, c.prefix)
			if got != c.want {
				t.Errorf("%+v: %d", c, got)
			}
			return err
		})
	}
}

func (fresh engine) due(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	s := d.opened(t)
	at := func(hours int) time.Time { return start.Add(time.Duration(hours) * time.Hour) }
	overlap := token(staging, "tok_overlap", "overlap", "con_1")
	previous := version(1, rotation.StatePrevious)
	previous.Deadline = at(3)
	overlap.Credential.Versions = []rotation.Version{previous, version(2, rotation.StateCurrent)}
	expires := token(production, "tok_expires", "expires", "con_2")
	expires.Credential.ExpiresAt = at(2)
	expired := token(staging, "tok_expired", "expired", "con_1") // settled before
	expired.Credential.ExpiresAt = at(-2)
	expired.Credential.Versions[0].State = rotation.StateRevoked
	insert(t, s, connector(staging, "con_1", "c"), connector(production, "con_2", "c"), overlap, expires, expired,
		token(staging, "tok_none", "none", "con_1"))
	due := func(now time.Time, limit int, want ...string) {
		t.Helper()
		view(t, s, func(tx *Tx) error {
			refs, err := tx.CredentialsDue(t.Context(), now, limit)
			var got []string
			for _, r := range refs {
				got = append(got, fmt.Sprint(r.Scope.Environment, " ", r.Kind, " ", r.ID))
			}
			same(t, got, want)
			return err
		})
	}
	const first, second = "production scoped-tokens tok_expires", "staging scoped-tokens tok_overlap"
	due(at(2).Add(-time.Microsecond), 10)
	due(at(2), 10, first)
	due(at(3), 10, first, second)
	due(at(3), 1, first)
	overlap.Credential.Versions[0].State, overlap.Credential.Versions[0].Deadline = rotation.StateRetired, time.Time{}
	update(t, s, func(tx *Tx) error { return tx.UpdateScopedToken(t.Context(), overlap) })
	due(at(99), 10, first)
	update(t, s, func(tx *Tx) error { return tx.DeleteScopedToken(t.Context(), production, "tok_expires") })
	due(at(99), 10)
}

func (fresh engine) credentialsDueOfPolicy(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	s := d.opened(t)
	deadline := start.Add(time.Hour)
	due := func(id, name, policyID string, at time.Time) *ScopedToken {
		o := token(staging, id, name, "con_1")
		o.RotationPolicyID, o.Credential.ExpiresAt = policyID, at
		return o
	}
	c := connector(staging, "con_1", "c") // credentials of a connector have no deadline
	c.RotationPolicyID = "pol_1"
	insert(t, s, policy(staging, "pol_1", "p"), policy(staging, "pol_2", "q"), c,
		due("tok_1", "a", "pol_1", deadline), due("tok_2", "b", "pol_1", deadline.Add(time.Microsecond)),
		due("tok_3", "c", "pol_1", time.Time{}),
		due("tok_4", "d", "pol_2", deadline), due("tok_5", "e", "", deadline))
	for _, x := range []struct {
		scope Scope
		id    string
		now   time.Time
		want  []string
	}{
		{staging, "pol_1", deadline.Add(-time.Microsecond), nil},
		{staging, "pol_1", deadline, []string{"tok_1"}},
		{staging, "pol_1", deadline.Add(time.Hour), []string{"tok_1", "tok_2"}},
		{staging, "pol_2", deadline, []string{"tok_4"}},
		{production, "pol_1", deadline.Add(time.Hour), nil},
	} {
		view(t, s, func(tx *Tx) error {
			refs, err := tx.CredentialsDueOfPolicy(t.Context(), x.scope, x.id, x.now)
			var got []string
			for _, r := range refs {
				if r.Scope != x.scope || r.Kind != api.KindScopedTokens {
					t.Errorf("%+v", r)
				}
				got = append(got, r.ID)
			}
			same(t, got, x.want)
			return err
		})
	}
}
