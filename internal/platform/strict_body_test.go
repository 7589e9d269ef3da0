package platform_test

import (
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// TestAmbiguousBodiesAreRefused: a member that is there twice, and what is not UTF-8, in every kind of body; nothing is
// made.
func TestAmbiguousBodiesAreRefused(t *testing.T) {
	w := newWorld(t)
	c := w.newConnector("chat", nil)
	for _, r := range []struct{ method, path, body, field, says string }{
		{"POST", pathConnectors, `{"name":"a","owner":"o","type":"custom","name":"b"}`, "/name", "twice"},
		{
			"POST", pathConnectors, `{"name":"a","owner":"o","type":"custom","credentials":{"k":"v","k":"w"}}`, "/credentials/k",
			"twice",
		},
		{"PATCH", pathConnectors + "/" + c.ID, `{"labels":{"a":"1","a":"2"}}`, "/labels/a", "twice"},
		{"POST", pathConnectors, "{\"name\":\"a\",\"owner\":\"\xff\",\"type\":\"custom\"}", "", "UTF-8"},
	} {
		p := w.do(r.method, r.path, r.body).problem(api.CodeInvalid, r.field)
		if !strings.Contains(p.Detail, r.says) || !strings.Contains(p.Detail, "send") {
			t.Errorf("%s does not say what to do: %s", r.body, p.Detail)
		}
	}
	if n := len(decoded[api.Page[api.Connector]](w.do("GET", pathConnectors, nil)).Items); n != 1 {
		t.Errorf("%d connectors", n)
	}
}
