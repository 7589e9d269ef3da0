package webhook

import (
	"crypto/ed25519"
	"crypto/sha256"
	"strings"
)

// maxSignatureHeader leaves room for MaxKeys signatures of the known versions, and for longer ones of later versions.
const maxSignatureHeader = 16 << 10

// signatureSizes is the size of a signature of each known version, in bytes.
var signatureSizes = map[string]int{versionHMAC: sha256.Size, versionEd25519: ed25519.SignatureSize}

// signature is one entry of the header. Its version is known.
type signature struct {
	version string
	value   []byte
}

// parseSignatures reads the signature header. It skips entries of unknown versions, but counts them. One malformed
// entry makes the header malformed: no sender writes one.
func parseSignatures(header string) ([]signature, error) {
	entries := strings.SplitN(header, " ", MaxKeys+1)
	if len(entries) > MaxKeys {
		return nil, ErrTooManySignatures
	}
	if len(header) > maxSignatureHeader {
		return nil, ErrSignatureTooLong
	}
	var known []signature
	for _, entry := range entries {
		version, encoded, ok := strings.Cut(entry, ",")
		if !ok || !isWord(version) || !isWord(encoded) {
			return nil, ErrSignatureMalformed
		}
		size, ok := signatureSizes[version]
		if !ok {
			continue
		}
		value, ok := decodeCanonical(encoded)
		if !ok {
			return nil, ErrSignatureEncoding
		}
		if len(value) != size {
			return nil, ErrSignatureMalformed
		}
		known = append(known, signature{version: version, value: value})
	}
	return known, nil
}

// isWord reports whether s is visible ASCII and not empty.
func isWord(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return s != ""
}
