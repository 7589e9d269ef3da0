package acctest

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/launch"
)

// Receivers are the languages of the receivers under examples/receivers.
var Receivers = []string{"go", "node", "python"}

// workLine is the comment that a receiver has where its owner's code belongs.
const workLine = "Your work goes here."

// Receiver is a receiver of webhooks from examples/receivers, as a process of its own. Its config file is not there
// until a test writes it.
type Receiver struct {
	launch.Receiver

	t       testing.TB
	stopped bool
}

// ReceiverConfig says which deliveries a receiver takes.
type ReceiverConfig struct {
	Tenant      string `json:"tenant"`
	Environment string `json:"environment"`
	EndpointID  string `json:"endpoint_id"`
	// EventTypes are the types that it takes. nil is written as null, as Terraform does: every type.
	EventTypes []string `json:"event_types"`
	// Secrets are the signing secrets. An empty one is written as null, as Terraform does where there is no second one.
	Secrets []string `json:"-"`
}

// StartReceiver starts the receiver in this language, without a config. It ends with the test. Where the language is
// not installed, the test is skipped, but not in CI.
func StartReceiver(tb testing.TB, language string) *Receiver {
	tb.Helper()
	return StartReceiverDoing(tb, language, "")
}

// NeedsPrograms skips the test if one of the programs is not on the PATH. In CI the test fails.
func NeedsPrograms(tb testing.TB, names ...string) {
	tb.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			if os.Getenv("CI") != "" {
				tb.Fatalf("%s is not on the PATH", name)
			}
			tb.Skipf("%s is not on the PATH: what needs it was not tested", name)
		}
	}
}

// StartReceiverDoing starts a receiver that does this work, code of its language, with every event that it accepts. The
// changes are pairs of an old and a new text, in the rest of its code.
func StartReceiverDoing(tb testing.TB, language, work string, changes ...string) *Receiver {
	tb.Helper()
	made, known := receivers[language]
	if !known {
		tb.Fatalf("there is no receiver in %q", language)
	}
	NeedsPrograms(tb, made.needs...)
	dir, err := made.prepare()
	if err == nil && (work != "" || len(changes) > 0) {
		prepared := dir
		dir = tb.TempDir()
		if err = copyReceiver(language, dir, work, changes...); err == nil {
			err = made.build(dir, prepared)
		}
	}
	if err != nil {
		tb.Fatal(err)
	}
	r := &Receiver{t: tb}
	r.Name = "the receiver in " + language
	r.LogFile = filepath.Join(tb.TempDir(), "receiver.log")
	r.ConfigFile = filepath.Join(tb.TempDir(), "receiver.json")
	if err := r.Start(tb.Context(), made.command(dir)); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(r.Stop)
	return r
}

// Configure writes the config file. A request finds the old one or the new one, never half of it.
func (r *Receiver) Configure(c ReceiverConfig) {
	r.t.Helper()
	secrets := make([]*string, len(c.Secrets))
	for i, secret := range c.Secrets {
		if secret != "" {
			secrets[i] = &secret
		}
	}
	data, err := json.Marshal(struct {
		ReceiverConfig
		Secrets []*string `json:"secrets"`
	}{c, secrets})
	if err != nil {
		r.t.Fatal(err)
	}
	r.WriteConfig(data)
}

// WriteConfig writes any text as the config file, as Configure does.
func (r *Receiver) WriteConfig(data []byte) {
	r.t.Helper()
	next := r.ConfigFile + ".next"
	if err := os.WriteFile(next, data, 0o600); err != nil {
		r.t.Fatal(err)
	}
	if err := os.Rename(next, r.ConfigFile); err != nil {
		r.t.Fatal(err)
	}
}

// Lines returns what it has printed about requests so far, oldest first. A line may come a little after the response;
// after Stop all are there.
func (r *Receiver) Lines() []string {
	announces := func(line string) bool { return strings.HasPrefix(line, "listening on ") }
	return slices.DeleteFunc(r.Receiver.Lines(), announces)
}

// Refused returns the lines about requests that it has refused so far, in their order.
func (r *Receiver) Refused() []string {
	return slices.DeleteFunc(r.Lines(), func(line string) bool { return !strings.HasPrefix(line, "refused ") })
}

// Stop ends it as an operator does, and fails the test if it ended by itself before, or does not stop cleanly. The end
// of the test does the same.
func (r *Receiver) Stop() {
	r.t.Helper()
	if r.stopped {
		return
	}
	r.stopped = true
	if !r.Running() {
		r.t.Errorf("%s ended by itself:\n%s", r.Name, r.Log())
	} else if err := r.Receiver.Stop(); err != nil {
		r.t.Errorf("%v:\n%s", err, r.Log())
	}
}
