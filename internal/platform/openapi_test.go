package platform_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write openapi.json")

type document struct {
	OpenAPI    string                          `json:"openapi"`
	Paths      map[string]map[string]operation `json:"paths"`
	Components struct {
		Schemas map[string]schema `json:"schemas"`
	} `json:"components"`
}

type operation struct {
	ID          string `json:"operationId"`
	Summary     string `json:"summary"`
	Description string `json:"description"`
	Parameters  []struct {
		Name        string `json:"name"`
		In          string `json:"in"`
		Description string `json:"description"`
	} `json:"parameters"`
	RequestBody struct {
		Content map[string]json.RawMessage `json:"content"`
	} `json:"requestBody"`
	Security []map[string][]string `json:"security"`
}

type schema struct {
	Properties map[string]struct {
		Description string `json:"description"`
	} `json:"properties"`
}

func TestOpenAPI(t *testing.T) {
	w := newWorld(t)
	served := w.send("", "GET", "/openapi.json", nil).want(200).body
	if *update {
		if err := os.WriteFile("openapi.json", served, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(kept, served) {
		t.Errorf("openapi.json differs from the served document. Update it with make generate.\n%s",
			cmp.Diff(strings.Split(string(kept), "\n"), strings.Split(string(served), "\n")))
	}
	var doc document
	if err := json.Unmarshal(served, &doc); err != nil {
		t.Fatal(err)
	}
	if doc.OpenAPI != "3.1.0" {
		t.Errorf("version %s", doc.OpenAPI)
	}
	for path, methods := range doc.Paths {
		for method, o := range methods {
			if o.ID == "" || o.Summary == "" || o.Description == "" {
				t.Errorf("%s %s is not described: %+v", method, path, o)
			}
			// What an exchange exchanges is in its body, a report of leaks is signed, and a login begins with nobody.
			if (strings.HasPrefix(path, "/v1/") && path != pathExchange && path != pathLeaks &&
				!strings.HasPrefix(path, "/v1/logins")) != (len(o.Security) > 0) {
				t.Errorf("%s %s: security %v", method, path, o.Security)
			}
			for _, p := range o.Parameters {
				if p.Description == "" {
					t.Errorf("%s %s: parameter %s is not described", method, path, p.Name)
				}
			}
			if len(o.RequestBody.Content) > 1 {
				t.Errorf("%s %s: bodies %v", method, path, slices.Sorted(maps.Keys(o.RequestBody.Content)))
			}
		}
	}
	for name, s := range doc.Components.Schemas {
		for member, p := range s.Properties {
			if p.Description == "" {
				t.Errorf("schema %s: %s is not described", name, member)
			}
		}
	}
}

// TestRoutes compares the document's routes with those of TestRoles.
func TestRoutes(t *testing.T) {
	w := newWorld(t)
	var doc document
	if err := json.Unmarshal(w.send("", "GET", "/openapi.json", nil).want(200).body, &doc); err != nil {
		t.Fatal(err)
	}
	var got []string
	for path, methods := range doc.Paths {
		for method := range methods {
			got = append(got, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(got)
	// Principals get 401 from the third one, see TestRetrievalRefused; the last five know none, see TestExchange,
	// TestLeaksNeedASignature and TestLoginOfACommand.
	want := []string{
		"GET /healthz", "GET /readyz", "GET " + pathConnectors + "/{id}/credentials", "POST " + pathExchange,
		"POST " + pathLeaks, "POST /v1/logins", "POST /v1/logins/poll", "POST /v1/logins/end",
	}
	for _, r := range routes {
		want = append(want, r.method+" "+r.path)
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("routes (-want +got):\n%s", diff)
	}
}
