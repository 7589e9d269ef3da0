package client

import (
	"net/http"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func inventoryPage(next string, scores ...int64) http.HandlerFunc {
	items := []api.InventoryEntry{}
	for _, n := range scores {
		id := "tok_" + strings.Repeat("0", 25) + string(rune('A'+len(items)))
		items = append(items, api.InventoryEntry{
			ID: id + next, Name: "x", Tenant: here().Tenant, Environment: here().Environment, Risk: api.Risk{Score: n},
		})
	}
	return respondJSON(api.Page[api.InventoryEntry]{Items: items, NextPageToken: next})
}

func TestInventoryIsReadAsItIsTaken(t *testing.T) {
	s := serve(t, inventoryPage("p2", 1, 2), inventoryPage("p3"), inventoryPage("", 3))
	c := newClient(t, s.URL, nil)
	filter := InventoryFilter{
		Kind: "scoped-tokens", Owner: "o", ConnectorID: "con_1", Label: "a=b", UnusedFor: "90d", OlderThan: "1d",
		ExpiresWithin: "2d", Overdue: true, Unacknowledged: true, Orphan: true,
	}
	read := 0
	for e, err := range c.Inventory(t.Context(), filter) {
		if err != nil {
			t.Fatal(err)
		}
		if read++; e.Risk.Score == 2 {
			break
		}
	}
	want := "connector_id=con_1&expires_within=2d&kind=scoped-tokens&label=a%3Db&older_than=1d&orphan=true&overdue=true&" +
		"owner=o&page_size=1000&unacknowledged=true&unused_for=90d"
	if seen := s.seen(); read != 2 || len(seen) != 1 || seen[0].query != want {
		t.Errorf("read %d entries with %d requests, the first %q", read, len(seen), seen[0].query)
	}
}

func TestRiskiest(t *testing.T) {
	for n, want := range map[int]string{1: "9", 2: "9 4", 4: "9 4 4 2", 6: "9 4 4 2 1 1", 9: "9 4 4 2 1 1"} {
		s := serve(t, inventoryPage("p2", 1, 4, 2), inventoryPage("p3"), inventoryPage("", 4, 9, 1))
		got, more, err := newClient(t, s.URL, nil).Riskiest(t.Context(), InventoryFilter{}, n)
		if err != nil {
			t.Fatal(err)
		}
		var scores []string
		for _, e := range got {
			scores = append(scores, string(rune('0'+e.Risk.Score)))
		}
		if text := strings.Join(scores, " "); text != want || more != (n < 6) {
			t.Errorf("the %d riskiest are %s, more: %t; want %s", n, text, more, want)
		}
		if n == 2 && !strings.HasSuffix(got[1].ID, "p2") {
			t.Errorf("of two with the same risk the second one comes first: %s", got[1].ID)
		}
	}
}

func TestInventoryOfAnotherEnvironment(t *testing.T) {
	s := serve(t, respondJSON(api.Page[api.InventoryEntry]{Items: []api.InventoryEntry{{
		ID: "tok_1", Name: "x", Tenant: here().Tenant, Environment: "elsewhere",
	}}}))
	c := newClient(t, s.URL, nil).For(here())
	if _, _, err := c.Riskiest(t.Context(), InventoryFilter{}, 1); err == nil {
		t.Error("an entry of another environment is no error")
	}
}
