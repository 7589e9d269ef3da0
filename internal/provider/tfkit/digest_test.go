package tfkit

import (
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

func TestDigests(t *testing.T) {
	keys := []string{"0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"}
	s, err := NewSession(nil, api.Identity{ComparisonKeys: []api.ComparisonKey{
		{Number: 3, Key: secret.New("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")},
		{Number: 12, Key: secret.New("ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=")},
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := make([]string, 2)
	for i, number := range []int64{3, 12} {
		want[i], err = api.Digest(number, []byte(keys[i]), api.KindConnectors, "con_1", map[string]string{"k": "v"})
		if err != nil {
			t.Fatal(err)
		}
	}
	got := s.Digests(api.KindConnectors, "con_1", map[string]secret.Value{"k": secret.New("v")})
	for other, like := range map[string]string{
		"k3:x": want[0], "k12:x": want[1], "k1:x": want[1], "k33:x": want[1], "": want[1], "3:x": want[1], "k3": want[1],
	} {
		if d := got.Like(other); d != like {
			t.Errorf("like %q: %q, want %q", other, d, like)
		}
	}
	var none *Session
	for _, s := range []*Session{none, NotConfigured("token")} {
		if d := s.Digests("", "", nil); d != nil || d.Like("k3:x") != "" {
			t.Error("a digest without a key")
		}
	}
	_, err = NewSession(nil, api.Identity{ComparisonKeys: []api.ComparisonKey{{Key: secret.New("not base64 CANARY")}}})
	if err == nil || strings.Contains(err.Error(), "CANARY") {
		t.Errorf("got %v", err)
	}
}
