package webhook_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

type holder struct {
	Shown  webhook.Key
	hidden webhook.Key
	list   []webhook.Key
}

func TestKeyIsRedacted(t *testing.T) {
	raw := "canary-4711-canary-4711-canary-4"
	for _, prefix := range []string{"whsec_", "whsk_", "whpk_"} {
		k := parse(t, prefix+base64.StdEncoding.EncodeToString([]byte(raw)))[0]
		h := holder{Shown: k, hidden: k, list: []webhook.Key{k}}
		var out bytes.Buffer
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
			fmt.Fprintf(&out, verb+" "+verb+" "+verb+"\n", k, h, &h)
		}
		slog.New(slog.NewJSONHandler(&out, nil)).Info("m", "k", k, "h", h)
		slog.New(slog.NewTextHandler(&out, nil)).Info("m", "k", k, "h", h)
		if err := json.NewEncoder(&out).Encode(map[string]any{"k": k, "h": h, "p": &k}); err != nil {
			t.Fatal(err)
		}
		text, err := k.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		out.Write(text)
		decimal := strings.Trim(fmt.Sprintf("%d", []byte(raw)), "[]")
		for _, spelt := range []string{
			raw, hex.EncodeToString([]byte(raw)), strings.ToUpper(hex.EncodeToString([]byte(raw))),
			base64.StdEncoding.EncodeToString([]byte(raw)), decimal,
		} {
			if strings.Contains(out.String(), spelt) {
				t.Fatalf("%s: the key appears as %q", prefix, spelt)
			}
		}
		if strings.Count(out.String(), "[redacted]") < 30 {
			t.Fatalf("%s: hardly anything was redacted: the test printed no key", prefix)
		}
	}
}

func TestGenerate(t *testing.T) {
	for algorithm, prefix := range map[webhook.Algorithm]string{webhook.HMAC: "whsec_", webhook.Ed25519: "whsk_"} {
		k, err := webhook.Generate(algorithm, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if k.Algorithm() != algorithm || !k.CanSign() || k.IsZero() {
			t.Errorf("%s: algorithm %q, can sign %t, zero %t", algorithm, k.Algorithm(), k.CanSign(), k.IsZero())
		}
		text, ok := strings.CutPrefix(k.Expose(), prefix)
		if b, err := base64.StdEncoding.DecodeString(text); !ok || err != nil || len(b) != 32 {
			t.Errorf("%s: not %s and 32 bytes: %v", algorithm, prefix, err)
		}
		if again := parse(t, k.Expose())[0]; again.Expose() != k.Expose() || again.Public() != k.Public() {
			t.Errorf("%s: reading it again makes another key", algorithm)
		}
		if other, err := webhook.Generate(algorithm, rand.Reader); err != nil || other.Expose() == k.Expose() {
			t.Errorf("%s: the same key twice, or %v", algorithm, err)
		}

		seed := strings.NewReader("0123456789abcdef0123456789abcdef and more")
		k, err = webhook.Generate(algorithm, seed)
		if err != nil || k.Expose() != prefix+base64.StdEncoding.EncodeToString([]byte("0123456789abcdef0123456789abcdef")) {
			t.Errorf("%s: the key is not made of the randomness it was given: %v", algorithm, err)
		}
		if k, err := webhook.Generate(algorithm, strings.NewReader("too short")); !errors.Is(err, io.ErrUnexpectedEOF) ||
			!k.IsZero() {
			t.Errorf("%s: short of randomness: %v", algorithm, err)
		}
	}
	if _, err := webhook.Generate("rsa", rand.Reader); !errors.Is(err, webhook.ErrAlgorithm) {
		t.Errorf("got %v", err)
	}
}

func TestPublic(t *testing.T) {
	private := parse(t, vectorPrivate)[0]
	public := parse(t, private.Public())[0]
	if !strings.HasPrefix(private.Public(), "whpk_") || public.Public() != private.Public() ||
		public.Expose() != private.Public() {
		t.Error("the public key of a private key does not read back as itself")
	}
	if public.CanSign() || public.Algorithm() != webhook.Ed25519 {
		t.Error("a public key claims to sign")
	}
	if got := parse(t, vectorSecret)[0].Public(); got != "" {
		t.Error("an HMAC secret has a public key")
	}
	var zero webhook.Key
	if !zero.IsZero() || zero.CanSign() || zero.Algorithm() != "" || zero.Public() != "" || zero.Expose() != "" {
		t.Error("the zero key is something")
	}
}
