package platform_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// TestRepeatedRequests sends every kind of write twice with one key.
func TestRepeatedRequests(t *testing.T) {
	w := newWorld(t)
	c := w.newConnector("chat", nil)
	token := w.newToken("notifier", c.ID, nil)
	path := pathTokens + "/" + token.ID
	for i, r := range []struct {
		method, path string
		body         any
		status       int
	}{
		{"POST", pathPolicies, object{"name": "monthly", "interval": "30d"}, 201},
		{
			"POST", pathConnectors,
			object{"name": "mail", "owner": "o", "type": "custom", "credentials": object{"k": "v"}},
			201,
		},
		{"PATCH", pathConnectors + "/" + c.ID, object{"credentials": object{"k": "v"}}, 200},
		{"POST", pathTokens, tokenBody("second", c.ID, nil), 201},
		{"PATCH", path, object{"description": "d"}, 200},
		{"POST", path + "/rotation/begin", object{}, 200},
		{"POST", path + "/rotation/acknowledge", object{"version": 2}, 200},
		{"POST", path + "/rotation/promote", object{}, 200},
		{"PATCH", path, object{"minimum_version": 3}, 200},
		{"POST", path + "/hold", because, 200},
		{"POST", path + "/revoke", object{"all": true, "reason": "test"}, 200},
		{"DELETE", path, nil, 204},
	} {
		etag := w.do("GET", path, nil).header.Get("ETag")
		headers := []header{key("once-" + itoa(int64(i)))}
		if strings.HasPrefix(r.path, path) {
			headers = append(headers, header{"If-Match", etag})
		}
		first := w.do(r.method, r.path, r.body, headers...).want(r.status)
		w.clock.Advance(time.Second)
		second := w.do(r.method, r.path, r.body, headers...).want(r.status) // the key is looked up before If-Match
		if diff := cmp.Diff(string(first.body), string(second.body)); diff != "" {
			t.Errorf("%s: the second response differs:\n%s", first.what, diff)
		}
		for _, h := range []string{"ETag", "Location", "Content-Type"} {
			if first.header.Get(h) != second.header.Get(h) {
				t.Errorf("%s: %s %q, then %q", first.what, h, first.header.Get(h), second.header.Get(h))
			}
		}
		if r.body != nil && r.method != "DELETE" {
			w.do(r.method, r.path, object{"name": "other"}, headers...).problemOneOf(api.CodeIdempotencyMismatch,
				api.CodeInvalid)
		}
	}
	// Of an object that is gone, a repetition says that its request was carried out.
	p := w.do("PATCH", path, object{"description": "d"}, key("once-4")).problem(api.CodeNotFound, "")
	if !strings.Contains(p.Detail, "was carried out") {
		t.Errorf("it says %s", p.Detail)
	}
	w.do("PATCH", path, object{"description": "d"}).problem(api.CodeNotFound, "")
	if n := len(decoded[api.Page[api.ScopedToken]](w.do("GET", pathTokens, nil)).Items); n != 1 {
		t.Errorf("%d tokens, want the second one", n)
	}
}

func (r *reply) problemOneOf(codes ...string) {
	r.t.Helper()
	p := decoded[api.Problem](r)
	for _, c := range codes {
		if p.Code == c {
			return
		}
	}
	r.t.Errorf("%s: problem %s (%s), want one of %v", r.what, p.Code, p.Detail, codes)
}

func TestIdempotencyKeys(t *testing.T) {
	w := newWorld(t)
	body := object{"name": "a", "interval": "1d"}
	first := w.do("POST", pathPolicies, body, key("k")).want(201)

	w.do("POST", pathPolicies, object{"name": "b", "interval": "1d"}, key("k")).problem(api.CodeIdempotencyMismatch, "")
	// A key belongs to a principal, a method and a path.
	w.as(api.RoleOperator, "POST", pathPolicies, body, key("k")).problem(api.CodeNameTaken, "/name")
	w.do("POST", pathConnectors, object{"name": "b", "owner": "o", "type": "custom"}, key("k")).want(201)
	// A key does not replace a permission.
	w.as(api.RoleAuditor, "POST", pathPolicies, body, key("k")).problem(api.CodeForbidden, "")
	// An error is not kept. The request may succeed later.
	w.do("POST", pathPolicies, object{"name": "a", "interval": "2d"}, key("later")).problem(api.CodeNameTaken, "/name")
	id := decoded[api.RotationPolicy](first).ID
	w.do("DELETE", pathPolicies+"/"+id, nil).want(204)
	w.do("POST", pathPolicies, object{"name": "a", "interval": "2d"}, key("later")).want(201)

	w.do("POST", pathPolicies, body, key(strings.Repeat("x", 256))).problem(api.CodeInvalid, "")
	w.do("POST", pathPolicies, body, key("\xc3\xa4")).problem(api.CodeInvalid, "")

	// Kept for 24 hours, with or without a sweep.
	w.clock.Advance(24*time.Hour - time.Microsecond)
	if err := w.p.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.do("POST", pathPolicies, body, key("k")).problem(api.CodeNotFound, "") // deleted above
	w.clock.Advance(time.Microsecond)
	w.do("POST", pathPolicies, body, key("k")).problem(api.CodeNameTaken, "/name")
	w.do("POST", pathPolicies, object{"name": "c", "interval": "1d"}, key("k")).want(201)
}

// TestConcurrentRepetitions sends one create many times at once. One is carried out. The others get its response, or
// in_progress.
func TestConcurrentRepetitions(t *testing.T) {
	w := newWorld(t)
	c := w.newConnector("chat", nil)
	const n = 16
	replies := make([]*reply, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { replies[i] = w.do("POST", pathTokens, tokenBody("notifier", c.ID, nil), key("k")) })
	}
	wg.Wait()
	ids := map[string]bool{}
	for _, r := range replies {
		if r.status == http.StatusConflict {
			r.problem(api.CodeInProgress, "")
			if r.header.Get("Retry-After") != "1" {
				t.Errorf("Retry-After %q", r.header.Get("Retry-After"))
			}
			continue
		}
		ids[decoded[api.ScopedToken](r.want(201)).ID] = true
	}
	if len(ids) != 1 {
		t.Errorf("%d tokens were created", len(ids))
	}
	if got := w.list(); len(got) != 1 || got[0].Version != 1 {
		t.Errorf("%d tokens", len(got))
	}
}

// TestConcurrentSteps sends many begins at once. One succeeds, and one version is issued.
func TestConcurrentSteps(t *testing.T) {
	w := newWorld(t)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, nil)
	const n = 16
	statuses := make([]int, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { statuses[i] = w.step(token.ID, api.StepBegin, nil, ifMatch(token.Etag)).status })
	}
	wg.Wait()
	count := map[int]int{}
	for _, s := range statuses {
		count[s]++
	}
	if count[200] != 1 || count[412] != n-1 {
		t.Errorf("statuses %v", count)
	}
	if got := w.versions(token.ID); len(got) != 2 {
		t.Errorf("%d versions", len(got))
	}
}

func TestIfMatch(t *testing.T) {
	w := newWorld(t)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, nil)
	path := pathTokens + "/" + token.ID
	for _, match := range []string{`"1"`, `*`, `"7", "1"`} {
		w.do("PATCH", path, object{"owner": token.Owner}, header{"If-Match", match}).want(200)
	}
	for _, match := range []string{`"2"`, `1`, `W/"1"`, `"0"`} {
		w.do("PATCH", path, object{"owner": "new"}, header{"If-Match", match}).problem(api.CodePreconditionFailed, "")
		w.step(token.ID, api.StepBegin, nil, header{"If-Match", match}).problem(api.CodePreconditionFailed, "")
		w.do("POST", path+"/revoke", object{"all": true, "reason": "test"},
			header{"If-Match", match}).problem(api.CodePreconditionFailed, "")
		w.do("DELETE", path, nil, header{"If-Match", match}).problem(api.CodePreconditionFailed, "")
	}
	if diff := cmp.Diff(token, w.token(token.ID)); diff != "" {
		t.Errorf("the object has changed:\n%s", diff)
	}
	policy := w.newPolicy("monthly", nil)
	w.do("PATCH", pathPolicies+"/"+policy.ID, object{"interval": "2d"}, ifMatch("2")).problem(api.CodePreconditionFailed,
		"")
	w.do("PATCH", pathPolicies+"/"+policy.ID, object{"interval": "2d"}, ifMatch("1")).want(200)
	w.do("DELETE", pathPolicies+"/"+policy.ID, nil, ifMatch("1")).problem(api.CodePreconditionFailed, "")
	w.do("DELETE", pathPolicies+"/"+policy.ID, nil, ifMatch("2")).want(204)
	w.do("PATCH", pathConnectors+"/"+token.ConnectorID, object{"owner": "new"},
		ifMatch("2")).problem(api.CodePreconditionFailed, "")
}
