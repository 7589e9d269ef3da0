package platform

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
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// actorOperator is who the audit names for what is done on the machine of the platform itself.
const actorOperator = "quickconnectd"

const (
	actionEnvironment = "create_environment"
	kindPrincipals    = "principals"
	kindEnvironments  = "environments"
)

// Bootstrap makes environments of a tenant, and the tenant if it is new, with one deployer principal in each, and
// returns the principals' tokens by environment: all of them, or, with an error, nothing. It may run beside a server.
func Bootstrap(ctx context.Context, s *store.Store, k *keyring.Keyring, c clock.Clock, tenant string, environments []string) (map[string]secret.Value, error) {
	if err := api.CheckName(tenant); err != nil {
		return nil, fmt.Errorf("the tenant %w", err)
	}
	if len(environments) == 0 {
		return nil, errors.New("name at least one environment")
	}
	for i, e := range environments {
		if err := api.CheckName(e); err != nil {
			return nil, fmt.Errorf("environment %d %w", i+1, err)
		}
		if slices.Contains(environments[:i], e) {
			return nil, fmt.Errorf("environment %s is named twice", e)
		}
	}
	random := newSource(rand.Reader)
	v, err := openVault(ctx, s, k, random, c.Now())
	if err != nil {
		return nil, err
	}
	tokens := map[string]secret.Value{}
	err = s.Update(ctx, func(tx *store.Tx) error {
		for _, e := range environments {
			scope := store.Scope{Tenant: tenant, Environment: e}
			w := &work{random: random, vault: v, tx: tx, scope: scope, now: c.Now(), actor: actorOperator}
			if err := w.createEnvironment(ctx); err != nil {
				return err
			}
			if tokens[e], err = w.createPrincipal(ctx, api.RoleDeployer, api.RoleDeployer, 0); err != nil {
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

// CreatePrincipal makes one more principal and returns its token, which is not to be had again. A ttl of 0 is forever.
func CreatePrincipal(ctx context.Context, s *store.Store, k *keyring.Keyring, c clock.Clock, scope store.Scope, role, name string, ttl time.Duration) (secret.Value, error) {
	if !slices.Contains(api.Roles(), role) {
		return secret.Value{}, fmt.Errorf("the role must be one of %s", strings.Join(api.Roles(), ", "))
	}
	if err := api.CheckName(name); err != nil {
		return secret.Value{}, fmt.Errorf("the name %w", err)
	}
	if ttl < 0 {
		return secret.Value{}, errors.New("the ttl must not be negative")
	}
	random := newSource(rand.Reader)
	v, err := openVault(ctx, s, k, random, c.Now())
	if err != nil {
		return secret.Value{}, err
	}
	var token secret.Value
	err = s.Update(ctx, func(tx *store.Tx) error {
		exists, err := tx.EnvironmentExists(ctx, scope)
		if err != nil {
			return err
		}
		if !exists {
			return fmt.Errorf("there is no environment %s of a tenant %s: make it with quickconnectd bootstrap", scope.Environment, scope.Tenant)
		}
		w := &work{random: random, vault: v, tx: tx, scope: scope, now: c.Now(), actor: actorOperator}
		token, err = w.createPrincipal(ctx, role, name, ttl)
		return err
	})
	return token, err
}

func (w *work) createEnvironment(ctx context.Context) error {
	err := w.tx.CreateEnvironment(ctx, w.scope, w.now)
	if errors.Is(err, store.ErrExists) {
		return fmt.Errorf("environment %s of tenant %s exists already; another token for it is made with: quickconnectd token create --tenant %s --environment %s --role %s",
			w.scope.Environment, w.scope.Tenant, w.scope.Tenant, w.scope.Environment, api.RoleDeployer)
	}
	if err != nil {
		return err
	}
	if _, err := w.vault.ensureKey(ctx, w.tx, purposeComparison(w.scope), w.random, w.now); err != nil {
		return err
	}
	return w.audit(ctx, actionEnvironment, kindEnvironments, w.scope.Environment, nil)
}

func (w *work) createPrincipal(ctx context.Context, role, name string, ttl time.Duration) (secret.Value, error) {
	token, err := newToken(PrefixPrincipal, w.random)
	if err != nil {
		return secret.Value{}, err
	}
	id, err := w.random.id(idPrincipal, w.now)
	if err != nil {
		return secret.Value{}, err
	}
	p := &store.Principal{ID: id, Scope: w.scope, Name: name, Role: role, CreatedAt: w.now}
	if ttl > 0 {
		p.ExpiresAt = w.now.Add(ttl)
	}
	if err := w.tx.InsertPrincipal(ctx, p, w.vault.hash(token)); err != nil {
		return secret.Value{}, err
	}
	return token, w.audit(ctx, actionCreate, kindPrincipals, id, map[string]string{"name": name, "role": role})
}
