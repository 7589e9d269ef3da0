package platform_test

import (
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// What an older build took stays readable and usable. Only a change of the part that is refused now is refused.
func TestSettingsOfAnOlderBuildStay(t *testing.T) {
	w := newWorld(t)
	c := w.newConnector("mail", object{"credentials": object{"api_key": "old", "more": "old"}})
	w.tamper(`UPDATE connectors SET type = 'smtp', settings = '{"host":"a..b"}' WHERE id = ?`, c.ID)

	if got := w.connector(c.ID); got.Settings["host"] != "a..b" || *got.Version != 1 {
		t.Errorf("read %+v", got)
	}
	got := w.patchConnector(c.ID, object{
		"owner": "else", "settings": object{"host": "a..b"}, "credentials": object{"more": "old", "api_key": "old"},
	})
	if got.Owner != "else" || *got.Version != 1 {
		t.Errorf("after a change of something else: %+v", got)
	}
	path := pathConnectors + "/" + c.ID
	w.do("PATCH", path, object{"settings": object{"host": "b..b"}}).problem(api.CodeInvalid, "/settings/host")
	p := w.do("PATCH", path, object{"credentials": object{"api_key": "new"}}).problem(api.CodeInvalid, "/credentials")
	if !strings.Contains(p.Detail, "it takes password, username") || strings.Contains(p.Detail, "new") {
		t.Errorf("the problem says %q", p.Detail)
	}
	w.patchConnector(c.ID, object{
		"settings": object{"host": "2001:db8::25"}, "credentials": object{"username": "u", "password": "p"},
	})
}
