package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

var leakedBlock = regexp.MustCompile("(?s)<!-- run: leaked -->\n\n```sh\n(.*?)```\n")

// typed runs a line of a guide: quickconnect in process, with a person who says yes, and anything else in a shell,
// after the line that sets its variables. It returns what is printed.
func (o *operator) typed(dir, variables, line string) string {
	o.t.Helper()
	if args, ours := strings.CutPrefix(line, "quickconnect "); ours {
		o.terminal = true
		if !strings.HasSuffix(args, "<leaked.token") {
			o.stdin = "yes\n"
		}
		r := o.printed(guideLine{args, exitDone})
		return strings.Join(strings.Fields(r), " ")
	}
	shell := exec.CommandContext(o.t.Context(), "sh", "-c", variables+"\n"+line)
	shell.Dir = dir
	shell.Env = append(os.Environ(), "no_proxy=*", "NO_PROXY=*")
	for name, value := range o.env {
		shell.Env = append(shell.Env, name+"="+value)
	}
	out, err := shell.CombinedOutput()
	if err != nil {
		o.t.Fatalf("%s: %v: %s", line, err, out)
	}
	return string(out)
}

// TestGuideOfALeak types what the guide says, and gets what the guide says.
func TestGuideOfALeak(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("the guide's commands need curl, which is not there")
	}
	guide, err := os.ReadFile(filepath.Join("..", "..", "..", "templates", "guides", "leaked-value.md"))
	if err != nil {
		t.Fatal(err)
	}
	found := leakedBlock.FindSubmatch(guide)
	if found == nil {
		t.Fatal("the guide has no block to run")
	}
	lines := slices.DeleteFunc(strings.Split(string(found[1]), "\n"), func(line string) bool {
		return line == "" || strings.HasPrefix(line, "#")
	})
	wants := []string{"state current", `{"active":true,`, `{"revoked":true,`, `{"active":false}`, "on hold: true"}
	if len(lines) != 1+len(wants) {
		t.Fatalf("the block has %d commands: %q", len(lines), lines)
	}

	o := newOperator(t, api.RoleSecurity)
	value := o.token("notifier", acctest.TheFixture().Policies[0])
	o.step("notifier", api.StepBegin) // a version is left for step 5
	id := o.p.As(api.RoleDeployer).ScopedToken("notifier").ID
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "leaked.token"), []byte(value+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	o.stdin = value + "\n"
	for i, want := range wants {
		line := strings.ReplaceAll(lines[1+i], "tok_…", id)
		if got := o.typed(dir, lines[0], line); !strings.Contains(got, want) {
			t.Errorf("step %d, %s: %s", i+1, line, got)
		}
	}
	token := o.p.As(api.RoleDeployer).ScopedToken("notifier")
	if h := token.Hold; h == nil || h.Reason != "leaked in a log" || token.Rotation.Phase != api.PhaseRevoked {
		t.Errorf("hold %+v in phase %s", h, token.Rotation.Phase)
	}
}
