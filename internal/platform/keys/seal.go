package keys

import (
	"context"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

func (k *sealer) seal(ctx context.Context, tx *store.Tx, value secret.Value, b keyring.Bound) ([]byte, error) {
	key, err := k.sealing(ctx, tx, b.Owner())
	if err != nil {
		return nil, err
	}
	return key.Seal(value, b)
}

func (k *sealer) open(ctx context.Context, tx *store.Tx, sealed []byte, b keyring.Bound) (secret.Value, error) {
	key, err := k.opening(ctx, tx, sealed, b.Owner())
	if err != nil {
		return secret.Value{}, err
	}
	return key.Open(sealed, b)
}

func (k *sealer) sealAccessToken(
	ctx context.Context, tx *store.Tx, value secret.Value, a keyring.AccessToken,
) ([]byte, error) {
	key, err := k.sealing(ctx, tx, a.Owner())
	if err != nil {
		return nil, err
	}
	return key.SealAccessToken(value, a)
}

// openAccessToken opens an access token. Outside of a transaction, tx is nil.
func (k *sealer) openAccessToken(
	ctx context.Context, tx *store.Tx, sealed []byte, a keyring.AccessToken,
) (secret.Value, error) {
	key, err := k.opening(ctx, tx, sealed, a.Owner())
	if err != nil {
		return secret.Value{}, err
	}
	return key.OpenAccessToken(sealed, a)
}

// SealEvent seals the body of an event.
func (k *sealer) SealEvent(ctx context.Context, tx *store.Tx, body []byte, e keyring.Event) ([]byte, error) {
	key, err := k.sealing(ctx, tx, e.Owner())
	if err != nil {
		return nil, err
	}
	return key.SealEvent(body, e)
}

// OpenEvent opens the body of an event. Outside of a transaction, tx is nil.
func (k *sealer) OpenEvent(ctx context.Context, tx *store.Tx, sealed []byte, e keyring.Event) ([]byte, error) {
	key, err := k.opening(ctx, tx, sealed, e.Owner())
	if err != nil {
		return nil, err
	}
	return key.OpenEvent(sealed, e)
}

func (k *sealer) sealEndpointValue(
	ctx context.Context, tx *store.Tx, value secret.Value, of keyring.EndpointValue,
) ([]byte, error) {
	key, err := k.sealing(ctx, tx, of.Owner())
	if err != nil {
		return nil, err
	}
	return key.SealEndpointValue(value, of)
}

// OpenEndpointValue opens a value of a webhook endpoint. Outside of a transaction, tx is nil.
func (k *sealer) OpenEndpointValue(
	ctx context.Context, tx *store.Tx, sealed []byte, of keyring.EndpointValue,
) (secret.Value, error) {
	key, err := k.opening(ctx, tx, sealed, of.Owner())
	if err != nil {
		return secret.Value{}, err
	}
	return key.OpenEndpointValue(sealed, of)
}
