package main

import (
	"context"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
)

// TestHelpOfEveryCommand: by help and by -h, on standard output, with every flag and what is required.
func TestHelpOfEveryCommand(t *testing.T) {
	c := clock.NewFake(epoch)
	_, overview, _ := call(t, c, "help")
	for _, cmd := range leaves(rootCommand(c)) {
		name := nameOf(cmd)
		if !strings.Contains(overview, "  "+name+" ") || !strings.Contains(overview, cmd.Short) {
			t.Errorf("the overview has no %s:\n%s", name, overview)
		}
		words := strings.Fields(name)
		code, help, log := call(t, c, append([]string{"help"}, words...)...)
		if code != exitOK || log != "" || !strings.Contains(help, "Usage:\n  quickconnectd "+name) {
			t.Errorf("help %s: exit code %d: %s%s", name, code, help, log)
		}
		for _, flag := range []string{"-h", "--help", "-help"} {
			if code, got, log := call(t, c, append(words, flag)...); code != exitOK || log != "" || got != help {
				t.Errorf("%s %s: exit code %d: %s%s", name, flag, code, got, log)
			}
		}
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if !strings.Contains(help, "--"+f.Name) || f.Usage == "" {
				t.Errorf("the help of %s has no --%s:\n%s", name, f.Name, help)
			}
		})
	}
	for _, args := range [][]string{{"-h"}, {"--help"}, {"-help"}} {
		if code, got, _ := call(t, c, args...); code != exitOK || got != overview {
			t.Errorf("%v: exit code %d: %s", args, code, got)
		}
	}
	if code, got, _ := call(t, c, "help", "token"); code != exitOK || !strings.Contains(got, "  token create ") ||
		strings.Contains(got, "bootstrap") {
		t.Errorf("help token: exit code %d: %s", code, got)
	}
}

func TestVersion(t *testing.T) {
	for _, args := range [][]string{{"version"}, {"--version"}, {"-version"}} {
		code, out, log := call(t, clock.NewFake(epoch), args...)
		if code != exitOK || log != "" || !strings.HasPrefix(out, "quickconnectd dev (go1.") {
			t.Errorf("%v: exit code %d: %s%s", args, code, out, log)
		}
	}
}

// TestCompletion runs the script of bash in bash, where there is one, and asks for what the scripts ask for.
func TestCompletion(t *testing.T) {
	c := clock.NewFake(epoch)
	for _, shell := range shells {
		if code, out, log := call(t, c, "completion", shell); code != exitOK || log != "" ||
			!strings.Contains(out, "quickconnectd") {
			t.Errorf("%s: exit code %d: %.200s%s", shell, code, out, log)
		}
	}
	for line, want := range map[string]string{
		"":                    "bootstrap\t",
		"token ":              "revoke\t",
		"help token ":         "create",
		"completion ":         "powershell",
		"serve --data":        "--data-dir\t",
		"token create --role": "--role\t",
	} {
		args := strings.Split(line, " ")
		if _, out, _ := call(t, c, append([]string{"__complete"}, args...)...); !strings.Contains(out, want) {
			t.Errorf("%q: %s", line, out)
		}
	}
	_, roles, _ := call(t, c, "__complete", "token", "create", "--role", "")
	for _, role := range api.Roles() {
		if !strings.Contains(roles, role+"\n") {
			t.Errorf("no role %s: %s", role, roles)
		}
	}
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash")
	}
	_, script, _ := call(t, c, "completion", "bash")
	check := exec.CommandContext(t.Context(), bash, "-n")
	check.Stdin = strings.NewReader(script)
	if out, err := check.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// TestEveryFlagHasAVariable sets every flag of every command from the environment; the flag comes first.
func TestEveryFlagHasAVariable(t *testing.T) {
	for _, cmd := range leaves(rootCommand(clock.NewFake(epoch))) {
		if name := nameOf(cmd); name == "version" || strings.HasPrefix(name, "completion") {
			continue
		}
		t.Run(nameOf(cmd), func(t *testing.T) {
			flags := cmd.Flags()
			// The first of these that a command has is given on the command line.
			own := []string{"data-dir", "from", "endpoint"}
			dir := own[slices.IndexFunc(own, func(name string) bool { return flags.Lookup(name) != nil })]
			given := map[string]string{
				"bool": "true", "int64": "7", "string": "given", "url": "redacted", "stringArray": "given",
			}
			flags.VisitAll(func(f *pflag.Flag) { t.Setenv(limits.VariableOf(f.Name), given[f.Value.Type()]) })
			if err := flags.Parse([]string{"--" + dir, "flag"}); err != nil {
				t.Fatal(err)
			}
			if err := fromEnvironment(flags); err != nil {
				t.Fatal(err)
			}
			flags.VisitAll(func(f *pflag.Flag) {
				want := given[f.Value.Type()]
				switch {
				case f.Name == dir:
					want = "flag"
				case f.Value.Type() == "stringArray":
					want = "[" + want + "]"
				}
				if got := f.Value.String(); got != want && hasVariable(f) {
					t.Errorf("%s sets --%s to %q, want %q", limits.VariableOf(f.Name), f.Name, got, want)
				}
			})
			if err := checkRequired(cmd); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestCommandsTakeTheEnvironment calls commands without any flag.
func TestCommandsTakeTheEnvironment(t *testing.T) {
	c := clock.NewFake(epoch)
	t.Setenv("QUICKCONNECTD_DATA_DIR", filepath.Join(t.TempDir(), "data"))
	t.Setenv("QUICKCONNECTD_TENANT", "acme")
	t.Setenv("QUICKCONNECTD_ENVIRONMENTS", "staging")
	t.Setenv("QUICKCONNECTD_ENVIRONMENT", "staging")
	t.Setenv("QUICKCONNECTD_LISTEN", "127.0.0.1:0")
	for _, args := range [][]string{{"bootstrap"}, {"token", "list"}, {"clock", "accept"}, {"doctor"}} {
		if code, out, log := call(t, c, args...); code != exitOK || out == "" {
			t.Errorf("%v: exit code %d: %s%s", args, code, out, log)
		}
	}
	if s := start(t, c); !strings.HasPrefix(s.url, "http://127.0.0.1:") {
		t.Errorf("%s", s.url)
	}
	t.Setenv("QUICKCONNECTD_ALLOW_PRIVATE_ENDPOINTS", "perhaps")
	if code, _, log := call(t, c, "serve"); code != exitUsage ||
		!strings.Contains(log, "QUICKCONNECTD_ALLOW_PRIVATE_ENDPOINTS must be true or false") {
		t.Errorf("exit code %d: %s", code, log)
	}
}

// A flag with one dash works as it always has, and a negative number stays one.
func TestOneDash(t *testing.T) {
	c := clock.NewFake(epoch)
	dir := t.TempDir()
	if code, _, log := call(t, c, "bootstrap", "-data-dir", dir, "-tenant=acme", "-environments", "staging"); code != 0 {
		t.Errorf("exit code %d: %s", code, log)
	}
	if code, _, log := call(t, c, "serve", "--data-dir", dir, "--limit-objects", "-10"); code != exitUsage ||
		!strings.Contains(log, "--limit-objects (QUICKCONNECTD_LIMIT_OBJECTS) must be 0 for no limit") {
		t.Errorf("exit code %d: %s", code, log)
	}
}

// No command succeeds without a word: one that does nothing is an error.
func TestNoCommandIsSilent(t *testing.T) {
	ended, end := context.WithCancel(t.Context())
	end() // of a server
	for _, cmd := range leaves(rootCommand(clock.NewFake(epoch))) {
		var out, log strings.Builder
		code := run(ended, strings.Fields(nameOf(cmd)), &out, &log, clock.NewFake(epoch))
		if code == exitOK && out.Len() == 0 {
			t.Errorf("%s: exit code 0 and no output; %s", nameOf(cmd), log.String())
		}
	}
}
