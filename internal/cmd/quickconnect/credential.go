package main

import (
	"context"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

// credential is a scoped token, a signing secret, or the credentials of a connector.
type credential struct {
	api.Object
	kind     api.Kind
	owner    string
	hold     *api.Hold
	inactive *api.Quarantine // nil: not in quarantine
	rotation *api.Rotation   // nil: a connector, whose credentials do not rotate
	answer   any             // the object as the platform has shown it
}

// title names a credential in sentences.
func (c *credential) title() string { return c.kind.Singular + " " + c.Name + " (" + c.ID + ")" }

// unchanged is the condition that nobody has changed the credential since it was shown.
func (c *credential) unchanged() client.Write { return client.Write{IfMatch: c.Etag} }

func credentialKinds() []api.Kind {
	return []api.Kind{api.ScopedTokens, api.SigningSecrets, api.Connectors}
}

// credentials are the operations on credentials of one kind.
type credentials interface {
	find(ctx context.Context, t target) (*credential, error)
	versions(ctx context.Context, c *credential) ([]api.Version, error)
	revoke(ctx context.Context, c *credential, in api.RevokeRequest) (*credential, error)
	hold(ctx context.Context, c *credential, in api.HoldRequest) (*credential, error)
	release(ctx context.Context, c *credential, in api.HoldRequest) (*credential, error)
	quarantine(ctx context.Context, c *credential, in api.QuarantineRequest) (*credential, error)
	releaseQuarantine(ctx context.Context, c *credential, in api.HoldRequest) (*credential, error)
	step(ctx context.Context, c *credential, verb string, in api.StepRequest) (*credential, error)
}

// credentials returns the operations on a kind of credentialKinds.
func (s *session) credentials(kind api.Kind) credentials {
	switch kind {
	case api.ScopedTokens:
		return calls[api.ScopedToken]{s.client.ScopedTokens()}
	case api.SigningSecrets:
		return calls[api.SigningSecret]{s.client.SigningSecrets()}
	}
	return calls[api.Connector]{s.client.Connectors()}
}

// typed are the methods of the client that every kind of credential has.
type typed[T any] interface {
	Get(ctx context.Context, id string) (*T, error)
	ByName(ctx context.Context, name string) (*T, error)
	Versions(ctx context.Context, id string) ([]api.Version, error)
	Revoke(ctx context.Context, id string, in api.RevokeRequest, w client.Write) (*T, error)
	Hold(ctx context.Context, id string, in api.HoldRequest, w client.Write) (*T, error)
	Release(ctx context.Context, id string, in api.HoldRequest, w client.Write) (*T, error)
	Quarantine(ctx context.Context, id string, in api.QuarantineRequest, w client.Write) (*T, error)
	ReleaseQuarantine(ctx context.Context, id string, in api.HoldRequest, w client.Write) (*T, error)
}

// stepping is what rotated kinds have besides.
type stepping[T any] interface {
	Step(ctx context.Context, id, verb string, in api.StepRequest, w client.Write) (*T, error)
}

// calls makes credentials of the methods of the client.
type calls[T any] struct{ typed typed[T] }

func (k calls[T]) find(ctx context.Context, t target) (*credential, error) {
	if t.id == "" {
		found, err := k.typed.ByName(ctx, t.name)
		return shown(found, err)
	}
	found, err := k.typed.Get(ctx, t.id)
	return shown(found, err)
}

func (k calls[T]) versions(ctx context.Context, c *credential) ([]api.Version, error) {
	return k.typed.Versions(ctx, c.ID)
}

func (k calls[T]) revoke(ctx context.Context, c *credential, in api.RevokeRequest) (*credential, error) {
	changed, err := k.typed.Revoke(ctx, c.ID, in, c.unchanged())
	return shown(changed, err)
}

func (k calls[T]) hold(ctx context.Context, c *credential, in api.HoldRequest) (*credential, error) {
	changed, err := k.typed.Hold(ctx, c.ID, in, c.unchanged())
	return shown(changed, err)
}

func (k calls[T]) release(ctx context.Context, c *credential, in api.HoldRequest) (*credential, error) {
	changed, err := k.typed.Release(ctx, c.ID, in, c.unchanged())
	return shown(changed, err)
}

func (k calls[T]) quarantine(ctx context.Context, c *credential, in api.QuarantineRequest) (*credential, error) {
	changed, err := k.typed.Quarantine(ctx, c.ID, in, c.unchanged())
	return shown(changed, err)
}

func (k calls[T]) releaseQuarantine(ctx context.Context, c *credential, in api.HoldRequest) (*credential, error) {
	changed, err := k.typed.ReleaseQuarantine(ctx, c.ID, in, c.unchanged())
	return shown(changed, err)
}

func (k calls[T]) step(
	ctx context.Context, c *credential, verb string, in api.StepRequest,
) (*credential, error) {
	steps, ok := k.typed.(stepping[T])
	if !ok {
		return nil, refusef("the credentials of a connector do not rotate: new ones come with its configuration")
	}
	changed, err := steps.Step(ctx, c.ID, verb, in, c.unchanged())
	return shown(changed, err)
}

// shown takes from an answer what the commands go by.
func shown(answer any, err error) (*credential, error) {
	if err != nil {
		return nil, err
	}
	switch o := answer.(type) {
	case *api.ScopedToken:
		return &credential{o.Object, api.ScopedTokens, o.Owner, o.Hold, o.Quarantine, &o.Rotation, o}, nil
	case *api.SigningSecret:
		return &credential{o.Object, api.SigningSecrets, o.Owner, o.Hold, o.Quarantine, &o.Rotation, o}, nil
	case *api.Connector:
		return &credential{o.Object, api.Connectors, o.Owner, o.Hold, o.Quarantine, nil, o}, nil
	}
	return nil, refusef("a %T is no credential", answer)
}

// find reads the credential that the arguments name, and returns the operations on its kind.
func (s *session) find(ctx context.Context, t target) (credentials, *credential, error) {
	of := s.credentials(t.kind)
	c, err := of.find(ctx, t)
	return of, c, err
}

// valid returns the versions that are accepted, the oldest first.
func valid(all []api.Version) (out []api.Version) {
	for _, v := range all {
		if v.EndedAt == nil {
			out = append(out, v)
		}
	}
	return out
}
