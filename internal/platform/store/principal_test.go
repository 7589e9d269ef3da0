package store

import (
	"errors"
	"testing"
	"time"
)

func (fresh engine) principals(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	s := d.opened(t)
	forever := &Principal{ID: "prn_1", Scope: staging, Name: "ci", Role: "deployer", CreatedAt: start}
	once := &Principal{
		ID: "prn_2", Scope: production, Name: "ci", Role: "auditor", CreatedAt: start,
		ExpiresAt: start.Add(time.Hour),
	}
	forever.TokenHash, once.TokenHash = []byte("h1"), []byte("h2")
	update(t, s, func(tx *Tx) error {
		return errors.Join(tx.InsertPrincipal(t.Context(), forever),
			tx.InsertPrincipal(t.Context(), once))
	})
	view(t, s, func(tx *Tx) error {
		for hash, want := range map[string]*Principal{"h1": forever, "h2": once} {
			got, err := tx.PrincipalByHash(t.Context(), []byte(hash))
			if err != nil {
				return err
			}
			same(t, got, want)
		}
		if p, err := tx.PrincipalByHash(t.Context(), []byte("h3")); !errors.Is(err, ErrNotFound) {
			t.Errorf("found %v, %v", p, err)
		}
		for scope, want := range map[Scope]bool{
			staging: true, stranger: true, {"acme", "nowhere"}: false,
			{"other", "production"}: false,
		} {
			got, err := tx.EnvironmentExists(t.Context(), scope)
			if err != nil {
				return err
			}
			if got != want {
				t.Errorf("%v exists: %v", scope, got)
			}
		}
		return nil
	})
	wantError(t, s, ErrExists, func(tx *Tx) error { return tx.CreateEnvironment(t.Context(), staging, start) })
	nowhere := &Principal{ID: "prn_3", Scope: Scope{"acme", "nowhere"}, CreatedAt: start, TokenHash: []byte("h3")}
	wantError(t, s, ErrReferenced, func(tx *Tx) error { return tx.InsertPrincipal(t.Context(), nowhere) })

	at := start.Add(time.Minute)
	update(t, s, func(tx *Tx) error {
		return errors.Join(tx.MarkPrincipalUsed(t.Context(), "prn_1", at), tx.MarkPrincipalUsed(t.Context(), "prn_1", start),
			tx.EndPrincipal(t.Context(), "prn_2", at, "prn_1", "deleted"))
	})
	wantError(t, s, ErrNotFound, func(tx *Tx) error { return tx.EndPrincipal(t.Context(), "prn_2", start, "x", "again") })
	forever.LastUsedAt = at
	once.EndedAt, once.EndedBy, once.EndReason = at, "prn_1", "deleted"
	view(t, s, func(tx *Tx) error {
		for scope, want := range map[Scope][]*Principal{staging: {forever}, production: nil, stranger: nil} {
			got, err := tx.Principals(t.Context(), scope, List{Limit: 10})
			if err != nil {
				return err
			}
			same(t, got, want)
		}
		ended, err := tx.Principal(t.Context(), "prn_2")
		same(t, ended, once)
		name, err2 := tx.PrincipalName(t.Context(), production, "prn_2")
		other, err3 := tx.PrincipalName(t.Context(), staging, "prn_2")
		if name != "ci" || other != "" {
			t.Errorf("names %q and %q", name, other)
		}
		return errors.Join(err, err2, err3)
	})
}
