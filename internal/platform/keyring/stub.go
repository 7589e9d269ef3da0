package keyring

import "github.com/quickconnect/terraform-provider-quickconnect/internal/secret"

// Keyring seals secrets under a key-encryption key in a file.
type Keyring struct{}

// Bound says what a sealed value belongs to; it opens only there.
type Bound struct {
	Tenant, Environment, Credential string
	Version                         int64
}

func Create(dir string) (*Keyring, error)                                              { panic("soon") }
func Open(dir string) (*Keyring, error)                                                { panic("soon") }
func (k *Keyring) Seal(v secret.Value, b Bound) ([]byte, error)                        { panic("soon") }
func (k *Keyring) Open(sealed []byte, b Bound) (secret.Value, error)                   { panic("soon") }
func (k *Keyring) SealKey(key []byte, purpose string, number int64) ([]byte, error)    { panic("soon") }
func (k *Keyring) OpenKey(sealed []byte, purpose string, number int64) ([]byte, error) { panic("soon") }
