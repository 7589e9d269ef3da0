package api_test

import (
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func TestSameInstant(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"", "", true},
		{"", "2026-01-01T00:00:00Z", false},
		{"2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", true},
		{"2026-01-01T00:00:00Z", "2026-01-01T00:00:00.0Z", true},
		{"2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5Z", false},
		{"2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", false},
		{"soon", "soon", true},
		{"soon", "later", false},
	} {
		if got := api.SameInstant(c.a, c.b); got != c.want {
			t.Errorf("SameInstant(%q, %q) = %v", c.a, c.b, got)
		}
	}
}
