package webhook

import (
	"errors"
	"fmt"
)

// The errors of a key.
var (
	ErrSecretEmpty  = errors.New("the secret is empty")
	ErrSecretPrefix = errors.New("the secret must begin with whsec_ (HMAC), " +
		"whsk_ (ed25519 private key) or whpk_ (ed25519 public key)")
	ErrSecretEncoding = errors.New("after its prefix the secret must be standard base64 with padding, " +
		"in its canonical form and without spaces or line ends")
	ErrSecretLength = errors.New("the secret has the wrong length: " +
		"whsec_ takes 24 to 64 bytes in base64, whsk_ and whpk_ take 32")
	ErrAlgorithm = errors.New("the algorithm must be hmac-sha256 or ed25519")
	ErrSupplied  = errors.New("must be whsec_ followed by 24 to 64 bytes in standard base64 with padding, " +
		"in its canonical form and without spaces or line ends")
	ErrCannotSign  = errors.New("a public key (whpk_) cannot sign: give the private key (whsk_)")
	ErrNoKeys      = errors.New("there is no key to sign or verify with")
	ErrTooManyKeys = fmt.Errorf("there are more than %d keys", MaxKeys)
)

// The errors of a delivery, or of the rule that it is checked against. A delivery without any of these is genuine.
var (
	ErrHeaderMissing = errors.New("a required header is missing")
	ErrHeaderDoubled = errors.New("a header is there more than once")
	ErrIDEmpty       = errors.New("the id is empty")
	ErrIDLength      = fmt.Errorf("the id is longer than %d bytes", maxIDLength)
	ErrIDDot         = errors.New("the id has a dot, which separates the signed parts")
	ErrIDCharacter   = errors.New("the id may only have visible ASCII characters")
	ErrTimestamp     = errors.New("the timestamp must be unix seconds: " +
		"digits only, without leading zeros, up to the year 9999")
	ErrSignatureMalformed = errors.New("the signature header must be entries such as v1,BASE64, one space between them, " +
		"each with as many bytes in base64 as its version has")
	ErrSignatureEncoding = errors.New("the signature header has a signature that is not standard base64 with padding, " +
		"in its canonical form")
	ErrSignatureTooLong    = fmt.Errorf("the signature header is longer than %d bytes", maxSignatureHeader)
	ErrTooManySignatures   = fmt.Errorf("the signature header has more than %d signatures", MaxKeys)
	ErrTolerance           = errors.New("the tolerance must be more than nothing")
	ErrTooOld              = errors.New("the timestamp is older than the tolerance allows")
	ErrTooNew              = errors.New("the timestamp is further ahead than the tolerance allows")
	ErrUnknownVersions     = errors.New("the signature header has no signature of a known version (v1, v1a)")
	ErrNoMatchingSignature = errors.New("no signature matches")
)
