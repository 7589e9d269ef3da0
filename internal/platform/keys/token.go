package keys

import (
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// Prefixes of token values, as package api has them.
const (
	PrefixScopedToken = api.PrefixScopedToken
	PrefixPrincipal   = api.PrefixPrincipal
	PrefixAccessToken = api.PrefixAccessToken
)

// NewToken returns a new token value: prefix, entropy, checksum.
func NewToken(prefix string, random *Random) (secret.Value, error) {
	entropy, err := random.chars(api.TokenAlphabet, api.TokenEntropy)
	if err != nil {
		return secret.Value{}, err
	}
	return secret.New(prefix + entropy + api.TokenChecksum(prefix+entropy)), nil
}
