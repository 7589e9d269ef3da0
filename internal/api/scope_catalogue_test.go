package api_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// Every scope of the catalogue can be written, is described, and begins with its area. Pages go by the order of names.
func TestScopeCatalogue(t *testing.T) {
	all := api.ScopeCatalogue()
	if !slices.IsSortedFunc(all, func(a, b api.Scope) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("it is not in the order of the names")
	}
	classes := []string{api.AccessRead, api.AccessWrite, api.AccessAdmin}
	for _, s := range all {
		if err := api.CheckScope(s.Name); err != nil {
			t.Errorf("%s %v", s.Name, err)
		}
		if !strings.HasPrefix(s.Name, s.Area+":") || !slices.Contains(classes, s.Access) {
			t.Errorf("%s: area %q, access class %q", s.Name, s.Area, s.Access)
		}
		if !strings.HasSuffix(s.Description, ".") || !api.ScopeKnown(s.Name) {
			t.Errorf("%s: %q", s.Name, s.Description)
		}
	}
}

func TestScopesFor(t *testing.T) {
	for scope, want := range map[string]string{
		"messages:send": "messages:send (send messages; messages, write)",
		"files:*":       "files:read (download attachments; files, read), files:write (upload attachments; files, write)",
		"credentials:*": "", "messages": "", "messages:send:now": "", "a:*": "",
	} {
		if got := api.ScopesInWords(api.ScopesFor(scope)); got != want || api.ScopeKnown(scope) != (want != "") {
			t.Errorf("%s is %q, want %q", scope, got, want)
		}
	}
}

// What is near is named only where it is probable that it was meant.
func TestUnknownScope(t *testing.T) {
	const send, read = "messages:send (", "messages:read ("
	for scope, c := range map[string]struct{ near, not string }{
		"message:send": {send, read}, "messages:sent": {send, read}, "mesages:snd": {send, read},
		"messages:reads": {read, send},
		"messages:purge": {read, ""}, "message:*": {send, ""}, "messages": {send, ""},
		"tickets:read": {"", "which"}, "a:b": {"", "which"}, "admin": {"", "which"},
		"credentials:*": {"credentials:read (", ""},
	} {
		got := api.UnknownScope(scope)
		if !strings.HasPrefix(got, `"`+scope+`" is not in the scope catalogue`) || !strings.Contains(got, c.near) ||
			c.not != "" && strings.Contains(got, c.not) {
			t.Errorf("of %s it says %q", scope, got)
		}
	}
}
