package keyring

import (
	"context"
	"errors"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/subtle/random"
	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// Owner is what a data key belongs to: a credential, or an environment where Credential is empty.
type Owner struct{ Tenant, Environment, Credential string }

// DataKey seals and opens what belongs to its owner. It is safe for concurrent use.
type DataKey struct {
	Owner  Owner
	header []byte // empty for the older format
	aead   tink.AEAD
}

const dataKeyBytes = 32

// NewDataKey makes a data key, and wraps it with the KEK of a number.
func (k *Keyring) NewDataKey(
	ctx context.Context, number int64, owner Owner,
) (h Header, key *DataKey, wrapped []byte, err error) {
	kek, err := k.calling(number)
	if err != nil {
		return h, nil, nil, err
	}
	h.Number = number
	copy(h.ID[:], random.GetRandomBytes(idBytes))
	plain := random.GetRandomBytes(dataKeyBytes)
	if wrapped, err = kek.EncryptWithContext(ctx, plain, owner.associated(h)); err == nil {
		key, err = dataKeyOf(h, owner, plain)
	}
	if err != nil {
		return h, nil, nil, fmt.Errorf("wrapping a data key with key %d of the keyring: %w", number, err)
	}
	return h, key, wrapped, nil
}

// OpenDataKey unwraps what NewDataKey made with the same header and owner.
func (k *Keyring) OpenDataKey(ctx context.Context, h Header, owner Owner, wrapped []byte) (*DataKey, error) {
	kek, err := k.calling(h.Number)
	if err != nil {
		return nil, err
	}
	plain, err := kek.DecryptWithContext(ctx, wrapped, owner.associated(h))
	if isOutside(ctx, err) {
		return nil, fmt.Errorf("the data key %x does not unwrap: %w", h.ID, err)
	}
	if err != nil {
		return nil, fmt.Errorf("the data key %x does not unwrap: "+
			"it was wrapped with another keyring or for another object, or it was changed", h.ID)
	}
	return dataKeyOf(h, owner, plain)
}

func dataKeyOf(h Header, owner Owner, plain []byte) (*DataKey, error) {
	cipher, err := subtle.NewAESGCM(plain)
	if err != nil {
		return nil, errors.New("a data key has the wrong length")
	}
	return &DataKey{owner, h.bytes(), cipher}, nil
}

func (o Owner) associated(h Header) []byte {
	return bound(h.bytes(), associated("data key", 0, o.Tenant, o.Environment, o.Credential))
}

// olderKEK is the number of the KEK of builds that had only one.
const olderKEK = 1

// Older returns what opens values in the older format, of every owner.
func (k *Keyring) Older() (*DataKey, error) {
	kek, err := k.kek(olderKEK)
	if err != nil {
		return nil, err
	}
	of, ok := kek.(local)
	if !ok {
		return nil, fmt.Errorf("key %d of the keyring is outside of this machine, and seals nothing in the older format",
			olderKEK)
	}
	return &DataKey{aead: aead.NewKMSEnvelopeAEAD2(aead.AES256GCMKeyTemplate(), of.primitive)}, nil
}

func (d *DataKey) seal(plain, associated []byte) ([]byte, error) {
	sealed, err := d.aead.Encrypt(plain, bound(d.header, associated))
	if err != nil {
		return nil, err
	}
	return append(bound(d.header, nil), sealed...), nil
}

func (d *DataKey) open(sealed, associated []byte) ([]byte, error) {
	if len(sealed) < len(d.header) {
		return nil, errors.New("it is too short")
	}
	return d.aead.Decrypt(sealed[len(d.header):], bound(d.header, associated))
}

// Seal encrypts the value of one version.
func (d *DataKey) Seal(v secret.Value, b Bound) ([]byte, error) {
	sealed, err := d.seal([]byte(v.Expose()), b.associated())
	if err != nil {
		return nil, fmt.Errorf("sealing version %d of credential %s: %w", b.Version, b.Credential, err)
	}
	return sealed, nil
}

// Open decrypts what Seal made for the same Bound.
func (d *DataKey) Open(sealed []byte, b Bound) (secret.Value, error) {
	value, err := d.open(sealed, b.associated())
	if err != nil {
		return secret.Value{}, fmt.Errorf("version %d of credential %s does not open: "+
			"it was sealed with another keyring or for another object, or it was changed", b.Version, b.Credential)
	}
	return secret.New(string(value)), nil
}

// SealEvent encrypts the body of a queued event, which may contain private messages.
func (d *DataKey) SealEvent(body []byte, e Event) ([]byte, error) {
	sealed, err := d.seal(body, e.associated())
	if err != nil {
		return nil, fmt.Errorf("sealing event %s: %w", e.ID, err)
	}
	return sealed, nil
}

// OpenEvent decrypts what SealEvent made for the same Event.
func (d *DataKey) OpenEvent(sealed []byte, e Event) ([]byte, error) {
	body, err := d.open(sealed, e.associated())
	if err != nil {
		return nil, fmt.Errorf("event %s does not open: "+
			"it was sealed with another keyring or for another endpoint, or it was changed", e.ID)
	}
	return body, nil
}

// SealAccessToken encrypts an access token of an authorization server.
func (d *DataKey) SealAccessToken(v secret.Value, a AccessToken) ([]byte, error) {
	sealed, err := d.seal([]byte(v.Expose()), a.associated())
	if err != nil {
		return nil, fmt.Errorf("sealing the access token of connector %s: %w", a.Credential, err)
	}
	return sealed, nil
}

// OpenAccessToken decrypts what SealAccessToken made for the same AccessToken.
func (d *DataKey) OpenAccessToken(sealed []byte, a AccessToken) (secret.Value, error) {
	value, err := d.open(sealed, a.associated())
	if err != nil {
		return secret.Value{}, fmt.Errorf("the access token of connector %s does not open: "+
			"it was sealed with another keyring or for another version, or it was changed", a.Credential)
	}
	return secret.New(string(value)), nil
}

// SealEndpointValue encrypts a value of a webhook endpoint.
func (d *DataKey) SealEndpointValue(v secret.Value, e EndpointValue) ([]byte, error) {
	sealed, err := d.seal([]byte(v.Expose()), e.associated())
	if err != nil {
		return nil, fmt.Errorf("sealing the %s of webhook endpoint %s: %w", e.What, e.Endpoint, err)
	}
	return sealed, nil
}

// OpenEndpointValue decrypts what SealEndpointValue made for the same EndpointValue.
func (d *DataKey) OpenEndpointValue(sealed []byte, e EndpointValue) (secret.Value, error) {
	value, err := d.open(sealed, e.associated())
	if err != nil {
		return secret.Value{}, fmt.Errorf("the %s of webhook endpoint %s does not open: "+
			"it was sealed with another keyring or for another endpoint, or it was changed", e.What, e.Endpoint)
	}
	return secret.New(string(value)), nil
}
