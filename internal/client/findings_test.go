package client

import (
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func aFinding(letter, state string) api.Finding {
	return api.Finding{
		ID: api.FindingIDPrefix + strings.Repeat("0", 25) + letter, Tenant: here().Tenant,
		Environment: here().Environment, Finding: api.FindingOverdue, State: state,
	}
}

func TestFindingsAreReadAsTheyAreTaken(t *testing.T) {
	s := serve(t,
		respondJSON(api.Page[api.Finding]{
			Items: []api.Finding{aFinding("A", api.FindingOpen), aFinding("B", api.FindingOpen)}, NextPageToken: "p2",
		}),
		respondJSON(api.Page[api.Finding]{Items: []api.Finding{}, NextPageToken: "p3"}),
		respondJSON(api.Page[api.Finding]{Items: []api.Finding{aFinding("C", api.FindingOpen)}}))
	c := newClient(t, s.URL, nil)
	filter := FindingFilter{
		State: api.FindingOpen, Finding: api.FindingOverdue, Kind: api.KindScopedTokens, ObjectID: "tok_1",
	}
	for _, err := range c.Findings(t.Context(), filter) {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	want := "finding=overdue&kind=scoped-tokens&object_id=tok_1&page_size=1000&state=open"
	if seen := s.seen(); len(seen) != 1 || seen[0].path != "/v1/findings" || seen[0].query != want {
		t.Fatalf("%d requests, the first %s?%s", len(seen), seen[0].path, seen[0].query)
	}
	read := ""
	for f, err := range c.Findings(t.Context(), FindingFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		read += f.ID[len(f.ID)-1:]
	}
	if read != "C" { // the two pages that are left
		t.Errorf("read %q", read)
	}
}

func TestCloseFinding(t *testing.T) {
	s := serve(t, respondJSON(aFinding("A", api.FindingClosed)))
	got, err := newClient(t, s.URL, nil).CloseFinding(t.Context(), aFinding("A", "").ID, "it was the load test")
	if err != nil || got.State != api.FindingClosed {
		t.Fatalf("%+v, %v", got, err)
	}
	seen := s.seen()[0]
	if seen.method != "POST" || seen.path != "/v1/findings/"+got.ID+"/close" ||
		seen.body != `{"reason":"it was the load test"}` || seen.header.Get("Idempotency-Key") == "" {
		t.Errorf("%+v", seen)
	}
}

// An answer about another finding, or about one that is open still, does not say that this one is closed.
func TestCloseFindingRefusesOtherAnswers(t *testing.T) {
	elsewhere := aFinding("A", api.FindingClosed)
	elsewhere.Environment = "elsewhere"
	for name, answer := range map[string]any{
		"another": aFinding("B", api.FindingClosed), "open": aFinding("A", api.FindingOpen),
		"elsewhere": elsewhere, "nothing": map[string]string{},
	} {
		c := newClient(t, serve(t, respondJSON(answer)).URL, nil).For(here())
		if _, err := c.CloseFinding(t.Context(), aFinding("A", "").ID, "x"); err == nil {
			t.Errorf("%s is no error", name)
		}
	}
	if _, err := newClient(t, "http://127.0.0.1:1", nil).CloseFinding(t.Context(), "../connectors", "x"); err == nil {
		t.Error("what is no id is no error")
	}
}

func TestFindingsOfAnotherEnvironment(t *testing.T) {
	f := aFinding("A", api.FindingOpen)
	f.Environment = "elsewhere"
	c := newClient(t, serve(t, respondJSON(api.Page[api.Finding]{Items: []api.Finding{f}})).URL, nil).For(here())
	for _, err := range c.Findings(t.Context(), FindingFilter{}) {
		if err == nil {
			t.Error("a finding of another environment is no error")
		}
	}
}
