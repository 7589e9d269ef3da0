package acctest_test

import (
	"path/filepath"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// The nightly job applies rotation steps, leaves every other change alone, and names what waits.
func TestNightlyJob(t *testing.T) {
	t.Parallel()
	acctest.NeedsPrograms(t, "bash", "jq")
	p, tf := acctest.Start(t)
	root, err := acctest.Root()
	if err != nil {
		t.Fatal(err)
	}
	nightly := func() *acctest.Run { return tf.Script(filepath.Join(root, "examples", "ci", "nightly.sh")) }
	s := acctest.NewSink(t)
	tf.Set("SINKS", "sink_secret.notifier")
	tf.Config(policy(`max_age = "40d"`) + notifier("") + handover(s))

	nightly().Want(3).Has("left to a person:", token, "sink_secret.notifier")
	if len(s.All()) != 0 {
		t.Fatal("the job applied a creation")
	}
	tf.Apply()
	nightly().Want(0).Has("nightly: nothing to do").HasNot("waiting", "overdue")

	p.Clock.Advance(30 * day)
	nightly().Want(0).Has("nightly: applied 1 rotation steps", "waiting "+token+": version 2 was not seen in use")
	if version, _ := s.Last(); version != 2 {
		t.Fatalf("the sink has version %d", version)
	}
	nightly().Want(0).Has("nightly: nothing to do", "waiting "+token)

	// A step beside an edit is left to a person, and so is a step whose sink is not named.
	_, value := s.Last()
	p.As(api.RoleRuntime).Introspect(value)
	tf.Config(policy(`max_age = "40d"`) + notifier(`description = "edited"`) + handover(s))
	nightly().Want(3).Has("left to a person:", token)
	wantRotation(t, tf, 2, map[string]any{"phase": "staged"})
	tf.Config(policy(`max_age = "40d"`) + notifier("") + handover(s))
	nightly().Want(0).Has("nightly: applied 1 rotation steps").HasNot("waiting")
	wantRotation(t, tf, 2, map[string]any{"phase": "draining"})

	p.Clock.Advance(41 * day)
	tf.Set("SINKS", "")
	nightly().Want(3).Has("overdue "+token+": due since", "left to a person:", "sink_secret.notifier")
	tf.Set("SINKS", "sink_secret.notifier")
	p.As(api.RoleDeployer).Verb(api.KindScopedTokens, "notifier", "hold", map[string]any{"reason": "test"})
	nightly().Want(0).Has("held "+token, "nightly: nothing to do")

	tf.Set("QUICKCONNECT_TOKEN", "qcp_wrong")
	nightly().Want(1).Has("nightly: the plan failed")
}
