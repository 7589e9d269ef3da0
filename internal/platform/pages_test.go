package platform_test

import (
	"bytes"
	"encoding/json"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/htmlcheck"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/console/pages"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/view"
)

// roleAPI is the API for the pages of the console, as somebody with a role.
type roleAPI struct {
	w    *world
	role string
}

func (a roleAPI) Get(path string, out any) error {
	return answered(a.w.as(a.role, http.MethodGet, path, nil), out)
}

func (a roleAPI) Post(path, idempotency string, in, out any) error {
	return answered(a.w.as(a.role, http.MethodPost, path, in, key(idempotency)), out)
}

func answered(r *reply, out any) error {
	if r.status >= http.StatusBadRequest {
		refused := &problem.Error{}
		if err := json.Unmarshal(r.body, &refused.Problem); err != nil {
			return err
		}
		return refused
	}
	if out == nil || r.status == http.StatusNoContent {
		return nil
	}
	return json.Unmarshal(r.body, out)
}

const consoleBase = "/console/in/staging"

// visitor asks for pages as somebody with a role.
type visitor struct {
	w    *world
	role string
}

// page returns what the page at an address below the environment answers. form is what a POST sends; nil for a GET.
func (v *visitor) page(address string, form url.Values) (*pages.Answer, error) {
	v.w.t.Helper()
	var me api.Identity
	caller := roleAPI{v.w, v.role}
	if err := caller.Get("/v1/identity", &me); err != nil {
		v.w.t.Fatal(err)
	}
	u, err := url.Parse(strings.TrimPrefix(address, consoleBase))
	if err != nil {
		v.w.t.Fatal(err)
	}
	method := http.MethodGet
	if form != nil {
		method = http.MethodPost
	}
	var answer *pages.Answer
	mux := http.NewServeMux()
	for _, p := range pages.All() {
		mux.HandleFunc(p.Method+" "+p.Path, func(_ http.ResponseWriter, r *http.Request) {
			answer, err = p.Serve(&pages.Request{
				API: caller, Me: me, Base: consoleBase, Now: v.w.clock.Now(), Path: r.PathValue, Query: r.URL.Query(), Form: form,
				NewKey: func() string { return "key of " + v.role },
			})
		})
	}
	request, failed := http.NewRequestWithContext(v.w.t.Context(), method, u.String(), nil)
	if failed != nil {
		v.w.t.Fatal(failed)
	}
	mux.ServeHTTP(httptest.NewRecorder(), request)
	if answer == nil && err == nil {
		v.w.t.Fatalf("there is no page %s %s", method, address)
	}
	return answer, err
}

// reads returns the whole page at an address, which has no fault, or the file.
func (v *visitor) reads(address string) string {
	v.w.t.Helper()
	a, err := v.page(address, nil)
	if err != nil {
		v.w.t.Fatalf("%s: %v", address, err)
	}
	var out bytes.Buffer
	if a.File != nil {
		if err := a.File.Write(&out); err != nil {
			v.w.t.Fatalf("%s: %v", address, err)
		}
		return out.String()
	}
	frame := view.Frame{Title: a.Title, Site: "Quickconnect", StyleHref: "/console/style.css"}
	if err := a.Template.Write(&out, frame, a.Data); err != nil {
		v.w.t.Fatalf("%s: %v", address, err)
	}
	for _, fault := range htmlcheck.Find(out.Bytes()) {
		v.w.t.Errorf("%s: %s", address, fault)
	}
	return html.UnescapeString(out.String())
}

// sends returns the page that a form leads to.
func (v *visitor) sends(address string, form url.Values) string {
	v.w.t.Helper()
	a, err := v.page(address, form)
	if err != nil {
		v.w.t.Fatalf("%s: %v", address, err)
	}
	return v.reads(a.SeeOther)
}

// says fails the test unless a page has these texts.
func says(tb testing.TB, what, page string, texts ...string) {
	tb.Helper()
	for _, text := range texts {
		if !strings.Contains(page, text) {
			tb.Errorf("%s lacks %q", what, text)
		}
	}
}

// The pages of the console over a real platform: what each has, and that none has a value.
func TestPagesOfTheConsole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	policy := w.newPolicy("monthly", nil)
	connector := w.newConnector("crm", nil)
	token := w.newToken("notifier", connector.ID, object{"rotation_policy_id": policy.ID, "expires_at": nil})
	first := w.reveal(token.ID, 1)
	w.introspect(api.RoleRuntime, first, "required_scope", "messages:send")
	w.step(token.ID, api.StepBegin, nil).want(200)
	second := w.reveal(token.ID, 2)
	receiver := w.newReceiver()
	receiver.says(with(http.StatusServiceUnavailable))
	endpoint := w.newEndpoint("orders", connector.ID, object{"url": receiver.server.URL})
	secret := w.newSecret("orders", endpoint.ID, policy.ID, nil)
	signing := w.reveal(secret.ID, 1)
	w.clock.Advance(time.Minute)
	auditor, operator := &visitor{w, api.RoleAuditor}, &visitor{w, api.RoleDeployer}
	says(t, "after a test event", operator.sends("/webhooks/"+endpoint.ID+"/test-event", url.Values{
		"type": {"message.delivered"}, "key": {"a"},
	}), "The test event is queued.")
	w.deliver()

	seen := ""
	for address, texts := range map[string][]string{
		"/inventory": {"notifier", "team-messaging", "staged", "/credentials/" + token.ID},
		"/inventory?kind=scoped-tokens&sort=risk&unacknowledged=true": {"notifier", "Rows 1 to 1 of 1."},
		"/inventory?unused_for=soon":                                  {"unused_for"},
		"/inventory.csv?kind=scoped-tokens":                           {"scoped-tokens," + token.ID + ",notifier,"},
		"/calendar":                                                   {"notifier", "team-messaging"},
		"/findings":                                                   {"No finding is selected."},
		"/audit?action=create&object_id=" + token.ID:                  {"proof of event", token.ID},
		"/credentials/" + token.ID: {
			"version 2", "two are valid", "messages:send", "runtime", `resource "quickconnect_scoped_token" "notifier"`,
			"id = \"" + token.ID, "reveal",
		},
		"/credentials/" + connector.ID: {"missing", `resource "quickconnect_connector" "crm"`},
		"/credentials/" + secret.ID:    {`endpoint_id = "` + endpoint.ID},
		"/webhooks":                    {"orders", "failing"},
		"/webhooks/" + endpoint.ID:     {"status 503", "Why it is failing", "The receiver answered, and not with 2xx"},
		"/workload-identities":         {"no workload identity"},
		"/launch":                      {"1 connector has one.", "1 webhook endpoint has a signing secret.", "of 7 are open"},
	} {
		page := auditor.reads(address)
		says(t, address, page, texts...)
		if strings.Contains(page, `method="post"`) && address != "/workload-identities" { // trying a token changes nothing
			t.Errorf("%s has a form that an auditor may not send", address)
		}
		seen += page
	}
	for name, value := range map[string]string{"token": first, "pending token": second, "signing secret": signing} {
		if strings.Contains(seen, value) {
			t.Errorf("a page has the value of the %s", name)
		}
	}
}

// A proof that is saved verifies against the checkpoint that it has.
func TestPageOfAProof(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.newConnector("crm", nil)
	auditor := &visitor{w, api.RoleAuditor}
	_, link, _ := strings.Cut(auditor.reads("/audit?action=create"), `href="`+consoleBase+"/audit/")
	link, _, _ = strings.Cut(link, `"`)
	var got struct {
		Event      api.AuditEvent
		Checkpoint api.AuditCheckpoint
		Proof      api.AuditProof `json:"inclusion_proof"`
	}
	if err := json.Unmarshal([]byte(auditor.reads("/audit/"+link)), &got); err != nil {
		t.Fatal(err)
	}
	var hashes tlog.RecordProof
	for _, h := range got.Proof.Hashes {
		hashes = append(hashes, tlog.Hash(h))
	}
	err := tlog.CheckRecord(hashes, got.Checkpoint.Size, tlog.Hash(got.Checkpoint.Root), got.Event.Index,
		tlog.RecordHash(got.Event.Commitment))
	if err != nil || got.Event.Action != "create" {
		t.Errorf("the proof of %+v: %v", got.Event, err)
	}
}

// The forms do what they say, each once, and only for those who may.
func TestFormsOfTheConsole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	policy, connector := w.newPolicy("monthly", nil), w.newConnector("crm", nil)
	token := w.newToken("notifier", connector.ID, object{"rotation_policy_id": policy.ID})
	value := w.reveal(token.ID, 1)
	auditor, operator := &visitor{w, api.RoleAuditor}, &visitor{w, api.RoleDeployer}
	page := "/credentials/" + token.ID
	form := func(key string, more ...string) url.Values {
		f := url.Values{"reason": {"unusual volume"}, "key": {key}}
		for pair := range slices.Chunk(more, 2) {
			f.Set(pair[0], pair[1])
		}
		return f
	}
	for _, verb := range []string{"quarantine", "release-quarantine", "revoke", "rotate"} {
		if _, err := auditor.page(page+"/"+verb, form("x", "confirm", "true")); !problem.Has(err, api.CodeForbidden) {
			t.Errorf("an auditor may %s: %v", verb, err)
		}
	}
	says(t, "rotate", operator.sends(page+"/rotate", form("1")), "The next version was issued", "staged")
	says(t, "rotate twice", operator.sends(page+"/rotate", form("1")), "version 2", "staged")
	if n := len(w.versions(token.ID)); n != 2 {
		t.Errorf("a form that is sent twice made %d versions", n)
	}
	says(t, "quarantine", operator.sends(page+"/quarantine", form("2", "for", "7d")), "It is in quarantine",
		"unusual volume")
	if w.introspect(api.RoleRuntime, value).Active {
		t.Error("the value is active in quarantine")
	}
	says(t, "release", operator.sends(page+"/release-quarantine", form("3")), "The quarantine has ended")
	if _, err := operator.page(page+"/revoke", form("4")); !problem.Has(err, api.CodeInvalid) {
		t.Errorf("a revocation that nobody confirmed: %v", err)
	}
	says(t, "revoke", operator.sends(page+"/revoke", form("5", "confirm", "true", "hold", "true")), "are revoked",
		"On hold")
	if _, err := operator.page("/credentials/tok_01K0V3Z4M5N6P7Q8R9S0T1V2W3", nil); !problem.IsNotFound(err) {
		t.Errorf("another token is %v", err)
	}
}
