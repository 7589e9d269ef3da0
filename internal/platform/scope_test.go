package platform_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// TestScopes reads the catalogue in pages, and one scope by its name.
func TestScopes(t *testing.T) {
	w := newWorld(t)
	all := api.ScopeCatalogue()
	for _, size := range []int{4, len(all), 1000} {
		got, pages := allPages[api.Scope](w, "/v1/scopes?", size)
		if diff := cmp.Diff(all, got); diff != "" || pages != (len(all)+size-1)/size {
			t.Errorf("in %d pages of %d:\n%s", pages, size, diff)
		}
	}
	for name, want := range map[string]int{"messages:send": 1, "messages": 0} {
		if got, _ := allPages[api.Scope](w, "/v1/scopes?name="+name, 10); len(got) != want {
			t.Errorf("%s: %d scopes, want %d", name, len(got), want)
		}
	}
	w.do("GET", "/v1/scopes?page_token=%21", nil).problem(api.CodeInvalid, "")
}
