package keys

import (
	"context"
	"crypto"
	"encoding/base64"
	"errors"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// JWT is a token of another issuer in its parts. The token itself does not leave it: as long as it is valid, it opens
// whatever takes it.
type JWT struct {
	value           secret.Value
	header, payload []byte
}

// maxJWT is more than the JWT of any issuer has.
const maxJWT = 16 << 10

// ErrJWTTooLong is the error of ReadJWT where a text is longer than any JWT.
var ErrJWTTooLong = errors.New("it is longer than any JWT")

var errNoJWT = errors.New("it is not a signed JWT in its compact form")

// ReadJWT takes a JWT apart, and verifies nothing.
func ReadJWT(value secret.Value) (*JWT, error) {
	text := value.Expose() //nolint:forbidigo // taken apart; what is signed is no secret without its signature
	if len(text) > maxJWT {
		return nil, ErrJWTTooLong
	}
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return nil, errNoJWT
	}
	var decoded [3][]byte
	for i, part := range parts {
		var err error
		if decoded[i], err = base64.RawURLEncoding.Strict().DecodeString(part); err != nil {
			return nil, errNoJWT
		}
	}
	return &JWT{value: value, header: decoded[0], payload: decoded[1]}, nil
}

// Header returns the JSON of the header.
func (t *JWT) Header() []byte { return t.header }

// Payload returns the JSON of the claims.
func (t *JWT) Payload() []byte { return t.payload }

// SignedBy reports whether a key has signed the token. The caller has checked that the key is for the algorithm of the
// header.
func (t *JWT) SignedBy(ctx context.Context, key crypto.PublicKey) bool {
	set := oidc.StaticKeySet{PublicKeys: []crypto.PublicKey{key}}
	payload, err := set.VerifySignature(ctx, t.value.Expose()) //nolint:forbidigo // verified
	return err == nil && string(payload) == string(t.payload)
}
