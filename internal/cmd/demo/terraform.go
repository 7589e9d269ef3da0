package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/canary"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/launch"
)

// terraform is the CLI in a copy of an example, with the provider that was just built. Its methods end the demo if the
// command does not end as they say.
type terraform struct{ *launch.Terraform }

// newTerraform makes a work directory with an example and its variables.
func (d *demo) newTerraform(example string, variables map[string]string) *terraform {
	dir := filepath.Join(d.dir, example)
	check(os.Mkdir(dir, 0o700))
	// Nothing else of the user's environment: a TF_ or QUICKCONNECT_ variable would change what is shown.
	env := map[string]string{"PATH": os.Getenv("PATH"), "HOME": os.Getenv("HOME")}
	tf, err := launch.NewTerraform(d.cli, dir, dir+".tfrc", launch.DevOverrides(d.bin, "quickconnect"), env)
	check(err)
	check(tf.CopyExample(filepath.Join(d.examples, example)))
	data, err := json.Marshal(variables)
	check(err)
	check(os.WriteFile(filepath.Join(dir, "demo.auto.tfvars.json"), data, 0o600))
	return &terraform{tf}
}

// run runs a command that must end with this exit code, and returns what it printed.
func (t *terraform) run(ctx context.Context, code int, args ...string) string {
	command, err := t.Start(ctx, nil, args...)
	check(err)
	result, err := command.Wait()
	check(err)
	if result.Code != code {
		check(fmt.Errorf("%s %s: exit code %d, not %d:\n\n%s", t.Name(), args[0], result.Code, code, indent(result.Output)))
	}
	return result.Output
}

// plan saves a plan, which must have changes. It returns what it printed.
func (t *terraform) plan(ctx context.Context, file string) string {
	return t.run(ctx, 2, "plan", "-detailed-exitcode", "-out="+file)
}

// noChanges plans. The plan must have no changes.
func (t *terraform) noChanges(ctx context.Context) { t.run(ctx, 0, "plan", "-detailed-exitcode") }

// apply plans and applies.
func (t *terraform) apply(ctx context.Context) { t.run(ctx, 0, "apply", "-auto-approve") }

// applyPlan applies a saved plan.
func (t *terraform) applyPlan(ctx context.Context, file string) { t.run(ctx, 0, "apply", file) }

func (t *terraform) destroy(ctx context.Context) { t.run(ctx, 0, "destroy", "-auto-approve") }

// handedOver reads a file in which the configuration leaves a value.
func (t *terraform) handedOver(file string) []byte {
	data, err := os.ReadFile(filepath.Clean(filepath.Join(t.Dir, file)))
	if err != nil {
		check(fmt.Errorf("the configuration has handed nothing over: %w", err))
	}
	return data
}

// absent looks for values in everything that Terraform has written: state, backup and saved plans.
func (t *terraform) absent(values ...string) {
	var secrets canary.Set
	for i, value := range values {
		check(secrets.Add(fmt.Sprintf("secret %d", i+1), value))
	}
	written, err := filepath.Glob(filepath.Join(t.Dir, "*.tf[sp]*"))
	check(err)
	if len(written) < 3 {
		check(fmt.Errorf("%s has no state and plans to look through", t.Dir))
	}
	for _, file := range written {
		check(secrets.AbsentIn(file))
	}
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

var (
	summaryLine = regexp.MustCompile(`(?m)^(Plan|Warning): .*\n`)
	textLine    = regexp.MustCompile(`(?m)^.*\S`)
)

// summary cuts out the first lines of a plan's warnings, and the line that counts its changes.
func summary(output string) string { return strings.Join(summaryLine.FindAllString(output, -1), "") }

func indent(text string) string { return textLine.ReplaceAllString(text, "    $0") }
