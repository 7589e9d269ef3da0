package platform_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// namesIn reads a list to its end and returns the names in it. A page of a filter by age may be empty.
func (w *world) namesIn(path, query, size string) (names []string) {
	w.t.Helper()
	for next := ""; ; {
		r := w.do("GET", path+"?page_size="+size+"&"+query+"&page_token="+url.QueryEscape(next), nil).want(200)
		var page api.Page[struct{ Name string }]
		if err := json.Unmarshal(r.body, &page); err != nil {
			w.t.Fatal(err)
		}
		for _, item := range page.Items {
			names = append(names, item.Name)
		}
		if next = page.NextPageToken; next == "" {
			return names
		}
	}
}

// TestListFilters has for each filter what it selects and what it just misses, page by page and all at once.
func TestListFilters(t *testing.T) {
	const day = 24 * time.Hour
	w := newWorld(t)
	policy := w.newPolicy("p", object{"interval": "30d", "max_age": "60d"}).ID
	end := w.clock.Now().Add(100 * day)
	connector := w.newConnector("old", object{
		"rotation_policy_id": policy, "credentials": object{"api_key": "x"},
		"credentials_expire_at": end.Format(time.RFC3339),
	}).ID
	endpoint := w.newEndpoint("old", connector, nil).ID
	w.newSecret("old", endpoint, policy, nil)
	old := w.newToken("old", connector, object{"rotation_policy_id": policy, "expires_at": end.Format(time.RFC3339)}).ID
	w.clock.Advance(60*day - time.Second)
	w.newConnector("new", object{"credentials": object{"api_key": "x"}})
	id, claim := w.instance().makes(api.ScopedTokens, tokenBody("ol", connector, object{
		"rotation_policy_id": policy, "expires_at": end.Add(time.Second).Format(time.RFC3339),
	}))
	w.present(api.ScopedTokens, id, claim).want(200)
	w.newSecret("new", endpoint, policy, nil)

	all := map[string][]string{
		pathTokens: {"old", "ol"}, pathConnectors: {"old", "new"}, pathSecrets: {"old", "new"},
		pathEndpoints: {"old"}, pathPolicies: {"p"},
	}
	check := func(what, path, query string, want ...string) {
		t.Helper()
		for _, size := range []string{"1", "1000"} {
			if got := w.namesIn(path, query, size); !slices.Equal(got, want) {
				t.Errorf("%s: %s?%s in pages of %s: %q, want %q", what, path, query, size, got, want)
			}
		}
	}
	for path, names := range all {
		check("begins", path, "name_prefix="+names[0], names[:1]...)
		check("longer", path, "name_prefix="+names[0]+"x")
		check("no pattern", path, "name_prefix=%25")
		check("inside", path, "name_prefix="+names[0][1:]+"-")
		check("false", path, "orphan=false", names...)
	}
	check("presented", pathTokens, "orphan=true", "old")
	check("by hand", pathPolicies, "orphan=true", "p")

	rotated := []string{pathTokens, pathConnectors, pathSecrets}
	for _, path := range rotated {
		check("not yet", path, "older_than=60d")
		check("not yet", path, "overdue=true")
		check("old enough", path, "older_than=59d", "old")
		check("age of nothing", path, "older_than=0s", all[path]...)
	}
	for _, path := range rotated[:2] {
		check("ends later", path, "expires_within=40d")
		check("ends", path, "expires_within=960h1s", "old")
	}
	w.clock.Advance(time.Second)
	for _, path := range rotated {
		check("just", path, "older_than=60d", "old")
		check("just", path, "overdue=true", "old")
		check("together", path, "overdue=true&older_than=61d")
		check("together", path, "overdue=true&name_prefix=old&orphan=true&owner=team-messaging", "old")
	}
	w.lifecycle(old, "hold", object{"reason": "test"}).want(200)
	check("on hold", pathTokens, "overdue=true", "old")
	w.clock.Advance(41 * day)
	check("has ended", pathConnectors, "expires_within=0s", "old")
	check("is not current any more", pathTokens, "older_than=1d")

	for _, bad := range []string{
		pathTokens + "?older_than=soon", pathTokens + "?expires_within=-1d", pathTokens + "?overdue=maybe",
		pathSecrets + "?expires_within=1d", pathPolicies + "?overdue=true",
		pathEndpoints + "?older_than=1d", pathConnectors + "?orphan=2",
	} {
		w.do("GET", bad, nil).problem(api.CodeInvalid, "")
	}
}
