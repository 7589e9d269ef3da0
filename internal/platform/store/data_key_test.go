package store

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"
)

func (fresh engine) dataKeys(t *testing.T) {
	t.Parallel()
	s := fresh(t).opened(t)
	key := func(id, credential string, number int64) DataKey {
		return DataKey{Scope: staging, ID: []byte(id), Credential: credential, Number: number, Wrapped: []byte("w " + id)}
	}
	wantError(t, s, ErrNotFound, func(tx *Tx) error { _, err := tx.CurrentKEK(t.Context()); return err })
	wantError(t, s, ErrReferenced, func(tx *Tx) error { return tx.InsertDataKey(t.Context(), key("a", "", 1), start) })
	insert(t, s, connector(staging, "con_1", "c"), token(staging, "tok_1", "a", "con_1"))
	update(t, s, func(tx *Tx) error {
		return errors.Join(tx.InsertKEK(t.Context(), 1, start), tx.InsertKEK(t.Context(), 2, start.Add(time.Hour)),
			tx.InsertDataKey(t.Context(), key("a", "", 1), start),
			tx.InsertDataKey(t.Context(), key("b", "tok_1", 1), start),
			tx.InsertDataKey(t.Context(), key("c", "tok_1", 2), start))
	})
	wantError(t, s, ErrNameTaken, func(tx *Tx) error {
		return tx.InsertDataKey(t.Context(), key("d", "tok_1", 2), start)
	})
	view(t, s, func(tx *Tx) error {
		number, err := tx.CurrentKEK(t.Context())
		same(t, number, int64(2))
		found, errK := tx.DataKeyOf(t.Context(), staging, "tok_1", 2)
		same(t, found, key("c", "tok_1", 2))
		wrapped, errW := tx.WrappedDataKey(t.Context(), []byte("a"))
		same(t, wrapped, []byte("w a"))
		_, errN := tx.DataKeyOf(t.Context(), production, "tok_1", 2)
		if !errors.Is(errN, ErrNotFound) {
			t.Errorf("another environment has the data key: %v", errN)
		}
		return errors.Join(err, errK, errW)
	})
	second := KEK{Number: 2, RewrappedAt: start.Add(2 * time.Hour), RetiredAt: start.Add(3 * time.Hour)}
	update(t, s, func(tx *Tx) error {
		return errors.Join(tx.UpdateKEK(t.Context(), second), tx.DeleteDataKeys(t.Context(), 1))
	})
	second.CreatedAt = start.Add(time.Hour)
	view(t, s, func(tx *Tx) error {
		all, err := tx.KEKs(t.Context())
		same(t, all, []KEK{{Number: 1, CreatedAt: start}, second})
		if _, err := tx.WrappedDataKey(t.Context(), []byte("b")); !errors.Is(err, ErrNotFound) {
			t.Errorf("a deleted data key is there: %v", err)
		}
		return err
	})
	update(t, s, func(tx *Tx) error { return tx.DeleteScopedToken(t.Context(), staging, "tok_1") })
	wantError(t, s, ErrNotFound, func(tx *Tx) error {
		_, err := tx.WrappedDataKey(t.Context(), []byte("c"))
		return err
	})
}

// sealedColumns: every column gives its values below a number in batches, and takes them back.
func (fresh engine) sealedColumns(t *testing.T) {
	t.Parallel()
	s := fresh(t).opened(t)
	insert(t, s, connector(staging, "con_1", "c"))
	update(t, s, func(tx *Tx) error {
		for i := range 3 {
			n := int64(i)
			at := endpoint(staging, fmt.Sprintf("whe_%d", i), fmt.Sprint(i), "con_1")
			at.SecretURL.Sealed, at.Headers.Sealed, at.ClientKey.Sealed = []byte{0, 1}, []byte{1, 1}, []byte{1, 2}
			event := queued(staging, fmt.Sprintf("msg_%d", i), at.ID, start)
			event.Body = []byte{0, byte(i)}
			o := token(staging, fmt.Sprintf("tok_%d", i), fmt.Sprint(i), "con_1")
			if err := errors.Join(tx.InsertWebhookEndpoint(t.Context(), at), tx.InsertDelivery(t.Context(), event),
				tx.InsertScopedToken(t.Context(), o), tx.PutSecret(t.Context(), o.ID, Sealed{Number: 1, Value: []byte{1, 0}}),
				tx.PutRefresh(t.Context(), &Refresh{Scope: staging, ConnectorID: o.ID, Version: 1, Sealed: []byte{1, 1}}),
				tx.InsertKey(t.Context(), "lookup", n+1, []byte{0, 9}, start), putSession(t, tx, fmt.Sprint(i))); err != nil {
				return err
			}
		}
		return nil
	})
	for _, column := range SealedColumns() {
		var last SealedValue
		ids := map[string]bool{}
		for {
			update(t, s, func(tx *Tx) error {
				batch, err := tx.SealedBelow(t.Context(), column, []byte{1, 2}, last, 2)
				last = SealedValue{}
				for _, v := range batch {
					ids[fmt.Sprint(v.ID, v.Number)] = true
					last = v
					v.Sealed = []byte{1, 2, 3}
					err = errors.Join(err, tx.PutSealed(t.Context(), column, v))
				}
				return err
			})
			if last.ID == "" {
				break
			}
		}
		want := 3
		if column == SealedClientKeys {
			want = 0 // they are not below
		}
		same(t, len(ids), want)
		view(t, s, func(tx *Tx) error {
			before, err := tx.CountSealed(t.Context(), column, []byte{}, []byte{1, 2})
			after, errA := tx.CountSealed(t.Context(), column, []byte{1, 2}, []byte{2})
			same(t, []int64{before, after}, []int64{0, 3})
			return errors.Join(err, errA)
		})
	}
	got := readToken(t, s, staging, "tok_0")
	same(t, got.ID, "tok_0")
	view(t, s, func(tx *Tx) error {
		value, err := tx.Secret(t.Context(), "tok_0", 1)
		if !bytes.Equal(value, []byte{1, 2, 3}) {
			t.Errorf("the secret is %x", value)
		}
		return err
	})
}

// putSession stores a session with its issuer and its person, whose sealed values are below 1, 2.
func putSession(t *testing.T, tx *Tx, n string) error {
	t.Helper()
	const tenant, environment = "acme", "staging"
	return errors.Join(
		tx.InsertIssuer(t.Context(), &Issuer{
			Tenant: tenant, ID: "iss_" + n, Name: n, KeyEnvironment: environment, Sealed: []byte{1, 1}, CreatedAt: start,
		}),
		tx.InsertPerson(t.Context(), &Person{
			Tenant: tenant, ID: "per_" + n, IssuerID: "iss_" + n, Subject: n, CreatedAt: start,
		}),
		tx.InsertSession(t.Context(), &Session{
			Tenant: tenant, ID: "ses_" + n, Kind: SessionBrowser, PersonID: "per_" + n, IssuerID: "iss_" + n,
			TokenHash: []byte(n), KeyEnvironment: environment, Sealed: []byte{0, 3}, CreatedAt: start,
		}),
	)
}
