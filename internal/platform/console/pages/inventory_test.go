package pages

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
)

func credentials(n int) api.Page[api.InventoryEntry] {
	var page api.Page[api.InventoryEntry]
	for i := range n {
		page.Items = append(page.Items, api.InventoryEntry{
			Kind: api.KindScopedTokens, ID: "tok_" + strconv.Itoa(1000+i), Name: "name-" + strconv.Itoa(i), Owner: "team",
			Phase: api.PhaseStable, AgeDays: int64(i), Risk: api.Risk{Score: int64(i % 72)},
		})
	}
	return page
}

// What is selected goes to the API as it is, and stays selected in the form and in every link.
func TestInventorySelects(t *testing.T) {
	t.Parallel()
	page := credentials(100)
	page.NextPageToken = "next"
	f := &fake{answers: map[string]any{inventoryRoute: page}}
	r := request(f, nil, "kind=scoped-tokens&overdue=true&owner=team&other=x&label=")
	got := serve(t, r, http.MethodGet, "/inventory")
	if want := inventoryRoute + "?kind=scoped-tokens&overdue=true&owner=team&page_size=500"; f.gets[0] != want {
		t.Errorf("asked %s, want %s", f.gets[0], want)
	}
	for _, want := range []string{
		`<option value="scoped-tokens" selected>`, `name="overdue" value="true" checked`, `name="owner" value="team"`,
		`/inventory?kind=scoped-tokens&amp;overdue=true&amp;owner=team&amp;page_token=next" rel="next"`,
		`href="/console/in/staging/inventory?kind=scoped-tokens&amp;overdue=true&amp;owner=team&amp;sort=risk"`,
		`href="/console/in/staging/inventory.csv?kind=scoped-tokens&amp;overdue=true&amp;owner=team"`,
		`href="/console/in/staging/credentials/tok_1000">name-0</a>`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	f = &fake{answers: map[string]any{inventoryRoute: page}}
	serve(t, request(f, nil, "page_token=p2"), http.MethodGet, "/inventory")
	if want := inventoryRoute + "?page_size=100&page_token=p2"; f.gets[0] != want {
		t.Errorf("asked %s, want %s", f.gets[0], want)
	}
}

// A sorted list has the first of its order, in parts.
func TestInventoryInOrder(t *testing.T) {
	t.Parallel()
	f := &fake{answers: map[string]any{inventoryRoute: credentials(1500)}}
	got := serve(t, request(f, nil, "sort=age&from=900"), http.MethodGet, "/inventory")
	for _, want := range []string{
		"name-599<", "name-500<", "Rows 901 to 1,000 of 1,500. A sorted list ends after 1,000", `aria-sort="descending"`,
		`<input type="hidden" name="sort" value="age">`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	for _, not := range []string{"name-600<", "name-499<", `rel="next"`} {
		if strings.Contains(got, not) {
			t.Errorf("the page has %s", not)
		}
	}
	for order := range orders {
		if sorted[order] == "" {
			t.Errorf("nothing says which way the order %s goes", order)
		}
		serve(t, request(f, nil, "from=x&sort="+order), http.MethodGet, "/inventory")
	}
}

// What the API refuses is said above the list, and the form stays as it was.
func TestInventoryOfAWrongFilter(t *testing.T) {
	t.Parallel()
	f := &fake{refused: map[string]*problem.Error{
		inventoryRoute: problem.New(api.CodeInvalid, "", "query parameter unused_for: must be a duration"),
	}}
	got := serve(t, request(f, nil, "unused_for=soon"), http.MethodGet, "/inventory")
	if !strings.Contains(got, "must be a duration") || !strings.Contains(got, `value="soon"`) ||
		strings.Contains(got, "No credential is selected") {
		t.Errorf("the page is %s", got)
	}
	for path, route := range map[string]string{"/audit": auditRoute, "/findings": findingsRoute} {
		f.refused[route] = problem.New(api.CodeInvalid, "", "query parameter x: must be a time")
		if got := serve(t, request(f, nil, "x=soon"), http.MethodGet, path); !strings.Contains(got, "must be a time") {
			t.Errorf("%s is %s", path, got)
		}
	}
	f.refused[inventoryRoute] = problem.New(api.CodeForbidden, "", "no")
	if _, err := inventory(request(f, nil, "")); !problem.Has(err, api.CodeForbidden) {
		t.Errorf("a refusal is %v", err)
	}
}

func TestInventoryFile(t *testing.T) {
	t.Parallel()
	f := everything("=cmd|' /C calc'!A0")
	file := answer(t, request(f, nil, ""), http.MethodGet, "/inventory.csv").File
	var out bytes.Buffer
	if err := file.Write(&out); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	const name = "inventory-acme-staging-2026-05-01.csv"
	if err != nil || len(rows) != 2 || len(rows[0]) != len(rows[1]) || file.Name != name {
		t.Fatalf("%s has %q (%v)", file.Name, rows, err)
	}
	for i, cell := range rows[1] {
		if strings.HasPrefix(cell, "=") {
			t.Errorf("%s is a formula: %s", rows[0][i], cell)
		}
	}
	f.refused = map[string]*problem.Error{inventoryRoute: problem.New(api.CodeForbidden, "", "no")}
	if _, err := inventoryFile(request(f, nil, "")); err == nil {
		t.Error("a refusal is a file")
	}
}
