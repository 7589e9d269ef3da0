package store

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func (fresh engine) keys(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	s := d.opened(t)
	wantError(t, s, ErrNotFound, func(tx *Tx) error { _, _, err := tx.LatestKey(t.Context(), "lookup"); return err })
	update(t, s, func(tx *Tx) error {
		return errors.Join(
			tx.InsertKey(t.Context(), "lookup", 2, []byte("two"), start),
			tx.InsertKey(t.Context(), "lookup", 1, []byte("one"), start),
			tx.InsertKey(t.Context(), "request", 3, []byte("other"), start))
	})
	view(t, s, func(tx *Tx) error {
		number, sealed, err := tx.LatestKey(t.Context(), "lookup")
		if number != 2 || string(sealed) != "two" {
			t.Errorf("the latest key is %d %q", number, sealed)
		}
		return err
	})
	wantError(t, s, ErrExists, func(tx *Tx) error {
		return tx.InsertKey(t.Context(), "lookup", 2, []byte("again"),
			start)
	})
}

func (fresh engine) idempotency(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	s := d.opened(t)
	full := &Idempotent{
		Scope:     staging,
		Principal: "prn_1", Method: "POST", Path: "/v1/scoped-tokens", Key: "k", BodyHash: []byte("hash"), Status: 201,
		Etag:     `"7"`,
		Location: "/v1/scoped-tokens/tok_1", ObjectID: "tok_1", Rotation: []byte(`{}`),
		Body: []byte(`{"id":"tok_1"}`), At: start,
	}
	least := &Idempotent{
		Principal: "prn_1", Method: "DELETE", Path: "/v1/scoped-tokens/tok_1", Key: "k",
		BodyHash: []byte{}, Status: 204, At: start.Add(time.Hour),
	}
	update(t, s, func(tx *Tx) error {
		return errors.Join(tx.InsertIdempotent(t.Context(), full), tx.InsertIdempotent(t.Context(), least))
	})
	wantError(t, s, ErrExists, func(tx *Tx) error { return tx.InsertIdempotent(t.Context(), full) })
	found := func(i *Idempotent) (got *Idempotent) {
		t.Helper()
		view(t, s, func(tx *Tx) (err error) {
			got, err = tx.Idempotent(t.Context(), i.Principal, i.Method, i.Path, i.Key)
			if errors.Is(err, ErrNotFound) {
				return nil
			}
			return err
		})
		return got
	}
	same(t, found(full), full)
	if got := found(least); got == nil || got.Status != 204 || len(got.Body) != 0 || !got.At.Equal(least.At) {
		t.Errorf("got %+v", got)
	}
	for _, other := range []*Idempotent{
		{Principal: "prn_2", Method: full.Method, Path: full.Path, Key: full.Key},
		{Principal: full.Principal, Method: "PATCH", Path: full.Path, Key: full.Key},
		{Principal: full.Principal, Method: full.Method, Path: "/v1/connectors", Key: full.Key},
		{Principal: full.Principal, Method: full.Method, Path: full.Path, Key: "l"},
	} {
		if got := found(other); got != nil {
			t.Errorf("%+v has the response to another request", other)
		}
	}
	forget := func(before time.Time, want int64) {
		t.Helper()
		update(t, s, func(tx *Tx) error {
			n, err := tx.ForgetIdempotent(t.Context(), before, 100)
			if n != want {
				t.Errorf("forgot %d, want %d", n, want)
			}
			return err
		})
	}
	forget(start, 0)
	forget(start.Add(time.Microsecond), 1)
	if found(full) != nil || found(least) == nil {
		t.Error("the wrong one was forgotten")
	}
}

func (fresh engine) rollback(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	s := d.opened(t)
	insert(t, s, connector(staging, "con_1", "c"))
	everything := func(tx *Tx) error {
		return errors.Join(
			tx.InsertScopedToken(t.Context(), token(staging, "tok_1", "a", "con_1")),
			tx.PutSecret(t.Context(), "tok_1", Sealed{Number: 1, Value: []byte("sealed"), LookupHash: []byte("hash")}),
			tx.RecordNumber(t.Context(), staging, "scoped-tokens", "a", 1),
			tx.AppendAudit(t.Context(), auditEvent(staging, 1)))
	}
	failure := errors.New("failure")
	wantError(t, s, failure, func(tx *Tx) error { return errors.Join(everything(tx), failure) })
	func() {
		defer func() {
			if recover() == nil {
				t.Error("Update recovered the panic")
			}
		}()
		_ = s.Update(t.Context(), func(tx *Tx) error {
			if err := everything(tx); err != nil {
				t.Fatal(err)
			}
			panic("in the middle")
		})
	}()
	view(t, s, func(tx *Tx) error {
		if _, err := tx.ScopedToken(t.Context(), staging, "tok_1"); !errors.Is(err, ErrNotFound) {
			t.Errorf("the token: %v", err)
		}
		if _, _, err := tx.TokenByHash(t.Context(), []byte("hash")); !errors.Is(err, ErrNotFound) {
			t.Errorf("the hash: %v", err)
		}
		n, err := tx.HighestNumber(t.Context(), staging, "scoped-tokens", "a")
		if n != 0 {
			t.Errorf("the number %d", n)
		}
		return err
	})
	if events := readAudit(t, s, staging, AuditFilter{Limit: 10}); len(events) != 0 {
		t.Errorf("events %v", events)
	}
	update(t, s, everything) // the writer is free again
}

func (fresh engine) view(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	s := d.opened(t)
	insert(t, s, connector(staging, "con_1", "before"))
	view(t, s, func(tx *Tx) error {
		name := func() string {
			c, err := tx.Connector(t.Context(), staging, "con_1")
			if err != nil {
				t.Fatal(err)
			}
			return c.Name
		}
		if got := name(); got != "before" {
			t.Errorf("got %s", got)
		}
		update(t, s, func(tx *Tx) error { return tx.UpdateConnector(t.Context(), connector(staging, "con_1", "after")) })
		if got := name(); got != "before" {
			t.Errorf("the view saw a later update: %s", got)
		}
		return nil
	})
	err := s.View(t.Context(), func(tx *Tx) error { return tx.DeleteConnector(t.Context(), staging, "con_1") })
	if err == nil || errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "con_1") {
		t.Errorf("writing in a view: %v", err)
	}
	view(t, s, func(tx *Tx) error { _, err := tx.Connector(t.Context(), staging, "con_1"); return err })
}

func (fresh engine) concurrentWriters(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	stores := []*Store{d.opened(t), d.open(t)}
	insert(t, stores[0], policy(staging, "pol_1", "p"))
	const writers, rounds = 3, 10
	failures := make(chan error, len(stores)*writers)
	for _, s := range stores {
		for range writers {
			go func() {
				for range rounds {
					err := s.Update(t.Context(), func(tx *Tx) error {
						p, err := tx.RotationPolicy(t.Context(), staging, "pol_1")
						if err != nil {
							return err
						}
						p.Etag++
						if err := tx.AppendAudit(t.Context(), auditEvent(staging, int(p.Etag))); err != nil {
							return err
						}
						return tx.UpdateRotationPolicy(t.Context(), p)
					})
					if err != nil {
						failures <- err
						return
					}
				}
				failures <- nil
			}()
		}
	}
	for range cap(failures) {
		if err := <-failures; err != nil {
			t.Error(err)
		}
	}
	view(t, stores[1], func(tx *Tx) error {
		p, err := tx.RotationPolicy(t.Context(), staging, "pol_1")
		if err == nil && p.Etag != int64(1+len(stores)*writers*rounds) {
			t.Errorf("of %d updates %d are stored", len(stores)*writers*rounds, p.Etag-1)
		}
		return err
	})
	if events := readAudit(t, stores[0], staging, AuditFilter{Limit: 1000}); len(events) != len(stores)*writers*rounds {
		t.Errorf("%d events", len(events))
	}
	isVerified(t, stores[0], staging)
}

func (fresh engine) reopen(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	s := d.opened(t)
	policies, connectors, tokens := insertVariants(t, s)
	record(t, s, 2)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s.Ping(t.Context()) == nil {
		t.Error("a closed store responds")
	}
	again := d.open(t)
	if err := again.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	stored(t, again, policies, connectors, tokens)
	isVerified(t, again, staging)
}
