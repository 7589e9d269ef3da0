package api

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Limits of uploaded keys.
const (
	MaxJWKS     = 64 << 10
	maxJWKSKeys = 20
	maxKeyID    = 256
	minRSABytes = 2048 / 8
)

// CheckIssuer checks the URL of an issuer. It looks at the spelling only; http is for an issuer on this machine. Its
// error completes the sentence "<attribute> …".
func CheckIssuer(s string) error {
	if s == "" || len(s) > maxIssuer {
		return fmt.Errorf("must be a URL such as https://gitlab.example.com, of at most %d bytes", maxIssuer)
	}
	if strings.ContainsAny(s, "?#") {
		return errors.New("must have no query and no fragment")
	}
	u, err := url.Parse(s)
	if err == nil && u.User != nil {
		return errors.New("must have no user name and no password")
	}
	if err != nil || u.Opaque != "" || u.Scheme != "https" && u.Scheme != "http" {
		return errors.New("must be a URL such as https://gitlab.example.com")
	}
	if err := CheckEndpointURL(s, true); err != nil {
		if u.Scheme == "http" && !isLoopbackHost(u.Hostname()) {
			return errors.New("must start with https://")
		}
		return err
	}
	return nil
}

// IssuerOf is the issuer that counts where none was given: the public one of the preset, or an empty text.
func IssuerOf(preset string) string {
	p, _ := PresetOf(preset)
	return p.Issuer
}

// CheckRole checks the name of a role.
func CheckRole(s string) error {
	if !slices.Contains(Roles(), s) {
		return fmt.Errorf("must be one of %s", strings.Join(Roles(), ", "))
	}
	return nil
}

// CheckMaxTTL checks the longest life of an access token.
func CheckMaxTTL(s string) error {
	d, err := ParseDuration(s)
	if err != nil {
		return err
	}
	if d < shortestMaxTTL || d > longestMaxTTL {
		return errors.New("must be from 1m to 1h")
	}
	return nil
}

// jwk has the members of a key that are checked by the shape of the key.
type jwk struct {
	Type  string          `json:"kty"`
	ID    string          `json:"kid"`
	Use   string          `json:"use"`
	Curve string          `json:"crv"`
	N     string          `json:"n"`
	D     json.RawMessage `json:"d"`
	K     json.RawMessage `json:"k"`
}

var errJWKS = errors.New(`must be a JWK set (RFC 7517), such as ` +
	`{"keys": [{"kty": "RSA", "kid": "…", "n": "…", "e": "AQAB"}]}`)

// CheckJWKS checks uploaded keys. Its error never repeats a key, which could be a private one.
func CheckJWKS(s string) error {
	if len(s) > MaxJWKS {
		return fmt.Errorf("must have at most %d KiB", MaxJWKS>>10)
	}
	var set struct {
		Keys []jwk `json:"keys"`
	}
	d := json.NewDecoder(bytes.NewReader([]byte(s)))
	if d.Decode(&set) != nil || d.More() {
		return errJWKS
	}
	if len(set.Keys) == 0 || len(set.Keys) > maxJWKSKeys {
		return fmt.Errorf("must have 1 to %d keys", maxJWKSKeys)
	}
	var ids []string
	for i, key := range set.Keys {
		if err := key.check(); err != nil {
			return fmt.Errorf("has a key, number %d, that %w", i+1, err)
		}
		if slices.Contains(ids, key.ID) {
			return fmt.Errorf("has two keys with the kid of number %d", i+1)
		}
		ids = append(ids, key.ID)
	}
	return nil
}

func (k jwk) check() error {
	switch {
	case k.ID == "" || len(k.ID) > maxKeyID || !isPrintable(k.ID):
		return fmt.Errorf("has no kid of 1 to %d printable characters", maxKeyID)
	case k.K != nil || k.Type == "oct":
		return errors.New("is symmetric: the key that checks a signature would also make one")
	case k.D != nil:
		return errors.New("is private: leave out d and what belongs to it, and use another key, for this one was shown")
	case k.Use != "" && k.Use != "sig":
		return errors.New("is not for signatures")
	}
	switch k.Type {
	case "RSA":
		n, err := base64.RawURLEncoding.DecodeString(k.N)
		if err != nil || len(bytes.TrimLeft(n, "\x00")) < minRSABytes {
			return fmt.Errorf("has an RSA modulus of fewer than %d bits", minRSABytes*8)
		}
	case "EC":
		if !slices.Contains([]string{"P-256", "P-384", "P-521"}, k.Curve) {
			return errors.New("has another curve than P-256, P-384 and P-521")
		}
	case "OKP":
		if k.Curve != "Ed25519" {
			return errors.New("has another curve than Ed25519")
		}
	default:
		return errors.New("has another kty than RSA, EC and OKP")
	}
	return nil
}

// CheckWorkloadIdentity checks the preset of an identity, and its claims against it. Members that are not known yet are
// empty, and nothing is said of them. issuer is the one that counts.
func CheckWorkloadIdentity(preset, issuer string, claims map[string]string) (wrong []Mistake) {
	if preset == "" {
		return nil
	}
	if err := CheckPreset(preset); err != nil {
		return []Mistake{{"preset", err}}
	}
	if claims == nil {
		return nil
	}
	return CheckClaims(preset, issuer, claims)
}

// CheckIssuerGiven refuses an identity without issuer, where its preset has no public one.
func CheckIssuerGiven(preset, issuer string) error {
	if p, known := PresetOf(preset); issuer != "" || !known || p.Issuer != "" {
		return nil
	}
	return fmt.Errorf("is required for preset %s, which has no public issuer", preset)
}
