package scopedtoken

import (
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest/core"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest/fakes"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	rules "github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

func TestEphemeralReadsTheVersionToHold(t *testing.T) {
	f, tf := created(t, baseConfig())
	v, d := tf.Open(core.Config{"id": tokenID})
	if len(d) != 0 {
		t.Fatal(d.Warnings(), d.Errors())
	}
	tf.Expect(v, "value=qct_canary1", "version=1", "expires_at=<null>")
	f.By(rules.Command{Step: rules.StepBegin})
	v, _ = tf.Open(core.Config{"id": tokenID})
	tf.Expect(v, "value=qct_canary2", "version=2")
	wrote(t, f, "POST /tok_01/versions/1/reveal", "POST /tok_01/versions/2/reveal")
}

func TestEphemeralWithoutAValueIsAWarning(t *testing.T) {
	f, tf := created(t, baseConfig())
	f.By(rules.Command{Step: rules.StepRevoke, All: true, Reason: "leak"})
	v, d := tf.Open(core.Config{"id": tokenID})
	tf.Expect(v, "value=<null>", "version=1")
	core.Says(t, d.Warnings(), "value is null")
	f.Exists = false
	v, d = tf.Open(core.Config{"id": tokenID})
	tf.Expect(v, "value=<null>", "version=<null>")
	core.Says(t, d.Warnings(), "not found")
	wrote(t, f)
}

func TestEphemeralWhenVersionEndsDuringRead(t *testing.T) {
	f, tf := created(t, baseConfig())
	f.Policy.RequireAcknowledgement, f.Policy.Overlap = false, 0
	once := true
	f.Before = func(line string) {
		if once && line == "POST /tok_01/versions/1/reveal" {
			once = false
			f.By(rules.Command{Step: rules.StepRotate})
		}
	}
	v, d := tf.Open(core.Config{"id": tokenID})
	if len(d) != 0 {
		t.Fatal(d.Errors(), d.Warnings())
	}
	tf.Expect(v, "value=qct_canary2", "version=2")
}

func TestEphemeralOfAnotherEnvironmentIsNotRead(t *testing.T) {
	f, _ := created(t, baseConfig())
	tf := newTerraformOn(t, fakes.NewPlatform(t, f.URL, fakes.Identity("production"), 0))
	_, d := tf.Open(core.Config{"id": tokenID})
	core.Says(t, d.Errors(), "staging", "production")
	wrote(t, f)
}

func TestEphemeralNeedsThePermissionToReveal(t *testing.T) {
	f, tf := created(t, baseConfig())
	f.Refuse["POST /tok_01/versions"] = api.Problem{Code: api.CodeForbidden, Detail: "missing permission reveal"}
	_, d := tf.Open(core.Config{"id": tokenID})
	core.Says(t, d.Errors(), "reveal", "planner", "deployer")
	f.Refuse = map[string]api.Problem{"POST /tok_01/versions": {Code: api.CodeNotFound, Detail: "no such version"}}
	if _, d := tf.Open(core.Config{"id": tokenID}); d.Errors() == "" {
		t.Error("a token whose version cannot be revealed is taken for deleted")
	}
}

func TestDataSource(t *testing.T) {
	f, tf := created(t, baseConfig().With("labels", core.Triggers("team", "a")))
	f.By(rules.Command{Step: rules.StepHold, Reason: "incident"})
	used := f.Clock.Now()
	f.token.LastUsedAt = &used
	v, d := tf.Read(core.Config{"name": "notifier"})
	if len(d) != 0 {
		t.Fatal(d.Errors(), d.Warnings())
	}
	tf.Expect(
		v,
		"id=tok_01",
		"owner=team-a",
		"version=1",
		"rotation.phase=stable",
		"rotation.reason=held",
		"hold.reason=incident",
		"hold.at=2026-05-01T00:00:00Z",
		"last_used_at=2026-05-01T00:00:00Z",
		"rotation_requested=false",
		"labels.team=a",
	)
	_, d = tf.Read(core.Config{"name": "nobody"})
	core.Says(t, d.Errors(), "nobody")
}
