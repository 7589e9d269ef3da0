package webhook

import (
	"crypto/ed25519"
	"crypto/sha256"
	"strings"
)

// maxSignatureHeader has room for MaxKeys signatures of the known versions, and for longer ones of versions to come.
const maxSignatureHeader = 16 << 10

// signatureSizes has the known versions, and how long a signature of each is.
var signatureSizes = map[string]int{versionHMAC: sha256.Size, versionEd25519: ed25519.SignatureSize}

// signature is one entry of the header, of a known version.
type signature struct {
	version string
	value   []byte
}

// parseSignatures reads the signature header. Entries of unknown versions are skipped, but they count; one entry that is
// malformed spoils the header, since no sender writes such a thing.
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
