package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
)

// terraform is the CLI in a copy of the example, with the provider that was just built.
type terraform struct {
	path   string
	name   string // terraform or tofu
	dir    string
	config string
	env    []string
}

func newTerraform(path, bin, dir, example string, variables map[string]string) (*terraform, error) {
	t := &terraform{path: path, name: filepath.Base(path), dir: dir, config: dir + ".tfrc"}
	for _, entry := range os.Environ() {
		// What the user has set for other work must not change what is shown.
		if !strings.HasPrefix(entry, "TF_") && !strings.HasPrefix(entry, "QUICKCONNECT_") {
			t.env = append(t.env, entry)
		}
	}
	t.set("TF_CLI_CONFIG_FILE", t.config)
	t.set("TF_CLI_ARGS", "-no-color")
	t.set("TF_IN_AUTOMATION", "1")
	t.set("CHECKPOINT_DISABLE", "1")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	work, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer func() { _ = work.Close() }()
	files, err := filepath.Glob(filepath.Join(example, "*.tf"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("there is no configuration in %s", example)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if err := work.WriteFile(filepath.Base(file), data, 0o600); err != nil {
			return nil, err
		}
	}
	overrides := fmt.Sprintf(`provider_installation {
  dev_overrides {
    "registry.terraform.io/quickconnect/quickconnect" = %[1]q
    "registry.opentofu.org/quickconnect/quickconnect" = %[1]q
  }
  direct {}
}
`, bin)
	if err := os.WriteFile(t.config, []byte(overrides), 0o600); err != nil {
		return nil, err
	}
	var assignments strings.Builder
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		fmt.Fprintf(&assignments, "%s = %q\n", name, variables[name])
	}
	return t, work.WriteFile("demo.auto.tfvars", []byte(assignments.String()), 0o600)
}

func (t *terraform) set(name, value string) { t.env = append(t.env, name+"="+value) }

// overrideWarning is what the CLI says on every command about a provider that it takes from a directory.
var overrideWarning = regexp.MustCompile(`(?s)\n*Warning: Provider development overrides are in effect\n.*?published\s+releases\.\n`)

// run runs a command that must end with this exit code, and returns what it printed.
func (t *terraform) run(ctx context.Context, code int, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, t.path, args...)
	cmd.Dir, cmd.Env = t.dir, t.env
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	// A group of its own, so that a Ctrl-C is passed on once, by Cancel, and Terraform can finish what it is doing.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }
	cmd.WaitDelay = patience
	err := cmd.Run()
	if cmd.ProcessState == nil {
		return "", fmt.Errorf("%s: %w", t.path, err)
	}
	text := overrideWarning.ReplaceAllString(out.String(), "\n")
	if got := cmd.ProcessState.ExitCode(); got != code {
		return "", fmt.Errorf("%s %s: exit code %d, not %d:\n\n%s", t.name, args[0], got, code, indent(text))
	}
	return text, nil
}

// planned cuts the part out of a plan's output that says what will happen.
func planned(output string) string {
	if _, after, found := strings.Cut(output, "perform the following actions:\n"); found {
		output = after
	}
	if before, _, found := strings.Cut(output, "\n──────"); found {
		output = before
	}
	if before, _, found := strings.Cut(output, "\nSaved the plan to:"); found {
		output = before
	}
	return strings.Trim(output, "\n") + "\n"
}

// summary cuts out what a plan says in its warnings' first lines and in its last line.
func summary(output string) string {
	var b strings.Builder
	for line := range strings.Lines(output) {
		if strings.HasPrefix(line, "Plan: ") || strings.HasPrefix(line, "Warning: ") {
			b.WriteString(line)
		}
	}
	return b.String()
}

func indent(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) != "" {
			b.WriteString("    ")
		}
		b.WriteString(line)
	}
	return b.String()
}
