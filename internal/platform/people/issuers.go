package people

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/journal"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// DefaultGroupsClaim is the claim with the groups of a person, where the operator names no other.
const DefaultGroupsClaim = "groups"

// NewIssuer is what an operator says of an issuer.
type NewIssuer struct {
	Tenant, Name, URL, ClientID string
	Secret                      secret.Value // empty for a public client
	GroupsClaim                 string
	RequiredACR, RequiredAMR    []string
}

func (n NewIssuer) check() error {
	for what, err := range map[string]error{
		"--tenant": api.CheckName(n.Tenant), "--name": api.CheckName(n.Name), "--url": api.CheckIssuer(n.URL),
		"--client-id": api.CheckAudience(n.ClientID), "--groups-claim": api.CheckGroup(n.GroupsClaim),
	} {
		if err != nil {
			return fmt.Errorf("%s %w", what, err)
		}
	}
	return nil
}

// AddIssuer makes an issuer of a tenant, on the machine of the platform.
func AddIssuer(
	ctx context.Context, s *store.Store, k *keyring.Keyring, c clock.Clock, n NewIssuer,
) (i *store.Issuer, err error) {
	if err := n.check(); err != nil {
		return nil, err
	}
	err = operate(ctx, s, k, c, n.Tenant, nil, func(tx *txn.Tx, environments []string) error {
		i = &store.Issuer{
			Tenant: n.Tenant, Name: n.Name, URL: n.URL, ClientID: n.ClientID, KeyEnvironment: environments[0],
			GroupsClaim: n.GroupsClaim, RequiredACR: n.RequiredACR, RequiredAMR: n.RequiredAMR, CreatedAt: tx.Now,
		}
		if i.ID, err = tx.NewID(keys.IDIssuer); err != nil {
			return err
		}
		if !n.Secret.IsEmpty() {
			if i.Sealed, err = keys.SealClientSecret(ctx, tx.Keys, tx.Tx, n.Secret, i); err != nil {
				return err
			}
		}
		if err := tx.InsertIssuer(ctx, i); errors.Is(err, store.ErrNameTaken) {
			return fmt.Errorf("tenant %s has an issuer %s, or had one: choose another name, so that no role binding of the "+
				"old one counts for the new one", n.Tenant, n.Name)
		} else if err != nil {
			return err
		}
		return record(ctx, tx, txn.ActionCreate, i, environments)
	})
	return i, err
}

// ListIssuers lists the issuers of a tenant, on the machine of the platform.
func ListIssuers(
	ctx context.Context, s *store.Store, k *keyring.Keyring, c clock.Clock, tenant string,
) (found []*store.Issuer, err error) {
	err = operate(ctx, s, k, c, tenant, nil, func(tx *txn.Tx, _ []string) error {
		found, err = tx.Issuers(ctx, tenant)
		return err
	})
	return found, err
}

// RemoveIssuer removes an issuer, on the machine of the platform: it signs nobody in any more, and whom it has signed
// in is signed out. kept notes it; it may be nil. It returns how many sessions that ended, and the role bindings that
// count for nobody now.
func RemoveIssuer(
	ctx context.Context, s *store.Store, k *keyring.Keyring, c clock.Clock, tenant, name string, kept *journal.File,
) (sessions int, bindings []*store.RoleBinding, err error) {
	err = operate(ctx, s, k, c, tenant, kept, func(tx *txn.Tx, _ []string) error {
		i, err := IssuerByName(ctx, tx, tenant, name)
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("tenant %s has no issuer %s: quickconnectd issuer list shows those it has", tenant, name)
		}
		if err != nil {
			return err
		}
		if bindings, err = tx.RoleBindingsOf(ctx, tenant, i.ID); err != nil {
			return err
		}
		sessions, err = EndIssuer(ctx, tx, tenant, i.ID)
		return err
	})
	return sessions, bindings, err
}

// EndIssuer removes an issuer and ends its sessions, whose number it returns.
func EndIssuer(ctx context.Context, tx *txn.Tx, tenant, id string) (sessions int, err error) {
	i, err := ReadIssuer(ctx, tx, tenant, id)
	if err != nil {
		return 0, err
	}
	environments, err := tx.Environments(ctx, tenant)
	if err != nil {
		return 0, err
	}
	lasting, err := tx.SessionsFrom(ctx, tenant, id)
	if err != nil {
		return 0, err
	}
	for _, one := range lasting {
		if err := access.EndSession(ctx, tx, one, access.EndedIssuerRemoved); err != nil {
			return 0, err
		}
	}
	i.RemovedAt = tx.Now
	if err := tx.RemoveIssuer(ctx, i); err != nil {
		return 0, err
	}
	return len(lasting), record(ctx, tx, txn.ActionDelete, i, environments)
}

// operate runs a transaction of an operator about a tenant, which must exist.
func operate(
	ctx context.Context, s *store.Store, k *keyring.Keyring, c clock.Clock, tenant string, kept *journal.File,
	do func(tx *txn.Tx, environments []string) error,
) error {
	runner, err := txn.Open(ctx, s, k, c, rand.Reader)
	if err != nil {
		return err
	}
	runner.Journal = kept
	return runner.Update(ctx, txn.Caller{Actor: access.ActorOperator}, func(tx *txn.Tx) error {
		environments, err := tx.Environments(ctx, tenant)
		if err == nil && len(environments) == 0 {
			err = fmt.Errorf("there is no tenant %s: make it with quickconnectd bootstrap", tenant)
		}
		if err != nil {
			return err
		}
		return do(tx, environments)
	})
}

// record audits what was done to an issuer, in every environment of its tenant: it counts in all of them. It
// binds the row first.
func record(ctx context.Context, tx *txn.Tx, action string, i *store.Issuer, environments []string) error {
	bound, err := tx.Keys.Rows().Issuer(i)
	if err := tx.Bind(ctx, bound, err); err != nil {
		return err
	}
	detail := map[string]string{
		"name": i.Name, "url": i.URL, "client_id": i.ClientID, "required_acr": strings.Join(i.RequiredACR, " "),
		"required_amr": strings.Join(i.RequiredAMR, " "),
	}
	for _, e := range environments {
		in := tx.As(tx.In(store.Scope{Tenant: i.Tenant, Environment: e}))
		if err := in.Audit(ctx, action, api.KindIssuers, i.ID, detail); err != nil {
			return err
		}
	}
	return nil
}
