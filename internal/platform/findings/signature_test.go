package findings

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"strings"
	"testing"
)

// pemOf is a public key in PEM.
func pemOf(t *testing.T, key crypto.PublicKey) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

func ecdsaKey(t *testing.T, curve elliptic.Curve) *ecdsa.PublicKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &key.PublicKey
}

// keysFile is a file as GitHub publishes it, with members that the platform does not know.
func keysFile(t *testing.T, idAndKey ...string) string {
	t.Helper()
	all := []map[string]any{}
	for i := 0; i < len(idAndKey); i += 2 {
		all = append(all, map[string]any{"key_identifier": idAndKey[i], "key": idAndKey[i+1], "is_current": true})
	}
	text, err := json.Marshal(map[string]any{"public_keys": all})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestParseLeakKeys has files with the keys that are read from them, or why they are refused.
func TestParseLeakKeys(t *testing.T) {
	t.Parallel()
	one, two := ecdsaKey(t, elliptic.P256()), ecdsaKey(t, elliptic.P256())
	good := pemOf(t, one)
	hollow := "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n"
	long := pemOf(t, ecdsaKey(t, elliptic.P384()))
	ed, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		file  string
		keys  int
		error string
	}{
		"one key":         {keysFile(t, "a", good), 1, ""},
		"two keys":        {keysFile(t, "a", good, "b", pemOf(t, two)), 2, ""},
		"text after it":   {keysFile(t, "a", good+"\ncomment"), 1, ""},
		"empty":           {"", 0, "is no JSON object"},
		"a list":          {"[]", 0, "is no JSON object"},
		"another object":  {"{}", 0, "has no key in public_keys"},
		"no key":          {keysFile(t), 0, "has no key in public_keys"},
		"no identifier":   {keysFile(t, "", good), 0, "entry 1 of public_keys one without key_identifier"},
		"no PEM":          {keysFile(t, "a", good, "b", "key"), 0, "entry 2 of public_keys one without key_identifier, or"},
		"PEM of nothing":  {keysFile(t, "a", hollow), 0, "no public key"},
		"another curve":   {keysFile(t, "a", long), 0, "entry 1 of public_keys what is no"},
		"another kind":    {keysFile(t, "a", good, "b", pemOf(t, ed)), 0, "entry 2 of public_keys what is no"},
		"a cut JSON text": {keysFile(t, "a", good)[:40], 0, "is no JSON object"},
		"a wrong type":    {`{"public_keys": [{"key_identifier": 1}]}`, 0, "is no JSON object"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseLeakKeys([]byte(tc.file))
			if (err == nil) != (tc.error == "") || err != nil && !strings.Contains(err.Error(), tc.error) {
				t.Fatalf("got %v, want %q", err, tc.error)
			}
			if len(got) != tc.keys || tc.keys > 0 && !got["a"].Equal(one) {
				t.Errorf("got %v", got)
			}
		})
	}
}

// TestAddressOfALeak: nothing of an address is kept that can have a secret.
func TestAddressOfALeak(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"https://github.com/o/r/blob/main/.env": "https://github.com/o/r/blob/main/.env",
		"https://u:pw@example.com/a?token=b#c":  "https://example.com/a",
		"http://example.com":                    "http://example.com",
		"":                                      "not a URL",
		"javascript:alert(1)":                   "not a URL",
		"https://":                              "not a URL",
		"https://example.com/" + strings.Repeat("x", 600): "https://example.com/" + strings.Repeat("x", 480),
	} {
		if got := address(text); got != want {
			t.Errorf("%s: %s", text, got)
		}
	}
}
