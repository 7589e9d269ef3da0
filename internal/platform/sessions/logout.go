package sessions

import (
	"context"
	"errors"
	"slices"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/people"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/workload"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// LogoutPath is where an issuer says that a person has signed out there.
const LogoutPath = Home + "/backchannel-logout"

// Logout ends the sessions that a logout token of an issuer is about: in every tenant whose client it is for.
func (s *Sessions) Logout(ctx context.Context, token secret.Value, from Origin) error {
	url := people.IssuerOf(workload.Read(token))
	var all []*store.Issuer
	err := s.Runner.View(ctx, txn.Caller{}, func(tx *txn.Tx) (err error) {
		all, err = tx.IssuersByURL(ctx, url)
		return err
	})
	if err != nil {
		return err
	}
	if len(all) == 0 { // no key is fetched for an issuer that signs nobody in
		return refused(people.ReasonIssuer, "The logout token is refused.")
	}
	said, err := s.Client.ReadLogout(ctx, url, token)
	if err != nil {
		return asRefused(err)
	}
	addressed := slices.DeleteFunc(all, func(i *store.Issuer) bool { return !slices.Contains(said.Audiences, i.ClientID) })
	if len(addressed) == 0 {
		return refused(people.ReasonAudience, "The logout token is refused.")
	}
	return s.Runner.Update(ctx, from, func(tx *txn.Tx) error {
		hash := keys.SuppliedHash(tx.Keys, "logout "+said.Issuer, secret.New(said.ID))
		err := tx.TakeLogoutToken(ctx, hash, tx.Now.Add(2*people.LogoutLasts))
		if errors.Is(err, store.ErrExists) {
			return refused("taken before", "The logout token is refused.")
		}
		if err != nil {
			return err
		}
		for _, i := range addressed {
			if err := endAt(ctx, tx, i, said); err != nil {
				return err
			}
		}
		return nil
	})
}

// endAt ends the sessions of one issuer that a logout token is about.
func endAt(ctx context.Context, tx *txn.Tx, i *store.Issuer, said *people.Logout) error {
	lasting, err := tx.SessionsFrom(ctx, i.Tenant, i.ID)
	if err != nil {
		return err
	}
	subject := ""
	if said.Subject != "" {
		p, err := tx.PersonBySubject(ctx, i.Tenant, i.ID, said.Subject)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		subject = p.ID
	}
	for _, one := range lasting {
		if subject != "" && one.PersonID != subject || said.SID != "" && one.SID != said.SID {
			continue
		}
		if err := access.EndSession(ctx, tx, one, access.EndedByIssuer); err != nil {
			return err
		}
	}
	return nil
}
