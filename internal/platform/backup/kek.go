package backup

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"filippo.io/age"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
)

// stanzaKEK is the type of the part of the header that has the key of the file under a key-encryption key.
const stanzaKEK = "quickconnect-kek"

// purpose binds a sealed key to what it is for.
const purpose = "backup"

// KEK encrypts a backup under a key-encryption key of a keyring, and opens it. It is a recipient and an identity of
// age.
type KEK struct {
	Context context.Context //nolint:containedctx // age passes none on
	Keyring *keyring.Keyring
	Number  int64 // of the key that encrypts
}

// Wrap implements age.Recipient.
func (k KEK) Wrap(fileKey []byte) ([]*age.Stanza, error) {
	sealed, err := k.Keyring.SealKey(k.Context, k.Number, fileKey, purpose, 0)
	if err != nil {
		return nil, err
	}
	return []*age.Stanza{{Type: stanzaKEK, Args: []string{strconv.FormatInt(k.Number, 10)}, Body: sealed}}, nil
}

// Unwrap implements age.Identity.
func (k KEK) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	for _, s := range stanzas {
		if s.Type != stanzaKEK {
			continue
		}
		key, err := k.Keyring.OpenKey(k.Context, s.Body, purpose, 0)
		if err != nil {
			return nil, fmt.Errorf("the keyring does not open it: %w", err)
		}
		return key, nil
	}
	return nil, errors.Join(age.ErrIncorrectIdentity,
		errors.New("it is encrypted for recipients of age: give the file with the identity of one as --identity"))
}
