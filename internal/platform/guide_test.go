package platform_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

var runnable = regexp.MustCompile("(?s)<!-- run: ([a-z-]+) -->\n\n```sh\n(.*?)```\n")

// guideCommands returns the shell lines of a block of the guides: each curl command on one line.
func guideCommands(t *testing.T, block string) (commands []string) {
	t.Helper()
	guides, err := filepath.Glob(filepath.Join("..", "..", "templates", "guides", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	var text []byte
	for _, guide := range guides {
		page, err := os.ReadFile(guide)
		if err != nil {
			t.Fatal(err)
		}
		text = append(text, page...)
	}
	for _, found := range runnable.FindAllStringSubmatch(string(text), -1) {
		if found[1] != block {
			continue
		}
		for line := range strings.Lines(strings.ReplaceAll(found[2], "\\\n", "")) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
				commands = append(commands, line)
			}
		}
	}
	if len(commands) < 5 {
		t.Fatalf("the block %q has %d commands", block, len(commands))
	}
	return commands
}

// typed runs a command of the guide as a person with a role does, in a directory with the value in a file. The first
// lines of the block, which set variables, come before it.
func (w *world) typed(role, id, value string, commands ...string) string {
	w.t.Helper()
	if _, err := exec.LookPath("curl"); err != nil {
		w.t.Skip("the guide's commands need curl, which is not there")
	}
	dir := w.t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "notifier.token"), []byte(value+"\n"), 0o600); err != nil {
		w.t.Fatal(err)
	}
	script := strings.ReplaceAll(strings.Join(commands, "\n"), "tok_…", id)
	shell := exec.CommandContext(w.t.Context(), "sh", "-c", script)
	shell.Dir = dir
	shell.Env = append(os.Environ(), "no_proxy=*", "NO_PROXY=*", "QUICKCONNECT_ENDPOINT="+w.server.URL,
		"QUICKCONNECT_TOKEN="+w.tokens[role])
	out, err := shell.CombinedOutput()
	if err != nil {
		w.t.Fatalf("%s: %v: %s", script, err, out)
	}
	return strings.TrimSpace(string(out))
}

// TestGuideByHand types every command of the guide, in a phase that it is for.
func TestGuideByHand(t *testing.T) {
	commands := guideCommands(t, "by-hand")
	typed := map[string]bool{}
	phases := map[string]func(*world, string){
		"stable": func(*world, string) {}, "staged": (*world).begun, "draining": (*world).drained,
		"revoked": func(w *world, id string) {
			w.do("POST", pathTokens+"/"+id+"/revoke", object{"all": true, "reason": "test"}).want(200)
		},
		"held": func(w *world, id string) { w.do("POST", pathTokens+"/"+id+"/hold", because).want(200) },
	}
	w := newWorld(t)
	policy := w.newPolicy("monthly", object{"require_acknowledgement": false})
	connector := w.newConnector("chat", nil).ID
	for phase, prepare := range phases {
		for i, command := range commands[3:] {
			if typed[command] {
				continue
			}
			token := w.newToken(phase+"-"+itoa(int64(i)), connector, object{"rotation_policy_id": policy.ID})
			value := w.reveal(token.ID, 1)
			prepare(w, token.ID)
			got := w.typed(api.RoleDeployer, token.ID, value, commands[0], commands[1], commands[2], command)
			typed[command] = !strings.Contains(got, api.ProblemTypePrefix)
		}
	}
	for _, command := range commands[3:] {
		if !typed[command] {
			t.Errorf("no phase allows %s", command)
		}
	}
	for _, verb := range []string{
		"begin", "rotate", "reissue", "retire", "reveal", "promote", "cancel", "rollback",
		"acknowledge",
	} {
		if !strings.Contains(strings.Join(commands, "\n"), "/"+verb+`"`) {
			t.Errorf("the guide does not show %s", verb)
		}
	}
}
