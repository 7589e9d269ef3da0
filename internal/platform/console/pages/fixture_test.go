package pages

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/htmlcheck"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/view"
)

var now = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

const (
	tokenID     = "tok_01K0V3Z4M5N6P7Q8R9S0T1V2W3"
	connectorID = "con_01K0V3Z4M5N6P7Q8R9S0T1V2W3"
	findingID   = "fin_01K0V3Z4M5N6P7Q8R9S0T1V2W3"
)

// fake is an API with fixed answers. Its lists have one part, unless parts says otherwise.
type fake struct {
	answers map[string]any // by path, without the query
	refused map[string]*problem.Error
	text    string // everywhere in the answers
	gets    []string
	posts   []posted
}

type posted struct {
	path, key string
	body      string
}

func (f *fake) Get(path string, out any) error {
	f.gets = append(f.gets, path)
	path, _, _ = strings.Cut(path, "?")
	if err := f.refused[path]; err != nil {
		return err
	}
	answer, ok := f.answers[path]
	if !ok {
		return problem.New(api.CodeNotFound, "", "no answer for %s", path)
	}
	text, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, out)
}

func (f *fake) Post(path, key string, in, _ any) error {
	body, err := json.Marshal(in)
	f.posts = append(f.posts, posted{path, key, string(body)})
	return err
}

// request is one of somebody who may do everything.
func request(f *fake, path map[string]string, query string) *Request {
	q, err := url.ParseQuery(query)
	if err != nil {
		panic(err) // the tests write the queries
	}
	return &Request{
		API: f, Base: "/console/in/staging", Now: now, Path: func(name string) string { return path[name] }, Query: q,
		NewKey: func() string { return "key" },
		Try:    func(secret.Value) ([]Tried, error) { return []Tried{filled[Tried](f.text)}, nil },
		Me: api.Identity{
			Tenant: "acme", Environment: "staging", Permissions: api.PermissionsOf(api.RoleDeployer),
		},
	}
}

// serve returns what the page of an address answers, as a whole page without a fault.
func serve(t *testing.T, r *Request, method, path string) string {
	t.Helper()
	a := answer(t, r, method, path)
	var page bytes.Buffer
	frame := view.Frame{Title: a.Title, Site: "Quickconnect", Home: "/console", StyleHref: "/console/style.css"}
	if err := a.Template.Write(&page, frame, a.Data); err != nil {
		t.Fatal(err)
	}
	for _, fault := range htmlcheck.Find(page.Bytes()) {
		if !strings.Contains(fault, "ZgotmplZ") { // what stands in place of an address that is a script
			t.Errorf("%s: %s", path, fault)
		}
	}
	return page.String()
}

func answer(t *testing.T, r *Request, method, path string) *Answer {
	t.Helper()
	a, err := pageAt(t, method, path).Serve(r)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return a
}

func pageAt(t *testing.T, method, path string) Page {
	t.Helper()
	for _, p := range All() {
		if p.Method == method && p.Path == path {
			return p
		}
	}
	t.Fatalf("there is no page %s %s", method, path)
	return Page{}
}

// filled returns a value with a text in every place that can have one, and one entry in every list.
func filled[T any](text string) T {
	var out T
	fill(reflect.ValueOf(&out).Elem(), text, 0)
	return out
}

func fill(v reflect.Value, text string, depth int) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Int64:
		v.SetInt(3)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		if depth < 8 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(v.Elem(), text, depth+1)
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes([]byte(text))
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), text, depth+1)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key, text, depth+1)
		fill(value, text, depth+1)
		v.SetMapIndex(key, value)
	case reflect.Struct:
		if _, isTime := v.Interface().(time.Time); isTime {
			v.Set(reflect.ValueOf(now.Add(-time.Hour)))
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i), text, depth+1)
			}
		}
	}
}

func one[T any](item T) api.Page[T] { return api.Page[T]{Items: []T{item}} }

// everything is an API whose answers have a text everywhere.
func everything(text string) *fake {
	finding := filled[api.Finding](text)
	finding.ID, finding.ObjectID, finding.Kind, finding.State = findingID, tokenID, api.KindScopedTokens, api.FindingOpen
	entry := filled[api.InventoryEntry](text)
	entry.Kind, entry.ID = api.KindScopedTokens, tokenID
	token := filled[api.ScopedToken](text)
	token.ID = tokenID
	token.Claim = nil
	signing := filled[api.SigningSecret](text)
	signing.ID = "sec_1"
	connector := filled[api.Connector](text)
	connector.ID = connectorID
	version := filled[api.Version](text)
	version.EndedAt = nil
	event := filled[api.AuditEvent](text)
	event.Erased, event.ObjectID, event.Kind = false, tokenID, api.KindScopedTokens
	endpoint := filled[api.WebhookEndpoint](text)
	endpoint.ID, endpoint.Disabled, endpoint.Claim = "wep_1", nil, nil
	return &fake{text: text, answers: map[string]any{
		"/v1/webhook-endpoints":                       one(endpoint),
		"/v1/webhook-endpoints/wep_1":                 endpoint,
		"/v1/webhook-endpoints/wep_1/deliveries":      one(filled[api.Delivery](text)),
		"/v1/signing-secrets":                         one(signing),
		"/v1/connectors":                              one(connector),
		"/v1/workload-identities":                     one(filled[api.WorkloadIdentity](text)),
		"/v1/environment-policy":                      filled[api.Guardrails](text),
		"/v1/credentials":                             one(entry),
		"/v1/findings":                                one(finding),
		"/v1/audit-events":                            one(event),
		"/v1/audit-checkpoint":                        filled[api.AuditCheckpoint](text),
		"/v1/audit-proofs/inclusion":                  filled[api.AuditProof](text),
		"/v1/scoped-tokens/" + tokenID:                token,
		"/v1/connectors/" + connectorID:               connector,
		"/v1/signing-secrets/sec_1":                   signing,
		"/v1/scoped-tokens/" + tokenID + "/versions":  one(version),
		"/v1/connectors/" + connectorID + "/versions": one(version),
		"/v1/signing-secrets/sec_1/versions":          one(version),
	}}
}

// get is what a page of the console is asked for in the tests of all pages.
type get struct {
	path  string
	parts map[string]string
	query string
}

func everyPage() []get {
	return []get{
		{"/inventory", nil, ""},
		{"/inventory", nil, "sort=risk&owner=x"},
		{"/calendar", nil, ""},
		{"/launch", nil, ""},
		{"/webhooks", nil, ""},
		{"/workload-identities", nil, ""},
		{"/webhooks/{id}", map[string]string{"id": "wep_1"}, "state=failed&done=none"},
		{"/findings", nil, "state=all"},
		{"/findings/{id}", map[string]string{"id": findingID}, "done=close"},
		{"/audit", nil, "actor=x"},
		{"/credentials/{id}", map[string]string{"id": tokenID}, "done=revoke"},
		{"/credentials/{id}", map[string]string{"id": connectorID}, ""},
		{"/credentials/{id}", map[string]string{"id": "sec_1"}, ""},
	}
}

// No text that a customer or a receiver controls becomes markup, on no page, wherever the API has it.
func TestTextsAreEscaped(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onmouseover='alert(1)`, `javascript:alert(1)`,
		`</pre></title></svg><svg onload=alert(1)>`, "<!--",
	} {
		for _, page := range everyPage() {
			r := request(everything(text), page.parts, page.query)
			r.Query.Set("label", text)
			r.Query.Set("owner", text)
			got := serve(t, r, http.MethodGet, page.path)
			for _, raw := range []string{"<script", "<img", "<svg onload", "href=\"javascript:", "onmouseover='", "<!--"} {
				if strings.Contains(got, raw) {
					t.Errorf("%s with %q has %s", page.path, text, raw)
				}
			}
		}
	}
}

// What a page that shows what was posted has is escaped too.
func TestTriedTokenIsEscaped(t *testing.T) {
	t.Parallel()
	r := request(everything("<script>"), nil, "")
	r.Form = url.Values{"jwt": {"<script>secret"}}
	got := serve(t, r, http.MethodPost, "/workload-identities/try")
	if strings.Contains(got, "<script") || strings.Contains(got, "secret") || !strings.Contains(got, "&lt;script&gt;") {
		t.Errorf("the page is %s", got)
	}
	r.Me.Permissions = nil
	if _, err := tryToken(r); !problem.Has(err, api.CodeForbidden) {
		t.Errorf("without the permission: %v", err)
	}
}

// Every page that is read is among those that the tests of all pages ask for.
func TestEveryPageIsTested(t *testing.T) {
	t.Parallel()
	tested := map[string]bool{"/inventory.csv": true, "/audit/{index}/proof": true} // files
	for _, g := range everyPage() {
		tested[g.path] = true
	}
	for _, p := range All() {
		if p.Method == http.MethodGet && !tested[p.Path] {
			t.Errorf("everyPage lacks %s", p.Path)
		}
	}
}
