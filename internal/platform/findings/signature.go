package findings

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/url"
)

// ParseLeakKeys reads the keys that sign reports of leaks, as GitHub publishes them for its secret scanning partners: a
// JSON object with public_keys, each with key_identifier and key, a public key in PEM.
func ParseLeakKeys(text []byte) (map[string]*ecdsa.PublicKey, error) {
	var file struct {
		Keys []struct {
			ID  string `json:"key_identifier"`
			Key string `json:"key"`
		} `json:"public_keys"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, errors.New("is no JSON object with public_keys")
	}
	if len(file.Keys) == 0 {
		return nil, errors.New("has no key in public_keys")
	}
	all := map[string]*ecdsa.PublicKey{}
	for i, k := range file.Keys {
		block, _ := pem.Decode([]byte(k.Key))
		if k.ID == "" || block == nil {
			return nil, fmt.Errorf("has as entry %d of public_keys one without key_identifier, or without a key in PEM", i+1)
		}
		parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
		key, ok := parsed.(*ecdsa.PublicKey)
		if err != nil || !ok || key.Curve != elliptic.P256() {
			return nil, fmt.Errorf("has as entry %d of public_keys what is no public key of ECDSA over P-256", i+1)
		}
		all[k.ID] = key
	}
	return all, nil
}

// signed reports whether a key that is known has signed a body.
func (h *Handler) signed(id, signature string, body []byte) bool {
	key := h.keys[id]
	raw, err := base64.StdEncoding.DecodeString(signature)
	if key == nil || err != nil {
		return false
	}
	sum := sha256.Sum256(body)
	return ecdsa.VerifyASN1(key, sum[:], raw)
}

// maxURL is how much of the address of a leak is kept.
const maxURL = 500

// address is where a value was found, without the parts that can have a secret.
func address(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return "not a URL"
	}
	clean := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}
	out := clean.String()
	return out[:min(len(out), maxURL)]
}
