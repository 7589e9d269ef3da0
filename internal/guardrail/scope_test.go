package guardrail_test

import (
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/guardrail"
)

// What a rule says of scopes has what they allow, so that a reader can decide without looking them up.
func TestScopesAreNamedWithWhatTheyAllow(t *testing.T) {
	many := []string{"billing:read", "messages:*", "a:b", "contacts:read", "files:read", "orders:read", "users:read"}
	many = append(many, "messages:read", "files:write", "orders:write")
	for what, c := range map[string]struct {
		rules api.EnvironmentRules
		is    []string
		want  string
	}{
		"a wildcard": {
			api.EnvironmentRules{ForbidWildcardScopes: true},
			[]string{"files:*"},
			`"files:*" stands for every scope that begins so, also for those that come later; now it is files:read (download ` +
				"attachments; files, read), files:write (upload attachments; files, write). ",
		},
		"a wildcard of nothing": {
			api.EnvironmentRules{ForbidWildcardScopes: true}, []string{"a:*"}, "now it is none of the scope catalogue. ",
		},
		"too many": {
			api.EnvironmentRules{MaxScopesPerToken: count(1)},
			[]string{"messages:send", "users:read"},
			"the limit is 1, and it has 2 entries: messages:send (send messages; messages, write), " +
				"users:read (read the profiles of users; users, read). ",
		},
		"far too many": {
			api.EnvironmentRules{MaxScopesPerToken: count(1)}, many, "messages:* (a wildcard), a:b (not in the scope " +
				"catalogue), contacts:read (",
		},
		"the rest of far too many": {
			api.EnvironmentRules{MaxScopesPerToken: count(1)}, many, "messages, read), and 2 more. ",
		},
		"unknown": {
			api.EnvironmentRules{ForbidUnknownScopes: true},
			[]string{"messages:send", "message:read"},
			`"message:read" is not in the scope catalogue, which has messages:read (read messages and their delivery status; ` +
				"messages, read). ",
		},
		"unknown, and nothing near": {
			api.EnvironmentRules{ForbidUnknownScopes: true}, []string{"a:b"}, `"a:b" is not in the scope catalogue. `,
		},
	} {
		found := guardrail.Find(c.rules, nil, nil, scopes(c.is...), now)
		if len(found) != 1 || !strings.Contains(found[0].Detail, c.want) {
			t.Errorf("%s: found %+v", what, found)
		}
	}
}
