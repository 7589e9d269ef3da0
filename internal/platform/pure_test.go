package platform

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
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

func TestEndsAt(t *testing.T) {
	at := func(h int) time.Time { return time.Date(2026, 5, 1, h, 0, 0, 0, time.UTC) }
	never := time.Time{}
	pending := rotation.Version{State: rotation.StatePending, Deadline: at(5)}
	seen, back := pending, pending
	seen.Evidence = &rotation.Evidence{}
	back.RolledBack, back.Evidence = true, &rotation.Evidence{}
	cancels, promotes := rotation.DefaultPolicy(), rotation.DefaultPolicy()
	promotes.OnStageTimeout = rotation.OnTimeoutPromote
	for name, c := range map[string]struct {
		v       rotation.Version
		expires time.Time
		p       rotation.Policy
		want    time.Time
	}{
		"current":                        {rotation.Version{State: rotation.StateCurrent}, never, cancels, never},
		"current, expiring":              {rotation.Version{State: rotation.StateCurrent}, at(3), cancels, at(3)},
		"previous":                       {rotation.Version{State: rotation.StatePrevious, Deadline: at(5)}, at(9), cancels, at(5)},
		"previous, expiring first":       {rotation.Version{State: rotation.StatePrevious, Deadline: at(5)}, at(3), cancels, at(3)},
		"pending":                        {pending, never, cancels, at(5)},
		"pending, promoted at its stage": {pending, never, promotes, never},
		"pending, seen in use":           {seen, at(9), cancels, at(9)},
		"rolled back":                    {back, never, promotes, at(5)},
		"revoked":                        {rotation.Version{State: rotation.StateRevoked}, at(3), cancels, never},
	} {
		if got := endsAt(c.v, c.expires, c.p); !got.Equal(c.want) {
			t.Errorf("%s: %s, want %s", name, got, c.want)
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
