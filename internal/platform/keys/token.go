package keys

import (
	"hash/crc32"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// Prefixes of token values. Secret scanners look for them.
const (
	PrefixScopedToken = "qct_"
	PrefixPrincipal   = "qcp_"
	PrefixAccessToken = "qca_"
)

const (
	base62        = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	entropyChars  = 30 // 178 bits
	checksumChars = 6  // 62^6 is more than 2^32
)

// NewToken returns a new token value: prefix, entropy, checksum.
func NewToken(prefix string, random *Random) (secret.Value, error) {
	entropy, err := random.chars(base62, entropyChars)
	if err != nil {
		return secret.Value{}, err
	}
	return secret.New(prefix + entropy + checksum(prefix+entropy)), nil
}

// WellFormed reports whether s is a token value with this prefix and a correct checksum. It needs no database, so a
// scanner can tell a token from a text that only looks like one.
func WellFormed(prefix, s string) bool {
	if !strings.HasPrefix(s, prefix) || len(s) != len(prefix)+entropyChars+checksumChars {
		return false
	}
	if strings.Trim(s[len(prefix):], base62) != "" {
		return false
	}
	body := s[:len(s)-checksumChars]
	return checksum(body) == s[len(body):]
}

// checksum returns the CRC-32 (IEEE) of the prefix and the entropy, in base62 with leading zeros.
func checksum(s string) string {
	n := crc32.ChecksumIEEE([]byte(s))
	out := []byte(strings.Repeat("0", checksumChars))
	for i := len(out) - 1; n > 0; i-- {
		out[i] = base62[n%62]
		n /= 62
	}
	return string(out)
}
