package platform_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func TestWebhookEndpointLifeCycle(t *testing.T) {
	w := newWorld(t)
	c := w.newConnector("chat", nil)
	created := w.do("POST", pathEndpoints, object{
		"name": "hooks", "description": "d", "labels": object{}, "connector_id": c.ID, "url": "https://hooks.example.com",
		"event_types": []string{"message.delivered", "message.failed"},
	}).want(201)
	e := decoded[api.WebhookEndpoint](created)
	if created.header.Get("Location") != pathEndpoints+"/"+e.ID || created.header.Get("ETag") != `"1"` {
		t.Errorf("headers: %v", created.header)
	}
	if !e.Enabled || e.Disabled != nil || e.Labels == nil || e.ConnectorID != c.ID || e.Tenant != "acme" ||
		e.Environment != "staging" || !e.CreatedAt.Equal(epoch) {
		t.Errorf("%+v", e)
	}
	if diff := cmp.Diff(e, w.endpoint(e.ID)); diff != "" {
		t.Errorf("the response differs from a read:\n%s", diff)
	}
	other := w.newEndpoint("other", c.ID, object{"enabled": false})
	if other.Enabled || other.EventTypes != nil || other.Labels != nil || other.Description != nil {
		t.Errorf("%+v", other)
	}
	for query, want := range map[string][]api.WebhookEndpoint{"": {e, other}, "?name=hooks": {e}, "?name=none": {}} {
		found := decoded[api.Page[api.WebhookEndpoint]](w.do("GET", pathEndpoints+query, nil).want(200))
		if diff := cmp.Diff(want, found.Items); diff != "" {
			t.Errorf("list%s (-want +got):\n%s", query, diff)
		}
	}

	patched := w.patchEndpoint(e.ID, object{
		"event_types": nil, "description": nil, "labels": object{"a": "b"},
		"url": "https://other.example.com/x",
	})
	if patched.EventTypes != nil || patched.Description != nil || patched.Labels["a"] != "b" ||
		patched.ShownURL() != "https://other.example.com/x" || patched.Etag != "2" {
		t.Errorf("%+v", patched)
	}
	if same := w.patchEndpoint(e.ID, object{"labels": object{"a": "b"}, "enabled": true}); same.Etag != "2" {
		t.Error("a patch without effect changed the etag")
	}
	renamed := w.patchEndpoint(e.ID, object{"name": "renamed"})
	if renamed.Name != "renamed" || renamed.ID != e.ID {
		t.Errorf("%+v", renamed)
	}
	w.newEndpoint("hooks", c.ID, nil) // the name is free again
	w.do("PATCH", pathEndpoints+"/"+e.ID, object{"name": "other"}).problem(api.CodeNameTaken, "/name")
	w.do("PATCH", pathEndpoints+"/"+e.ID, object{"enabled": false}, ifMatch("2")).problem(api.CodePreconditionFailed, "")
	w.do("DELETE", pathEndpoints+"/"+e.ID, nil, ifMatch("2")).problem(api.CodePreconditionFailed, "")
	w.do("DELETE", pathEndpoints+"/"+e.ID, nil, ifMatch("3")).want(204)
	w.do("GET", pathEndpoints+"/"+e.ID, nil).problem(api.CodeNotFound, "")
	want := []string{"create", "update", "update", "delete"}
	if diff := cmp.Diff(want, w.actions(e.ID)); diff != "" {
		t.Errorf("audit (-want +got):\n%s", diff)
	}
}

func TestWebhookEndpointRefused(t *testing.T) {
	w := newWorld(t)
	c := w.newConnector("chat", nil)
	w.newEndpoint("taken", c.ID, nil)
	e := w.newEndpoint("hooks", c.ID, nil)
	for name, x := range map[string]struct {
		change object
		code   string
		field  string
		create bool // no patch could ask for it
	}{
		"taken":                      {object{"name": "taken"}, api.CodeNameTaken, "/name", false},
		"a bad name":                 {object{"name": "Hooks"}, api.CodeInvalid, "/name", false},
		"no such connector":          {object{"connector_id": "con_x"}, api.CodeInvalid, "/connector_id", true},
		"connector_id never changes": {object{"connector_id": c.ID}, api.CodeInvalid, "/connector_id", false},
		"no URL":                     {object{"url": ""}, api.CodeInvalid, "/url", false},
		"not a URL":                  {object{"url": "hooks"}, api.CodeInvalid, "/url", false},
		"no event types":             {object{"event_types": []string{}}, api.CodeInvalid, "/event_types", false},
		"a bad event type":           {object{"event_types": []string{"a", "B"}}, api.CodeInvalid, "/event_types/1", false},
		"an event type twice":        {object{"event_types": []string{"a", "a"}}, api.CodeInvalid, "/event_types/1", false},
		"the type of probes": {
			object{"event_types": []string{api.ProbeEventType}},
			api.CodeInvalid, "/event_types/0",
			false,
		},
		"disabled is read-only": {object{"disabled": nil}, api.CodeInvalid, "/disabled", false},
		"a string":              {object{"enabled": "no"}, api.CodeInvalid, "/enabled", false},
	} {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			body := object{"name": "new", "connector_id": c.ID, "url": "https://hooks.example.com"}
			for k, v := range x.change {
				body[k] = v
			}
			if x.create || x.field != "/connector_id" {
				w.do("POST", pathEndpoints, body).problem(x.code, x.field)
			}
			if x.create {
				return
			}
			w.do("PATCH", pathEndpoints+"/"+e.ID, x.change).problem(x.code, x.field)
			if diff := cmp.Diff(e, w.endpoint(e.ID)); diff != "" {
				t.Errorf("a refused patch changed something:\n%s", diff)
			}
		})
	}
}

// TestEndpointURLIsKept byte by byte.
func TestEndpointURLIsKept(t *testing.T) {
	w := newWorld(t)
	w.private = false
	w.restart()
	c := w.newConnector("chat", nil)
	for i, url := range []string{
		"https://hooks.example.com", "https://hooks.example.com/", "HTTPS://Hooks.Example.COM:443/a/../b/?x=%7e&y=&y=1",
		"https://93.184.215.14:8443/%2f",
		"https://[2606:2800:21f:cb07::1]/hook", "https://xn--bcher-kva.example/",
	} {
		e := w.newEndpoint("hooks-"+itoa(int64(i)), c.ID, object{"url": url})
		read := w.endpoint(e.ID)
		if e.ShownURL() != url || read.ShownURL() != url {
			t.Errorf("%s came back as %s and as %s", url, e.ShownURL(), read.ShownURL())
		}
	}
}

const (
	always = "whether or not private endpoints are allowed"
	closed = "unless private endpoints are allowed"

	tail = "/CANARY-4711?token=CANARY-4711"
)

// refusedURLs, and a word of the reason.
var refusedURLs = map[string]struct{ when, why string }{
	"http://hooks.example.com" + tail:                                      {always, "https://"},
	"http://93.184.215.14" + tail:                                          {always, "https://"},
	"http://10.0.0.1" + tail:                                               {always, "https://"},
	"ftp://hooks.example.com" + tail:                                       {always, "https://"},
	"https://CANARY-4711@hooks.example.com":                                {always, "user name"},
	"https://u:CANARY-4711@hooks.example.com":                              {always, "password"},
	"https://hooks.example.com/#CANARY-4711":                               {always, "fragment"},
	"https://hooks.example.com/" + tail + "#":                              {always, "fragment"},
	"https://2130706433" + tail:                                            {always, "four decimal numbers"},
	"https://0x7f.1" + tail:                                                {always, "four decimal numbers"},
	"https://hooks.example.com./" + tail:                                   {always, "dot at the end"},
	"https://hooks.example.com:0" + tail:                                   {always, "port"},
	"https://hooks.example.com" + tail + " ":                               {always, "space"},
	"https:///CANARY-4711":                                                 {always, "host"},
	"https://169.254.169.254" + tail:                                       {always, "metadata"},
	"https://[fd00:ec2::254]" + tail:                                       {always, "metadata"},
	"https://168.63.129.16" + tail:                                         {always, "Azure"},
	"https://169.254.1.1" + tail:                                           {always, "link-local"},
	"https://[fe80::1]" + tail:                                             {always, "link-local"},
	"https://0.0.0.0" + tail:                                               {always, "unspecified"},
	"https://[::]" + tail:                                                  {always, "unspecified"},
	"https://100.64.1.1" + tail:                                            {always, "carrier"},
	"https://198.18.0.1" + tail:                                            {always, "benchmarks"},
	"https://[fec0::1]" + tail:                                             {always, "site-local"},
	"https://224.0.0.1" + tail:                                             {always, "multicast"},
	"https://[64:ff9b::a9fe:a9fe]" + tail:                                  {always, "metadata"},
	"https://[64:ff9b:1::1]" + tail:                                        {always, "NAT64"},
	"https://[::ffff:127.0.0.1]" + tail:                                    {always, "IPv4 address"},
	"https://[fe80::1%25eth0]" + tail:                                      {always, "zone"},
	"https://10.0.0.1" + tail:                                              {closed, "private"},
	"https://172.16.0.1" + tail:                                            {closed, "private"},
	"https://192.168.1.1" + tail:                                           {closed, "private"},
	"https://[fd12::1]" + tail:                                             {closed, "private"},
	"https://127.0.0.1" + tail:                                             {closed, "loopback"},
	"https://127.8.8.8" + tail:                                             {closed, "loopback"},
	"https://[::1]" + tail:                                                 {closed, "loopback"},
	"https://[64:ff9b::7f00:1]" + tail:                                     {closed, "loopback"},
	"https://[2002:7f00:1::1]" + tail:                                      {closed, "loopback"},
	"https://[2002:a00:1::1]" + tail:                                       {closed, "private"},
	"http://127.0.0.1:8080" + tail:                                         {closed, "https://"},
	"http://[::1]:8080" + tail:                                             {closed, "https://"},
	"http://localhost:8080" + tail:                                         {closed, "https://"},
	"https://hooks.example.com/" + pad(api.MaxEndpointURL) + "CANARY-4711": {always, "at most 2048 bytes"},
}

// TestEndpointURLRefused checks each reason for which a URL is refused.
func TestEndpointURLRefused(t *testing.T) {
	open, shut := newWorld(t), newWorld(t)
	shut.private = false
	shut.restart()
	worlds := map[string][]*world{always: {open, shut}, closed: {shut}}
	connectors := map[*world]string{open: open.newConnector("chat", nil).ID, shut: shut.newConnector("chat", nil).ID}
	endpoints := map[*world]string{}
	for w, id := range connectors {
		endpoints[w] = w.newEndpoint("existing", id, nil).ID
	}
	for url, x := range refusedURLs {
		for _, w := range worlds[x.when] {
			for _, r := range []*reply{
				w.do("POST", pathEndpoints, object{"name": "new", "connector_id": connectors[w], "url": url}),
				w.do("PATCH", pathEndpoints+"/"+endpoints[w], object{"url": url}),
			} {
				p := r.problem(api.CodeInvalid, "/url")
				if !strings.Contains(p.Detail, x.why) || strings.Contains(string(r.body), "CANARY") {
					t.Errorf("%.60s, refused %s: %s", url, x.when, r.body)
				}
			}
		}
		if x.when == closed {
			w := open
			e := w.newEndpoint("new", connectors[w], object{"url": url})
			w.do("DELETE", pathEndpoints+"/"+e.ID, nil).want(204)
		}
	}
}

func pad(n int) string { return strings.Repeat("x", n) }

func TestEndpointInUseIsNotDeleted(t *testing.T) {
	w := newWorld(t)
	c, policy := w.newConnector("chat", nil), w.newPolicy("monthly", nil)
	e := w.newEndpoint("hooks", c.ID, nil)
	s := w.newSecret("signing", e.ID, policy.ID, nil)
	for path, user := range map[string]string{
		pathConnectors + "/" + c.ID: "1 webhook endpoint", pathEndpoints + "/" + e.ID: "1 signing secret", pathPolicies +
			"/" + policy.ID: "1 signing secret",
	} {
		if p := w.do("DELETE", path, nil).problem(api.CodeConflict, ""); !strings.Contains(p.Detail, user) {
			t.Errorf("the problem does not name the user: %s", p.Detail)
		}
	}
	for _, path := range []string{
		pathSecrets + "/" + s.ID, pathEndpoints + "/" + e.ID, pathConnectors + "/" + c.ID,
		pathPolicies + "/" + policy.ID,
	} {
		w.do("DELETE", path, nil).want(204)
	}
}
