package webhook

import (
	"crypto/ed25519"
	"encoding/base64"
	"strings"
)

// What the text of a key begins with.
const (
	prefixHMAC    = "whsec_"
	prefixPrivate = "whsk_"
	prefixPublic  = "whpk_"
)

// How many bytes an HMAC secret has.
const (
	minSecretSize = 24
	maxSecretSize = 64
)

// ParseSecret reads a key: whsec_ and 24 to 64 bytes, whsk_ and the 32 bytes of an ed25519 seed, or whpk_ and an ed25519
// public key, each in standard base64 with padding. There is one text for each key, and nothing is trimmed. No error repeats any of it.
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

// ParseSupplied reads a secret that somebody else made and gives to the platform: an HMAC secret, whsec_ and 24 to 64 bytes in standard
// base64. Its one error says what is accepted, completes the sentence "<attribute> …" and repeats nothing.
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
		return Key{}, ErrSecretLength // before it is decoded
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

// decodeCanonical reads standard base64 with padding. Encoding again and comparing refuses what Go's decoder lets through:
// line ends in the middle, and bits beyond the last byte.
func decodeCanonical(encoded string) ([]byte, bool) {
	b, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || base64.StdEncoding.EncodeToString(b) != encoded {
		return nil, false
	}
	return b, true
}
