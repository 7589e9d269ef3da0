package pages

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/view"
)

// The Terraform block is well formed, and says of each text exactly what it is, whatever the text has.
func TestTerraformBlock(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"plain", `a "b" \c`, "${path.module}", "%{ if true }x", "a\nb\tc\rd", "$${x}", "\x01ü",
	} {
		c := filled[credential](text)
		for _, kind := range []api.Kind{api.Connectors, api.ScopedTokens, api.SigningSecrets} {
			c.kind, c.Name = kind, "2-names"
			file, faults := hclsyntax.ParseConfig([]byte(terraformOf(&c)), "x.tf", hcl.InitialPos)
			if faults.HasErrors() {
				t.Fatalf("%s with %q: %v\n%s", kind.Singular, text, faults, terraformOf(&c))
			}
			body, ok := file.Body.(*hclsyntax.Body)
			if !ok || len(body.Blocks) != 2 || !slices.Equal(body.Blocks[1].Labels, []string{kind.Terraform, "_2-names"}) {
				t.Fatalf("the blocks are %+v", body)
			}
			owner, faults := body.Blocks[1].Body.Attributes["owner"].Expr.Value(nil)
			if faults.HasErrors() || owner.AsString() != text {
				t.Errorf("the owner %q is %q (%v)", text, owner.AsString(), faults)
			}
		}
	}
}

// The scopes that were used are compared with those that are granted; ended versions do not count.
func TestScopesTable(t *testing.T) {
	t.Parallel()
	c := &credential{Scopes: []string{"a", "b"}}
	used := func(name string, n int64) api.ScopeUse { return api.ScopeUse{Scope: name, Count: n, LastAt: now} }
	ended := now
	table := scopesTable(c, []api.Version{
		{Uses: api.VersionUses{Scopes: []api.ScopeUse{used("a", 2), used("c", 1)}, WithoutScope: 4}},
		{Uses: api.VersionUses{Scopes: []api.ScopeUse{used("a", 3)}}},
		{Uses: api.VersionUses{Scopes: []api.ScopeUse{used("b", 9)}}, EndedAt: &ended},
	})
	var got []string
	for _, row := range table.Rows {
		got = append(got, row[0].Text+" "+row[1].Status.Word+" "+row[2].Text)
	}
	if !slices.Equal(got, []string{"a yes 5", "b yes never", "c no 1"}) || !strings.HasPrefix(table.Note, "4 uses") {
		t.Errorf("the scopes are %q, note %q", got, table.Note)
	}
}

// What would stop is what used valid versions, and the page says where the record has gaps.
func TestWhatStops(t *testing.T) {
	t.Parallel()
	ended := now
	uses := func(name string, complete bool) api.VersionUses {
		return api.VersionUses{Consumers: []api.ConsumerUse{{Consumer: name}}, Complete: complete}
	}
	table := whatStops([]api.Version{
		{Version: 1, Uses: uses("old", true), EndedAt: &ended}, {Version: 2, Uses: uses("live", true)},
	})
	if len(table.Rows) != 1 || table.Rows[0][1].Text != "live" || table.Note != "" {
		t.Errorf("it has %+v", table)
	}
	if table = whatStops([]api.Version{{Version: 2}}); !strings.Contains(table.Empty, "there may be somebody") {
		t.Errorf("without a record it says %q", table.Empty)
	}
}

// The proof is a file with the event, the checkpoint and the hashes at the size of the checkpoint.
func TestProof(t *testing.T) {
	t.Parallel()
	f := everything("x")
	r := request(f, map[string]string{"index": "3"}, "at=2026-05-01T11:00:00.5Z")
	file := answer(t, r, http.MethodGet, "/audit/{index}/proof").File
	var out bytes.Buffer
	if err := file.Write(&out); err != nil {
		t.Fatal(err)
	}
	var got inclusion
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || got.Event.Index != 3 || len(got.Proof.Hashes) != 1 ||
		file.Name != "event-3-proof.json" || !slices.Contains(f.gets, "/v1/audit-proofs/inclusion?index=3&size=3") {
		t.Errorf("%s is %s (%v), asked %v", file.Name, out.String(), err, f.gets)
	}
	for index, query := range map[string]string{
		"x": "at=2026-05-01T11:00:00Z", "-1": "", "3": "at=soon", "4": "at=2026-05-01T11:00:00Z",
	} {
		if _, err := proof(request(f, map[string]string{"index": index}, query)); err == nil {
			t.Errorf("the event %s at %q is no error", index, query)
		}
	}
}

// What is due of a connector comes from its credentials, and of a rotated kind from its rotation.
func TestDue(t *testing.T) {
	t.Parallel()
	at := now
	connector := &credential{CredentialsDueAt: &at, CredentialsStatus: api.CredentialsOverdue}
	if due, overdue := connector.due(); due != &at || !overdue || connector.state().Status.Level != view.Bad {
		t.Errorf("of a connector: %v, %v", due, overdue)
	}
	token := &credential{Rotation: &api.Rotation{NextRotationAt: &at, Reason: api.ReasonInterval, Due: api.StepBegin}}
	if due, overdue := token.due(); due != &at || overdue || !slices.Contains(token.next().Lines, "due now: begin") {
		t.Errorf("of a token: %v, %v", due, overdue)
	}
}
