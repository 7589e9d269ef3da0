package acctest_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

var updateGuides = flag.Bool("update", false, "write what Terraform really prints into README.md and templates/guides")

// shown is a block of a document: a comment that names the output, and the output in a fence.
var shown = regexp.MustCompile("(?s)<!-- output: ([a-z-]+) -->\n\n```text\n(.*?)```\n")

// What the documents show of Terraform's output is what it prints: the quickstart's token, from its creation to its promotion.
func TestGuidesShowRealOutput(t *testing.T) {
	root, err := acctest.Root()
	if err != nil {
		t.Fatal(err)
	}
	p, tf := acctest.Start(t)
	if version := tf.Run("version").Want(0); !version.Contains("Terraform v1.11.") {
		t.Skip("the documents show what Terraform 1.11 prints; other programs and versions word it differently")
	}
	quickstart, err := filepath.Glob(filepath.Join(root, "examples", "quickstart", "*.tf"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range quickstart {
		tf.Write(filepath.Base(file), read(t, file))
	}
	tf.Var("slack_bot_token", "xoxb-of-the-test")

	outputs := map[string]string{}
	tf.Apply()
	p.Clock.Advance(90 * day)
	outputs["begin"] = printed(tf.Plan(2))
	tf.Apply()
	outputs["awaiting"] = printed(tf.Plan(0))
	p.As(api.RoleRuntime).Introspect(p.As(api.RoleDeployer).Reveal("notifier", 2))
	outputs["promote"] = printed(tf.Plan(2))
	tf.Set("QUICKCONNECT_TOKEN", p.NewToken("production", api.RoleDeployer, 0))
	outputs["wrong-environment"] = printed(tf.Plan(1))

	documents, err := filepath.Glob(filepath.Join(root, "templates", "guides", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := 0
	for _, document := range append(documents, filepath.Join(root, "README.md")) {
		text := read(t, document)
		fresh := shown.ReplaceAllStringFunc(text, func(block string) string {
			blocks++
			name := shown.FindStringSubmatch(block)[1]
			if outputs[name] == "" {
				t.Errorf("%s wants to show %q, which this test does not make", document, name)
			}
			return "<!-- output: " + name + " -->\n\n```text\n" + outputs[name] + "```\n"
		})
		if fresh == text {
			continue
		}
		if !*updateGuides {
			t.Errorf("%s shows what Terraform does not print; write it anew with: TF_ACC=1 go test ./internal/acctest -run TestGuidesShowRealOutput -update, and make generate\n%s", document, fresh)
			continue
		}
		if err := os.WriteFile(document, []byte(fresh), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if blocks < len(outputs) {
		t.Errorf("the documents show only %d outputs", blocks)
	}
}

var (
	tokenID  = regexp.MustCompile(`tok_[0-9A-Z]{26}`)
	uuid     = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)
	progress = regexp.MustCompile(`(?m)^\S+: (Refreshing state|Opening|Opening complete|Closing|Closing complete|Still opening).*\n`)
	lineDraw = regexp.MustCompile(`(?s)\n─+\n.*`)
)

// printed is a command's output without what differs from run to run and without what Terraform says in every plan.
func printed(r *acctest.Run) string {
	out := progress.ReplaceAllString(r.Output, "")
	if _, actions, found := strings.Cut(out, "perform the following actions:\n"); found {
		out = actions
	}
	out = lineDraw.ReplaceAllString(out, "")
	out = tokenID.ReplaceAllString(out, "tok_01K0V3Z4M5N6P7Q8R9S0T1V2W3")
	out = uuid.ReplaceAllString(out, "00000000-0000-4000-8000-000000000000")
	var lines []string
	for line := range strings.Lines(out) {
		lines = append(lines, strings.TrimRight(line, " \n"))
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n") + "\n"
}
