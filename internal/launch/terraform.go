package launch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

// Registries are where the CLIs, Terraform and OpenTofu, look for a provider without a host.
var Registries = []string{"registry.terraform.io", "registry.opentofu.org"}

// FindTerraform returns the CLI that TF_ACC_TERRAFORM_PATH names, or else the one on the PATH.
func FindTerraform() (string, error) {
	if path := os.Getenv("TF_ACC_TERRAFORM_PATH"); path != "" {
		return path, nil
	}
	for _, name := range []string{"terraform", "tofu"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("neither terraform nor tofu is on the PATH: install one of them (1.11 or newer), " +
		"or name it in TF_ACC_TERRAFORM_PATH")
}

// DevOverrides is a CLI configuration that takes these providers from programs in a directory.
func DevOverrides(dir string, providers ...string) string {
	var b strings.Builder
	b.WriteString("provider_installation {\n  dev_overrides {\n")
	for _, registry := range Registries {
		for _, provider := range providers {
			fmt.Fprintf(&b, "    %q = %q\n", registry+"/quickconnect/"+provider, dir)
		}
	}
	b.WriteString("  }\n  direct {}\n}\n")
	return b.String()
}

// Terraform is the CLI, Terraform or OpenTofu, in a work directory.
type Terraform struct {
	// Path is the program.
	Path string
	// Dir is the work directory.
	Dir string
	// Env is the environment of the commands.
	Env map[string]string
}

// NewTerraform returns the CLI at path in a work directory, with this CLI configuration, which it writes to a file.
func NewTerraform(path, dir, configFile, config string, env map[string]string) (*Terraform, error) {
	t := &Terraform{Path: path, Dir: dir, Env: map[string]string{
		"TF_CLI_CONFIG_FILE": configFile,
		"CHECKPOINT_DISABLE": "1",
		"TF_IN_AUTOMATION":   "1",
		"TF_INPUT":           "0",
		"TF_CLI_ARGS":        "-no-color",
	}}
	for name, value := range env {
		t.Env[name] = value
	}
	return t, os.WriteFile(configFile, []byte(config), 0o600)
}

// CopyExample copies the configuration of an example into the work directory.
func (t *Terraform) CopyExample(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.tf"))
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("there is no configuration in %s", dir)
	}
	for _, file := range files {
		var data []byte
		if data, err = os.ReadFile(filepath.Clean(file)); err != nil {
			break
		}
		target := filepath.Join(t.Dir, filepath.Base(file))
		if err = os.WriteFile(target, data, 0o600); err != nil { //nolint:gosec // in the work directory
			break
		}
	}
	return err
}

// Name is terraform or tofu.
func (t *Terraform) Name() string { return filepath.Base(t.Path) }

// Command is a command of the CLI that runs.
type Command struct {
	cmd   *exec.Cmd
	out   Buffer
	began time.Time
}

// Result is a command that has ended.
type Result struct {
	Code int
	Took time.Duration
	// Output is what it wrote to standard output and standard error, without the warning about provider overrides.
	Output string
}

// Start starts a command. When the context ends, the command gets an interrupt, and is killed if it then does not end.
func (t *Terraform) Start(ctx context.Context, stdin io.Reader, args ...string) (*Command, error) {
	c := &Command{cmd: exec.CommandContext(ctx, t.Path, args...), began: clock.System().Now()}
	c.cmd.Dir = t.Dir
	for name, value := range t.Env {
		c.cmd.Env = append(c.cmd.Env, name+"="+value)
	}
	c.cmd.Stdin, c.cmd.Stdout, c.cmd.Stderr = stdin, &c.out, &c.out
	// A group of its own, so that an interrupt reaches Terraform and its providers alone, as Ctrl-C does.
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.cmd.Cancel = func() error { return c.Signal(syscall.SIGINT) }
	c.cmd.WaitDelay = 30 * time.Second
	return c, c.cmd.Start()
}

// Signal sends a signal to the command and to the providers that it started.
func (c *Command) Signal(s syscall.Signal) error { return syscall.Kill(-c.cmd.Process.Pid, s) }

// SignalCLI signals the CLI alone, and not its providers.
func (c *Command) SignalCLI(s syscall.Signal) error { return c.cmd.Process.Signal(s) }

// KillProviders kills the programs that the CLI has started, and not the CLI.
func (c *Command) KillProviders() error {
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", c.cmd.Process.Pid))
	if err != nil {
		return err
	}
	var children []byte
	for _, task := range tasks {
		more, _ := os.ReadFile(task) // the thread may have ended
		children = append(append(children, ' '), more...)
	}
	for _, child := range strings.Fields(string(children)) {
		pid, err := strconv.Atoi(child)
		if err != nil {
			return err
		}
		_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended
	}
	return nil
}

// Output returns what the command has written so far.
func (c *Command) Output() string { return c.out.String() }

// Wait waits for the end. Any exit code is a result; the error says that there is none.
func (c *Command) Wait() (Result, error) {
	err := c.cmd.Wait()
	_ = c.Signal(syscall.SIGKILL) // a provider that outlived its CLI
	if c.cmd.ProcessState == nil {
		return Result{}, err
	}
	return Result{
		Code:   c.cmd.ProcessState.ExitCode(),
		Took:   clock.System().Now().Sub(c.began),
		Output: overrideWarning.ReplaceAllString(c.out.String(), "\n"),
	}, nil
}

// overrideWarning is what the CLI says on every command about the providers that it takes from a directory.
var overrideWarning = regexp.MustCompile(
	`(?s)\n*Warning: Provider development overrides are in effect\n.*?published\s+releases\.\n`)

// Buffer is a buffer that can be read while it is written.
type Buffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write appends data.
func (b *Buffer) Write(data []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(data)
}

// String returns what was written so far.
func (b *Buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
