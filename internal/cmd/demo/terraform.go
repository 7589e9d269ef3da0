package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/launch"
)

// terraform is the CLI in a copy of an example, with the provider that was just built.
type terraform struct{ *launch.Terraform }

func newTerraform(path, bin, dir, example string, variables map[string]string) (*terraform, error) {
	env := map[string]string{}
	for _, entry := range os.Environ() {
		// What the user has set for other work must not change what is shown.
		if !strings.HasPrefix(entry, "TF_") && !strings.HasPrefix(entry, "QUICKCONNECT_") {
			name, value, _ := strings.Cut(entry, "=")
			env[name] = value
		}
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(example, "*.tf"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("there is no configuration in %s", example)
	}
	for _, file := range files {
		data, err := os.ReadFile(filepath.Clean(file))
		if err != nil {
			return nil, err
		}
		target := filepath.Join(dir, filepath.Base(file))
		if err := os.WriteFile(target, data, 0o600); err != nil { //nolint:gosec // in the demo's own directory
			return nil, err
		}
	}
	var assignments strings.Builder
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		fmt.Fprintf(&assignments, "%s = %q\n", name, variables[name])
	}
	if err := os.WriteFile(filepath.Join(dir, "demo.auto.tfvars"), []byte(assignments.String()), 0o600); err != nil {
		return nil, err
	}
	tf, err := launch.NewTerraform(path, dir, dir+".tfrc", launch.DevOverrides(bin, "quickconnect"), env)
	return &terraform{tf}, err
}

// run runs a command that must end with this exit code, and returns what it printed.
func (t *terraform) run(ctx context.Context, code int, args ...string) (string, error) {
	command, err := t.Start(ctx, nil, args...)
	if err != nil {
		return "", err
	}
	result, err := command.Wait()
	if err == nil && result.Code != code {
		err = fmt.Errorf("%s %s: exit code %d, not %d:\n\n%s", t.Name(), args[0], result.Code, code, indent(result.Output))
	}
	return result.Output, err
}

// plan plans into a file, and wants changes. It returns what it printed.
func (t *terraform) plan(ctx context.Context, file string) (string, error) {
	return t.run(ctx, 2, "plan", "-detailed-exitcode", "-out="+file)
}

// apply applies a saved plan, or the configuration if there is no file.
func (t *terraform) apply(ctx context.Context, file ...string) error {
	if len(file) == 0 {
		file = []string{"-auto-approve"}
	}
	_, err := t.run(ctx, 0, append([]string{"apply"}, file...)...)
	return err
}

// noChanges plans, and wants nothing to do.
func (t *terraform) noChanges(ctx context.Context) error {
	_, err := t.run(ctx, 0, "plan", "-detailed-exitcode")
	return err
}

func (t *terraform) destroy(ctx context.Context) error {
	_, err := t.run(ctx, 0, "destroy", "-auto-approve")
	return err
}

// planned cuts the part out of a plan's output that says what will happen.
func planned(output string) string {
	if _, after, found := strings.Cut(output, "perform the following actions:\n"); found {
		output = after
	}
	output, _, _ = strings.Cut(output, "\n──────")
	output, _, _ = strings.Cut(output, "\nSaved the plan to:")
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
