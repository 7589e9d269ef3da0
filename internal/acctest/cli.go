package acctest

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

// runDeadline ends a command that hangs: Terraform gets an interrupt, and is killed if that does not end it.
const runDeadline = 3 * time.Minute

// CLI is the real Terraform (or OpenTofu) in a work directory of its own, with the providers of this repository.
type CLI struct {
	// Dir is the work directory.
	Dir string

	t    testing.TB
	path string
	env  map[string]string
	logs string
}

// NewCLI returns a CLI with an empty work directory and no environment but what Terraform needs. It skips the test without TF_ACC.
func NewCLI(tb testing.TB) *CLI {
	tb.Helper()
	if os.Getenv("TF_ACC") == "" {
		tb.Skip("acceptance test: set TF_ACC=1 (as `make test` does) to run it with the real Terraform CLI")
	}
	path, err := findCLI()
	if err != nil {
		tb.Fatal(err)
	}
	providers, err := buildProviders()
	if err != nil {
		tb.Fatal(err)
	}
	home := tb.TempDir()
	c := &CLI{Dir: tb.TempDir(), t: tb, path: path, logs: tb.TempDir()}
	config := filepath.Join(home, "cli.tfrc")
	writeFile(tb, config, cliConfig(providers))
	c.env = map[string]string{
		"PATH":               os.Getenv("PATH"),
		"HOME":               home,
		"TF_CLI_CONFIG_FILE": config,
		"CHECKPOINT_DISABLE": "1",
		"TF_IN_AUTOMATION":   "1",
		"TF_INPUT":           "0",
		"TF_CLI_ARGS":        "-no-color",
		"GORACE":             "log_path=" + filepath.Join(c.logs, "race"),
	}
	tb.Cleanup(func() {
		if races, _ := filepath.Glob(filepath.Join(c.logs, "race.*")); len(races) > 0 {
			report, _ := os.ReadFile(races[0])
			tb.Errorf("a data race in a provider's process:\n%s", report)
		}
	})
	return c
}

func findCLI() (string, error) {
	if path := os.Getenv("TF_ACC_TERRAFORM_PATH"); path != "" {
		return path, nil
	}
	for _, name := range []string{"terraform", "tofu"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("neither terraform nor tofu is on the PATH: install one of them (1.11 or newer), or name it in TF_ACC_TERRAFORM_PATH")
}

// cliConfig points both CLIs to freshly built providers, whatever registry they would ask.
func cliConfig(dir string) string {
	var b strings.Builder
	b.WriteString("provider_installation {\n  dev_overrides {\n")
	for _, registry := range []string{"registry.terraform.io", "registry.opentofu.org"} {
		for _, provider := range []string{"quickconnect", "sink"} {
			fmt.Fprintf(&b, "    %q = %q\n", registry+"/quickconnect/"+provider, dir)
		}
	}
	b.WriteString("  }\n  direct {}\n}\n")
	return b.String()
}

// Set puts a variable into the environment of the commands that follow; an empty value removes it.
func (c *CLI) Set(name, value string) {
	if value == "" {
		delete(c.env, name)
		return
	}
	c.env[name] = value
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
// configuration, come from a file beside it, unless hcl configures the provider itself.
func (c *CLI) Config(hcl string) {
	c.t.Helper()
	header := `terraform {
  required_providers {
    quickconnect = { source = "quickconnect/quickconnect" }
    sink         = { source = "quickconnect/sink" }
  }
}
`
	if !strings.Contains(hcl, `provider "quickconnect"`) {
		header += "\nprovider \"quickconnect\" {}\n"
	}
	c.Write("header.tf", header)
	c.Write("main.tf", hcl)
}

// Run runs a command to its end. It fails the test only if the command cannot be run or does not end.
func (c *CLI) Run(args ...string) *Run {
	c.t.Helper()
	return c.Start(args...).Wait()
}

// Running is a command that has not ended yet.
type Running struct {
	c      *CLI
	args   []string
	cmd    *exec.Cmd
	cancel context.CancelFunc
	out    lockedBuffer
	began  time.Time
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
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.t.Context()), runDeadline)
	r := &Running{c: c, args: args, cancel: cancel, began: clock.System().Now()}
	r.cmd = exec.CommandContext(ctx, c.path, args...)
	r.cmd.Dir = c.Dir
	for name, value := range c.env {
		r.cmd.Env = append(r.cmd.Env, name+"="+value)
	}
	r.cmd.Stdin, r.cmd.Stdout, r.cmd.Stderr = stdin, &r.out, &r.out
	// A group of its own, so that an interrupt reaches Terraform and its providers as Ctrl-C on a terminal does, and nobody else.
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	r.cmd.Cancel = func() error { return r.signal(syscall.SIGINT) }
	r.cmd.WaitDelay = 30 * time.Second
	if err := r.cmd.Start(); err != nil {
		cancel()
		c.t.Fatalf("%s %s: %v", c.path, strings.Join(args, " "), err)
	}
	return r
}

// Interrupt does what Ctrl-C does.
func (r *Running) Interrupt() {
	r.c.t.Helper()
	if err := r.signal(syscall.SIGINT); err != nil {
		r.c.t.Fatalf("interrupting %s: %v", strings.Join(r.args, " "), err)
	}
}

// WaitForOutput waits until the command has written text.
func (r *Running) WaitForOutput(text string) {
	r.c.t.Helper()
	WaitFor(r.c.t, fmt.Sprintf("terraform %s writes %q", strings.Join(r.args, " "), text), func() bool { return strings.Contains(r.out.String(), text) })
}

// Kill ends the command and its providers at once, as a crashed machine does.
func (r *Running) Kill() { _ = r.signal(syscall.SIGKILL) }

func (r *Running) signal(s syscall.Signal) error { return syscall.Kill(-r.cmd.Process.Pid, s) }

// Wait waits for the end.
func (r *Running) Wait() *Run {
	r.c.t.Helper()
	err := r.cmd.Wait()
	r.cancel()
	_ = r.signal(syscall.SIGKILL) // a provider that outlived its CLI
	if r.cmd.ProcessState == nil {
		r.c.t.Fatalf("%s: %v", strings.Join(r.args, " "), err)
	}
	run := &Run{t: r.c.t, Args: r.args, Code: r.cmd.ProcessState.ExitCode(), Took: clock.System().Now().Sub(r.began), Output: withoutOverrideWarning(r.out.String())}
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
