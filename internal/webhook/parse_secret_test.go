package webhook_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

func encoded(n int) string {
	return base64.StdEncoding.EncodeToString([]byte(strings.Repeat("\xfb", n)))
}

func TestParseSecret(t *testing.T) {
	tests := map[string]struct {
		text string
		want error
	}{
		"hmac, published":          {vectorSecret, nil},
		"hmac, 24 bytes":           {"whsec_" + encoded(24), nil},
		"hmac, 25 bytes, padded":   {"whsec_" + encoded(25), nil},
		"hmac, 64 bytes":           {"whsec_" + encoded(64), nil},
		"private, published":       {vectorPrivate, nil},
		"public":                   {"whpk_" + encoded(32), nil},
		"nothing":                  {"", webhook.ErrSecretEmpty},
		"hmac, nothing":            {"whsec_", webhook.ErrSecretEmpty},
		"private, nothing":         {"whsk_", webhook.ErrSecretEmpty},
		"public, nothing":          {"whpk_", webhook.ErrSecretEmpty},
		"no prefix":                {encoded(32), webhook.ErrSecretPrefix},
		"prefix in capitals":       {"WHSEC_" + encoded(32), webhook.ErrSecretPrefix},
		"space before":             {" " + vectorSecret, webhook.ErrSecretPrefix},
		"another prefix":           {"whx_" + encoded(32), webhook.ErrSecretPrefix},
		"hmac, 23 bytes":           {"whsec_" + encoded(23), webhook.ErrSecretLength},
		"hmac, 65 bytes":           {"whsec_" + encoded(65), webhook.ErrSecretLength},
		"hmac, a megabyte":         {"whsec_" + encoded(1<<20), webhook.ErrSecretLength},
		"private, 31 bytes":        {"whsk_" + encoded(31), webhook.ErrSecretLength},
		"private, seed and public": {"whsk_" + encoded(64), webhook.ErrSecretLength},
		"public, 33 bytes":         {"whpk_" + encoded(33), webhook.ErrSecretLength},
		"no padding":               {"whsec_" + strings.TrimRight(encoded(32), "="), webhook.ErrSecretEncoding},
		"too much padding":         {"whsec_" + encoded(24) + "=", webhook.ErrSecretEncoding},
		"base64url": {
			"whsec_" + base64.URLEncoding.EncodeToString([]byte(strings.Repeat("\xfb", 24))),
			webhook.ErrSecretEncoding,
		},
		"line end after":  {vectorSecret + "\n", webhook.ErrSecretEncoding},
		"line end inside": {"whsec_" + encoded(24)[:4] + "\r\n" + encoded(24)[4:], webhook.ErrSecretEncoding},
		"space after":     {vectorSecret + " ", webhook.ErrSecretEncoding},
		// The last character before = has two bits that are not part of a byte.
		"bits beyond the end": {"whsec_" + strings.Repeat("A", 42) + "B=", webhook.ErrSecretEncoding},
		"hex":                 {"whsec_" + strings.Repeat("0f", 17) + "0", webhook.ErrSecretEncoding},
		"prefix twice":        {"whsec_" + vectorSecret, webhook.ErrSecretEncoding},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			k, err := webhook.ParseSecret(tt.text)
			if !errors.Is(err, tt.want) {
				t.Fatalf("got %v, want %v", err, tt.want)
			}
			if (err == nil) == k.IsZero() {
				t.Error("want either an error or a key")
			}
			if err == nil && k.Expose() != tt.text {
				t.Error("the key differs from the text")
			}
			if _, value, _ := strings.Cut(tt.text, "_"); err != nil && len(value) > 4 && strings.Contains(err.Error(), value) {
				t.Errorf("the error repeats the secret: %v", err)
			}
		})
	}
}

// A supplied secret is an HMAC secret. Any other text gives the same error, which repeats none of it.
func TestParseSupplied(t *testing.T) {
	if k, err := webhook.ParseSupplied(vectorSecret); err != nil || k.Expose() != vectorSecret {
		t.Errorf("%v", err)
	}
	for name, text := range map[string]string{
		"empty": "", "no prefix": strings.TrimPrefix(vectorSecret, "whsec_"), "private key": vectorPrivate,
		"public key": parse(t, vectorPrivate)[0].Public(),
		"23 bytes":   "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 23)), "65 bytes": "whsec_" +
			base64.StdEncoding.EncodeToString(make([]byte, 65)),
		"line end": vectorSecret + "\n", "space": " " + vectorSecret, "base64url": "whsec_" + strings.Repeat("-_", 16),
		"no padding": "whsec_" + strings.Repeat("A", 33),
	} {
		if k, err := webhook.ParseSupplied(text); !errors.Is(err, webhook.ErrSupplied) || !k.IsZero() {
			t.Errorf("%s: %v", name, err)
		}
	}
}
