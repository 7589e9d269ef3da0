package httpapi

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMembersOf(t *testing.T) {
	for path, want := range map[string][]string{
		"": nil, "name": {"name"}, "labels.a.b": {"labels", "a.b"}, "scopes[3]": {"scopes", "3"},
		"labels.x[0]": {"labels", "x[0]"},
	} {
		if diff := cmp.Diff(want, membersOf(path)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", path, diff)
		}
	}
}
