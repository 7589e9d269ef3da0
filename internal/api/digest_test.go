package api_test

import (
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func TestDigest(t *testing.T) {
	key := []byte("0123456789abcdef0123456789abcdef")
	value := map[string]string{"b": "2 < 3 & ü", "a": "1"}
	digest := func(n int64, key []byte, kind, id string, value any) string {
		t.Helper()
		d, err := api.Digest(n, key, kind, id, value)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	base := digest(1, key, "connectors", "con_1", value)
	// Computed with:
	//	printf 'connectors\0con_1\0{"a":"1","b":"2 < 3 & ü"}' |
	//	openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef -binary | base64
	const want = "k1:/hNcinssgbR/E816/VBVTw/tlk/h+tWtV9uS7nusNaQ="
	if base != want {
		t.Errorf("digest = %s, want %s", base, want)
	}
	long := strings.Repeat("x", 200)
	different := map[string]string{
		"another key number": digest(2, key, "connectors", "con_1", value),
		"another key":        digest(1, []byte("another key"), "connectors", "con_1", value),
		"another kind":       digest(1, key, "signing-secrets", "con_1", value),
		"another id":         digest(1, key, "connectors", "con_2", value),
		"another value":      digest(1, key, "connectors", "con_1", map[string]string{"a": "1"}),
		"a moved boundary":   digest(1, key, "connector", "scon_1", value),
		"a long value":       digest(1, key, "connectors", "con_1", map[string]string{"a": long + "1"}),
		"a long value's end": digest(1, key, "connectors", "con_1", map[string]string{"a": long + "2"}),
	}
	seen := map[string]string{base: "the first"}
	for what, d := range different {
		if other, dup := seen[d]; dup {
			t.Errorf("%s and %s have the same digest", what, other)
		}
		seen[d] = what
	}
	if _, err := api.Digest(1, key, "connectors", "con_1", 7); err == nil {
		t.Error("a number has no digest")
	}
}
