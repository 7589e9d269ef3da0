package acctest

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest/sink"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/launch"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider"
)

// runDeadline ends a command that hangs: Terraform gets an interrupt, and is killed if that does not end it.
const runDeadline = 3 * time.Minute

// CLI is the real Terraform (or OpenTofu) in a work directory of its own, with the providers of this repository.
type CLI struct {
	// Dir is the work directory.
	Dir string

	t  testing.TB
	tf *launch.Terraform
	// programs says that the CLI starts the providers' programs. Otherwise it attaches to providers in the test's process.
	programs bool
}

// NewCLI returns a CLI with an empty work directory and no environment but what Terraform needs. It skips the test
// without TF_ACC.
func NewCLI(tb testing.TB) *CLI {
	tb.Helper()
	if os.Getenv("TF_ACC") == "" {
		tb.Skip("acceptance test: set TF_ACC=1 (as `make test` does) to run it with the real Terraform CLI")
	}
	path, err := launch.FindTerraform()
	if err != nil {
		tb.Fatal(err)
	}
	home := tb.TempDir()
	env := map[string]string{"PATH": os.Getenv("PATH"), "HOME": home}
	c := &CLI{Dir: tb.TempDir(), t: tb}
	if c.tf, err = launch.NewTerraform(path, c.Dir, filepath.Join(home, "cli.tfrc"), "", env); err != nil {
		tb.Fatal(err)
	}
	return c
}

// StartPrograms makes the commands that follow start the providers' programs. A test needs this that kills the
// provider, or that reads what the provider logs.
func (c *CLI) StartPrograms() {
	c.t.Helper()
	dir, err := buildProviders()
	if err != nil {
		c.t.Fatal(err)
	}
	writeFile(c.t, c.tf.Env["TF_CLI_CONFIG_FILE"], launch.DevOverrides(dir, "quickconnect", "sink"))
	c.programs = true
}

// UseMirror makes the commands that follow install providers from a directory of archives, and from nowhere else.
func (c *CLI) UseMirror(dir string) {
	c.t.Helper()
	config := fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", dir)
	writeFile(c.t, c.tf.Env["TF_CLI_CONFIG_FILE"], config)
	c.programs = true
}

// Set puts a variable into the environment of the commands that follow; an empty value removes it.
func (c *CLI) Set(name, value string) {
	if value == "" {
		delete(c.tf.Env, name)
		return
	}
	c.tf.Env[name] = value
}

// Var gives a Terraform variable to the commands that follow.
func (c *CLI) Var(name, value string) { c.Set("TF_VAR_"+name, value) }

// Write writes a file into the work directory.
func (c *CLI) Write(name, content string) {
	c.t.Helper()
	path := filepath.Join(c.Dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		c.t.Fatal(err)
	}
	writeFile(c.t, path, content)
}

// Config makes hcl the configuration. The blocks that every test needs, required_providers and an empty provider
// configuration, come from a file beside it, unless hcl configures the provider itself or uses only its functions: a
// provider that has a block is configured by OpenTofu, whatever is used of it.
func (c *CLI) Config(hcl string) {
	c.t.Helper()
	header := `terraform {
  required_providers {
    quickconnect = { source = "quickconnect/quickconnect" }
    sink         = { source = "quickconnect/sink" }
  }
}
`
	if !strings.Contains(hcl, `provider "quickconnect"`) && strings.Contains(hcl, `"quickconnect_`) {
		header += "\nprovider \"quickconnect\" {}\n"
	}
	c.Write("header.tf", header)
	c.Write("main.tf", hcl)
}

// CopyExample makes the configuration of an example the one of this CLI.
func (c *CLI) CopyExample(dir string) {
	c.t.Helper()
	if err := c.tf.CopyExample(dir); err != nil {
		c.t.Fatal(err)
	}
}

// Run runs a command to its end. It fails the test only if the command cannot be run or does not end.
func (c *CLI) Run(args ...string) *Run {
	c.t.Helper()
	return c.Start(args...).Wait()
}

// Running is a command that has not ended yet.
type Running struct {
	c       *CLI
	args    []string
	command *launch.Command
	cancel  context.CancelFunc
	detach  func()
}

// Script runs a bash script in the work directory, as a pipeline does. The script finds the CLI in TERRAFORM.
func (c *CLI) Script(path string) *Run {
	c.t.Helper()
	script := *c.tf
	script.Path = "bash"
	script.Env = maps.Clone(c.tf.Env)
	script.Env["TERRAFORM"] = c.tf.Path
	return (&CLI{Dir: c.Dir, t: c.t, tf: &script, programs: c.programs}).
		Run("--noprofile", "--norc", "-eo", "pipefail", path)
}

// Console gives one expression to terraform console.
func (c *CLI) Console(expression string) *Run {
	c.t.Helper()
	return c.start(strings.NewReader(expression+"\n"), "console").Wait()
}

// Start starts a command in the background.
func (c *CLI) Start(args ...string) *Running {
	c.t.Helper()
	return c.start(nil, args...)
}

func (c *CLI) start(stdin io.Reader, args ...string) *Running {
	c.t.Helper()
	tf := *c.tf
	tf.Env = maps.Clone(c.tf.Env)
	r := &Running{c: c, args: args, detach: c.attach(tf.Env)}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.t.Context()), runDeadline)
	r.cancel = cancel
	var err error
	if r.command, err = tf.Start(ctx, stdin, args...); err != nil {
		cancel()
		r.detach()
		c.t.Fatalf("%s %s: %v", tf.Path, strings.Join(args, " "), err)
	}
	return r
}

// attach serves the providers to a command with this environment, and adds the variable that tells the command where.
func (c *CLI) attach(env map[string]string) (detach func()) {
	c.t.Helper()
	if c.programs {
		return func() {}
	}
	dir, err := makeBuiltDir()
	if err != nil {
		c.t.Fatal(err)
	}
	known := maps.Clone(env) // the command gets one more variable, below, while the provider serves already
	getenv := func(name string) string { return known[name] }
	ours, err := listenProvider(dir, "quickconnect", provider.NewIn(getenv, "test"))
	if err != nil {
		c.t.Fatal(err)
	}
	test, err := listenProvider(dir, "sink", sink.New)
	if err != nil {
		c.t.Fatal(err)
	}
	value, err := reattach(ours, test)
	if err != nil {
		c.t.Fatal(err)
	}
	env[reattachVariable] = value
	return func() { ours.close(); test.close() }
}

// Interrupt does what Ctrl-C does.
func (r *Running) Interrupt() {
	r.c.t.Helper()
	if err := r.command.Signal(syscall.SIGINT); err != nil {
		r.c.t.Fatalf("interrupting %s: %v", strings.Join(r.args, " "), err)
	}
}

// WaitForOutput waits until the command has written text.
func (r *Running) WaitForOutput(text string) {
	r.c.t.Helper()
	what := fmt.Sprintf("terraform %s writes %q", strings.Join(r.args, " "), text)
	WaitFor(r.c.t, what, func() bool { return strings.Contains(r.command.Output(), text) })
}

// Kill ends the command and its providers at once, as a crashed machine does. Call StartPrograms before the command:
// a provider in the test's process lives on.
func (r *Running) Kill() {
	r.c.t.Helper()
	if !r.c.programs {
		r.c.t.Fatal("a test that kills Terraform must kill its provider too: call StartPrograms")
	}
	_ = r.command.Signal(syscall.SIGKILL)
}

// Terminate asks the CLI alone to end, as a CI system does.
func (r *Running) Terminate() {
	r.c.t.Helper()
	if err := r.command.SignalCLI(syscall.SIGTERM); err != nil {
		r.c.t.Fatal(err)
	}
}

// KillCLI kills the CLI alone. Its providers live on until Wait.
func (r *Running) KillCLI() { _ = r.command.SignalCLI(syscall.SIGKILL) }

// KillProviders kills the providers alone.
func (r *Running) KillProviders() {
	r.c.t.Helper()
	if err := r.command.KillProviders(); err != nil {
		r.c.t.Fatal(err)
	}
}

// Wait waits for the end.
func (r *Running) Wait() *Run {
	r.c.t.Helper()
	result, err := r.command.Wait()
	r.cancel()
	r.detach()
	if err != nil {
		r.c.t.Fatalf("%s: %v", strings.Join(r.args, " "), err)
	}
	run := &Run{t: r.c.t, Args: r.args, Code: result.Code, Took: result.Took, Output: result.Output}
	if run.Took >= runDeadline {
		r.c.t.Fatalf("terraform %s did not end within %s:\n%s", strings.Join(r.args, " "), runDeadline, run.Output)
	}
	return run
}

func writeFile(tb testing.TB, path, content string) {
	tb.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		tb.Fatal(err)
	}
}
