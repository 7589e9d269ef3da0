package webhook

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

// The headers of a delivery.
const (
	HeaderID        = "webhook-id"
	HeaderTimestamp = "webhook-timestamp"
	HeaderSignature = "webhook-signature"
)

// DefaultTolerance is how far a timestamp may be from the receiver's clock, by default. The specification leaves it
// open; every reference library uses this value.
const DefaultTolerance = 5 * time.Minute

// MaxKeys is how many keys may sign one delivery, and how many signatures a receiver checks. It limits the work that an
// unknown sender can cause.
const MaxKeys = 32

// The versions of signatures.
const (
	versionHMAC    = "v1"
	versionEd25519 = "v1a"
)

// MaxUnix is the latest timestamp: the last second of the year 9999.
const MaxUnix = 253402300799

const maxIDLength = 256

// Sign returns the signature header of one attempt: one signature for each key, in the order of the keys. The caller
// must send Timestamp(at) as the header webhook-timestamp, and the body unchanged.
func Sign(keys []Key, id string, at time.Time, body []byte) (string, error) {
	if err := checkKeys(keys); err != nil {
		return "", err
	}
	if err := CheckID(id); err != nil {
		return "", err
	}
	if unix := at.Unix(); unix < 0 || unix > MaxUnix {
		return "", ErrTimestamp
	}
	content := signedContent(id, Timestamp(at), body)
	entries := make([]string, 0, len(keys))
	for _, k := range keys {
		m := k.material()
		switch {
		case m.secret != nil:
			entries = append(entries, versionHMAC+","+base64.StdEncoding.EncodeToString(mac(m.secret, content)))
		case m.private != nil:
			entries = append(entries, versionEd25519+","+base64.StdEncoding.EncodeToString(ed25519.Sign(m.private, content)))
		default:
			return "", ErrCannotSign
		}
	}
	return strings.Join(entries, " "), nil
}

// Timestamp formats at for the header webhook-timestamp.
func Timestamp(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }

// CheckID returns an error unless the id of a delivery is 1 to 256 visible ASCII characters without a dot.
func CheckID(id string) error {
	if id == "" {
		return ErrIDEmpty
	}
	if len(id) > maxIDLength {
		return ErrIDLength
	}
	for i := range len(id) {
		if id[i] == '.' {
			return ErrIDDot
		}
		if id[i] <= ' ' || id[i] > '~' {
			return ErrIDCharacter
		}
	}
	return nil
}

func checkKeys(keys []Key) error {
	if len(keys) == 0 {
		return ErrNoKeys
	}
	if len(keys) > MaxKeys {
		return ErrTooManyKeys
	}
	for _, k := range keys {
		if k.IsZero() {
			return ErrSecretEmpty
		}
	}
	return nil
}

// signedContent returns what the signatures cover. Neither id nor timestamp has a dot, so no two deliveries have the
// same content.
func signedContent(id, timestamp string, body []byte) []byte {
	content := make([]byte, 0, len(id)+len(timestamp)+len(body)+2)
	content = append(content, id...)
	content = append(content, '.')
	content = append(content, timestamp...)
	content = append(content, '.')
	return append(content, body...)
}

func mac(secret, content []byte) []byte {
	h := hmac.New(sha256.New, secret)
	h.Write(content)
	return h.Sum(nil)
}
