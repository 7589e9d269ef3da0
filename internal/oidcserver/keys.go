package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"slices"
	"sync"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// signingKey is one key of the provider. It is an op.SigningKey.
type signingKey struct {
	id        string
	algorithm jose.SignatureAlgorithm
	private   crypto.Signer
}

func (k *signingKey) SignatureAlgorithm() jose.SignatureAlgorithm { return k.algorithm }
func (k *signingKey) Key() any                                    { return k.private }
func (k *signingKey) ID() string                                  { return k.id }

// publicKey is the public half. It is an op.Key.
type publicKey struct{ of *signingKey }

func (k publicKey) ID() string                         { return k.of.id }
func (k publicKey) Algorithm() jose.SignatureAlgorithm { return k.of.algorithm }
func (k publicKey) Use() string                        { return "sig" }
func (k publicKey) Key() any                           { return k.of.private.Public() }

// ring has the keys of the provider, the newest last. The keys that were dropped are no longer published, and still
// sign for a test that names them.
type ring struct {
	mu      sync.Mutex
	keys    []*signingKey
	dropped []*signingKey
	made    int
}

func newRing() *ring {
	r := &ring{}
	if _, err := r.rotate(jose.RS256); err != nil {
		panic(err) // without randomness there is no provider
	}
	return r
}

// rotate makes a key, which signs from now on. The others stay published.
func (r *ring) rotate(algorithm jose.SignatureAlgorithm) (string, error) {
	private, err := generate(algorithm)
	if err != nil {
		return "", err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.made++
	k := &signingKey{id: fmt.Sprintf("key-%d", r.made), algorithm: algorithm, private: private}
	r.keys = append(r.keys, k)
	return k.id, nil
}

func generate(algorithm jose.SignatureAlgorithm) (crypto.Signer, error) {
	switch algorithm {
	case jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512:
		return rsa.GenerateKey(rand.Reader, 2048)
	case jose.ES256:
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case jose.ES384:
		return ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case jose.EdDSA:
		_, private, err := ed25519.GenerateKey(rand.Reader)
		return private, err
	default:
		return nil, fmt.Errorf("no keys are made for the algorithm %q", algorithm)
	}
}

// drop stops publishing a key. The last one cannot be dropped.
func (r *ring) drop(id string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	at := slices.IndexFunc(r.keys, func(k *signingKey) bool { return k.id == id })
	if at < 0 || len(r.keys) == 1 {
		return fmt.Errorf("there is no key %q, or no other one", id)
	}
	r.dropped = append(r.dropped, r.keys[at])
	r.keys = slices.Delete(r.keys, at, at+1)
	return nil
}

func (r *ring) newest() *signingKey {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.keys[len(r.keys)-1]
}

// find returns the key with this id, also one that was dropped. An empty id is the newest one.
func (r *ring) find(id string) (*signingKey, error) {
	if id == "" {
		return r.newest(), nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, k := range slices.Concat(r.keys, r.dropped) {
		if k.id == id {
			return k, nil
		}
	}
	return nil, fmt.Errorf("there is no key %q", id)
}

func (r *ring) public() []op.Key {
	r.mu.Lock()
	defer r.mu.Unlock()
	var keys []op.Key
	for _, k := range r.keys {
		keys = append(keys, publicKey{k})
	}
	return keys
}
