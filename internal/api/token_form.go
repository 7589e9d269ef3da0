package api

import (
	"hash/crc32"
	"strings"
)

// Prefixes of token values. Secret scanners look for them.
const (
	PrefixScopedToken = "qct_"
	PrefixPrincipal   = "qcp_"
	PrefixAccessToken = "qca_"
	PrefixSession     = "qcs_" // in the cookie of the console; no request of the API takes it
	PrefixCommand     = "qcu_" // of a person who has signed in with quickconnect login; for one environment
	PrefixSignIn      = "qci_" // in the cookie of a sign-in that has begun
)

// A token value is a prefix, TokenEntropy characters of base62, and a checksum of six.
const (
	TokenAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	TokenEntropy  = 30 // 178 bits
	checksumChars = 6  // 62^6 is more than 2^32
)

// WellFormedToken reports whether s is a token value with this prefix and a correct checksum. It needs no platform, so
// a scanner can tell a token from a text that only looks like one.
func WellFormedToken(prefix, s string) bool {
	if !strings.HasPrefix(s, prefix) || len(s) != len(prefix)+TokenEntropy+checksumChars {
		return false
	}
	if strings.Trim(s[len(prefix):], TokenAlphabet) != "" {
		return false
	}
	body := s[:len(s)-checksumChars]
	return TokenChecksum(body) == s[len(body):]
}

// TokenChecksum returns the CRC-32 (IEEE) of the prefix and the entropy, in base62 with leading zeros.
func TokenChecksum(s string) string {
	n := crc32.ChecksumIEEE([]byte(s))
	out := []byte(strings.Repeat("0", checksumChars))
	for i := len(out) - 1; n > 0; i-- {
		out[i] = TokenAlphabet[n%62]
		n /= 62
	}
	return string(out)
}
