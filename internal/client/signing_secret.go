package client

import (
	"context"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// The bodies below are the one place where a supplied signing secret leaves secret.Value: they shadow the member that would print redacted.
type signingSecretCreateBody struct {
	api.SigningSecretCreate
	Secret *string `json:"secret,omitempty"`
}

type signingSecretPatchBody struct {
	api.SigningSecretPatch
	Secret *string `json:"secret,omitempty"`
}

// CreateSigningSecret makes a signing secret and its first version. The answer has no value: RevealSigningSecret does.
func (cl *Client) CreateSigningSecret(ctx context.Context, in api.SigningSecretCreate, key string) (*api.SigningSecret, error) {
	body := signingSecretCreateBody{in, exposedOne(in.Secret)}
	return signingSecret(create[signingSecretAnswer](ctx, cl, signingSecrets, in.Name, body, hidden(body.Secret), key))
}

// SigningSecret reads a signing secret.
func (cl *Client) SigningSecret(ctx context.Context, id string) (*api.SigningSecret, error) {
	return signingSecret(read[signingSecretAnswer](ctx, cl, signingSecrets, id))
}

// SigningSecretByName finds a signing secret; IsNotFound where there is none of this name.
func (cl *Client) SigningSecretByName(ctx context.Context, name string) (*api.SigningSecret, error) {
	return signingSecret(byName[signingSecretAnswer](ctx, cl, signingSecrets, name))
}

// PatchSigningSecret changes a signing secret. Raising minimum_version revokes what is below it.
func (cl *Client) PatchSigningSecret(ctx context.Context, id string, in api.SigningSecretPatch, w Write) (*api.SigningSecret, error) {
	body := signingSecretPatchBody{in, exposedOne(in.Secret)}
	return signingSecret(patch[signingSecretAnswer](ctx, cl, signingSecrets, id, body, hidden(body.Secret), w))
}

// DeleteSigningSecret deletes a signing secret; nothing is signed with it from then on.
func (cl *Client) DeleteSigningSecret(ctx context.Context, id, key string) error {
	return remove(ctx, cl, signingSecrets, id, key)
}

// StepSigningSecret takes one step of a rotation: verb is one of api.Step….
func (cl *Client) StepSigningSecret(ctx context.Context, id, verb string, in api.StepRequest, w Write) (*api.SigningSecret, error) {
	return signingSecret(step[signingSecretAnswer](ctx, cl, signingSecrets, id, verb, in, w))
}

// RevealSigningSecret returns what a receiver verifies with: the value of one valid version, or its public key for ed25519.
func (cl *Client) RevealSigningSecret(ctx context.Context, id string, version int64) (*api.Reveal, error) {
	return reveal(ctx, cl, signingSecrets, id, version)
}

func signingSecret(a *signingSecretAnswer, err error) (*api.SigningSecret, error) {
	if err != nil {
		return nil, err
	}
	return &a.SigningSecret, nil
}

func exposedOne(v *secret.Value) *string {
	if v == nil {
		return nil
	}
	s := v.Expose()
	return &s
}

// hidden is what no error may repeat of a body with at most one secret.
func hidden(s *string) []string {
	if s == nil {
		return nil
	}
	return []string{*s}
}
