package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/journal"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// Why a principal ended.
const (
	ReasonDeleted      = "deleted"
	ReasonTokenRevoked = "token_revoked"
)

// Named returns a principal for a person to read: its name, and its id behind it.
func Named(p *store.Principal) string { return api.Actor(p.ID, p.Name) }

// Find reads a principal of the caller's environment that was not ended.
func Find(ctx context.Context, tx *txn.Tx, id string) (*store.Principal, error) {
	p, err := tx.Principal(ctx, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && (p.Scope != tx.Scope || !p.EndedAt.IsZero()) {
		return nil, problem.New(api.CodeNotFound, "", "there is no principal with this id in tenant %s, environment %s",
			tx.Scope.Tenant, tx.Scope.Environment)
	}
	return p, err
}

// Delete ends a principal, but the last deployer of an environment only with last: without one, no apply may be
// possible until another is made on the machine of the platform. Workload identities do not count as deployers.
func Delete(ctx context.Context, tx *txn.Tx, p *store.Principal, last bool, how string) error {
	if !last && p.Role == api.RoleDeployer && p.LiveAt(tx.Now) {
		alone, err := tx.IsLastOfRole(ctx, p, tx.Now)
		if err != nil {
			return err
		}
		if alone {
			return problem.New(api.CodeConflict, "", "%s is the last principal with role %s of tenant %s, environment %s, and "+
				"was not ended. Workload identities do not count: the platform does not know whether their issuers still "+
				"sign. If one with that role applies here, repeat this with %s. Otherwise make another principal first with "+
				"quickconnectd token create, which needs --break-glass under the guardrail %s",
				Named(p), api.RoleDeployer, p.Tenant, p.Environment, how, api.RuleForbidStaticPrincipals)
		}
	}
	return End(ctx, tx, p, ReasonDeleted)
}

// End ends a principal: its token is refused from now on.
func End(ctx context.Context, tx *txn.Tx, p *store.Principal, reason string) error {
	if err := tx.EndPrincipal(ctx, p.ID, tx.Now, tx.Actor, reason); err != nil {
		return err
	}
	p.EndedAt = tx.Now
	bound, err := tx.Keys.Rows().Principal(p, p.TokenHash)
	if err := tx.Bind(ctx, bound, err); err != nil {
		return err
	}
	detail := map[string]string{"name": p.Name, "role": p.Role, "reason": reason}
	return tx.Audit(ctx, txn.ActionDelete, api.KindPrincipals, p.ID, detail)
}

// ListPrincipals lists the principals of an environment, on the machine of the platform.
func ListPrincipals(
	ctx context.Context, s *store.Store, k *keyring.Keyring, c clock.Clock, scope store.Scope,
) (found []*store.Principal, err error) {
	runner, err := newRunner(ctx, s, k, c)
	if err != nil {
		return nil, err
	}
	const page = 1000
	err = runner.View(ctx, txn.Caller{Scope: scope}, func(tx *txn.Tx) error {
		if err := checkEnvironment(ctx, tx); err != nil {
			return err
		}
		for after := ""; ; {
			more, err := tx.Principals(ctx, scope, store.List{After: after, Limit: page})
			if err != nil {
				return err
			}
			found = append(found, more...)
			if len(more) < page {
				return nil
			}
			after = more[len(more)-1].ID
		}
	})
	return found, err
}

// RevokePrincipal ends a principal, on the machine of the platform, and notes that in a journal, which may be nil. It
// returns what was ended.
func RevokePrincipal(
	ctx context.Context, s *store.Store, k *keyring.Keyring, c clock.Clock, id string, last bool,
	kept *journal.File,
) (p *store.Principal, err error) {
	runner, err := newRunner(ctx, s, k, c)
	if err != nil {
		return nil, err
	}
	runner.Journal = kept
	err = runner.Update(ctx, txn.Caller{Actor: ActorOperator}, func(tx *txn.Tx) error {
		p, err = tx.Principal(ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			return errors.New("there is no principal with this id: quickconnectd token list shows those of an environment")
		}
		if err != nil {
			return err
		}
		if !p.EndedAt.IsZero() {
			return fmt.Errorf("%s was ended at %s before (%s); nothing was changed",
				Named(p), p.EndedAt.Format(time.RFC3339), p.EndReason)
		}
		err := Delete(ctx, tx.As(tx.In(p.Scope)), p, last, "--last")
		if refused := (*problem.Error)(nil); errors.As(err, &refused) {
			return errors.New(refused.Detail)
		}
		return err
	})
	return p, err
}

func checkEnvironment(ctx context.Context, tx *txn.Tx) error {
	exists, err := tx.EnvironmentExists(ctx, tx.Scope)
	if err == nil && !exists {
		err = fmt.Errorf("there is no environment %s of a tenant %s: make it with quickconnectd bootstrap",
			tx.Scope.Environment, tx.Scope.Tenant)
	}
	return err
}
