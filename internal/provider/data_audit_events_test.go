package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// The data source lists the audit events that a filter selects, and says where there are more.
func TestDataAuditEvents(t *testing.T) {
	t.Parallel()
	p := acctest.StartFixture(t)
	list := p.Terraform("quickconnect_audit_events")
	for name, c := range map[string]struct {
		config    tftest.Config
		want      int
		truncated bool
	}{
		"all":        {tftest.Config{"action": "create", "kind": "principals"}, len(api.Roles()) + 1, false},
		"some":       {tftest.Config{"action": "create", "kind": "principals", "limit": 2}, 2, true},
		"exactly":    {tftest.Config{"kind": "principals", "limit": len(api.Roles()) + 1}, len(api.Roles()) + 1, false},
		"none":       {tftest.Config{"object_id": "con_x", "outcome": "failure", "actor": "prn_x"}, 0, false},
		"none since": {tftest.Config{"since": "2999-01-01T00:00:00Z"}, 0, false},
		"none until": {tftest.Config{"until": "1999-01-01T00:00:00Z"}, 0, false},
	} {
		found, diags := list.Read(c.config)
		tftest.Must(t, diags)
		var object map[string]tftypes.Value
		var items []tftypes.Value
		var truncated bool
		for _, err := range []error{
			found.As(&object), object["events"].As(&items), object["truncated"].As(&truncated),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		if len(items) != c.want || truncated != c.truncated {
			t.Errorf("%s: %d events, truncated %v, want %d, %v", name, len(items), truncated, c.want, c.truncated)
		}
	}
	for name, config := range map[string]tftest.Config{"outcome": {"outcome": "maybe"}, "since": {"since": "yesterday"}} {
		if _, diags := list.Read(config); diags.Errors() == "" {
			t.Errorf("%s is not refused", name)
		}
	}
}

// The client reads what an auditor needs to verify the audit log: a checkpoint, and proofs of its size.
func TestClientOfAuditLog(t *testing.T) {
	t.Parallel()
	c := acctest.StartFixture(t).As(api.RoleAuditor).Client()
	signed, err := c.AuditCheckpoint(t.Context())
	if err != nil || signed.Size < 4 || signed.Checkpoint == "" || signed.PublicKey == "" {
		t.Fatalf("%+v, %v", signed, err)
	}
	in, err := c.AuditInclusion(t.Context(), 0, signed.Size)
	if err != nil || len(in.Hashes) < 2 {
		t.Errorf("%+v, %v", in, err)
	}
	grown, err := c.AuditConsistency(t.Context(), 3, signed.Size)
	if err != nil || len(grown.Hashes) < 2 {
		t.Errorf("%+v, %v", grown, err)
	}
}
