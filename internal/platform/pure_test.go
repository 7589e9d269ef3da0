package platform

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
		"inside": {in, ranges, true}, "outside": {out, ranges, false}, "nowhere": {netip.Addr{}, ranges, false}, "none allowed": {in, []string{}, false},
	} {
		if got := addressAllowed(c.from, c.ranges); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestIfMatchNames(t *testing.T) {
	for match, want := range map[string]bool{
		`"7"`: true, `*`: true, ` "7" `: true, `"6", "7"`: true, `"6"`: false, `7`: false, `W/"7"`: false, `"77"`: false, `""`: false,
	} {
		if got := names(match, 7); got != want {
			t.Errorf("%s: %v", match, got)
		}
	}
}

func TestPointer(t *testing.T) {
	if got := pointer("settings", "a/b~c"); got != "/settings/a~1b~0c" {
		t.Error(got)
	}
	for path, want := range map[string][]string{
		"": nil, "name": {"name"}, "labels.a.b": {"labels", "a.b"}, "scopes[3]": {"scopes", "3"}, "labels.x[0]": {"labels", "x[0]"},
	} {
		if diff := cmp.Diff(want, membersOf(path)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", path, diff)
		}
	}
}
