package workload

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"
	"errors"

	jose "github.com/go-jose/go-jose/v4"
)

// minRSABits is the least that an RSA key may have.
const minRSABits = 2048

// algorithms are those that a JWT may be signed with, with the keys that are for each. All are asymmetric: a key that
// checks cannot sign.
var algorithms = map[string]func(key crypto.PublicKey) bool{
	"RS256": isRSA, "RS384": isRSA, "RS512": isRSA,
	"PS256": isRSA, "PS384": isRSA, "PS512": isRSA,
	"ES256": isOn(elliptic.P256()), "ES384": isOn(elliptic.P384()), "ES512": isOn(elliptic.P521()),
	"EdDSA": func(key crypto.PublicKey) bool { _, ok := key.(ed25519.PublicKey); return ok },
}

func isRSA(key crypto.PublicKey) bool {
	k, ok := key.(*rsa.PublicKey)
	return ok && k.N.BitLen() >= minRSABits
}

func isOn(curve elliptic.Curve) func(crypto.PublicKey) bool {
	return func(key crypto.PublicKey) bool {
		k, ok := key.(*ecdsa.PublicKey)
		return ok && k.Curve == curve
	}
}

// wanted says which key of a set a token needs.
type wanted struct{ id, algorithm string }

// in finds the key. Where several have the id and are for the algorithm, none counts: the token does not say which one
// it means.
func (w wanted) in(set []jose.JSONWebKey) (found crypto.PublicKey) {
	for _, key := range set {
		isFor := algorithms[w.algorithm]
		if key.KeyID != w.id || isFor == nil || !isFor(key.Key) || key.Algorithm != "" && key.Algorithm != w.algorithm {
			continue
		}
		if found != nil {
			return nil
		}
		found = key.Key
	}
	return found
}

var errNoKeySet = errors.New("the answer is no JWK set")

// readKeySet reads the keys of a JWK set that can sign. Others are left out: an issuer may publish keys for encryption,
// or of kinds that are not known yet.
func readKeySet(text []byte) (out []jose.JSONWebKey, err error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if json.Unmarshal(text, &set) != nil || set.Keys == nil {
		return nil, errNoKeySet
	}
	for _, raw := range set.Keys {
		var key jose.JSONWebKey
		if key.UnmarshalJSON(raw) != nil || !key.IsPublic() || !key.Valid() || key.KeyID == "" ||
			key.Use != "" && key.Use != "sig" {
			continue
		}
		out = append(out, key)
	}
	return out, nil
}
