package keys

import (
	"context"
	"crypto/sha256"
	"encoding/base64"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// What the sealed values of issuers and sessions are.
const (
	clientSecret = "client_secret"
	issuerToken  = "issuer_token"
)

func ofIssuer(i *store.Issuer) keyring.EndpointValue {
	return keyring.EndpointValue{Tenant: i.Tenant, Environment: i.KeyEnvironment, Endpoint: i.ID, What: clientSecret}
}

func ofSession(s *store.Session) keyring.EndpointValue {
	return keyring.EndpointValue{Tenant: s.Tenant, Environment: s.KeyEnvironment, Endpoint: s.ID, What: issuerToken}
}

// SealClientSecret seals the secret of the platform's client at an issuer.
func SealClientSecret(
	ctx context.Context, k *Keys, tx *store.Tx, value secret.Value, i *store.Issuer,
) ([]byte, error) {
	return k.sealEndpointValue(ctx, tx, value, ofIssuer(i))
}

// OpenClientSecret opens what SealClientSecret sealed.
func OpenClientSecret(ctx context.Context, k *Keys, tx *store.Tx, i *store.Issuer) (secret.Value, error) {
	return k.OpenEndpointValue(ctx, tx, i.Sealed, ofIssuer(i))
}

// SealIssuerToken seals the token with which the issuer of a session is asked.
func SealIssuerToken(
	ctx context.Context, k *Keys, tx *store.Tx, value secret.Value, s *store.Session,
) ([]byte, error) {
	return k.sealEndpointValue(ctx, tx, value, ofSession(s))
}

// OpenIssuerToken opens what SealIssuerToken sealed.
func OpenIssuerToken(ctx context.Context, k *Keys, tx *store.Tx, s *store.Session) (secret.Value, error) {
	return k.OpenEndpointValue(ctx, tx, s.Sealed, ofSession(s))
}

// Derived returns a value for one use that is made from another one, so that the other one need not be stored. Nobody
// can compute it backwards.
func Derived(from secret.Value, use string) string {
	sum := sha256.Sum256([]byte(use + "\x00" + from.Expose())) //nolint:forbidigo // hashed
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
