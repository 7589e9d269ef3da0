package platform_test

import (
	"encoding/json"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/audit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/auditlog"
)

// What the API and the command print of the trail verifies without the database, and what was changed in it does not.
func TestListsOfEventsVerify(t *testing.T) {
	w := newWorld(t)
	w.newConnector("chat", nil)
	answer := decoded[api.AuditCheckpoint](w.as(api.RoleAuditor, "GET", "/v1/audit-checkpoint", nil).want(200))
	key, err := note.NewVerifier(answer.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := auditlog.OpenCheckpoint(answer.Checkpoint, key)
	if err != nil {
		t.Fatal(err)
	}
	w.newConnector("mail", nil)
	page := w.as(api.RoleAuditor, "GET", pathAudit+"?page_size=1000", nil).want(200).body
	events := w.auditPage("?page_size=1000").Items
	written := func(of []api.AuditEvent) (array, lines string) {
		t.Helper()
		text, err := json.MarshalIndent(of, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		for _, e := range of {
			if err := json.NewEncoder(&out).Encode(e); err != nil {
				t.Fatal(err)
			}
		}
		return string(text), out.String()
	}
	array, lines := written(events)
	for name, text := range map[string]string{"an array": array, "lines": lines, "a page": string(page)} {
		got, err := audit.VerifyFile(strings.NewReader(text), key, &kept)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if n := int64(len(events)); len(got) != 1 || got[0].Scope != staging || got[0].Events != n ||
			got[0].Unsigned != n-kept.Size || got[0].Unsigned < 1 {
			t.Errorf("%s: %+v", name, got)
		}
	}
	changed := strings.Replace(array, `"action": "create"`, `"action": "reveal"`, 1)
	later, _ := written(events[1:])
	holed, _ := written(append(events[:1:1], events[2:]...))
	short, _ := written(events[:kept.Size-1])
	for name, c := range map[string]struct{ text, says string }{
		"a changed event": {changed, "was changed after it was recorded"},
		"without a begin": {later, "begins with event 1"},
		"filtered":        {holed, "event 1 is missing"},
		"too short":       {short, "--at-most"},
		"truncated":       {array[:len(array)-2], "truncated"},
		"of another kind": {`{"found": true}`, "has no audit events"},
		"no JSON":         {"INDEX AT ACTOR", "has no audit events"},
		"nothing":         {"", "has no audit events"},
	} {
		if _, err := audit.VerifyFile(strings.NewReader(c.text), key, &kept); err == nil ||
			!strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := audit.VerifyFile(strings.NewReader(array), key, nil); err == nil ||
		!strings.Contains(err.Error(), "--checkpoint") {
		t.Errorf("without a checkpoint: %v", err)
	}
	if _, err := auditlog.OpenCheckpoint(array, key); err == nil || !strings.Contains(err.Error(), "not a checkpoint") {
		t.Errorf("a list as a checkpoint: %v", err)
	}
	forged := strings.Replace(answer.Checkpoint, "/staging\n", "/production\n", 1)
	if _, err := auditlog.OpenCheckpoint(forged, key); err == nil || !strings.Contains(err.Error(), "signature") {
		t.Errorf("a changed checkpoint: %v", err)
	}
}
