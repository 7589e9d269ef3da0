package platform_test

import (
	"encoding/base64"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// canary must not appear in any response. It breaks every rule of a member, but no rule of a credential's value.
const canary = "CANARY  Zm9yIHlvdXIgZXllcyBvbmx5 \t"

// members are the members of the bodies, by route or by collection.
var members = map[string][]string{
	"POST " + pathConnectors: {
		"name", "description", "labels", "owner", "type", "settings", "allowed_scopes", "enabled", "rotation_policy_id",
		"credentials_wo_version", "credentials_expire_at", "credentials",
		"certified_until", "unknown",
	},
	"POST " + pathTokens: {
		"name", "description", "labels", "owner", "connector_id", "scopes", "allowed_cidrs", "expires_at",
		"rotation_policy_id", "rotate_when_changed", "minimum_version", "deletion_protection", "rate_limit_per_minute",
		"unused_expiry", "certified_until", "unknown",
	},
	"POST " + pathPolicies: {
		"name", "description", "labels", "interval", "overlap", "max_stage", "max_age", "require_acknowledgement",
		"on_stage_timeout", "quiet_period", "unknown",
	},
	"POST " + pathEndpoints: {
		"name", "description", "labels", "connector_id", "url", "event_types", "enabled", "secret_url", "url_wo_version",
		"headers", "headers_wo_version", "ca_certificate", "client_certificate", "client_key", "client_key_wo_version",
		"rate_limit_per_second", "unknown",
	},
	"POST " + pathSecrets: {
		"name", "description", "labels", "owner", "endpoint_id", "algorithm", "secret_wo_version", "rotation_policy_id",
		"rotate_when_changed", "minimum_version", "deletion_protection", "secret", "certified_until", "unknown",
	},
	pathCheckValue:                        {"id", "value", "unknown"},
	pathEndpoints + "/{id}/test-events":   {"type", "data", "unknown"},
	pathEndpoints + "/{id}/redeliver":     {"since", "state", "unknown"},
	pathSecrets + "/{id}/rotation/begin":  {"version", "force", "reason", "secret"},
	pathTokens + "/{id}/hold":             {"reason"},
	pathTokens + "/{id}/quarantine":       {"reason", "until"},
	pathTokens + "/{id}/revoke":           {"all", "below", "hold", "reason"},
	pathTokens + "/{id}/rotation/promote": {"version", "force", "reason"},
}

// badBodies returns bodies of a route with the canary in one member each. They leave out members that keep the canary
// and return it, such as a free text.
func badBodies(r route) (bodies []object) {
	if r.method == "GET" || r.method == "DELETE" || strings.HasSuffix(r.path, "/reveal") {
		return nil
	}
	names := members[r.path]
	if names == nil {
		collection, _, _ := strings.Cut(r.path, "/{id}")
		names = members["POST "+collection]
	}
	base, _ := r.body.(object)
	for _, name := range names {
		bad := []any{[]string{canary}, []any{object{"k": canary}}}
		if name != "description" {
			bad = append(bad, canary)
		}
		if name != "credentials" && name != "data" { // see TestSecretsDoNotLeak
			bad = append(bad, object{"k": []string{canary}})
		}
		switch name {
		case "credentials", "data", "description", "labels", "rotate_when_changed", "settings":
		default:
			bad = append(bad, object{"k": canary})
		}
		for _, value := range bad {
			body := maps.Clone(base)
			if body == nil {
				body = object{}
			}
			body[name] = value
			bodies = append(bodies, body)
		}
	}
	return bodies
}

// TestProblemsRepeatNoInput puts the canary into every member, parameter and path, and looks for it in the responses.
func TestProblemsRepeatNoInput(t *testing.T) {
	w := newWorld(t)
	ids := w.objects()
	refused := 0
	look := func(r *reply) {
		t.Helper()
		if strings.Contains(string(r.body), "CANARY") || strings.Contains(string(r.body), "Zm9y") {
			t.Errorf("%s: %s", r.what, r.body)
		}
		if r.status >= 500 {
			t.Errorf("%s: status %d: %s", r.what, r.status, r.body)
		}
		if r.status >= 400 {
			refused++
		}
	}
	for _, r := range routes {
		path := objectOf(r.path, ids)
		for _, body := range badBodies(r) {
			look(w.do(r.method, path, body))
		}
		look(w.do(r.method, path, canary))
		look(w.do(r.method, path, `"`+canary+`"`))
		look(w.do(r.method, path, `{"name":"`+canary))
		look(w.do(r.method, path+"?page_token="+url.QueryEscape(canary)+"&page_size="+url.QueryEscape(canary), r.body))
		look(w.do(r.method, path, r.body, header{"If-Match", strings.TrimSpace(canary)}))
		look(w.do(r.method, path, r.body, header{"Idempotency-Key", strings.Repeat("CANARY", 50)}))
		look(w.do(r.method, path, r.body, header{"Content-Type", "CANARY/CANARY"}))
		look(w.do(r.method, strings.Replace(r.path, "{id}", "CANARY", 1), r.body))
		look(w.do(r.method, path+"/CANARY", r.body))
		look(w.send("CANARY", r.method, path, r.body))
		if r.method == "DELETE" {
			ids = w.recreatedIfGone(ids)
		}
	}
	if refused < 500 {
		t.Errorf("only %d requests were refused", refused)
	}
	if strings.Contains(w.log.String(), "CANARY") {
		t.Error("the log has the value")
	}
}

func (w *world) recreatedIfGone(ids map[string]string) map[string]string {
	w.t.Helper()
	for path, id := range readable(ids) {
		if w.do("GET", path+"/"+id, nil).status == 404 {
			ids = w.recreated(ids, path)
		}
	}
	return ids
}

// TestSecretsDoNotLeak creates and uses secrets of every kind, and looks for them in the files, the log and the audit.
func TestSecretsDoNotLeak(t *testing.T) {
	w := newWorld(t)
	secrets := map[string]string{
		"credentials":          "canary-Zm9yIHlvdXIgZXllcyBvbmx5",
		"replaced credentials": "canary-YW5vdGhlciBvbmUgbG9uZw",
		"compared value":       "canary-Y29tcGFyZWQgYWxvbmU",
	}
	c := w.newConnector("chat", object{"credentials": object{"token": secrets["credentials"]}})
	w.do("PATCH", pathConnectors+"/"+c.ID, object{"credentials": object{"token": secrets["replaced credentials"]}},
		key("canary-key-0123456789")).want(200)
	w.govern(object{"forbid_secret_reuse": true})
	for name, refused := range map[string]bool{"replaced credentials": true, "compared value": false} {
		if got := w.checkValue(w.tokens[api.RoleDeployer], "", secrets[name]); got.Refused != refused {
			t.Errorf("%s: %+v", name, got)
		}
	}
	w.do("POST", pathCheckValue, object{"id": "x", "value": secrets["compared value"]}).problem(api.CodeInvalid, "/id")
	token := w.newToken("notifier", c.ID, nil)
	w.begun(token.ID)
	for n := range int64(2) {
		secrets["version "+itoa(n+1)] = w.reveal(token.ID, n+1)
	}
	w.introspect(api.RoleRuntime, secrets["version 2"])
	w.introspect(api.RoleRuntime, secrets["version 2"]+"x")
	w.step(token.ID, api.StepPromote, nil).want(200)
	w.send(secrets["version 1"], "POST", "/v1/revoke", url.Values{"token": {secrets["version 1"]}}).want(200)
	w.send(secrets["version 2"], "GET", "/v1/identity", nil).problem(api.CodeUnauthenticated, "")
	w.do("GET", "/v1/connectors?"+url.Values{"name": {secrets["credentials"]}}.Encode(), nil).want(200)
	for role, principal := range w.tokens {
		secrets["token of "+role] = principal
		w.as(role, "GET", "/v1/identity", nil).want(200)
	}
	w.clock.Advance(48 * time.Hour)
	w.sweep()
	w.wantNowhere(secrets)
}

// wantNowhere looks for the values in the log, the files and the audit, as they are and in base64.
func (w *world) wantNowhere(secrets map[string]string) {
	w.t.Helper()
	found := func(where, text string) {
		for name, s := range secrets {
			for _, form := range []string{
				s, base64.StdEncoding.EncodeToString([]byte(s))[:20],
				base64.StdEncoding.EncodeToString([]byte("x" + s))[4:20],
			} {
				if strings.Contains(text, form) {
					w.t.Errorf("%s is in %s", name, where)
				}
			}
		}
	}
	found("the log", w.log.String())
	for _, line := range strings.Split(w.log.String(), "\n") {
		if strings.Contains(line, "name=") || strings.Contains(line, "Bearer") {
			w.t.Errorf("the log has a query or a header: %s", line)
		}
	}
	files := 0
	err := filepath.WalkDir(w.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		found(path, string(data))
		files++
		return err
	})
	if w.url != "" {
		found("the database", string(w.rows()))
		files++
	}
	if err != nil || files < 2 {
		w.t.Errorf("%d files: %v", files, err)
	}
	for _, e := range w.audit() {
		for _, v := range e.Detail {
			found("the audit", v)
		}
	}
}
