package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

func (fresh engine) history(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	s := d.opened(t)
	o := token(staging, "tok_1", "a", "con_1")
	insert(t, s, connector(staging, "con_1", "c"), o)
	// Version 1 stays current. Versions 2 to 40 are added and cancelled, each in its own update, as the platform does it.
	for n := int64(2); n <= 40; n++ {
		update(t, s, func(tx *Tx) error {
			o, err := tx.ScopedToken(t.Context(), staging, "tok_1")
			if err != nil {
				return err
			}
			o.Credential.Highest = n
			o.Credential.Versions = append(o.Credential.Versions, version(n, rotation.StateRevoked))
			return tx.UpdateScopedToken(t.Context(), o)
		})
	}
	numbers := func(from, to int64) (ns []int64) {
		for n := from; n <= to; n++ {
			ns = append(ns, n)
		}
		return ns
	}
	check := func(when string, want []int64) {
		t.Helper()
		of := func(vs []rotation.Version) (ns []int64) {
			for _, v := range vs {
				ns = append(ns, v.Number)
			}
			return ns
		}
		t.Log(when)
		same(t, of(readToken(t, s, staging, "tok_1").Credential.Versions), want)
		view(t, s, func(tx *Tx) error {
			page, err := tx.ScopedTokens(t.Context(), staging, List{Limit: 5})
			if err != nil {
				return err
			}
			same(t, of(page[0].Credential.Versions), want)
			all, err := tx.Versions(t.Context(), staging, "tok_1")
			same(t, of(all), numbers(1, 40))
			return err
		})
	}
	check("the oldest is valid", numbers(1, 40))
	update(t, s, func(tx *Tx) error {
		o, err := tx.ScopedToken(t.Context(), staging, "tok_1")
		if err != nil {
			return err
		}
		o.Credential.Versions[0].State = rotation.StateRetired
		o.Credential.Versions[39].State = rotation.StateCurrent
		return tx.UpdateScopedToken(t.Context(), o)
	})
	check("the newest is valid", numbers(31, 40))
	update(t, s, func(tx *Tx) error {
		o, err := tx.ScopedToken(t.Context(), staging, "tok_1")
		if err != nil {
			return err
		}
		o.Credential.Versions[9].State = rotation.StateRevoked
		o.Credential.Highest = 100 // a rename to a name with higher numbers
		return tx.UpdateScopedToken(t.Context(), o)
	})
	check("none is valid", numbers(31, 40))
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
