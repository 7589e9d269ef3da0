package client

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func TestByName(t *testing.T) {
	page := func(next string, names ...string) http.HandlerFunc {
		items := []api.Connector{}
		for i, n := range names {
			items = append(items, api.Connector{Object: api.Object{ID: fmt.Sprintf("con_%d", i), Name: n}})
		}
		return respondJSON(api.Page[api.Connector]{Items: items, NextPageToken: next})
	}
	s := serve(t, page("p2", "mail-2", "mail-3"), page("", "mail"))
	c := newClient(t, s.URL, nil)
	got, err := c.Connectors().ByName(t.Context(), "mail")
	if err != nil || got.Name != "mail" {
		t.Fatalf("%v, %v", got, err)
	}
	if q := s.seen(); q[0].query != "name=mail" || q[1].query != "name=mail&page_token=p2" {
		t.Errorf("queries %q and %q", q[0].query, q[1].query)
	}
	for _, r := range c.events {
		if strings.Contains(r.Route, "?") {
			t.Errorf("the log has the query: %s", r.Route)
		}
	}
	empty := serve(t, page(""))
	if _, err := newClient(t, empty.URL, nil).Connectors().ByName(t.Context(), "mail"); !IsNotFound(err) {
		t.Errorf("got %v", err)
	}
	loop := serve(t, page("same", "other"))
	_, err = newClient(t, loop.URL, nil).Connectors().ByName(t.Context(), "mail")
	if !IsNotFound(err) || len(loop.seen()) != 2 {
		t.Errorf("got %v after %d requests", err, len(loop.seen()))
	}
}

// A wrong path in endpoint can lead to JSON of something else.
func TestByNameNeedsAList(t *testing.T) {
	for _, body := range []string{`{}`, `null`, `{"items":null}`, `{"status":"ok"}`} {
		write := func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }
		s := serve(t, withHeader("Content-Type", "application/json", write))
		_, err := newClient(t, s.URL, nil).ScopedTokens().ByName(t.Context(), "mail")
		if err == nil || IsNotFound(err) || !strings.Contains(err.Error(), "not from the platform API") {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestListReadsAllPages(t *testing.T) {
	page := func(next string, ids ...string) http.HandlerFunc {
		items := []api.ScopedToken{}
		for _, id := range ids {
			items = append(items, api.ScopedToken{Object: api.Object{ID: id}})
		}
		return respondJSON(api.Page[api.ScopedToken]{Items: items, NextPageToken: next})
	}
	s := serve(t, page("p2", "tok_1", "tok_2"), page("p3"), page("", "tok_3"))
	got, err := newClient(t, s.URL, nil).ScopedTokens().List(t.Context(), Filter{})
	if err != nil || len(got) != 3 || got[2].ID != "tok_3" {
		t.Fatalf("got %v, %v", got, err)
	}
	for i, want := range []string{"page_size=1000", "page_size=1000&page_token=p2", "page_size=1000&page_token=p3"} {
		if q := s.seen()[i].query; q != want {
			t.Errorf("query %d is %q, want %q", i, q, want)
		}
	}
	got, err = newClient(t, serve(t, page("")).URL, nil).ScopedTokens().List(t.Context(), Filter{})
	if err != nil || got == nil || len(got) != 0 {
		t.Errorf("an empty list: %v, %v", got, err)
	}
	s = serve(t, page("p2", "tok_1"), problem(api.CodeForbidden))
	_, err = newClient(t, s.URL, nil).ScopedTokens().List(t.Context(), Filter{})
	if !HasCode(err, api.CodeForbidden) {
		t.Errorf("a page that fails: %v", err)
	}
}
