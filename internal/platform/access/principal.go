package access

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/guardrail"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/guardrails"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// ActorOperator is the actor of what is done on the machine of the platform.
const ActorOperator = "quickconnectd"

const (
	actionEnvironment = "create_environment"
	actionBreakGlass  = "break_glass"
	kindEnvironments  = "environments"
)

// Bootstrap makes environments of a tenant, and the tenant if it is new, with one deployer principal in each. It
// returns the tokens of the principals by environment: all of them, or with an error none. A ttl of 0 is forever. It
// may run beside a server.
func Bootstrap(
	ctx context.Context, s *store.Store, k *keyring.Keyring, c clock.Clock, tenant string, environments []string,
	ttl time.Duration,
) (map[string]secret.Value, error) {
	if err := checkBootstrap(tenant, environments); err != nil {
		return nil, err
	}
	runner, err := newRunner(ctx, s, k, c)
	if err != nil {
		return nil, err
	}
	tokens := map[string]secret.Value{}
	err = runner.Update(ctx, txn.Caller{Actor: ActorOperator}, func(tx *txn.Tx) (err error) {
		for _, e := range environments {
			in := tx.As(tx.In(store.Scope{Tenant: tenant, Environment: e}))
			if err := createEnvironment(ctx, in); err != nil {
				return err
			}
			if tokens[e], err = createPrincipal(ctx, in, api.RoleDeployer, api.RoleDeployer, ttl); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return tokens, nil
}

func checkBootstrap(tenant string, environments []string) error {
	if err := api.CheckName(tenant); err != nil {
		return fmt.Errorf("the tenant %w", err)
	}
	if len(environments) == 0 {
		return errors.New("name at least one environment")
	}
	for i, e := range environments {
		if err := api.CheckName(e); err != nil {
			return fmt.Errorf("environment %d %w", i+1, err)
		}
		if slices.Contains(environments[:i], e) {
			return fmt.Errorf("environment %s is named twice", e)
		}
	}
	return nil
}

// CreatePrincipal makes one more principal and returns its token, which cannot be read again. A ttl of 0 is forever.
// It is refused where the policy of the environment forbids static principals.
func CreatePrincipal(
	ctx context.Context, s *store.Store, k *keyring.Keyring, c clock.Clock,
	scope store.Scope, role, name string, ttl time.Duration,
) (secret.Value, error) {
	return newPrincipal(ctx, s, k, c, scope, role, name, ttl, guarded)
}

// BreakGlass is CreatePrincipal whatever the policy of the environment says: the way back where nothing else has
// access.
func BreakGlass(
	ctx context.Context, s *store.Store, k *keyring.Keyring, c clock.Clock,
	scope store.Scope, role, name string, ttl time.Duration,
) (secret.Value, error) {
	return newPrincipal(ctx, s, k, c, scope, role, name, ttl, broken)
}

// guarded refuses a static principal that the policy of the environment forbids.
func guarded(ctx context.Context, tx *txn.Tx, name string) error {
	err := guardrails.Check(ctx, tx, "", nil, guardrail.Subject{Kind: api.KindPrincipals, Name: name})
	if err != nil {
		return fmt.Errorf("%w Where nothing else has access any more, repeat this with --break-glass", err)
	}
	return nil
}

// broken records that a principal was made whatever the policy says.
func broken(ctx context.Context, tx *txn.Tx, name string) error {
	return tx.Audit(ctx, actionBreakGlass, kindEnvironments, tx.Scope.Environment, map[string]string{"name": name})
}

func newPrincipal(
	ctx context.Context, s *store.Store, k *keyring.Keyring, c clock.Clock,
	scope store.Scope, role, name string, ttl time.Duration, allow func(context.Context, *txn.Tx, string) error,
) (token secret.Value, err error) {
	if !slices.Contains(api.Roles(), role) {
		return token, fmt.Errorf("the role must be one of %s", strings.Join(api.Roles(), ", "))
	}
	if err := api.CheckName(name); err != nil {
		return token, fmt.Errorf("the name %w", err)
	}
	if ttl < 0 {
		return token, errors.New("the ttl must not be negative")
	}
	runner, err := newRunner(ctx, s, k, c)
	if err != nil {
		return token, err
	}
	err = runner.Update(ctx, txn.Caller{Scope: scope, Actor: ActorOperator}, func(tx *txn.Tx) error {
		if err := checkEnvironment(ctx, tx); err != nil {
			return err
		}
		if err := allow(ctx, tx, name); err != nil {
			return err
		}
		token, err = createPrincipal(ctx, tx, role, name, ttl)
		return err
	})
	return token, err
}

func newRunner(ctx context.Context, s *store.Store, k *keyring.Keyring, c clock.Clock) (*txn.Runner, error) {
	return txn.Open(ctx, s, k, c, rand.Reader)
}

func createEnvironment(ctx context.Context, tx *txn.Tx) error {
	err := tx.CreateEnvironment(ctx, tx.Scope, tx.Now)
	if errors.Is(err, store.ErrExists) {
		return fmt.Errorf("environment %s of tenant %s exists already; another token for it is made with: "+
			"quickconnectd token create --tenant %s --environment %s --role %s",
			tx.Scope.Environment, tx.Scope.Tenant, tx.Scope.Tenant, tx.Scope.Environment, api.RoleDeployer)
	}
	if err != nil {
		return err
	}
	if err := tx.Keys.EnsureComparison(ctx, tx.Tx, tx.Scope, tx.Random, tx.Now); err != nil {
		return err
	}
	if err := guardrails.Begin(ctx, tx); err != nil {
		return err
	}
	return tx.Audit(ctx, actionEnvironment, kindEnvironments, tx.Scope.Environment, nil)
}

func createPrincipal(
	ctx context.Context, tx *txn.Tx, role, name string, ttl time.Duration,
) (token secret.Value, err error) {
	if token, err = keys.NewToken(api.PrefixPrincipal, tx.Random); err != nil {
		return secret.Value{}, err
	}
	id, err := tx.NewID(keys.IDPrincipal)
	if err != nil {
		return secret.Value{}, err
	}
	p := &store.Principal{ID: id, Scope: tx.Scope, Name: name, Role: role, CreatedAt: tx.Now}
	if ttl > 0 {
		p.ExpiresAt = tx.Now.Add(ttl)
	}
	lookup, err := tx.Keys.Lookup(ctx, tx.Tx)
	if err != nil {
		return secret.Value{}, err
	}
	p.TokenHash = lookup.Token(token)[0]
	if err := tx.InsertPrincipal(ctx, p); err != nil {
		return secret.Value{}, err
	}
	bound, err := tx.Keys.Rows().Principal(p, p.TokenHash)
	if err := tx.Bind(ctx, bound, err); err != nil {
		return secret.Value{}, err
	}
	detail := map[string]string{"name": name, "role": role}
	return token, tx.Audit(ctx, txn.ActionCreate, api.KindPrincipals, id, detail)
}
