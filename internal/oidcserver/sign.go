package main

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"

	jose "github.com/go-jose/go-jose/v4"
)

// signRequest is a JWT that a test wants, fit or not.
type signRequest struct {
	// Claims is the payload, as it is: nothing is added.
	Claims json.RawMessage `json:"claims"`
	// Key is the id of the key; the newest where it is absent.
	Key string `json:"key"`
	// Algorithm is that of the key, where it is absent; "none"; or HS256, whose secret is the public key in PEM.
	Algorithm string `json:"algorithm"`
	// Header has members that replace those of the header. Null removes one.
	Header map[string]any `json:"header"`
}

// sign makes the JWT. Its header is what the request says, and the signature is over that header.
func (r *ring) sign(request signRequest) (string, error) {
	key, err := r.find(request.Key)
	if err != nil {
		return "", err
	}
	algorithm := request.Algorithm
	if algorithm == "" {
		algorithm = string(key.algorithm)
	}
	header := map[string]any{"typ": "JWT", "alg": algorithm, "kid": key.id}
	maps.Copy(header, request.Header)
	maps.DeleteFunc(header, func(_ string, value any) bool { return value == nil })
	first, err := json.Marshal(header)
	if err != nil {
		return "", err
	}
	encode := base64.RawURLEncoding.EncodeToString
	input := encode(first) + "." + encode(request.Claims)
	signature, err := signature(key, algorithm, []byte(input))
	return input + "." + encode(signature), err
}

func signature(key *signingKey, algorithm string, input []byte) ([]byte, error) {
	switch algorithm {
	case "none":
		return nil, nil
	case string(jose.HS256):
		der, err := x509.MarshalPKIXPublicKey(key.private.Public())
		if err != nil {
			return nil, err
		}
		return hmacSHA256(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), input), nil
	default:
		return signAsymmetric(key.private, jose.SignatureAlgorithm(algorithm), input)
	}
}
