package platform_test

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/auditlog"
)

const pathAudit = "/v1/audit-events"

// auditPage reads one page of the audit events of acme/staging.
func (w *world) auditPage(query string) api.Page[api.AuditEvent] {
	w.t.Helper()
	return decoded[api.Page[api.AuditEvent]](w.as(api.RoleAuditor, "GET", pathAudit+query, nil).want(200))
}

func TestAuditEventsAreListed(t *testing.T) {
	w := newWorld(t)
	c := w.newConnector("chat", nil)
	w.clock.Advance(time.Hour)
	token := w.newToken("notifier", c.ID, nil)
	w.reveal(token.ID, 1)
	all := w.auditPage("?page_size=1000").Items
	if len(all) != len(w.audit()) {
		t.Fatalf("%d events, and %d in the database", len(all), len(w.audit()))
	}
	me := decoded[api.Identity](w.do("GET", "/v1/identity", nil)).PrincipalID
	last := all[len(all)-1]
	want := api.AuditEvent{
		Index: int64(len(all) - 1), ID: last.ID, At: last.At, Actor: me, Role: api.RoleDeployer, Action: "reveal",
		Kind: "scoped-tokens", ObjectID: token.ID, Version: 1, Outcome: api.OutcomeSuccess, Address: "127.0.0.1",
		UserAgent: last.UserAgent, RequestID: last.RequestID, Detail: last.Detail, Salt: last.Salt,
		Commitment: last.Commitment,
	}
	if fmt.Sprint(last) != fmt.Sprint(want) || last.UserAgent == "" || last.RequestID == "" || len(last.Salt) != 32 {
		t.Errorf("got %+v\nwant %+v", last, want)
	}
	since := url.QueryEscape(epoch.Add(time.Hour).Format(time.RFC3339))
	for query, want := range map[string]string{
		"?action=reveal": "reveal", "?object_id=" + c.ID: "create", "?kind=connectors": "create", "?outcome=failure": "",
		"?object_id=" + token.ID: "create reveal", "?actor=" + me + "&since=" + since: "create reveal",
		"?actor=" + me + "&until=" + since: "create", "?actor=prn_x": "",
	} {
		var got []string
		for _, e := range w.auditPage(query).Items {
			got = append(got, e.Action)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", query, got, want)
		}
	}
	var paged []string
	for next := ""; ; {
		page := w.auditPage("?page_size=2&page_token=" + next)
		for _, e := range page.Items {
			paged = append(paged, e.ID)
		}
		if next = page.NextPageToken; next == "" {
			break
		}
	}
	var ids []string
	for _, e := range all {
		ids = append(ids, e.ID)
	}
	if !slices.Equal(paged, ids) {
		t.Errorf("in pages: %v", paged)
	}
	w.as(api.RoleAuditor, "GET", pathAudit+"?outcome=maybe", nil).problem(api.CodeInvalid, "")
	for _, token := range []string{"x", base64.RawURLEncoding.EncodeToString([]byte("evt_x"))} {
		w.as(api.RoleAuditor, "GET", pathAudit+"?page_token="+token, nil).problem(api.CodeInvalid, "")
	}
	for name, token := range w.foreign {
		other := decoded[api.Page[api.AuditEvent]](w.send(token, "GET", pathAudit, nil).want(200)).Items
		if len(other) == 0 || slices.ContainsFunc(other, func(e api.AuditEvent) bool { return slices.Contains(ids, e.ID) }) {
			t.Errorf("%s sees %+v", name, other)
		}
	}
}

// TestAuditProofs takes everything from the API, as an auditor would, and trusts the public key alone.
func TestAuditProofs(t *testing.T) {
	w := newWorld(t)
	get := func(path string) *reply { return w.as(api.RoleAuditor, "GET", path, nil) }
	signed := func() (auditlog.Checkpoint, string) {
		t.Helper()
		got := decoded[api.AuditCheckpoint](get("/v1/audit-checkpoint").want(200))
		key, err := note.NewVerifier(got.PublicKey)
		if err != nil {
			t.Fatal(err)
		}
		c, err := auditlog.OpenCheckpoint(got.Checkpoint, key)
		if err != nil || c.Size != got.Size || string(c.Root[:]) != string(got.Root) {
			t.Fatalf("%+v, %v", c, err)
		}
		return c, got.PublicKey
	}
	hashes := func(path string) (out []tlog.Hash) {
		t.Helper()
		for _, h := range decoded[api.AuditProof](get(path).want(200)).Hashes {
			out = append(out, tlog.Hash(h))
		}
		return out
	}
	before, key := signed()
	w.newConnector("chat", nil)
	w.newConnector("mail", nil)
	after, again := signed()
	if key != again || after.Size != before.Size+2 {
		t.Errorf("%s and %s, %d and %d events", key, again, before.Size, after.Size)
	}
	e := w.auditPage("?kind=connectors").Items[0]
	in := hashes(fmt.Sprintf("/v1/audit-proofs/inclusion?index=%d&size=%d", e.Index, after.Size))
	if err := tlog.CheckRecord(in, after.Size, after.Root, e.Index, auditlog.Leaf(e.Commitment)); err != nil {
		t.Error(err)
	}
	grown := hashes(fmt.Sprintf("/v1/audit-proofs/consistency?from=%d&to=%d", before.Size, after.Size))
	if err := tlog.CheckTree(grown, after.Size, after.Root, before.Size, before.Root); err != nil {
		t.Error(err)
	}
	for _, path := range []string{
		"inclusion?index=0&size=1000", "inclusion?index=3&size=3", "inclusion?index=-1&size=1", "inclusion",
		"consistency?from=1&to=1000", "consistency?from=3&to=2", "consistency?from=0&to=1",
	} {
		get("/v1/audit-proofs/"+path).problem(api.CodeInvalid, "")
	}
	w.tamper(`UPDATE audit_logs SET root = SUBSTR(edge, 1, 16) WHERE environment = 'staging'`)
	get("/v1/audit-checkpoint").problem(api.CodeInternal, "")
}
