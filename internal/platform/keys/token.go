package keys

import (
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// NewToken returns a new token value: prefix, entropy, checksum.
func NewToken(prefix string, random *Random) (secret.Value, error) {
	entropy, err := random.chars(api.TokenAlphabet, api.TokenEntropy)
	if err != nil {
		return secret.Value{}, err
	}
	return secret.New(prefix + entropy + api.TokenChecksum(prefix+entropy)), nil
}
