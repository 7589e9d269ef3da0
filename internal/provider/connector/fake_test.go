package connector

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest/core"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest/fakes"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

var (
	comparisonKey = []byte("0123456789abcdef0123456789abcdef")
	start         = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
)

const theID = "con_01ARZ3NDEKTSV4RRFFQ69G5FAV"

// fake is the connector's part of the platform's API, for one connector.
type fake struct {
	t      *testing.T
	url    string
	con    *api.Connector
	writes []map[string]any // bodies of POST and PATCH
	next   func(http.ResponseWriter) bool
}

func newFake(t *testing.T) *fake {
	t.Helper()
	f := &fake{t: t}
	s := httptest.NewServer(fakes.Named(f))
	t.Cleanup(s.Close)
	f.url = s.URL
	return f
}

// set is what the platform does with new credentials, whoever sends them.
func (f *fake) set(credentials map[string]string) {
	digest, err := api.Digest(1, comparisonKey, api.KindConnectors, theID, credentials)
	if err != nil {
		f.t.Error(err)
	}
	if f.con.CredentialsDigest != nil && *f.con.CredentialsDigest == digest {
		return
	}
	n := int64(1)
	if f.con.Version != nil {
		n = *f.con.Version + 1
	}
	at := start.Add(time.Duration(n) * time.Hour)
	f.con.Version, f.con.CredentialsDigest, f.con.CredentialsSetAt = &n, &digest, &at
	f.con.CredentialsStatus = api.CredentialsCurrent
}

func (f *fake) revoke() {
	f.con.CredentialsDigest, f.con.CredentialsSetAt, f.con.CredentialsStatus = nil, nil, api.CredentialsRevoked
}

func (f *fake) problem(w http.ResponseWriter, code, field, detail string) {
	w.Header().Set("Content-Type", api.ProblemContentType)
	w.WriteHeader(api.StatusOf[code])
	_ = json.NewEncoder(w).
		Encode(api.Problem{
			Type: api.ProblemTypePrefix + code, Status: api.StatusOf[code], Code: code, Field: field, Detail: detail,
		})
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if f.next != nil && f.next(w) {
		return
	}
	raw, _ := io.ReadAll(r.Body)
	body := map[string]any{}
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &body); err != nil {
			f.t.Error(err)
		}
		f.writes = append(f.writes, maps.Clone(body))
	}
	var id string
	switch r.Method + " " + strings.TrimSuffix(r.URL.Path, theID) {
	case "POST /v1/connectors":
		if f.con != nil {
			f.problem(w, api.CodeNameTaken, "/name", "taken")
			return
		}
		f.con = &api.Connector{
			Object:            api.Object{ID: theID, Tenant: "acme", Environment: "staging", CreatedAt: start},
			CredentialsStatus: api.CredentialsMissing,
			Enabled:           true,
		}
		id = theID
	case "PATCH /v1/connectors/", "GET /v1/connectors/", "DELETE /v1/connectors/":
		id = theID
	case "GET /v1/connectors":
		page := api.Page[api.Connector]{Items: []api.Connector{}}
		if f.con != nil && f.con.Name == r.URL.Query().Get("name") {
			page.Items = append(page.Items, *f.con)
		}
		f.answer(w, page)
		return
	}
	if f.con == nil || id != theID {
		f.problem(w, api.CodeNotFound, "", "no such connector")
		return
	}
	if r.Method == http.MethodDelete {
		f.con = nil
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if credentials, ok := body["credentials"].(map[string]any); ok {
		if f.con.Hold != nil {
			f.problem(w, api.CodeHeld, "", "on hold")
			return
		}
		set := map[string]string{}
		for k, v := range credentials {
			set[k] = fmt.Sprint(v)
		}
		f.set(set)
	}
	delete(body, "credentials")
	for name, v := range body { // RFC 7396, one level of it: what is absent stays
		one, _ := json.Marshal(map[string]any{name: v})
		f.con = merged(f.con, name, one)
	}
	f.answer(w, f.con)
}

// merged replaces a member; encoding/json alone would merge maps.
func merged(c *api.Connector, name string, one []byte) *api.Connector {
	all := map[string]json.RawMessage{}
	raw, _ := json.Marshal(c)
	_ = json.Unmarshal(raw, &all)
	member := map[string]json.RawMessage{}
	_ = json.Unmarshal(one, &member)
	all[name] = member[name]
	raw, _ = json.Marshal(all)
	out := &api.Connector{}
	_ = json.Unmarshal(raw, out)
	return out
}

func (f *fake) answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

// sent counts the writes that carried credentials.
func (f *fake) sent() int {
	n := 0
	for _, b := range f.writes {
		if _, ok := b["credentials"]; ok {
			n++
		}
	}
	return n
}

func (f *fake) platform(environment string) *tfkit.Platform {
	f.t.Helper()
	identity := fakes.Identity(environment)
	identity.ComparisonKey = &api.ComparisonKey{
		Number: 1,
		Key:    secret.New(base64.StdEncoding.EncodeToString(comparisonKey)),
	}
	return fakes.NewPlatform(f.t, f.url, identity, 0)
}

func newTerraform(t *testing.T, f *fake) *core.Terraform {
	t.Helper()
	return newTerraformOn(t, f.platform("staging"))
}

func newTerraformOn(t *testing.T, p *tfkit.Platform) *core.Terraform {
	t.Helper()
	return core.New(
		t,
		fakes.Noun{Platform: p, Resource: NewResource, DataSource: NewDataSource},
		core.Config{},
		kind.Terraform,
	)
}

func credentials(value string) map[string]any { return map[string]any{"api_key": value} }

func base() core.Config {
	return core.Config{"name": "mail", "owner": "team-a", "type": "custom"}
}

func number(n int64) *int64 { return &n }

func text(n int64) string { return strconv.FormatInt(n, 10) }
