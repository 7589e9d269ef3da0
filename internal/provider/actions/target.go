package actions

import (
	"context"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

// credential is what the actions need to know of an object that has one.
type credential struct {
	kind  api.Kind
	name  string
	hold  *api.Hold
	valid bool // a version of it can be revoked
}

// target is one object with a credential.
type target interface {
	read(ctx context.Context) (credential, error)
	hold(ctx context.Context, reason string) (credential, error)
	release(ctx context.Context, reason string) (credential, error)
	revoke(ctx context.Context, in api.RevokeRequest) (credential, error)
}

// calls are the calls of the client for one kind.
type calls[T any] interface {
	Get(ctx context.Context, id string) (*T, error)
	Hold(ctx context.Context, id string, in api.HoldRequest, w client.Write) (*T, error)
	Release(ctx context.Context, id string, in api.HoldRequest, w client.Write) (*T, error)
	Revoke(ctx context.Context, id string, in api.RevokeRequest, w client.Write) (*T, error)
}

// object is the object of an id in one kind.
type object[T any] struct {
	calls    calls[T]
	id       string
	describe func(*T) credential
}

func (o object[T]) read(ctx context.Context) (credential, error) {
	return o.described(o.calls.Get(ctx, o.id))
}

func (o object[T]) hold(ctx context.Context, reason string) (credential, error) {
	return o.described(o.calls.Hold(ctx, o.id, api.HoldRequest{Reason: reason}, client.Write{}))
}

func (o object[T]) release(ctx context.Context, reason string) (credential, error) {
	return o.described(o.calls.Release(ctx, o.id, api.HoldRequest{Reason: reason}, client.Write{}))
}

func (o object[T]) revoke(ctx context.Context, in api.RevokeRequest) (credential, error) {
	return o.described(o.calls.Revoke(ctx, o.id, in, client.Write{}))
}

func (o object[T]) described(answer *T, err error) (credential, error) {
	if err != nil {
		return credential{}, err
	}
	return o.describe(answer), nil
}

// containable are the kinds with a credential.
func containable() []api.Kind {
	return []api.Kind{api.Connectors, api.ScopedTokens, api.SigningSecrets}
}

// targetOf returns the object of an id; ok is false for an id of another kind.
func targetOf(c *client.Client, id string) (t target, ok bool) {
	switch {
	case strings.HasPrefix(id, api.Connectors.IDPrefix):
		return object[api.Connector]{c.Connectors(), id, ofConnector}, true
	case strings.HasPrefix(id, api.ScopedTokens.IDPrefix):
		return object[api.ScopedToken]{c.ScopedTokens(), id, ofToken}, true
	case strings.HasPrefix(id, api.SigningSecrets.IDPrefix):
		return object[api.SigningSecret]{c.SigningSecrets(), id, ofSigningSecret}, true
	}
	return nil, false
}

func ofConnector(c *api.Connector) credential {
	valid := c.Version != nil && c.CredentialsStatus != api.CredentialsRevoked
	return credential{api.Connectors, c.Name, c.Hold, valid}
}

func ofToken(t *api.ScopedToken) credential {
	return credential{api.ScopedTokens, t.Name, t.Hold, t.Rotation.Phase != api.PhaseRevoked}
}

func ofSigningSecret(s *api.SigningSecret) credential {
	return credential{api.SigningSecrets, s.Name, s.Hold, s.Rotation.Phase != api.PhaseRevoked}
}
