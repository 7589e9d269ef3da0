package store

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

func (k kind) history(t *testing.T) {
	t.Parallel()
	d := k(t)
	s := d.opened(t)
	o := token(staging, "tok_1", "a", "con_1")
	insert(t, s, connector(staging, "con_1", "c"), o)
	// Version 1 stays current while 2 to 40 come and are cancelled, each in an update of its own as the platform does it.
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

// A version is changed in one update after a use of it was noted there: the use stays, and so does what was not read.
func (k kind) updateKeepsUse(t *testing.T) {
	t.Parallel()
	d := k(t)
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
	// Evidence changed in place, behind the same pointer, is a change all the same.
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

func (k kind) numbers(t *testing.T) {
	t.Parallel()
	d := k(t)
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

func (k kind) due(t *testing.T) {
	t.Parallel()
	d := k(t)
	s := d.opened(t)
	at := func(hours int) time.Time { return start.Add(time.Duration(hours) * time.Hour) }
	overlap := token(staging, "tok_overlap", "overlap", "con_1")
	previous := version(1, rotation.StatePrevious)
	previous.Deadline = at(3)
	overlap.Credential.Versions = []rotation.Version{previous, version(2, rotation.StateCurrent)}
	expires := token(production, "tok_expires", "expires", "con_2")
	expires.Credential.ExpiresAt = at(2)
	expired := token(staging, "tok_expired", "expired", "con_1") // and long settled
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

func (k kind) credentialsDueOfPolicy(t *testing.T) {
	t.Parallel()
	d := k(t)
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

func (k kind) secrets(t *testing.T) {
	t.Parallel()
	d := k(t)
	s := d.opened(t)
	c := connector(staging, "con_1", "c")
	c.Credential.Versions = []rotation.Version{version(1, rotation.StateCurrent)}
	put := func(tx *Tx, id string, number int64, hash []byte) error {
		return tx.PutSecret(t.Context(), id, Sealed{
			Number: number, Value: fmt.Appendf(nil, "sealed %s %d", id, number),
			LookupHash: hash,
		})
	}
	update(t, s, func(tx *Tx) error {
		for _, err := range []error{
			put(tx, "tok_1", 1, []byte("hash 1")), // a secret may come before its version
			put(tx, "con_1", 1, nil),
			tx.InsertConnector(t.Context(), c),
			tx.InsertScopedToken(t.Context(), token(staging, "tok_1", "a", "con_1")),
			tx.InsertScopedToken(t.Context(), token(staging, "tok_2", "b", "con_1")),
			put(tx, "tok_2", 1, []byte("hash 2")),
		} {
			if err != nil {
				return err
			}
		}
		return nil
	})
	refused(t, s, ErrReferenced, func(tx *Tx) error { return put(tx, "tok_1", 2, []byte("hash 3")) })
	find := func(hash, want string) {
		t.Helper()
		view(t, s, func(tx *Tx) error {
			ref, number, err := tx.TokenByHash(t.Context(), []byte(hash))
			if want == "" {
				if !errors.Is(err, ErrNotFound) {
					t.Errorf("%q: found %v, %v", hash, ref, err)
				}
				return nil
			}
			if got := fmt.Sprint(ref.Scope, " ", ref.Kind, " ", ref.ID, " ", number); got != want {
				t.Errorf("%q: found %s, want %s", hash, got, want)
			}
			return err
		})
	}
	reveal := func(id, want string) {
		t.Helper()
		view(t, s, func(tx *Tx) error {
			got, err := tx.Secret(t.Context(), id, 1)
			if string(got) != want || (want == "") != errors.Is(err, ErrNotFound) {
				t.Errorf("%s: got %q, %v", id, got, err)
			}
			return nil
		})
	}
	find("hash 1", "{acme staging} scoped-tokens tok_1 1")
	find("hash 2", "{acme staging} scoped-tokens tok_2 1")
	find("hash 3", "")
	find("", "")
	reveal("tok_1", "sealed tok_1 1")
	reveal("con_1", "sealed con_1 1")
	for range 2 {
		update(t, s, func(tx *Tx) error { return tx.EraseSecret(t.Context(), "tok_1", 1) })
	}
	find("hash 1", "")
	reveal("tok_1", "")
	update(t, s, func(tx *Tx) error { return tx.DeleteScopedToken(t.Context(), staging, "tok_2") })
	find("hash 2", "")
	reveal("tok_2", "")
	reveal("con_1", "sealed con_1 1")
}

func (k kind) markUsed(t *testing.T) {
	t.Parallel()
	d := k(t)
	s := d.opened(t)
	insert(t, s, connector(staging, "con_1", "c"), token(staging, "tok_1", "a", "con_1"))
	first := &rotation.Evidence{Kind: rotation.EvidenceIntrospection, At: start, Actor: "prn_1"}
	second := &rotation.Evidence{Kind: rotation.EvidenceAcknowledgement, At: start.Add(time.Hour), Actor: "prn_2"}
	for _, step := range []struct {
		at       time.Time
		evidence *rotation.Evidence
		used     time.Time
		want     *rotation.Evidence
	}{
		{start.Add(time.Minute), nil, start.Add(time.Minute), nil},
		{start, nil, start.Add(time.Minute), nil},
		{start.Add(time.Hour), first, start.Add(time.Hour), first},
		{start.Add(2 * time.Hour), second, start.Add(2 * time.Hour), first},
		{start.Add(3 * time.Hour), nil, start.Add(3 * time.Hour), first},
	} {
		update(t, s, func(tx *Tx) error { return tx.MarkUsed(t.Context(), "tok_1", 1, step.at, step.evidence) })
		got := readToken(t, s, staging, "tok_1")
		want := token(staging, "tok_1", "a", "con_1") // above all, its etag did not move
		want.Credential.Versions[0].LastUsedAt, want.Credential.Versions[0].Evidence = step.used, step.want
		want.Credential.LastUsedAt = step.used
		same(t, got, want)
	}
	refused(t, s, ErrNotFound, func(tx *Tx) error { return tx.MarkUsed(t.Context(), "tok_1", 2, start, nil) })
}
