// Package webhook signs and verifies webhook deliveries by Standard Webhooks 1.0.0. It is pure: the caller passes the
// time, the randomness and the keys, and sends or receives the headers.
package webhook

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
)

// Algorithm is how a key signs.
type Algorithm string

// The algorithms, by their names in the configuration.
const (
	HMAC    Algorithm = "hmac-sha256" // signatures of version v1
	Ed25519 Algorithm = "ed25519"     // signatures of version v1a
)

// generatedSize is how many random bytes a generated HMAC secret has: as many as a SHA-256.
const generatedSize = 32

// redacted is what a key shows instead of itself.
const redacted = "[redacted]"

// Key is a signing secret, or the public key of one. Printing, formatting, logging and encoding give "[redacted]"; only
// Expose returns the secret. The zero Key neither signs nor verifies.
type Key struct {
	// reveal is a func, so that printing by reflection shows at most an address, not the bytes.
	reveal func() material
}

// material is the content of a key: secret for HMAC; public, and private if known, for ed25519.
type material struct {
	secret  []byte
	private ed25519.PrivateKey
	public  ed25519.PublicKey
}

func newKey(m material) Key { return Key{reveal: func() material { return m }} }

func privateKey(seed []byte) Key {
	private := ed25519.NewKeyFromSeed(seed)
	return newKey(material{private: private, public: ed25519.PublicKey(private[ed25519.SeedSize:])})
}

// Generate makes a new key from 32 bytes of random.
func Generate(algorithm Algorithm, random io.Reader) (Key, error) {
	if algorithm != HMAC && algorithm != Ed25519 {
		return Key{}, ErrAlgorithm
	}
	b := make([]byte, generatedSize)
	if _, err := io.ReadFull(random, b); err != nil {
		return Key{}, fmt.Errorf("read random bytes for a signing secret: %w", err)
	}
	if algorithm == Ed25519 {
		return privateKey(b), nil
	}
	return newKey(material{secret: b}), nil
}

func (k Key) material() material {
	if k.reveal == nil {
		return material{}
	}
	return k.reveal()
}

// IsZero reports whether k is the zero Key.
func (k Key) IsZero() bool { return k.reveal == nil }

// Algorithm returns the algorithm of k; empty for the zero Key.
func (k Key) Algorithm() Algorithm {
	switch m := k.material(); {
	case m.secret != nil:
		return HMAC
	case m.public != nil:
		return Ed25519
	}
	return ""
}

// CanSign reports whether k contains more than a public key.
func (k Key) CanSign() bool {
	m := k.material()
	return m.secret != nil || m.private != nil
}

// Public returns the public key as whpk_ text; empty for HMAC, which has none.
func (k Key) Public() string {
	if m := k.material(); m.public != nil {
		return prefixPublic + base64.StdEncoding.EncodeToString(m.public)
	}
	return ""
}

// Expose returns k in the form that ParseSecret reads. The linter names the files that may call it.
func (k Key) Expose() string {
	switch m := k.material(); {
	case m.secret != nil:
		return prefixHMAC + base64.StdEncoding.EncodeToString(m.secret)
	case m.private != nil:
		return prefixPrivate + base64.StdEncoding.EncodeToString(m.private.Seed())
	}
	return k.Public()
}

// String returns "[redacted]".
func (k Key) String() string { return redacted }

// GoString returns "[redacted]".
func (k Key) GoString() string { return redacted }

// Format writes "[redacted]" for every verb.
func (k Key) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// LogValue returns "[redacted]".
func (k Key) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText returns "[redacted]".
func (k Key) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// MarshalJSON returns "[redacted]" as a JSON string.
func (k Key) MarshalJSON() ([]byte, error) { return json.Marshal(redacted) }
