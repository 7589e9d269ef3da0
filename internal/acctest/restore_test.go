package acctest_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// lossy are a token that is revoked after the backup, and the value of the notifier in a sink. change is what is
// configured after the backup, so that the notifier is rotated.
func lossy(s *acctest.Sink, change string) string {
	return policy("require_acknowledgement = false") + notifier(`rotate_when_changed = { because = "`+change+`" }`) +
		handover(s) + `
resource "quickconnect_scoped_token" "leaky" {
  name               = "leaky"
  owner              = "team-notifier"
  connector_id       = quickconnect_connector.slack.id
  scopes             = ["messages:send"]
  rotation_policy_id = quickconnect_rotation_policy.monthly.id
}
`
}

// operator runs quickconnectd as a person does.
type operator struct {
	t       *testing.T
	program string
}

func (o operator) runs(want int, args ...string) string {
	o.t.Helper()
	out, err := exec.CommandContext(o.t.Context(), o.program, args...).CombinedOutput()
	code := 0
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		code = exit.ExitCode()
	} else {
		ok(o.t, err)
	}
	if code != want {
		o.t.Fatalf("%v: exit code %d, want %d: %s", args, code, want, out)
	}
	return string(out)
}

func (o operator) has(out string, words ...string) {
	o.t.Helper()
	for _, w := range words {
		if !strings.Contains(out, w) {
			o.t.Errorf("%q is not in: %s", w, out)
		}
	}
}

// active reports whether a value is accepted, and as which version.
func active(ctx context.Context, t *testing.T, c *client.Client, value secret.Value) (bool, int64) {
	t.Helper()
	answer, err := c.Introspect(ctx, value, client.Presented{})
	ok(t, err)
	return answer.Active, answer.Version
}

// TestBackupRestoreConfirm is the story of a platform that is lost, with the real programs. One credential was revoked
// after the backup, and one was rotated. A plan in between says what is going on. After the confirmation, the revoked
// one is not accepted, and the sink that follows the version of the other one gets a value that is.
func TestBackupRestoreConfirm(t *testing.T) {
	t.Parallel()
	outside := t.TempDir()
	journal, file := filepath.Join(outside, "journal"), filepath.Join(outside, "backup.age")
	key, checkpoint := filepath.Join(outside, "key"), filepath.Join(outside, "checkpoint")
	p, tf, token := startProcess(t, "--journal", journal)
	o := operator{t, p.Program()}
	in := func(dir string, args ...string) []string { return append(args, "--data-dir", dir) }
	s := acctest.NewSink(t)
	tf.Config(lossy(s, "nothing"))
	tf.Apply()
	leaky, err := p.Client(token).ScopedTokens().ByName(t.Context(), "leaky")
	ok(t, err)
	leaked, err := p.Client(token).ScopedTokens().Reveal(t.Context(), leaky.ID, 1)
	ok(t, err)
	o.has(o.runs(0, in(p.DataDir, "backup", "--out", file)...), "SHA-256")

	tf.Config(lossy(s, "a person left"))
	tf.Apply()
	if n, _ := s.Last(); n != 2 {
		t.Fatalf("the sink has version %d", n)
	}
	security := p.CreateToken(acctest.Tenant, acctest.Environment, api.RoleSecurity)
	_, err = p.Client(security).ScopedTokens().Revoke(t.Context(), leaky.ID,
		api.RevokeRequest{All: true, Reason: "leaked"}, client.Write{})
	ok(t, err)
	of := []string{"--tenant", acctest.Tenant, "--environment", acctest.Environment}
	ok(t, os.WriteFile(key, []byte(o.runs(0, in(p.DataDir, "audit", "public-key")...)), 0o600))
	ok(t, os.WriteFile(checkpoint, []byte(o.runs(0, append(in(p.DataDir, "audit", "checkpoint"), of...)...)), 0o600))
	p.Kill() // and its disk is lost

	dir := t.TempDir()
	ring, err := os.ReadFile(filepath.Join(p.DataDir, "keyring.json"))
	ok(t, err)
	ok(t, os.WriteFile(filepath.Join(dir, "keyring.json"), ring, 0o600))
	o.has(o.runs(0, in(dir, "restore", "--from", file)...), "incarnation 2", "Until quickconnectd restore confirm")
	restored := acctest.StartProcessOn(t, dir, "--journal", filepath.Join(outside, "journal-2"))
	tf.Set("QUICKCONNECT_ENDPOINT", restored.URL)

	before := stateFile(t, tf)
	tf.Run("plan").Want(1).Has("Platform restored, and not confirmed", "quickconnectd restore confirm").
		HasNot("will be created", "must be replaced")
	if stateFile(t, tf) != before {
		t.Error("the state was changed")
	}
	var refused *client.Error
	_, err = restored.Client(token).Introspect(t.Context(), leaked.Value, client.Presented{})
	if !errors.As(err, &refused) || refused.Code != api.CodeRestored {
		t.Errorf("before the confirmation a value is neither active nor inactive: %v", err)
	}
	status := o.runs(0, in(dir, "restore", "status", "--journal", journal, "--checkpoint", checkpoint)...)
	o.has(status, "not confirmed", "revoke  scoped-tokens", "restore confirm ends again: scoped-tokens "+leaky.ID,
		"events of", "are lost")

	o.has(o.runs(0, in(dir, "restore", "confirm", "--journal", journal)...), "1 objects were ended again",
		"serves and delivers as incarnation 2")
	if accepted, _ := active(t.Context(), t, restored.Client(token), leaked.Value); accepted {
		t.Error("what was revoked after the backup is accepted again")
	}
	tf.Apply()
	version, value := s.Last()
	accepted, is := active(t.Context(), t, restored.Client(token), secret.New(value))
	if !accepted || is != version || version < 1001 {
		t.Errorf("the sink has version %d, which is accepted: %t, as version %d", version, accepted, is)
	}
	tf.Apply() // what is still due, one step for each apply
	tf.Plan(0)
	o.has(o.runs(1, in(dir, "audit", "verify", "--public-key", key, "--checkpoint", checkpoint)...),
		"was restored from a backup")
	o.runs(0, in(dir, "audit", "verify", "--public-key", key)...)
}
