package people

import (
	"context"
	"errors"
	"slices"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// ReadIssuer reads an issuer that was not removed, and checks the row.
func ReadIssuer(ctx context.Context, tx *txn.Tx, tenant, id string) (*store.Issuer, error) {
	i, err := tx.Issuer(ctx, tenant, id)
	if err != nil {
		return nil, err
	}
	return checked(ctx, tx, i)
}

// IssuerByName reads an issuer that was not removed, and checks the row.
func IssuerByName(ctx context.Context, tx *txn.Tx, tenant, name string) (*store.Issuer, error) {
	i, err := tx.IssuerByName(ctx, tenant, name)
	if err != nil {
		return nil, err
	}
	return checked(ctx, tx, i)
}

func checked(ctx context.Context, tx *txn.Tx, i *store.Issuer) (*store.Issuer, error) {
	if !i.RemovedAt.IsZero() {
		return nil, store.ErrNotFound
	}
	bound, err := tx.Keys.Rows().Issuer(i)
	return i, tx.CheckBound(ctx, bound, err)
}

// Record stores what an issuer says of a person now: of a new one, or of one that is known by the subject.
func Record(ctx context.Context, tx *txn.Tx, i *store.Issuer, said Said) (*store.Person, error) {
	p, err := tx.PersonBySubject(ctx, i.Tenant, i.ID, said.Subject)
	isNew := errors.Is(err, store.ErrNotFound)
	switch {
	case isNew:
		p = &store.Person{Tenant: i.Tenant, IssuerID: i.ID, Subject: said.Subject, CreatedAt: tx.Now}
		if p.ID, err = tx.NewID(keys.IDPerson); err != nil {
			return nil, err
		}
	case err != nil:
		return nil, err
	default:
		if p, err = access.ReadPerson(ctx, tx, i.Tenant, p.ID); err != nil {
			return nil, err
		}
	}
	p.Name, p.Email, p.EmailVerified = said.Name, said.Email, said.EmailVerified
	p.Groups = slices.Clone(said.Groups)
	p.SeenAt, p.GoneAt = tx.Now, store.Person{}.GoneAt
	write := tx.UpdatePerson
	if isNew {
		write = tx.InsertPerson
	}
	if err := write(ctx, p); err != nil {
		return nil, err
	}
	bound, err := tx.Keys.Rows().Person(p)
	return p, tx.Bind(ctx, bound, err)
}
