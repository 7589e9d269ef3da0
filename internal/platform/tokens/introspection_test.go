package tokens

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEffectiveScopes(t *testing.T) {
	for _, c := range []struct{ scopes, allowed, want []string }{
		{[]string{"b", "a"}, nil, []string{"a", "b"}},
		{[]string{"a", "b"}, []string{}, nil},
		{[]string{"a", "b"}, []string{"b", "c"}, []string{"b"}},
		{[]string{"m:send"}, []string{"m:*"}, []string{"m:send"}},
		{[]string{"m:*"}, []string{"m:send", "m:read", "u:read"}, []string{"m:read", "m:send"}},
		{[]string{"m:*"}, []string{"m:a:*"}, []string{"m:a:*"}},
		{[]string{"m:*", "m:send"}, []string{"m:send"}, []string{"m:send"}},
		{[]string{"mx"}, []string{"m:*"}, nil},
	} {
		if diff := cmp.Diff(c.want, effectiveScopes(c.scopes, c.allowed)); diff != "" {
			t.Errorf("%v within %v (-want +got):\n%s", c.scopes, c.allowed, diff)
		}
	}
}

func TestAddressAllowed(t *testing.T) {
	in, out := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("198.51.100.1")
	ranges := []string{"2001:db8::/32", "192.0.2.0/24"}
	for name, c := range map[string]struct {
		from   netip.Addr
		ranges []string
		want   bool
	}{
		"no limit": {out, nil, true}, "no limit, no address": {netip.Addr{}, nil, true},
		"inside": {in, ranges, true}, "outside": {out, ranges, false}, "nowhere": {netip.Addr{}, ranges, false},
		"none allowed": {in, []string{}, false},
	} {
		if got := addressAllowed(c.from, c.ranges); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
