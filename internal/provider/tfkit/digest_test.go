package tfkit

import (
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

func TestDigest(t *testing.T) {
	key := &api.ComparisonKey{Number: 3, Key: secret.New("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")}
	p, err := NewSession(nil, api.Identity{ComparisonKey: key})
	if err != nil {
		t.Fatal(err)
	}
	got, ok := p.Digest(api.KindConnectors, "con_1", map[string]secret.Value{"k": secret.New("v")})
	want, err := api.Digest(
		3,
		[]byte("0123456789abcdef0123456789abcdef"),
		api.KindConnectors,
		"con_1",
		map[string]string{"k": "v"},
	)
	if err != nil || !ok || got != want {
		t.Errorf("got %q, %v; want %q", got, ok, want)
	}
	if _, ok := NotConfigured("token").Digest("", "", nil); ok {
		t.Error("a digest without a key")
	}
	var none *Session
	if _, ok := none.Digest("", "", nil); ok {
		t.Error("a digest without a platform")
	}
	if _, err := NewSession(
		nil,
		api.Identity{ComparisonKey: &api.ComparisonKey{Key: secret.New("not base64 CANARY")}},
	); err == nil ||
		strings.Contains(err.Error(), "CANARY") {
		t.Errorf("got %v", err)
	}
}
