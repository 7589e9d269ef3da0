package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"

	jose "github.com/go-jose/go-jose/v4"
)

// hashes are those of the algorithms of RFC 7518 that have one.
var hashes = map[jose.SignatureAlgorithm]crypto.Hash{
	jose.RS256: crypto.SHA256, jose.RS384: crypto.SHA384, jose.RS512: crypto.SHA512,
	jose.PS256: crypto.SHA256, jose.PS384: crypto.SHA384, jose.PS512: crypto.SHA512,
	jose.ES256: crypto.SHA256, jose.ES384: crypto.SHA384,
}

func hmacSHA256(secret, input []byte) []byte {
	mac := hmac.New(sha256.New, secret)
	_, _ = mac.Write(input)
	return mac.Sum(nil)
}

// signAsymmetric signs the input of a JWS. The library would write the header itself, and tests choose theirs.
func signAsymmetric(private crypto.Signer, algorithm jose.SignatureAlgorithm, input []byte) ([]byte, error) {
	if key, ok := private.(ed25519.PrivateKey); ok && algorithm == jose.EdDSA {
		return ed25519.Sign(key, input), nil
	}
	hash, ok := hashes[algorithm]
	if !ok {
		return nil, fmt.Errorf("the key does not sign with %q", algorithm)
	}
	digest := hash.New()
	_, _ = digest.Write(input)
	sum := digest.Sum(nil)
	switch key := private.(type) {
	case *rsa.PrivateKey:
		if algorithm[:2] == "PS" {
			return rsa.SignPSS(rand.Reader, key, hash, sum, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
		}
		return rsa.SignPKCS1v15(rand.Reader, key, hash, sum)
	case *ecdsa.PrivateKey:
		r, s, err := ecdsa.Sign(rand.Reader, key, sum)
		if err != nil {
			return nil, err
		}
		size := (key.Curve.Params().BitSize + 7) / 8
		return append(r.FillBytes(make([]byte, size)), s.FillBytes(make([]byte, size))...), nil
	}
	return nil, fmt.Errorf("the key does not sign with %q", algorithm)
}
