package platform_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func TestPages(t *testing.T) {
	w := newWorld(t)
	c := w.newConnector("c0", nil)
	var tokens, connectors, policies []string
	connectors = append(connectors, c.ID)
	for i := range 7 {
		if i > 0 {
			connectors = append(connectors, w.newConnector(fmt.Sprintf("c%d", i), nil).ID)
		}
		tokens = append(tokens, w.newToken(fmt.Sprintf("t%d", i), c.ID, nil).ID)
		policies = append(policies, w.newPolicy(fmt.Sprintf("p%d", i), nil).ID)
	}
	for path, want := range map[string][]string{pathConnectors: connectors, pathTokens: tokens, pathPolicies: policies} {
		for _, size := range []int{1, 2, 3, 7, 8, 1000} {
			items, pages := allPages[struct{ ID string }](w, path+"?", size)
			var got []string
			for _, item := range items {
				got = append(got, item.ID)
			}
			if diff := cmp.Diff(want, got); diff != "" || pages != (len(want)+size-1)/size {
				t.Errorf("%s in %d pages of %d:\n%s", path, pages, size, diff)
			}
		}
		for _, bad := range []string{
			"page_size=0", "page_size=1001", "page_size=x", "page_token=%21", "page_token=Y29ubg",
			"names=x",
		} {
			w.do("GET", path+"?"+bad, nil).problem(api.CodeInvalid, "")
		}
	}
}

// allPages reads a list page by page, and returns the items and the number of pages.
func allPages[T any](w *world, query string, size int) (items []T, pages int) {
	w.t.Helper()
	for next := ""; ; {
		var page api.Page[T]
		r := w.do("GET", fmt.Sprintf("%s&page_size=%d&page_token=%s", query, size, url.QueryEscape(next)), nil).want(200)
		if err := json.Unmarshal(r.body, &page); err != nil {
			w.t.Fatal(err)
		}
		if len(page.Items) > size || len(page.Items) == 0 && pages > 0 {
			w.t.Fatalf("%s: a page of %d items, want 1 to %d", query, len(page.Items), size)
		}
		items = append(items, page.Items...)
		pages++
		if next = page.NextPageToken; next == "" {
			return items, pages
		}
	}
}

// TestRestrictedLists restricts lists by owner, connector, endpoint and label.
func TestRestrictedLists(t *testing.T) {
	w := newWorld(t)
	one, two := w.newConnector("one", nil).ID, w.newConnector("two", nil).ID
	w.newToken("a", one, object{"owner": "team-a", "labels": object{"tier": "1"}})
	w.newToken("b", two, object{"owner": "team-a", "labels": object{"tier": "2"}})
	w.newToken("c", two, object{"owner": "team-b"})
	for query, want := range map[string]int{
		"owner=team-a": 2, "owner=team-a&connector_id=" + two: 1, "label=tier": 2, "label=tier%3D2": 1,
		"label=tier%3D": 0, "connector_id=con_other": 0, "name=c&owner=team-a": 0,
	} {
		if items, _ := allPages[struct{ ID string }](w, pathTokens+"?"+query, 10); len(items) != want {
			t.Errorf("%s: %d tokens, want %d", query, len(items), want)
		}
	}
	for _, bad := range []string{
		pathTokens + "?label=%21", pathTokens + "?endpoint_id=wep_1", pathPolicies + "?owner=a",
		pathConnectors + "?connector_id=" + one,
	} {
		w.do("GET", bad, nil).problem(api.CodeInvalid, "")
	}
}
