package access

import (
	"net/netip"
	"testing"
)

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
		if got := AddressAllowed(c.from, c.ranges); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
