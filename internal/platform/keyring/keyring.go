// Package keyring seals secrets before they reach the store. It encrypts each value with its own data key, and the data
// key with the key-encryption key (KEK) in the keyring file.
package keyring

import (
	"encoding/binary"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// Keyring seals and opens secrets. It is safe for concurrent use.
type Keyring struct{ envelope tink.AEAD }

func newKeyring(kek *keyset.Handle) (*Keyring, error) {
	primitive, err := aead.New(kek)
	if err != nil {
		return nil, err
	}
	return &Keyring{envelope: aead.NewKMSEnvelopeAEAD2(aead.AES256GCMKeyTemplate(), primitive)}, nil
}

// Bound is what a sealed value belongs to. The value opens only with the same Bound, so a row that is copied over
// another one does not open.
type Bound struct {
	Tenant, Environment, Credential string
	Version                         int64
}

func (b Bound) associated() []byte {
	return associated("secret", b.Version, b.Tenant, b.Environment, b.Credential)
}

// associated writes each part after its length, so that different lists of parts never give the same bytes.
func associated(use string, number int64, parts ...string) []byte {
	data := binary.BigEndian.AppendUint64(nil, uint64(number)) //nolint:gosec // the bits matter, not the sign
	for _, p := range append([]string{use}, parts...) {
		data = binary.BigEndian.AppendUint64(data, uint64(len(p)))
		data = append(data, p...)
	}
	return data
}

// Seal encrypts the value of one version.
func (k *Keyring) Seal(v secret.Value, b Bound) ([]byte, error) {
	sealed, err := k.envelope.Encrypt([]byte(v.Expose()), b.associated())
	if err != nil {
		return nil, fmt.Errorf("sealing version %d of credential %s: %w", b.Version, b.Credential, err)
	}
	return sealed, nil
}

// Open decrypts what Seal made for the same Bound.
func (k *Keyring) Open(sealed []byte, b Bound) (secret.Value, error) {
	value, err := k.envelope.Decrypt(sealed, b.associated())
	if err != nil {
		return secret.Value{}, fmt.Errorf("version %d of credential %s does not open: "+
			"it was sealed with another keyring or for another object, or it was changed", b.Version, b.Credential)
	}
	return secret.New(string(value)), nil
}

// Event is what a sealed event belongs to.
type Event struct{ Tenant, Environment, Endpoint, ID string }

func (e Event) associated() []byte {
	return associated("event", 0, e.Tenant, e.Environment, e.Endpoint, e.ID)
}

// SealEvent encrypts the body of a queued event, which may contain private messages.
func (k *Keyring) SealEvent(body []byte, e Event) ([]byte, error) {
	sealed, err := k.envelope.Encrypt(body, e.associated())
	if err != nil {
		return nil, fmt.Errorf("sealing event %s: %w", e.ID, err)
	}
	return sealed, nil
}

// OpenEvent decrypts what SealEvent made for the same Event.
func (k *Keyring) OpenEvent(sealed []byte, e Event) ([]byte, error) {
	body, err := k.envelope.Decrypt(sealed, e.associated())
	if err != nil {
		return nil, fmt.Errorf("event %s does not open: "+
			"it was sealed with another keyring or for another endpoint, or it was changed", e.ID)
	}
	return body, nil
}

// EndpointValue is what a sealed value of a webhook endpoint belongs to. What says which of its values it is.
type EndpointValue struct{ Tenant, Environment, Endpoint, What string }

func (e EndpointValue) associated() []byte {
	return associated("endpoint", 0, e.Tenant, e.Environment, e.Endpoint, e.What)
}

// SealEndpointValue encrypts a value of a webhook endpoint.
func (k *Keyring) SealEndpointValue(v secret.Value, e EndpointValue) ([]byte, error) {
	sealed, err := k.envelope.Encrypt([]byte(v.Expose()), e.associated())
	if err != nil {
		return nil, fmt.Errorf("sealing the %s of webhook endpoint %s: %w", e.What, e.Endpoint, err)
	}
	return sealed, nil
}

// OpenEndpointValue decrypts what SealEndpointValue made for the same EndpointValue.
func (k *Keyring) OpenEndpointValue(sealed []byte, e EndpointValue) (secret.Value, error) {
	value, err := k.envelope.Decrypt(sealed, e.associated())
	if err != nil {
		return secret.Value{}, fmt.Errorf("the %s of webhook endpoint %s does not open: "+
			"it was sealed with another keyring or for another endpoint, or it was changed", e.What, e.Endpoint)
	}
	return secret.New(string(value)), nil
}

// SealKey encrypts a symmetric key of the platform, for one purpose and number.
func (k *Keyring) SealKey(key []byte, purpose string, number int64) ([]byte, error) {
	sealed, err := k.envelope.Encrypt(key, associated("key", number, purpose))
	if err != nil {
		return nil, fmt.Errorf("sealing key %d for %s: %w", number, purpose, err)
	}
	return sealed, nil
}

// OpenKey decrypts what SealKey made for the same purpose and number.
func (k *Keyring) OpenKey(sealed []byte, purpose string, number int64) ([]byte, error) {
	key, err := k.envelope.Decrypt(sealed, associated("key", number, purpose))
	if err != nil {
		return nil, fmt.Errorf("key %d for %s does not open: it was sealed with another keyring; "+
			"restore the %s that belongs to this database", number, purpose, FileName)
	}
	return key, nil
}
