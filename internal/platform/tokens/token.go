package tokens

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/guardrail"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/connectors"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/guardrails"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// token is a stored scoped token with the rules that hold for its rotation.
type token struct {
	*store.ScopedToken
	policy rotation.Policy
}

// load reads a token, after its deadlines.
func (h *Handler) load(ctx context.Context, tx *txn.Tx, id string) (*token, error) {
	record, err := tx.ScopedToken(ctx, tx.Scope, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, httpapi.NotFound(api.ScopedTokens, tx.Scope)
	}
	if err != nil {
		return nil, err
	}
	bound, err := tx.Keys.Rows().ScopedToken(record)
	if err := tx.CheckBound(ctx, bound, err); err != nil {
		return nil, err
	}
	return h.settled(ctx, tx, record)
}

func (h *Handler) settled(ctx context.Context, tx *txn.Tx, record *store.ScopedToken) (*token, error) {
	policy, err := credentials.Policy(ctx, tx, record.RotationPolicyID)
	if err != nil {
		return nil, err
	}
	t := &token{record, policy}
	return t, h.engine.Settle(ctx, tx, t)
}

// Parts serves the engine.
func (t *token) Parts() credentials.Parts {
	parts := credentials.Parts{
		Kind: api.ScopedTokens, Object: &t.Object, Credential: &t.Credential, Policy: t.policy, Owner: t.Owner,
		Scopes: t.Scopes, ScopesSince: t.ScopesSince, UnusedExpiry: t.UnusedExpiry,
	}
	if slices.Contains(t.Scopes, api.ScopeReadCredentials) {
		parts.RevealNeeds = api.PermissionWrite
	}
	return parts
}

// Save serves the engine.
func (t *token) Save(ctx context.Context, tx *txn.Tx) error {
	if err := tx.UpdateScopedToken(ctx, t.ScopedToken); err != nil {
		return err
	}
	return t.bind(ctx, tx)
}

// bind binds the columns of a token that was just written to its row.
func (t *token) bind(ctx context.Context, tx *txn.Tx) error {
	bound, err := tx.Keys.Rows().ScopedToken(t.ScopedToken)
	return tx.Bind(ctx, bound, err)
}

// Show serves the engine.
func (t *token) Show(now time.Time) any { return t.flatten(now) }

// Issuer makes the values of a token. The caller may not supply one.
func (t *token) Issuer(_ context.Context, tx *txn.Tx, supplied *secret.Value) (credentials.Issuer, error) {
	if supplied != nil {
		return nil, problem.Refused("/secret",
			errors.New("belongs to signing secrets; the values of a scoped token are made by the platform"))
	}
	return t.issue(tx), nil
}

// Reveal serves the engine.
func (t *token) Reveal(
	ctx context.Context, tx *txn.Tx, sealed []byte, b keyring.Bound, endsAt *time.Time,
) (*keys.Reveal, error) {
	return tx.Keys.RevealToken(ctx, tx.Tx, sealed, b, endsAt)
}

func (t *token) issue(tx *txn.Tx) credentials.Issuer {
	return func(ctx context.Context, number int64) error {
		value, err := keys.NewToken(api.PrefixScopedToken, tx.Random)
		if err != nil {
			return err
		}
		sealed, hash, err := tx.Keys.SealToken(ctx, tx.Tx, value, tx.Bound(t.ID, number))
		if err != nil {
			return err
		}
		if err := tx.PutSecret(ctx, t.ID, store.Sealed{
			Number: number, Value: sealed, LookupHash: hash,
			ValueHash: hash,
		}); err != nil {
			return err
		}
		bound, err := tx.Keys.Rows().Secret(tx.Scope, t.ID, number, hash)
		return tx.Bind(ctx, bound, err)
	}
}

// subject is what the rules of the environment look at.
func (t *token) subject() guardrail.Subject {
	expiry, _ := expiryOf(t.ExpiresAt) // it was checked before
	return guardrails.Token(t.ScopedToken, t.policy, expiry)
}

// patchMetadata applies the members of a patch that are plain metadata, and checks the whole token.
func (t *token) patchMetadata(
	ctx context.Context, tx *txn.Tx, before *store.ScopedToken, p *api.ScopedTokenPatch,
) (err error) {
	if err := merge(t.ScopedToken, p); err != nil {
		return err
	}
	if err := check(t.ScopedToken); err != nil {
		return err
	}
	if !slices.Equal(t.Scopes, before.Scopes) {
		if err := checkScopesAllowed(ctx, tx, t.ScopedToken); err != nil {
			return err
		}
		t.ScopesSince = granted(t.Scopes, before, tx.Now)
	}
	if t.policy, err = credentials.PolicyNamed(ctx, tx, t.RotationPolicyID, before.RotationPolicyID); err != nil {
		return err
	}
	if t.Name == before.Name {
		return nil
	}
	if err := httpapi.CheckNameFree(ctx, tx, api.ScopedTokens, t.Name); err != nil {
		return err
	}
	return credentials.Renamed(ctx, tx, t.Parts())
}

// granted returns since when a token has the scopes that it was not made with.
func granted(scopes []string, before *store.ScopedToken, now time.Time) map[string]time.Time {
	out := map[string]time.Time{}
	for _, s := range scopes {
		if since, known := before.ScopesSince[s]; known {
			out[s] = since
		} else if !slices.Contains(before.Scopes, s) {
			out[s] = now
		}
	}
	return out
}

// patchCredential applies the members of a patch that the rotation rules have.
func (t *token) patchCredential(
	ctx context.Context, tx *txn.Tx, p *api.ScopedTokenPatch,
) (done []rotation.Transition, err error) {
	if p.ExpiresAt.Set {
		at, err := expiryOf(p.ExpiresAt.Value)
		if err != nil {
			return nil, err
		}
		t.Credential.Credential, _, err = rotation.SetExpiry(t.Credential.Credential, t.policy, at, tx.Now)
		if err != nil {
			return nil, err
		}
	}
	if n := p.MinimumVersion.Value; n != nil {
		if done, err = credentials.RaiseMinimum(ctx, tx, t.Parts(), *n, t.issue(tx)); err != nil {
			return nil, err
		}
	}
	if p.RotationRequested {
		t.Credential.Credential = rotation.Request(t.Credential.Credential)
	}
	return done, nil
}

// checkScopesAllowed refuses scopes beyond those of the token's connector, which must exist.
func checkScopesAllowed(ctx context.Context, tx *txn.Tx, t *store.ScopedToken) error {
	c, err := connectors.Named(ctx, tx, t.ConnectorID)
	if err != nil {
		return err
	}
	for i, s := range t.Scopes {
		if !api.ScopeAllowed(s, c.AllowedScopes) {
			return problem.New(api.CodeInvalid, problem.Pointer("scopes", strconv.Itoa(i)),
				"scopes has %s, which the connector %q does not allow; "+
					"leave it out or widen the connector's allowed_scopes first", s, c.Name)
		}
	}
	return nil
}
