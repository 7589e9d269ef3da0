package webhook

import (
	"crypto/ed25519"
	"encoding/base64"
	"strings"
)

// The prefixes of keys.
const (
	prefixHMAC    = "whsec_"
	prefixPrivate = "whsk_"
	prefixPublic  = "whpk_"
)

// The limits of an HMAC secret, in bytes.
const (
	minSecretSize = 24
	maxSecretSize = 64
)

// ParseSecret reads a key: whsec_ and 24 to 64 bytes, whsk_ and the 32 bytes of an ed25519 seed, or whpk_ and an
// ed25519 public key, each in standard base64 with padding. It accepts one text for each key, and trims nothing. No
// error repeats a part of the text.
func ParseSecret(text string) (Key, error) {
	if text == "" {
		return Key{}, ErrSecretEmpty
	}
	for _, prefix := range []string{prefixHMAC, prefixPrivate, prefixPublic} {
		if encoded, ok := strings.CutPrefix(text, prefix); ok {
			return parseKey(prefix, encoded)
		}
	}
	return Key{}, ErrSecretPrefix
}

// ParseSupplied reads a supplied secret: an HMAC secret, whsec_ and 24 to 64 bytes in standard base64. Its only error
// says what is accepted, completes the sentence "<attribute> …", and repeats nothing of the text.
func ParseSupplied(text string) (Key, error) {
	k, err := ParseSecret(text)
	if err != nil || k.Algorithm() != HMAC {
		return Key{}, ErrSupplied
	}
	return k, nil
}

func parseKey(prefix, encoded string) (Key, error) {
	if encoded == "" {
		return Key{}, ErrSecretEmpty
	}
	if len(encoded) > base64.StdEncoding.EncodedLen(maxSecretSize) {
		return Key{}, ErrSecretLength // checked before decoding
	}
	b, ok := decodeCanonical(encoded)
	if !ok {
		return Key{}, ErrSecretEncoding
	}
	switch {
	case prefix == prefixHMAC && len(b) >= minSecretSize && len(b) <= maxSecretSize:
		return newKey(material{secret: b}), nil
	case prefix == prefixPrivate && len(b) == ed25519.SeedSize:
		return privateKey(b), nil
	case prefix == prefixPublic && len(b) == ed25519.PublicKeySize:
		return newKey(material{public: b}), nil
	}
	return Key{}, ErrSecretLength
}

// decodeCanonical reads standard base64 with padding. It encodes the result again and compares, to refuse what Go's
// decoder accepts: line ends, and bits after the last byte.
func decodeCanonical(encoded string) ([]byte, bool) {
	b, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || base64.StdEncoding.EncodeToString(b) != encoded {
		return nil, false
	}
	return b, true
}
