package tokens

import (
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
