package acctest

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Receivers are the languages of the receivers under examples/receivers.
var Receivers = []string{"go", "node", "python"}

// workLine is the comment that a receiver has where its owner's code belongs.
const workLine = "Your work goes here."

// Receiver is a receiver of webhooks from examples/receivers, as a process of its own.
type Receiver struct {
	// URL is where it takes deliveries.
	URL string
	// ConfigFile is what it reads for every request. It is not there until a test writes it.
	ConfigFile string

	t        testing.TB
	language string
	cmd      *exec.Cmd
	told     bool // to end
	ended    chan struct{}

	mu        sync.Mutex
	listening bool
	lines     []string // of standard output, after the one that says where it listens
	log       strings.Builder
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
	r := &Receiver{
		ConfigFile: filepath.Join(tb.TempDir(), "receiver.json"), t: tb, language: language,
		cmd: made.command(dir),
	}
	r.start()
	tb.Cleanup(r.end)
	return r
}

func (r *Receiver) start() {
	r.t.Helper()
	r.cmd.Env = append(os.Environ(), "PORT=0", "RECEIVER_CONFIG="+r.ConfigFile)
	stdout, err := r.cmd.StdoutPipe()
	if err != nil {
		r.t.Fatal(err)
	}
	stderr, err := r.cmd.StderrPipe()
	if err != nil {
		r.t.Fatal(err)
	}
	if err := r.cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	r.ended = make(chan struct{})
	ready := make(chan string, 1)
	var both sync.WaitGroup
	both.Go(func() { r.read(stdout, func(line string) { r.say(line, ready) }) })
	both.Go(func() { r.read(stderr, func(string) {}) })
	go func() {
		both.Wait()
		_ = r.cmd.Wait()
		close(r.ended)
	}()
	select {
	case r.URL = <-ready:
	case <-r.ended:
		r.t.Fatalf("the receiver in %s ended before it listened:\n%s", r.language, r.Log())
	case <-time.After(startDeadline):
		r.kill()
		r.t.Fatalf("the receiver in %s does not listen after %s:\n%s", r.language, startDeadline, r.Log())
	}
}

func (r *Receiver) read(from io.Reader, do func(string)) {
	lines := bufio.NewScanner(from)
	for lines.Scan() {
		r.mu.Lock()
		r.log.WriteString(lines.Text() + "\n")
		do(lines.Text())
		r.mu.Unlock()
	}
}

// say takes one line of standard output. The first one has to say where it listens; every other one is about a request.
func (r *Receiver) say(line string, ready chan<- string) {
	if at, found := strings.CutPrefix(line, "listening on "); found && !r.listening {
		r.listening = true
		ready <- at
		return
	}
	r.lines = append(r.lines, line)
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

// Lines returns what it has said about requests so far, oldest first. A line may come a little after the answer; after
// Stop all are there.
func (r *Receiver) Lines() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.lines)
}

// Accepted returns the ids of the events that it has handled so far, in their order.
func (r *Receiver) Accepted() []string {
	var ids []string
	for _, line := range r.Lines() {
		if words := strings.Fields(line); len(words) == 3 && words[0] == "accepted" {
			ids = append(ids, words[1])
		}
	}
	return ids
}

// Refused returns the lines about requests that it has refused so far, in their order.
func (r *Receiver) Refused() []string {
	var refused []string
	for _, line := range r.Lines() {
		if strings.HasPrefix(line, "refused ") {
			refused = append(refused, line)
		}
	}
	return refused
}

// Log returns all that it has printed so far, to standard output and standard error.
func (r *Receiver) Log() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.log.String()
}

// Stop ends it as an operator does, and fails the test if it does not stop cleanly.
func (r *Receiver) Stop() {
	r.t.Helper()
	r.end()
	if code := r.cmd.ProcessState.ExitCode(); code != 0 {
		r.t.Fatalf("the receiver in %s stopped with exit code %d:\n%s", r.language, code, r.Log())
	}
}

// end ends it, and fails the test if it ended by itself or does not end.
func (r *Receiver) end() {
	r.t.Helper()
	if r.told {
		return
	}
	r.told = true
	select {
	case <-r.ended:
		r.t.Errorf("the receiver in %s ended by itself (%s):\n%s", r.language, r.cmd.ProcessState, r.Log())
		return
	default:
	}
	_ = r.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-r.ended:
	case <-time.After(startDeadline):
		r.kill()
		r.t.Errorf("the receiver in %s has not stopped %s after SIGTERM:\n%s", r.language, startDeadline, r.Log())
	}
}

func (r *Receiver) kill() {
	_ = r.cmd.Process.Kill()
	<-r.ended
}
