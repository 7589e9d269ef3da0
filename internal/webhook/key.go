// Package webhook signs webhook deliveries and verifies them, as Standard Webhooks 1.0.0 says. It is pure: the time, the
// randomness and the keys are handed in, and no header is sent or received here.
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

// The algorithms, by the names they have in the configuration.
const (
	HMAC    Algorithm = "hmac-sha256" // signatures of version v1
	Ed25519 Algorithm = "ed25519"     // signatures of version v1a
)

// generatedSize is how many random bytes an HMAC secret made here has: as many as a SHA-256.
const generatedSize = 32

// redacted is what a key shows instead of itself.
const redacted = "[redacted]"

// Key is a signing secret, or the public key of one. Whatever prints, formats, logs or encodes it gets "[redacted]"; Expose
// is the one way out. The zero Key neither signs nor verifies.
type Key struct {
	// A func, not the bytes: printing by reflection then shows an address at the most.
	reveal func() material
}

// material is what a key is made of: secret for HMAC; public, and private where it is known, for ed25519.
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

// Generate makes a fresh key from 32 bytes of random.
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

// IsZero reports whether there is no key in k.
func (k Key) IsZero() bool { return k.reveal == nil }

// Algorithm is how k signs; empty for the zero Key.
func (k Key) Algorithm() Algorithm {
	switch m := k.material(); {
	case m.secret != nil:
		return HMAC
	case m.public != nil:
		return Ed25519
	}
	return ""
}

// CanSign reports whether k is more than a public key.
func (k Key) CanSign() bool {
	m := k.material()
	return m.secret != nil || m.private != nil
}

// Public is the public key as whpk_ text; empty for HMAC, which has none.
func (k Key) Public() string {
	if m := k.material(); m.public != nil {
		return prefixPublic + base64.StdEncoding.EncodeToString(m.public)
	}
	return ""
}

// Expose returns k as ParseSecret reads it: whsec_, whsk_ or whpk_ and base64. The linter names the files that may call it.
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
