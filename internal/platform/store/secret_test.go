package store

import (
	"errors"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

func (fresh engine) secrets(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	s := d.opened(t)
	c := connector(staging, "con_1", "c")
	c.Credential.Versions = []rotation.Version{version(1, rotation.StateCurrent)}
	put := func(tx *Tx, id string, number int64, hash []byte) error {
		return tx.PutSecret(t.Context(), id, Sealed{
			Number: number, Value: fmt.Appendf(nil, "sealed %s %d", id, number),
			LookupHash: hash, ValueHash: hash,
		})
	}
	update(t, s, func(tx *Tx) error {
		for _, err := range []error{
			put(tx, "tok_1", 1, []byte("hash 1")), // a secret may be stored before its version
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
	wantError(t, s, ErrReferenced, func(tx *Tx) error { return put(tx, "tok_1", 2, []byte("hash 3")) })
	find := func(hash, want string) { t.Helper(); wantToken(t, s, hash, want) }
	reveal := func(id, want string) { t.Helper(); wantSecret(t, s, id, want) }
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
	ended := func(scope Scope, hash, want string) {
		t.Helper()
		view(t, s, func(tx *Tx) error {
			ref, number, err := tx.ByValueHash(t.Context(), scope, []byte(hash))
			if errors.Is(err, ErrNotFound) {
				ref, err = Ref{}, nil
			}
			if got := ref.ID + " " + strconv.FormatInt(number, 10); got != want {
				t.Errorf("%s in %v: %s, want %s", hash, scope, got, want)
			}
			return err
		})
	}
	ended(staging, "hash 1", "tok_1 1")
	ended(production, "hash 1", " 0")
	ended(staging, "hash 2", "tok_2 1")
	update(t, s, func(tx *Tx) error { return tx.DeleteScopedToken(t.Context(), staging, "tok_2") })
	find("hash 2", "")
	ended(staging, "hash 2", " 0")
	reveal("tok_2", "")
	reveal("con_1", "sealed con_1 1")
}

// wantToken wants TokenByHash to find a credential and a version; an empty want is none.
func wantToken(t *testing.T, s *Store, hash, want string) {
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

// wantSecret wants the sealed value of version 1; an empty want is none.
func wantSecret(t *testing.T, s *Store, id, want string) {
	t.Helper()
	view(t, s, func(tx *Tx) error {
		got, err := tx.Secret(t.Context(), id, 1)
		if string(got) != want || (want == "") != errors.Is(err, ErrNotFound) {
			t.Errorf("%s: got %q, %v", id, got, err)
		}
		return nil
	})
}

func (fresh engine) markUsed(t *testing.T) {
	t.Parallel()
	d := fresh(t)
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
		want := token(staging, "tok_1", "a", "con_1") // the etag did not change
		want.Credential.Versions[0].LastUsedAt, want.Credential.Versions[0].Evidence = step.used, step.want
		want.Credential.LastUsedAt = step.used
		same(t, got, want)
	}
	wantError(t, s, ErrNotFound, func(tx *Tx) error { return tx.MarkUsed(t.Context(), "tok_1", 2, start, nil) })
}
