package scopedtoken

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	rules "github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// open opens the ephemeral resource.
func (tf *terraform) open(id string) (tftypes.Value, diags) {
	tf.t.Helper()
	schemas, err := tf.server.GetProviderSchema(tf.t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		tf.t.Fatal(err)
	}
	typ := schemas.EphemeralResourceSchemas[typeName].ValueType()
	in := tftypes.NewValue(typ, map[string]tftypes.Value{
		"id": tftypes.NewValue(tftypes.String, id), "value": tftypes.NewValue(tftypes.String, nil),
		"version": tftypes.NewValue(tftypes.Number, nil), "expires_at": tftypes.NewValue(tftypes.String, nil),
	})
	r, err := tf.server.OpenEphemeralResource(tf.t.Context(), &tfprotov6.OpenEphemeralResourceRequest{TypeName: typeName, Config: dynamic(tf.t, in)})
	if err != nil {
		tf.t.Fatal(err)
	}
	if diags(r.Diagnostics).errors() != "" {
		return tftypes.Value{}, r.Diagnostics
	}
	out, err := r.Result.Unmarshal(typ)
	if err != nil {
		tf.t.Fatal(err)
	}
	return out, r.Diagnostics
}

func TestEphemeralReadsTheVersionToHold(t *testing.T) {
	f, tf := created(t, baseConfig())
	v, d := tf.open(tokenID)
	if len(d) != 0 {
		t.Fatal(d.warnings(), d.errors())
	}
	tf.expect(v, "value=qct_canary1", "version=1", "expires_at=<null>")
	f.by(rules.Command{Step: rules.StepBegin})
	v, _ = tf.open(tokenID)
	tf.expect(v, "value=qct_canary2", "version=2")
	wrote(t, f, "POST /tok_01/versions/1/reveal", "POST /tok_01/versions/2/reveal")
}

func TestEphemeralWithoutAValueIsAWarning(t *testing.T) {
	f, tf := created(t, baseConfig())
	f.by(rules.Command{Step: rules.StepRevoke, All: true, Reason: "leak"})
	v, d := tf.open(tokenID)
	tf.expect(v, "value=<null>", "version=1")
	says(t, d.warnings(), "value is null")
	f.exists = false
	v, d = tf.open(tokenID)
	tf.expect(v, "value=<null>", "version=<null>")
	says(t, d.warnings(), "not found")
	wrote(t, f)
}

func TestEphemeralWhoseVersionEndsMeanwhile(t *testing.T) {
	f, tf := created(t, baseConfig())
	f.policy.RequireAcknowledgement, f.policy.Overlap = false, 0
	once := true
	f.before = func(line string) {
		if once && line == "POST /tok_01/versions/1/reveal" {
			once = false
			f.by(rules.Command{Step: rules.StepRotate})
		}
	}
	v, d := tf.open(tokenID)
	if len(d) != 0 {
		t.Fatal(d.errors(), d.warnings())
	}
	tf.expect(v, "value=qct_canary2", "version=2")
}

func TestEphemeralNeedsThePermissionToReveal(t *testing.T) {
	f, tf := created(t, baseConfig())
	f.refuse["POST /tok_01/versions"] = api.Problem{Code: api.CodeForbidden, Detail: "missing permission reveal"}
	_, d := tf.open(tokenID)
	says(t, d.errors(), "reveal", "planner", "deployer")
	f.refuse = map[string]api.Problem{"POST /tok_01/versions": {Code: api.CodeNotFound, Detail: "no such version"}}
	if _, d := tf.open(tokenID); d.errors() == "" {
		t.Error("a token whose version cannot be revealed is taken for deleted")
	}
}

func TestDataSource(t *testing.T) {
	f, tf := created(t, baseConfig().with("labels", triggers("team", "a")))
	f.by(rules.Command{Step: rules.StepHold, Reason: "incident"})
	used := f.clock.Now()
	f.token.LastUsedAt = &used
	schemas, err := tf.server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	typ := schemas.DataSourceSchemas[typeName].ValueType()
	read := func(name string) (tftypes.Value, diags) {
		members := map[string]tftypes.Value{}
		for n, member := range attributeTypes(t, typ) {
			members[n] = tftypes.NewValue(member, nil)
		}
		members["name"] = tftypes.NewValue(tftypes.String, name)
		r, err := tf.server.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: typeName, Config: dynamic(t, tftypes.NewValue(typ, members))})
		if err != nil {
			t.Fatal(err)
		}
		if diags(r.Diagnostics).errors() != "" {
			return tftypes.Value{}, r.Diagnostics
		}
		v, err := r.State.Unmarshal(typ)
		if err != nil {
			t.Fatal(err)
		}
		return v, r.Diagnostics
	}
	v, d := read("notifier")
	if len(d) != 0 {
		t.Fatal(d.errors(), d.warnings())
	}
	tf.expect(v, "id=tok_01", "owner=team-a", "version=1", "rotation.phase=stable", "rotation.reason=held", "hold_reason=incident", "held_since=2026-05-01T00:00:00Z",
		"last_used_at=2026-05-01T00:00:00Z", "rotation_requested=false", "labels.team=a")
	_, d = read("nobody")
	says(t, d.errors(), "nobody")
}
